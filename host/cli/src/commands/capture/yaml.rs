//! Text as YAML that our own reader takes back.

use shipworthy_contract::text;

pub(super) use super::super::harmless::{comment, quoted};

/// Plain words that some reader of YAML takes for something else than text.
const RESERVED: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// A key: plain where no reader can mistake it.
pub(super) fn key(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    if plain && !RESERVED.contains(&text) { text.to_owned() } else { quoted(text) }
}

/// Whether text comes back from YAML and from the requirement's reader as it went in, and can be shown.
pub(super) fn can_be_written(text: &str) -> bool {
    !text.trim().is_empty() && text.trim() == text && text::one_line(text) == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_could_be_mistaken_are_quoted() {
        for (text, expected) in [
            ("runtime-node", "runtime-node"),
            ("no", "\"no\""),
            ("1.0", "\"1.0\""),
            ("sitecustomize.py", "\"sitecustomize.py\""),
        ] {
            assert_eq!(key(text), expected);
        }
    }

    #[test]
    fn text_that_would_come_back_changed_is_seen() {
        for (text, expected) in [("a b", true), ("", false), (" ", false), (" a", false), ("a\u{1b}[31mb", false)] {
            assert_eq!(can_be_written(text), expected, "{text:?}");
        }
    }
}
