//! Where what is wrong with a tree gathers: every path, grouped by what is wrong with it.

use std::collections::BTreeMap;

use super::fault::Fault;

/// Paths of a kind whose details are kept. Every path is told; a million details would be larger than the tree.
pub(super) const MOST_DETAILS: usize = 1_000;

/// The paths of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Every path, as text.
    pub(crate) paths: Vec<String>,
    /// What was seen of the first of them.
    pub(crate) details: Vec<Detail>,
}

/// What was seen of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    pub(crate) path: String,
    /// As seen: a digest, a link's text, a mode.
    pub(crate) seen: String,
    /// How it was seen, and what it should be.
    pub(crate) how: String,
}

/// All that is wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(BTreeMap<Fault, Group>);

impl Faults {
    /// Adds a path.
    pub(crate) fn push(&mut self, fault: Fault, path: &[u8]) {
        self.0.entry(fault).or_default().paths.push(shown(path));
    }

    /// Adds a path with what was seen of it.
    pub(crate) fn push_seen(&mut self, fault: Fault, path: &[u8], seen: impl Into<String>, how: impl Into<String>) {
        let group = self.0.entry(fault).or_default();
        let path = shown(path);
        if group.details.len() < MOST_DETAILS {
            group.details.push(Detail { path: path.clone(), seen: seen.into(), how: how.into() });
        }
        group.paths.push(path);
    }

    /// Adds what was found elsewhere.
    pub(crate) fn merge(&mut self, other: Self) {
        for (fault, group) in other.0 {
            let own = self.0.entry(fault).or_default();
            own.paths.extend(group.paths);
            own.details.extend(group.details);
        }
    }

    /// Whether nothing is wrong that the test holds for.
    pub(crate) fn none(&self, test: impl Fn(Fault) -> bool) -> bool {
        !self.0.keys().any(|fault| test(*fault))
    }

    /// The groups that the test holds for, in the order of [`Fault`].
    pub(crate) fn groups(&self, test: impl Fn(Fault) -> bool) -> Vec<(Fault, &Group)> {
        self.0.iter().filter(|(fault, _)| test(**fault)).map(|(fault, group)| (*fault, group)).collect()
    }
}

/// A path as text. Bytes that are no UTF-8 are written as `\xff`, and so that nobody mistakes a name for such an escape,
/// a backslash that stands before `x` is doubled.
pub(crate) fn shown(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        text.push_str(&chunk.valid().replace("\\x", "\\\\x"));
        for byte in chunk.invalid() {
            text.push_str("\\x");
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(digit), 16));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_no_text_stay_apart() {
        for (path, text) in [
            (&b"a/b"[..], "a/b"),
            ("été".as_bytes(), "été"),
            (b"a\xff\xfe/b", "a\\xff\\xfe/b"),
            (b"a\\xff", "a\\\\xff"),
            (b"a\\b", "a\\b"),
        ] {
            assert_eq!(shown(path), text);
        }
    }

    #[test]
    fn every_path_is_kept_and_the_first_details() {
        let mut faults = Faults::default();
        for number in 0..MOST_DETAILS + 5 {
            faults.push_seen(Fault::Altered, number.to_string().as_bytes(), "seen", "how");
        }
        faults.push(Fault::Missing, b"gone");
        let groups = faults.groups(|_| true);
        let sizes: Vec<_> =
            groups.iter().map(|(fault, group)| (*fault, group.paths.len(), group.details.len())).collect();
        assert_eq!(sizes, [(Fault::Altered, MOST_DETAILS + 5, MOST_DETAILS), (Fault::Missing, 1, 0)]);
        assert!(faults.none(|fault| fault == Fault::Changed) && !faults.none(|fault| fault == Fault::Missing));
    }
}
