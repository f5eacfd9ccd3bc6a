//! What a sums file lists, small enough for a million entries: the key of each name and its digest, sorted by key.
//! Names are not kept; who needs them reads the file again.

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
};

use sha2::Digest as _;
use shipworthy_contract::Sha256;

use super::{root_digest::Lines, walk::PathKey};
use crate::{
    Limits,
    hash::files::Seen,
    sums::{self, Line, LineFault},
};

/// Malformed lines that are told one by one; garbage can have as many as it has bytes.
const MOST_LINES_TOLD: usize = 100;

/// What became of a listed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// Not met in the tree yet.
    Unseen = 0,
    /// A regular file that was not read yet.
    Found = 1,
    /// Not to be read: no regular file, or too large, and told as that.
    Told = 2,
    /// On its way to be read.
    Queued = 3,
    /// Read, or tried.
    Read = 4,
    /// The sums file itself, or the manifest.
    Exempt = 5,
}

/// One listed file.
#[derive(Clone, Debug)]
struct Row {
    key: PathKey,
    digest: Sha256,
}

/// All that a sums file lists.
#[derive(Debug)]
pub(crate) struct Listing {
    rows: Vec<Row>,
    /// Where the rows of each beginning of a key begin: one step instead of the twenty of a search.
    starts: Vec<u32>,
    states: Vec<AtomicU8>,
    /// Size and mark of what was found, by row.
    seen: Vec<[AtomicU64; 2]>,
    /// The tree's root digest, where the names stand in the order of their bytes.
    pub(crate) root_digest: Option<Sha256>,
}

/// A line that is malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    /// From 1.
    pub(crate) number: u64,
    /// What is wrong with it.
    pub(crate) fault: LineFault,
}

/// Why a sums file lists nothing that can be used.
#[derive(Debug)]
pub(crate) enum ListingFault {
    /// It cannot be read.
    Io(io::Error),
    /// It is longer than it is allowed to be; it grew while it was read.
    TooLarge,
    /// It lists more files than are allowed.
    TooMany,
    /// Lines that are none: the first of them, and how many there are.
    Malformed(Vec<BadLine>, u64),
    /// It lists nothing.
    Empty,
    /// Names that stand in it more than once, sorted.
    Twice(Vec<Vec<u8>>),
}

/// What was read: the digest of the bytes, and what they list.
#[derive(Debug)]
pub(crate) struct Sums {
    /// None where not every byte was read.
    pub(crate) digest: Option<Sha256>,
    pub(crate) listing: Result<Listing, ListingFault>,
}

impl Listing {
    /// Reads a sums file. `again` gives a reader of the same file from its beginning; `exempt` says which names the root
    /// digest leaves out.
    pub(crate) fn read<R: Read>(
        reader: R,
        exempt: &[PathKey],
        limits: &Limits,
        again: impl FnOnce() -> io::Result<R>,
    ) -> Sums {
        let mut reader =
            Hashing { inner: reader.take(limits.sums_bytes.saturating_add(1)), hasher: sha2::Sha256::default() };
        let gathered = gather(&mut reader, exempt, limits);
        // Whatever stopped the reading, the rest still counts for the digest.
        let drained = io::copy(&mut reader, &mut io::sink());
        let too_large = reader.inner.limit() == 0;
        let whole = drained.is_ok() && !too_large;
        let digest = whole.then(|| Sha256::from_bytes(reader.hasher.finalize().into()));
        let listing = match gathered {
            _ if too_large => Err(ListingFault::TooLarge),
            Err(fault) => Err(fault),
            Ok(gathered) => gathered.finish(again, limits),
        };
        Sums { digest, listing }
    }

    /// How many files it lists.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row of a listed file.
    pub(crate) fn find(&self, key: &PathKey) -> Option<usize> {
        let beginning = key.beginning(bits(self.rows.len()));
        let [from, to] = [beginning, beginning + 1].map(|at| self.starts.get(at).map_or(0, |start| *start as usize));
        let rows = self.rows.get(from..to)?;
        rows.binary_search_by(|row| row.key.cmp(key)).ok().map(|at| from + at)
    }

    /// The digest that a row lists.
    pub(crate) fn digest(&self, row: usize) -> Option<Sha256> {
        self.rows.get(row).map(|row| row.digest)
    }

    /// What became of a row.
    pub(crate) fn state(&self, row: usize) -> State {
        match self.states.get(row).map(|state| state.load(Ordering::Relaxed)) {
            Some(1) => State::Found,
            Some(2) => State::Told,
            Some(3) => State::Queued,
            Some(4) => State::Read,
            Some(5) => State::Exempt,
            Some(_) | None => State::Unseen,
        }
    }

    /// Notes that a row is to be read, and what the file was when it was looked at.
    pub(crate) fn found(&self, row: usize, seen: Seen) {
        if let Some([size, mark]) = self.seen.get(row) {
            size.store(seen.size, Ordering::Relaxed);
            mark.store(seen.mark, Ordering::Relaxed);
            self.set(row, State::Found);
        }
    }

    /// What the file of a row was when it was looked at.
    pub(crate) fn seen(&self, row: usize) -> Option<Seen> {
        let [size, mark] = self.seen.get(row)?;
        Some(Seen { size: size.load(Ordering::Relaxed), mark: mark.load(Ordering::Relaxed) })
    }

