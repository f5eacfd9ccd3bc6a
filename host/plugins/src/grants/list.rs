//! The list `grants` as it is to be pasted into an environment.

use std::fmt::Write as _;

use shipworthy_contract::{grant::Grant, text::one_line};

/// What a line of the list is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is in force, or simply to be written.
    Kept,
    /// It is in force, and no need asks for it.
    NotNeeded,
    /// The plugin cannot do without it.
    Missing,
    /// The plugin can do without it: a comment, for whoever wants it.
    Optional,
}

/// `grants = [...]`, a line each.
pub(crate) fn listed<'a>(lines: impl IntoIterator<Item = (&'a Grant, Mark)>) -> String {
    let mut list = String::from("grants = [\n");
    for (grant, mark) in lines {
        let (before, after) = match mark {
            Mark::Kept => ("", ""),
            Mark::NotNeeded => ("", " # not needed"),
            Mark::Missing => ("", " # missing"),
            Mark::Optional => ("# ", " # optional"),
        };
        // Writing to a `String` cannot fail.
        writeln!(list, "    {before}{},{after}", quoted(&grant.to_string())).unwrap_or_default();
    }
    list.push(']');
    list
}

/// A name as a key of TOML: what a bare key cannot hold is quoted.
pub(crate) fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !name.is_empty() && name.bytes().all(bare) { name.to_owned() } else { quoted(name) }
}

/// A basic string of TOML that shows every character that a terminal would obey as an escape, so that cleaning the
/// page changes nothing of what is pasted.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' ' => out.push(' '),
            c if one_line(c.encode_utf8(&mut [0; 4])).is_empty() => {
                write!(out, "\\U{:08x}", u32::from(c)).unwrap_or_default();
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_what_it_is_there_for() {
        let grants: Vec<Grant> =
            ["http GET /a", "logs .", "container .", "label . a\"b"].iter().map(|line| line.parse().unwrap()).collect();
        let marks = [Mark::Kept, Mark::NotNeeded, Mark::Missing, Mark::Optional];
        insta::assert_snapshot!(listed(grants.iter().zip(marks)), @r###"
        grants = [
            "http GET /a",
            "logs .", # not needed
            "container .", # missing
            # "label . a\"b", # optional
        ]
        "###);
    }

    #[test]
    fn a_quoted_text_survives_cleaning_and_means_the_same() {
        for text in ["a b", "a\"b\\c", "\u{1b}[31mx\r\n\u{202e}\u{9b}é", "\u{a0}\t"] {
            let line = quoted(text);
            assert_eq!(one_line(&line), line, "{text:?}");
            let document = format!("x = {line}");
            let table = toml::de::DeTable::parse(&document).unwrap();
            assert_eq!(table.get_ref()["x"].get_ref().as_str(), Some(text));
        }
    }
}
