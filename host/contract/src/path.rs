//! Request paths in the one form in which they may be matched and sent.

use std::{fmt, str::FromStr};

/// A request path with its query that is normal: what is matched against a grant is what is sent.
///
/// Refused are: no leading `/`; a fragment; an empty segment (`//`); a `.` or `..` segment; `\`; blanks, control and
/// non-ASCII characters; percent escapes that are malformed or stand for `.`, `/`, `\` or a control character. So no
/// server can read another path out of it than the grant was matched against (design.md, part 3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NormalPath {
    text: String,
    path_len: usize,
}

/// Why a path is not normal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path {found} {reason}")]
pub struct NotNormal {
    /// What was asked, cut and cleaned.
    pub found: String,
    /// What is wrong with it, as in "the path X has ...".
    pub reason: &'static str,
}

impl NormalPath {
    /// The path without its query.
    pub fn path(&self) -> &str {
        self.text.get(..self.path_len).unwrap_or(&self.text)
    }

    /// Path and query, as sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for NormalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for NormalPath {
    type Err = NotNormal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.split('?').next().unwrap_or_default();
        match fault_of(text, path) {
            None => Ok(Self { text: text.to_owned(), path_len: path.len() }),
            Some(reason) => Err(NotNormal { found: format!("`{}`", crate::text::excerpt(text, 80)), reason }),
        }
    }
}

fn fault_of(text: &str, path: &str) -> Option<&'static str> {
    if !text.starts_with('/') {
        return Some("does not begin with `/`");
    }
    if text.bytes().any(|byte| !(0x21..=0x7e).contains(&byte)) {
        return Some("has a blank, a control character or a character outside ASCII");
    }
    if text.contains('\\') {
        return Some("has a `\\`");
    }
    if text.contains('#') {
        return Some("has a fragment");
    }
    if path.contains("//") {
        return Some("has an empty segment");
    }
    // Java's servers drop what follows a `;` before they look at a segment.
    let bare = |segment: &str| segment.split(';').next().is_some_and(|bare| bare == "." || bare == "..");
    if path.split('/').any(bare) {
        return Some("has a `.` or `..` segment");
    }
    escapes_fault(text.as_bytes(), path.len())
}

/// Malformed escapes are refused everywhere, dangerous ones in the path.
fn escapes_fault(text: &[u8], path_len: usize) -> Option<&'static str> {
    const TWICE_OR_NO_TEXT: &str = "has an escape of an escape, or one that is no UTF-8";
    let mut decoded = Vec::with_capacity(path_len);
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let in_path = text.len() - rest.len() < path_len;
        rest = tail;
        if *first != b'%' {
            decoded.extend(in_path.then_some(*first));
            continue;
        }
        let Some(value) = tail.get(..2).and_then(hex_pair) else {
            return Some("has a malformed percent escape");
        };
        rest = tail.get(2..).unwrap_or_default();
        if value < 0x20 || value == 0x7f {
            return Some("has an escaped control character");
        }
        if !in_path {
            continue;
        }
        if matches!(value, b'.' | b'/' | b'\\') {
            return Some("has an escaped `.`, `/` or `\\`");
        }
        // What a server that decodes twice would read as one of these.
        if value == b'%' && rest.get(..2).and_then(hex_pair).is_some() {
            return Some(TWICE_OR_NO_TEXT);
        }
        if value == b';' {
            return Some("has an escaped `;`");
        }
        decoded.push(value);
    }
    // UTF-8 has one form for each character; a server that takes a longer one would read `.` or `/` out of it.
    std::str::from_utf8(&decoded).is_err().then_some(TWICE_OR_NO_TEXT)
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    match pair {
        [high, low] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    }
}

/// Longest pattern, in bytes: no path that anybody grants is longer, and comparing two stays cheap.
const LONGEST_PATTERN: usize = 512;

/// A pattern over paths: `*` stays within one segment, `**` crosses segments, everything else is itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern(String);

/// A pattern that can match nothing, or is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a pattern that begins with `/`, found `{found}`: it {reason}")]
pub struct NotAPattern {
    /// What was written.
    pub found: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Pattern {
    /// Whether a text without query matches as a whole.
    pub fn matches(&self, text: &str) -> bool {
        glob(self.0.as_bytes(), text.as_bytes())
    }

    /// Whether every path that `other` matches is matched by this one as well. Exact for patterns whose wildcards are
    /// whole segments or stand at a segment's end; where it is not certain, the answer is no.
    pub fn covers(&self, other: &Self) -> bool {
        // The other pattern read as text: its `*` can only be consumed by one of ours, and `**` only by `**`.
        covers(self.0.as_bytes(), other.0.as_bytes())
    }

    /// Whether it has a wildcard.
    pub fn has_wildcard(&self) -> bool {
        self.0.contains('*')
    }

    /// The pattern's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Pattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |reason| NotAPattern { found: crate::text::excerpt(text, 80), reason };
        if text.len() > LONGEST_PATTERN {
            return Err(wrong("is longer than 512 bytes"));
        }
        if text.contains("***") {
            return Err(wrong("has more than two `*` in a row"));
        }
        if text.contains('?') {
            return Err(wrong("has a query, which is never matched"));
        }
        match fault_of(text, text) {
            None => Ok(Self(text.to_owned())),
            Some(_) if !text.starts_with('/') => Err(wrong("does not begin with `/`")),
            Some(reason) => Err(wrong(reason)),
        }
    }
}