    /// Notes what became of a row.
    pub(crate) fn set(&self, row: usize, state: State) {
        if let Some(cell) = self.states.get(row) {
            cell.store(state as u8, Ordering::Relaxed);
        }
    }

    /// How many rows are in a state.
    pub(crate) fn count(&self, state: State) -> usize {
        self.states.iter().filter(|cell| cell.load(Ordering::Relaxed) == state as u8).count()
    }
}

/// Bits of a key that lead to a handful of rows.
fn bits(rows: usize) -> u32 {
    rows.checked_ilog2().unwrap_or(0).clamp(1, 16)
}

/// For each beginning of a key where its rows begin, and the end.
fn starts(rows: &[Row]) -> Vec<u32> {
    let bits = bits(rows.len());
    let mut starts = vec![0_u32; (1 << bits) + 1];
    for row in rows {
        if let Some(count) = starts.get_mut(row.key.beginning(bits) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// The lines of a sums file that was read without a fault before.
pub(crate) fn lines(
    reader: impl Read,
    limits: &Limits,
    mut each: impl FnMut(Line<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let malformed = |fault: LineFault| io::Error::new(io::ErrorKind::InvalidData, fault);
    for_each_line(reader, limits, |_, line| each(line.map_err(malformed)?))
}

fn for_each_line(
    reader: impl Read,
    limits: &Limits,
    mut each: impl FnMut(u64, Result<Line<'_>, LineFault>) -> io::Result<()>,
) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(256 << 10, reader);
    let longest = sums::longest_line(limits.folders) as u64;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if (&mut reader).take(longest + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.pop_if(|last| *last == b'\n').is_none() && line.len() as u64 > longest {
            reader.skip_until(b'\n')?;
            each(number, Err(LineFault::TooLong))?;
        } else {
            each(number, sums::parse(&line))?;
        }
    }
    Ok(())
}

struct Gathered {
    rows: Vec<Row>,
    bad: Vec<BadLine>,
    bad_count: u64,
    canonical: Option<Lines>,
}

fn gather(reader: impl Read, exempt: &[PathKey], limits: &Limits) -> Result<Gathered, ListingFault> {
    let mut found = Gathered { rows: Vec::new(), bad: Vec::new(), bad_count: 0, canonical: Some(Lines::default()) };
    let mut last: Vec<u8> = Vec::new();
    let mut too_many = false;
    let read = for_each_line(reader, limits, |number, line| {
        match line {
            Ok(_) if found.rows.len() as u64 >= limits.tree_files => {
                too_many = true;
                return Err(io::ErrorKind::Other.into());
            }
            Ok(Line { digest, name }) => {
                let key = PathKey::of(&name);
                found.canonical = found.canonical.take().filter(|_| last.as_slice() < &*name);
                if let Some(lines) = found.canonical.as_mut().filter(|_| !exempt.contains(&key)) {
                    lines.add(&digest, &name);
                }
                last.clear();
                last.extend_from_slice(&name);
                found.rows.push(Row { key, digest });
            }
            Err(fault) => {
                found.bad_count += 1;
                if found.bad.len() < MOST_LINES_TOLD {
                    found.bad.push(BadLine { number, fault });
                }
            }
        }
        Ok(())
    });
    match read {
        Err(_) if too_many => Err(ListingFault::TooMany),
        Err(error) => Err(ListingFault::Io(error)),
        Ok(()) => Ok(found),
    }
}

impl Gathered {
    fn finish<R: Read>(self, again: impl FnOnce() -> io::Result<R>, limits: &Limits) -> Result<Listing, ListingFault> {
        let Self { mut rows, bad, bad_count, canonical } = self;
        if bad_count > 0 {
            return Err(ListingFault::Malformed(bad, bad_count));
        }
        if rows.is_empty() {
            return Err(ListingFault::Empty);
        }
        rows.sort_unstable_by_key(|row| row.key);
        let mut twice: Vec<PathKey> = rows
            .windows(2)
            .filter_map(|pair| pair.first().filter(|one| pair.last().map(|two| two.key) == Some(one.key)))
            .map(|row| row.key)
            .collect();
        if !twice.is_empty() {
            twice.dedup();
            return Err(names_of(&twice, again, limits).map_or_else(ListingFault::Io, ListingFault::Twice));
        }
        let states = rows.iter().map(|_| AtomicU8::new(State::Unseen as u8)).collect();
        let seen = rows.iter().map(|_| [const { AtomicU64::new(0) }; 2]).collect();
        let starts = starts(&rows);
        Ok(Listing { rows, starts, states, seen, root_digest: canonical.map(Lines::finish) })
    }
}

/// The names of sorted keys, sorted.
fn names_of<R: Read>(
    keys: &[PathKey],
    again: impl FnOnce() -> io::Result<R>,
    limits: &Limits,
) -> io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    lines(again()?, limits, |line| {
        if keys.binary_search(&PathKey::of(&line.name)).is_ok() {
            names.push(line.name.into_owned());
        }
        Ok(())
    })?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Hashes what passes through.
struct Hashing<R> {
    inner: io::Take<R>,
    hasher: sha2::Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(room)?;
        self.hasher.update(room.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
