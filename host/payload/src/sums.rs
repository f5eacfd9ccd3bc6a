//! Lines of a sums file: the coreutils `SHA256SUMS` format that `sha256sum -c` accepts. No file is touched.
//!
//! A line is 64 hexadecimal digits, a blank, a blank or `*`, and a name. A `\` before the digits says that `\\`, `\n`
//! and `\r` in the name stand for a backslash, a line feed and a carriage return. Names are bytes, not text.

use std::borrow::Cow;

use shipworthy_contract::Sha256;

const DIGITS: usize = 64;

/// Longest name of a file or folder, in bytes, on every file system that is in use.
const LONGEST_NAME: usize = 255;

/// Longest line, in bytes, that can name a file beneath so many folders: each with the longest name there is, all of
/// it escaped, after mark, digest and separator. A longer one is malformed, and is never held in memory.
pub(crate) const fn longest_line(folders: usize) -> usize {
    1 + DIGITS + 2 + 2 * folders.saturating_add(1).saturating_mul(LONGEST_NAME + 1)
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// What the file's bytes must hash to.
    pub(crate) digest: Sha256,
    /// The file, relative to the tree's root, without a leading `./`: canonical.
    pub(crate) name: Cow<'a, [u8]>,
}

/// Why a line is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LineFault {
    /// No digest and separator, as in an empty line or a comment.
    #[error("is not `DIGEST  NAME`")]
    Shape,
    /// `SHA256 (name) = digest`, which `sha256sum --tag` writes.
    #[error("is in the BSD form; write it without `--tag`")]
    Tagged,
    /// Longer than any name can be.
    #[error("is longer than any path")]
    TooLong,
    /// Nothing after the separator.
    #[error("names no file")]
    NoName,
    /// A NUL byte, which no name can have.
    #[error("has a NUL byte in its name")]
    Nul,
    /// A `\` that stands for nothing in a line that begins with one.
    #[error("has an unknown escape in its name")]
    Escape,
    /// Begins with `/`.
    #[error("names an absolute path")]
    Absolute,
    /// Has an empty, `.` or `..` part, or ends with `/`.
    #[error("names a path that is not canonical")]
    NotCanonical,
}

/// Reads a line without its line feed. A carriage return at its end belongs to the line end, as for `sha256sum -c`.
pub(crate) fn parse(line: &[u8]) -> Result<Line<'_>, LineFault> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.starts_with(b"SHA256 (") {
        return Err(LineFault::Tagged);
    }
    let (escaped, rest) = line.strip_prefix(b"\\").map_or((false, line), |rest| (true, rest));
    let (digest, rest) = rest.split_at_checked(DIGITS).ok_or(LineFault::Shape)?;
    let digest = digest_of(digest).ok_or(LineFault::Shape)?;
    let name = rest.strip_prefix(b"  ").or_else(|| rest.strip_prefix(b" *")).ok_or(LineFault::Shape)?;
    let name = if escaped { Cow::Owned(unescaped(name)?) } else { Cow::Borrowed(name) };
    let name = match name {
        Cow::Borrowed(name) => Cow::Borrowed(without_dot(name)),
        Cow::Owned(name) => Cow::Owned(without_dot(&name).to_vec()),
    };
    match fault_of(&name) {
        Some(fault) => Err(fault),
        None => Ok(Line { digest, name }),
    }
}

/// Adds the line of a file, with its line feed, as `sha256sum` writes it.
pub(crate) fn write(digest: &Sha256, name: &[u8], out: &mut Vec<u8>) {
    let special = |byte: &u8| matches!(byte, b'\\' | b'\n' | b'\r');
    let escaped = name.iter().any(special);
    if escaped {
        out.push(b'\\');
    }
    out.extend_from_slice(&digest.to_hex());
    out.extend_from_slice(b"  ");
    if escaped {
        for byte in name {
            match byte {
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                byte => out.push(*byte),
            }
        }
    } else {
        out.extend_from_slice(name);
    }
    out.push(b'\n');
}

fn digest_of(digits: &[u8]) -> Option<Sha256> {
    let (pairs, _) = digits.as_chunks::<2>();
    let mut bytes = [0; 32];
    let mut wrong = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (value(*high), value(*low));
        wrong |= high | low;
        *byte = (high << 4) | (low & 15);
    }
    (wrong & NO_DIGIT == 0).then(|| Sha256::from_bytes(bytes))
}

/// Set in the value of what is no hexadecimal digit.
const NO_DIGIT: u8 = 0x80;

/// By table: digits come in no order, and a million lines have 64 million of them.
fn value(digit: u8) -> u8 {
    const VALUES: [u8; 256] = values();
    VALUES.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT)
}

#[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "a table of bytes, made when compiled")]
const fn values() -> [u8; 256] {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
}

fn unescaped(name: &[u8]) -> Result<Vec<u8>, LineFault> {
    let mut out = Vec::with_capacity(name.len());
    let mut bytes = name.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'\\') => b'\\',
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(_) | None => return Err(LineFault::Escape),
            },
            byte => *byte,
        });
    }
    Ok(out)
}

/// `find . -type f` begins every name with `./`.
fn without_dot(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"./").unwrap_or(name)
}

fn fault_of(name: &[u8]) -> Option<LineFault> {
    if name.is_empty() {
        return Some(LineFault::NoName);
    }
    if name.contains(&0) {
        return Some(LineFault::Nul);
    }
    if name.starts_with(b"/") {
        return Some(LineFault::Absolute);
    }
    let strange = |part: &[u8]| matches!(part, b"" | b"." | b"..");
    name.split(|byte| *byte == b'/').any(strange).then_some(LineFault::NotCanonical)
}

#[cfg(test)]
mod tests;
