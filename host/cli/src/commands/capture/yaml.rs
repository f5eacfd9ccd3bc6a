//! Text as YAML. Whatever a service says stays inside its scalar or its comment.

use shipworthy_contract::text;

/// Longest comment, in characters: a reason with a few names in it.
const LONGEST_COMMENT: usize = 200;

/// Plain words that some reader of YAML takes for something else than text.
const RESERVED: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// A double-quoted scalar, which every reader of YAML gives back as it is.
pub(super) fn quoted(text: &str) -> String {
    // Some CI systems obey these anywhere in a line.
    let defused = text.replace("##[", "#\u{1}[").replace("##vso[", "#\u{1}vso[");
    let mut out = String::from("\"");
    for c in defused.chars() {
        match c {
            '\u{1}' => out.push_str("\\x23"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&escaped(c)),
        }
    }
    out.push('"');
    out
}

/// A key: plain where no reader can mistake it.
pub(super) fn key(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    if plain && !RESERVED.contains(&text) { text.to_owned() } else { quoted(text) }
}

/// A comment's text: one line, cut.
pub(super) fn comment(text: &str) -> String {
    text::excerpt(text, LONGEST_COMMENT).replace("##[", "#·#[").replace("##vso[", "#·#vso[")
}

/// Whether text comes back from YAML and from the requirement's reader as it went in, and can be shown.
pub(super) fn can_be_written(text: &str) -> bool {
    !text.trim().is_empty() && text.trim() == text && text::one_line(text) == text
}

fn escaped(c: char) -> String {
    let number = u32::from(c);
    if number <= 0xffff { format!("\\u{number:04x}") } else { format!("\\U{number:08x}") }
}

/// As YAML 1.2 has it (5.1), without what a terminal or an editor hides.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{200a}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205f}'
        | '\u{2070}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{1fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_cannot_be_left() {
        for (text, expected) in [
            ("2.0.0", r#""2.0.0""#),
            ("route:/orders/{id}", r#""route:/orders/{id}""#),
            (r#"a" # b: \"#, r#""a\" # b: \\""#),
            ("a\nb\u{7}", r#""a\u000ab\u0007""#),
            ("##[group] ##vso[task]", r##""#\x23[group] #\x23vso[task]""##),
            ("ünï\u{feff}\u{fffe}\u{200b}", r#""ünï\ufeff\ufffe\u200b""#),
            ("\u{e0001}", r#""\U000e0001""#),
        ] {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }

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
    fn comments_stay_on_their_line() {
        assert_eq!(comment("a\n  mode: containerd"), "a   mode: containerd");
        assert_eq!(comment("x ##[error]y"), "x #·#[error]y");
        assert_eq!(comment(&"x".repeat(1000)).chars().count(), LONGEST_COMMENT);
    }

    #[test]
    fn text_that_would_come_back_changed_is_seen() {
        for (text, expected) in [("a b", true), ("", false), (" ", false), (" a", false), ("a\u{1b}[31mb", false)] {
            assert_eq!(can_be_written(text), expected, "{text:?}");
        }
    }
}
