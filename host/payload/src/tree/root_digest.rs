//! One digest for a whole tree: the SHA-256 of its canonical sums, which are the lines of all its files as
//! `sha256sum` writes them, in the order of the bytes of their names. It is what
//! `shipworthy payload sums DIR | sha256sum` gives, however the sums file that was checked is written.

use std::{collections::BTreeMap, io, io::Read};

use sha2::Digest as _;
use shipworthy_contract::Sha256;

use super::listing::lines;
use crate::{Limits, sums};

/// Bytes that names are held in at a time where they have to be sorted; more names mean more readings of the file.
const HELD: usize = 16 << 20;

/// What an entry costs beside its name, in bytes.
const ENTRY: usize = 96;

/// The digest of what a sums file lists in whatever order, which was read without a fault before. `again` gives a
/// reader of it from its beginning.
pub(crate) fn of<R: Read>(
    again: impl FnMut() -> io::Result<R>,
    left_out: &dyn Fn(&[u8]) -> bool,
    limits: &Limits,
) -> io::Result<Sha256> {
    sorted(again, left_out, limits, HELD)
}

/// Reads the file as often as it takes, each time for the next names in order that fit.
fn sorted<R: Read>(
    mut again: impl FnMut() -> io::Result<R>,
    left_out: &dyn Fn(&[u8]) -> bool,
    limits: &Limits,
    most: usize,
) -> io::Result<Sha256> {
    let mut hasher = Lines::default();
    let mut last: Option<Vec<u8>> = None;
    loop {
        let mut next: BTreeMap<Vec<u8>, Sha256> = BTreeMap::new();
        let (mut held, mut more) = (0, false);
        lines(again()?, limits, |line| {
            if left_out(&line.name) || last.as_deref().is_some_and(|last| &*line.name <= last) {
                return Ok(());
            }
            held += line.name.len() + ENTRY;
            next.insert(line.name.into_owned(), line.digest);
            while held > most && next.len() > 1 {
                held -= next.pop_last().map_or(held, |(name, _)| name.len() + ENTRY);
                more = true;
            }
            Ok(())
        })?;
        for (name, digest) in &next {
            hasher.add(digest, name);
        }
        last = next.pop_last().map(|(name, _)| name);
        if !more || last.is_none() {
            return Ok(hasher.finish());
        }
    }
}

/// Canonical lines, one after the other.
#[derive(Debug, Default)]
pub(super) struct Lines {
    hasher: sha2::Sha256,
    line: Vec<u8>,
}

impl Lines {
    /// Adds the next file in order.
    pub(super) fn add(&mut self, digest: &Sha256, name: &[u8]) {
        self.line.clear();
        sums::write(digest, name, &mut self.line);
        self.hasher.update(&self.line);
    }

    /// Their digest.
    pub(super) fn finish(self) -> Sha256 {
        Sha256::from_bytes(self.hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_marks_and_memory_make_no_difference() {
        let digit = |name: &str| b"0123456789abcdef"[name.len() % 16] as char;
        let line = |name: &str, gap: &str| format!("{}{gap}{name}\n", digit(name).to_string().repeat(64));
        let names: Vec<String> = (1..200).map(|number| format!("d{}/{}", number % 7, "n".repeat(number))).collect();
        let mut sorted_names = names.clone();
        sorted_names.sort();
        let canonical: String = sorted_names.iter().map(|name| line(name, "  ")).collect();
        let expected = Sha256::of(canonical.as_bytes());
        let loose: String = names.iter().map(|name| line(name, " *./")).collect();
        let limits = Limits::default();
        let none = |_: &[u8]| false;
        assert_eq!(of(|| Ok(canonical.as_bytes()), &none, &limits).unwrap(), expected);
        for most in [1, 500, 5_000, 1 << 20] {
            assert_eq!(sorted(|| Ok(loose.as_bytes()), &none, &limits, most).unwrap(), expected, "{most}");
        }
        let but_last = canonical.len() - line(sorted_names.last().unwrap(), "  ").len();
        let left_out = |name: &[u8]| name == sorted_names.last().unwrap().as_bytes();
        let expected = Sha256::of(&canonical.as_bytes()[..but_last]);
        assert_eq!(of(|| Ok(loose.as_bytes()), &left_out, &limits).unwrap(), expected);
    }
}
