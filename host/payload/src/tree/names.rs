//! Names of one folder that other systems take for the same: they differ only by case or by Unicode normalisation.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, RandomState},
};

use unicode_normalization::UnicodeNormalization as _;

/// Notes the names of a folder as one number each, so that a folder of a million names costs 8 MB.
#[derive(Debug, Default)]
pub(crate) struct Names {
    folded: Vec<u64>,
}

impl Names {
    /// Notes a name. `state` is the same for the whole walk; it is random, so nobody can prepare names for it.
    pub(crate) fn note(&mut self, state: &RandomState, name: &[u8]) {
        self.folded.push(hash(state, name));
    }

    /// Whether two of them may be the same when folded.
    pub(crate) fn may_collide(&mut self) -> bool {
        self.folded.sort_unstable();
        self.folded.windows(2).any(|pair| pair.first() == pair.last())
    }

    /// The names that are the same as another one when folded, each with the first of its kind, sorted. `names` gives
    /// all names of the folder once more.
    pub(crate) fn colliding(&self, state: &RandomState, names: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<Vec<u8>>> {
        let mut suspects: Vec<u64> = self
            .folded
            .windows(2)
            .filter(|pair| pair.first() == pair.last())
            .filter_map(|pair| pair.first().copied())
            .collect();
        suspects.dedup();
        let mut groups: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
        for name in names.filter(|name| suspects.binary_search(&hash(state, name)).is_ok()) {
            groups.entry(folded(&name)).or_default().push(name);
        }
        let mut groups: Vec<Vec<Vec<u8>>> = groups.into_values().filter(|group| group.len() > 1).collect();
        for group in &mut groups {
            group.sort_unstable();
        }
        groups
    }
}

fn hash(state: &RandomState, name: &[u8]) -> u64 {
    if name.is_ascii() && !name.iter().any(u8::is_ascii_uppercase) {
        return state.hash_one(name);
    }
    state.hash_one(folded(name).as_slice())
}

/// A name without case and normalisation: decomposed canonically, to upper and to lower case, as file systems without
/// case compare. Bytes that are no UTF-8 stay.
fn folded(name: &[u8]) -> Vec<u8> {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let mut out = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        let upper = chunk.valid().nfd().flat_map(char::to_uppercase);
        let plain: String = upper.flat_map(char::to_lowercase).collect::<String>().nfd().collect();
        out.extend_from_slice(plain.as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], expected: &[&[&str]]) {
        let state = RandomState::new();
        let mut noted = Names::default();
        let all = || names.iter().map(|name| name.as_bytes().to_vec());
        for name in all() {
            noted.note(&state, &name);
        }
        assert_eq!(noted.may_collide(), !expected.is_empty(), "{names:?}");
        let groups = noted.colliding(&state, all());
        let expected: Vec<Vec<Vec<u8>>> =
            expected.iter().map(|group| group.iter().map(|name| name.as_bytes().to_vec()).collect()).collect();
        assert_eq!(groups, expected, "{names:?}");
    }

    #[test]
    fn names_collide_by_case_and_normalisation_only() {
        check(&["a", "b", "ab", "a b"], &[]);
        check(&["README", "readme", "Readme", "other"], &[&["README", "Readme", "readme"]]);
        check(&["\u{e9}t\u{e9}", "e\u{301}te\u{301}"], &[&["e\u{301}te\u{301}", "\u{e9}t\u{e9}"]]);
        check(&["\u{c9}", "e\u{301}", "e"], &[&["e\u{301}", "\u{c9}"]]);
        check(&["ΣΑΣ", "σας"], &[&["ΣΑΣ", "σας"]]);
        check(&["STRASSE", "straße"], &[&["STRASSE", "straße"]]);
        check(&["K", "\u{212a}"], &[&["K", "\u{212a}"]]);
        check(&["①", "1", "ﬁ", "f"], &[]);
        check(&["a", "A", "b", "B"], &[&["A", "a"], &["B", "b"]]);
    }

    #[test]
    fn bytes_that_are_no_text_are_themselves() {
        assert_eq!(folded(b"A\xff\xc9B"), b"a\xff\xc9b");
        assert_ne!(folded(b"\xff"), folded(b"\xfe"));
    }
}
