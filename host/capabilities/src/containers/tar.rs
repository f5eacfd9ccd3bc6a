//! The first file of a tar archive, read as it comes. The archive is made by the engine from what a service put into its
//! own container, so nothing in it is believed: only a regular file as the first entry is taken.

use super::ContainersError;

/// Tar goes by blocks.
const BLOCK: usize = 512;

/// Longest metadata (long names, extended headers) before the file, in bytes. The engine writes a few hundred.
const LONGEST_METADATA: u64 = 64 << 10;

/// Reads the first file, holding no more than a block.
pub(super) struct Reader {
    limit: u64,
    block: Vec<u8>,
    /// Size that an extended header gives the file.
    size: Option<u64>,
    metadata: u64,
    state: State,
}

enum State {
    /// At a header.
    Header,
    /// In metadata: what is left of it, its padding, and the text if it is an extended header.
    Metadata { left: u64, padding: u64, text: Option<Vec<u8>> },
    /// In the file: what is left of it.
    File { left: u64 },
}

/// What came of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// All bytes are used up; more are needed.
    More,
    /// Bytes of the file.
    Content(&'a [u8]),
    /// The file is complete.
    Done,
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A link, a folder or a special file.
    NotAFile,
    /// Larger than the limit.
    TooLarge(u64),
    /// Not an archive that can be read.
    Malformed(&'static str),
}

impl Fault {
    /// The fault, told of a path.
    pub(super) fn of(self, path: &str) -> ContainersError {
        match self {
            Self::NotAFile => ContainersError::NotAFile(path.to_owned()),
            Self::TooLarge(limit) => ContainersError::TooLarge(limit),
            Self::Malformed(what) => {
                ContainersError::Other(format!("the container engine's archive of `{path}` {what}"))
            }
        }
    }
}

impl Reader {
    /// A reader for a file of at most so many bytes.
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, block: Vec::with_capacity(BLOCK), size: None, metadata: 0, state: State::Header }
    }

    /// Takes from `bytes` what the next step needs, and gives back the rest.
    pub(super) fn step<'a>(&mut self, mut bytes: &'a [u8]) -> Result<(Step<'a>, &'a [u8]), Fault> {
        loop {
            match &mut self.state {
                State::Header => {
                    let (part, rest) = split(bytes, wide(BLOCK.saturating_sub(self.block.len())));
                    self.block.extend_from_slice(part);
                    bytes = rest;
                    if self.block.len() < BLOCK {
                        return Ok((Step::More, bytes));
                    }
                    self.state = self.enter()?;
                    self.block.clear();
                }
                State::Metadata { left, padding, text } => {
                    let (part, rest) = split(bytes, *left);
                    if let Some(text) = text {
                        text.extend_from_slice(part);
                    }
                    *left = left.saturating_sub(wide(part.len()));
                    let (skipped, rest) = if *left == 0 { split(rest, *padding) } else { split(rest, 0) };
                    *padding = padding.saturating_sub(wide(skipped.len()));
                    bytes = rest;
                    if *left > 0 || *padding > 0 {
                        return Ok((Step::More, bytes));
                    }
                    if let Some(text) = text.take() {
                        self.size = size_in(&text).or(self.size);
                    }
                    self.state = State::Header;
                }
                State::File { left: 0 } => return Ok((Step::Done, bytes)),
                State::File { left } => {
                    let (part, rest) = split(bytes, *left);
                    *left = left.saturating_sub(wide(part.len()));
                    return Ok(if part.is_empty() { (Step::More, rest) } else { (Step::Content(part), rest) });
                }
            }
        }
    }

    fn enter(&mut self) -> Result<State, Fault> {
        let header = self.block.as_slice();
        if header.iter().all(|byte| *byte == 0) {
            return Err(Fault::Malformed("is empty"));
        }
        if !checksum_holds(header) {
            return Err(Fault::Malformed("has a header with a wrong checksum"));
        }
        let size = number(header.get(124..136).unwrap_or_default()).ok_or(Fault::Malformed("has a malformed size"))?;
        match header.get(156) {
            Some(b'0' | 0) => {
                let size = self.size.unwrap_or(size);
                if size > self.limit { Err(Fault::TooLarge(self.limit)) } else { Ok(State::File { left: size }) }
            }
            // Extended headers (POSIX) may carry the size; long names (GNU) are of no interest.
            Some(kind @ (b'x' | b'g' | b'L' | b'K')) => {
                self.metadata = self.metadata.saturating_add(size).saturating_add(wide(BLOCK));
                if self.metadata > LONGEST_METADATA {
                    return Err(Fault::Malformed("has too much metadata"));
                }
                let padding = size.next_multiple_of(wide(BLOCK)).saturating_sub(size);
                Ok(State::Metadata { left: size, padding, text: (*kind == b'x').then(Vec::new) })
            }
            _ => Err(Fault::NotAFile),
        }
    }
}

fn split(bytes: &[u8], at_most: u64) -> (&[u8], &[u8]) {
    let at = usize::try_from(at_most).unwrap_or(usize::MAX).min(bytes.len());
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// The sum of all bytes, those of the checksum itself taken as blanks.
fn checksum_holds(header: &[u8]) -> bool {
    let stated = header.get(148..156).and_then(number);
    let sum = header
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { u64::from(b' ') } else { u64::from(*byte) })
        .sum::<u64>();
    stated == Some(sum)
}

/// Octal digits, or, with the first bit set, a big-endian number (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if let Some((first, rest)) = field.split_first()
        && *first == 0x80
    {
        return rest.iter().try_fold(0_u64, |sum, byte| Some(sum.checked_mul(256)? + u64::from(*byte)));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(|c| c == ' ' || c == '\0');
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

/// The `size` among the `LENGTH KEY=VALUE` lines of an extended header.
fn size_in(text: &[u8]) -> Option<u64> {
    String::from_utf8_lossy(text)
        .lines()
        .filter_map(|line| line.split_once(' ')?.1.strip_prefix("size=")?.parse().ok())
        .next_back()
}

#[cfg(test)]
mod tests;
