//! A text as its reader takes it, whatever its writer chose to escape, with the way back to the bytes as they stand.
//!
//! A writer may escape any character, not only those that must be: `\u002B`, `%2b`, `&#x2B;`. The forms of a secret that
//! could be listed are without end, so what was escaped is read, and the secret is searched for in that.

use std::ops::Range;

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// Strings of JSON, and of the languages that write them alike: `\u002B`, `\x2B`, `\/`.
    Json,
    /// Percent-encoding.
    Percent,
    /// Character references of HTML and XML.
    Html,
}

/// The writings that are read, each within the one before: an answer in JSON quotes one in JSON that quotes a URL.
pub(super) const LAYERS: [&[Writing]; 7] = [
    &[Writing::Json],
    &[Writing::Percent],
    &[Writing::Html],
    &[Writing::Json, Writing::Json],
    &[Writing::Json, Writing::Percent],
    &[Writing::Json, Writing::Html],
    &[Writing::Percent, Writing::Percent],
];

/// Bytes that were read, and where each one stood.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// For each byte, where what it was read from begins.
    begins: Vec<usize>,
    /// Length of the whole that it was read from.
    whole: usize,
}

/// One character that stands for itself or is escaped: its bytes, how many of them count, and the length of the escape.
type Unit = ([u8; 4], usize, usize);

impl Decoded {
    /// None where nothing is escaped: then there is nothing to find that was not found before.
    pub(super) fn of(bytes: &[u8], writings: &[Writing]) -> Option<Self> {
        let mut decoded: Option<Self> = None;
        for writing in writings {
            let from = decoded.as_ref().map_or(bytes, |decoded| decoded.bytes.as_slice());
            let next = writing.read(from)?;
            decoded = Some(match decoded {
                Some(outer) => next.within(&outer),
                None => next,
            });
        }
        decoded
    }

    /// Where a part of what was read stood.
    pub(super) fn stood(&self, part: &Range<usize>) -> Range<usize> {
        self.place(part.start)..self.place(part.end)
    }

    fn place(&self, at: usize) -> usize {
        self.begins.get(at).copied().unwrap_or(self.whole)
    }

    fn within(self, outer: &Self) -> Self {
        let begins = self.begins.iter().map(|begin| outer.place(*begin)).collect();
        Self { begins, whole: outer.whole, ..self }
    }
}

impl Writing {
    const fn mark(self) -> u8 {
        match self {
            Self::Json => b'\\',
            Self::Percent => b'%',
            Self::Html => b'&',
        }
    }

    fn read(self, bytes: &[u8]) -> Option<Decoded> {
        let mark = self.mark();
        if !bytes.contains(&mark) {
            return None;
        }
        let mut decoded = Decoded {
            bytes: Vec::with_capacity(bytes.len()),
            begins: Vec::with_capacity(bytes.len()),
            whole: bytes.len(),
        };
        let (mut at, mut escapes) = (0, 0_usize);
        while let Some((first, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
            let unit = (*first == mark).then(|| self.escaped(rest)).flatten();
            let (read, count, length) = unit.unwrap_or(([*first, 0, 0, 0], 1, 0));
            decoded.bytes.extend_from_slice(read.get(..count).unwrap_or_default());
            decoded.begins.extend(std::iter::repeat_n(at, count));
            escapes += usize::from(length > 0);
            at += 1 + length;
        }
        (escapes > 0).then_some(decoded)
    }

    /// What stands behind the mark.
    fn escaped(self, rest: &[u8]) -> Option<Unit> {
        match self {
            Self::Json => json(rest),
            Self::Percent => hex(rest.get(..2)?).and_then(|code| Some(([u8::try_from(code).ok()?, 0, 0, 0], 1, 2))),
            Self::Html => html(rest),
        }
    }
}

fn unit(code: u32, length: usize) -> Option<Unit> {
    let c = char::from_u32(code)?;
    let mut bytes = [0; 4];
    let count = c.encode_utf8(&mut bytes).len();
    Some((bytes, count, length))
}

fn json(rest: &[u8]) -> Option<Unit> {
    let (kind, rest) = rest.split_first()?;
    match kind {
        b'u' => {
            let code = hex(rest.get(..4)?)?;
            let low = || rest.get(4..10)?.strip_prefix(b"\\u").and_then(hex);
            match (code, low()) {
                (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                    unit(0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00), 11)
                }
                _ => unit(code, 5),
            }
        }
        b'x' => unit(hex(rest.get(..2)?)?, 3),
        b'n' => unit(0x0a, 1),
        b'r' => unit(0x0d, 1),
        b't' => unit(0x09, 1),
        b'b' => unit(0x08, 1),
        b'f' => unit(0x0c, 1),
        b'"' | b'\'' | b'\\' | b'/' | b'`' => unit(u32::from(*kind), 1),
        _ => None,
    }
}

fn html(rest: &[u8]) -> Option<Unit> {
    /// Longest name of those below and longest number of a character, with room for zeros in front.
    const LONGEST: usize = 12;
    const NAMES: [(&[u8], char); 27] = [
        (b"amp", '&'),
        (b"lt", '<'),
        (b"gt", '>'),
        (b"quot", '"'),
        (b"apos", '\''),
        (b"plus", '+'),
        (b"sol", '/'),
        (b"bsol", '\\'),
        (b"equals", '='),
        (b"colon", ':'),
        (b"semi", ';'),
        (b"comma", ','),
        (b"period", '.'),
        (b"commat", '@'),
        (b"num", '#'),
        (b"dollar", '$'),
        (b"percnt", '%'),
        (b"excl", '!'),
        (b"quest", '?'),
        (b"ast", '*'),
        (b"lpar", '('),
        (b"rpar", ')'),
        (b"lowbar", '_'),
        (b"Hat", '^'),
        (b"grave", '`'),
        (b"verbar", '|'),
        (b"nbsp", '\u{a0}'),
    ];
    let end = rest.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = rest.get(..end)?;
    let code = match name {
        [b'#', b'x' | b'X', digits @ ..] => hex(digits),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok(),
        _ => NAMES.iter().find(|(known, _)| *known == name).map(|(_, c)| u32::from(*c)),
    };
    unit(code?, end + 1)
}

fn hex(digits: &[u8]) -> Option<u32> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_escaped_is_read_and_found_where_it_stood() {
        for (writings, text, read) in [
            (&[Writing::Json][..], r"a\u002Bb\/\x2f\u00e9\ud83d\ude00\q\\u", "a+b//é😀\\q\\u"),
            (&[Writing::Percent], "%41%2b%zz%4", "A+%zz%4"),
            (&[Writing::Html], "&#43;&#x2F;&#X2f;&amp;&plus;&none;&", "+//&+&none;&"),
            (&[Writing::Json, Writing::Json], r"a\\u002bb", "a+b"),
            (&[Writing::Json, Writing::Percent], r"a\u00252Bb", "a+b"),
        ] {
            let decoded = Decoded::of(text.as_bytes(), writings).unwrap();
            assert_eq!(String::from_utf8_lossy(&decoded.bytes), read);
            assert_eq!(decoded.stood(&(0..read.len())), 0..text.len());
        }
        let decoded = Decoded::of(br"x\u0041\u0042y", &[Writing::Json]).unwrap();
        assert_eq!(decoded.stood(&(1..3)), 1..13);
        assert!(Decoded::of(b"a 100% & \\q", &[Writing::Percent]).is_none());
    }
}