/// Whole-text match. Linear memory and at worst quadratic time: one backtrack point per kind of wildcard.
pub(crate) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut single: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(p), text.get(t)) {
            (Some(b'*'), _) if pattern.get(p + 1) == Some(&b'*') => {
                double = Some((p, t));
                single = None;
                p += 2;
                continue;
            }
            (Some(b'*'), _) => {
                single = Some((p, t));
                p += 1;
                continue;
            }
            (None, None) => return true,
            (Some(expected), Some(found)) if expected == found => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        if let Some((star, from)) = single
            && text.get(from).is_some_and(|byte| *byte != b'/')
        {
            single = Some((star, from + 1));
            p = star + 1;
            t = from + 1;
        } else if let Some((star, from)) = double
            && from < text.len()
        {
            double = Some((star, from + 1));
            single = None;
            p = star + 2;
            t = from + 1;
        } else {
            return false;
        }
    }
}

/// Which suffixes of `ours` cover which suffixes of `other`, filled from the ends, so that no pattern costs more than
/// the product of the two lengths.
fn covers(ours: &[u8], other: &[u8]) -> bool {
    let width = other.len() + 1;
    // `below[j]` answers for the row after the current one, `two_below` for the one after that.
    let mut two_below = vec![false; width];
    let mut below = vec![false; width];
    if let Some(last) = below.last_mut() {
        *last = true;
    }
    for i in (0..ours.len()).rev() {
        let mut row = vec![false; width];
        for j in (0..width).rev() {
            let at = |cells: &[bool], index: usize| cells.get(index).copied().unwrap_or(false);
            let theirs = other.get(j);
            let theirs_is_double = theirs == Some(&b'*') && other.get(j + 1) == Some(&b'*');
            let covered = match ours.get(i) {
                Some(b'*') if ours.get(i + 1) == Some(&b'*') => {
                    at(&two_below, j) || (theirs.is_some() && at(&row, j + 1))
                }
                Some(b'*') => {
                    at(&below, j) || (!theirs_is_double && theirs.is_some_and(|byte| *byte != b'/') && at(&row, j + 1))
                }
                literal => theirs != Some(&b'*') && literal == theirs && at(&below, j + 1),
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = covered;
            }
        }
        two_below = std::mem::replace(&mut below, row);
    }
    below.first().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_normal_paths_pass() {
        for good in
            ["/", "/health", "/a/b?x=1&y=%2F..", "/a%20b", "/2015-03-31/functions/x/invocations", "/a..b", "/a/"]
        {
            assert!(good.parse::<NormalPath>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "health",
            "//",
            "/a//b",
            "/./a",
            "/a/..",
            "/a/../b",
            "/a/..;/b",
            "/a/..;x=1/b",
            "/a/..%3b/b",
            "/a/%252e%252e/b",
            "/a/%c0%ae%c0%ae/b",
            "/a/..%e0%80%afb",
            "/a/..%f0%80%80%afb",
            "/a/%e0%80%ae%e0%80%ae/b",
            "/a/%ff",
            "/a/%e4",
            "/a\\b",
            "/a%2e%2e/b",
            "/a%2Fb",
            "/a%5cb",
            "/a b",
            "/a\r\nHost: x",
            "/a\0",
            "/ü",
            "/a%0d%0a",
            "/a%0",
            "/a%zz",
            "/a#b",
            "http://x/a",
            "/a?x=%00",
            "/a?x=\n",
        ] {
            assert!(bad.parse::<NormalPath>().is_err(), "{bad:?}");
        }
        let path: NormalPath = "/a/b?c=d".parse().unwrap();
        assert_eq!((path.path(), path.as_str()), ("/a/b", "/a/b?c=d"));
    }

    #[test]
    fn stars_stay_in_their_segment_and_double_stars_cross() {
        let matches = |pattern: &str, text: &str| pattern.parse::<Pattern>().unwrap().matches(text);
        for (pattern, text, expected) in [
            ("/health", "/health", true),
            ("/health", "/healthz", false),
            ("/a/*", "/a/b", true),
            ("/a/*", "/a/", true),
            ("/a/*", "/a/b/c", false),
            ("/a/*/c", "/a/b/c", true),
            ("/a/**", "/a/b/c", true),
            ("/**", "/", true),
            ("/**/z", "/a/b/z", true),
            ("/f/no-such-*/invocations", "/f/no-such-1/invocations", true),
            ("/f/no-such-*/invocations", "/f/real/invocations", false),
            ("/*a*/x", "/bab/x", true),
            ("/**a*/x", "/q/a/bab/x", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_grant_covers_what_is_narrower() {
        let covers = |ours: &str, other: &str| ours.parse::<Pattern>().unwrap().covers(&other.parse().unwrap());
        for (ours, other, expected) in [
            ("/a", "/a", true),
            ("/a/*", "/a/b", true),
            ("/a/*", "/a/*", true),
            ("/a/*", "/a/x*", true),
            ("/a/*", "/a/**", false),
            ("/a/**", "/a/*/c", true),
            ("/**", "/anything/**", true),
            ("/a/x*", "/a/*", false),
            ("/a", "/a*", false),
        ] {
            assert_eq!(covers(ours, other), expected, "{ours} over {other}");
        }
    }

    proptest! {
        #[test]
        fn covering_agrees_with_matching(ours in "/[ab*]{0,4}(/[ab*]{0,3})?", other in "/[ab*]{0,4}(/[ab*]{0,3})?", text in "/[ab]{0,4}(/[ab]{0,3})?") {
            let (Ok(ours), Ok(other)) = (ours.parse::<Pattern>(), other.parse::<Pattern>()) else { return Ok(()) };
            if ours.covers(&other) && other.matches(&text) {
                prop_assert!(ours.matches(&text), "{ours} covers {other}, which matches {text}");
            }
        }

        #[test]
        fn a_literal_pattern_matches_itself_alone(text in "/[a-c/]{0,8}", other in "/[a-c/]{0,8}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.matches(&other), text == other);
            }
        }
    }
}
