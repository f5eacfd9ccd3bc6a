//! Text of services in the files that are printed for people: whatever it says stays inside its string or its comment,
//! and nothing of it is hidden from the reader or obeyed by a terminal or a CI system.

use shipworthy_contract::text;

/// Longest comment, in characters: a reason with a few names in it.
const LONGEST_COMMENT: usize = 200;

/// A string in double quotes, which every reader of YAML or TOML gives back as it is: the escapes are those that both
/// have.
pub(super) fn quoted(text: &str) -> String {
    // Some CI systems obey these anywhere in a line.
    let defused = text.replace("##[", "#\u{1}[").replace("##vso[", "#\u{1}vso[");
    let mut out = String::from("\"");
    for c in defused.chars() {
        match c {
            '\u{1}' => out.push_str(&escaped('#')),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&escaped(c)),
        }
    }
    out.push('"');
    out
}

/// A comment's text: one line, cut.
pub(super) fn comment(text: &str) -> String {
    text::excerpt(text, LONGEST_COMMENT).replace("##[", "#·#[").replace("##vso[", "#·#vso[")
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
    fn strings_cannot_be_left() {
        for (text, expected) in [
            ("2.0.0", r#""2.0.0""#),
            ("route:/orders/{id}", r#""route:/orders/{id}""#),
            (r#"a" # b: \"#, r#""a\" # b: \\""#),
            ("a\nb\u{7}\u{7f}", r#""a\u000ab\u0007\u007f""#),
            ("##[group] ##vso[task]", r##""#\u0023[group] #\u0023vso[task]""##),
            ("ünï\u{feff}\u{fffe}\u{200b}\u{202e}", r#""ünï\ufeff\ufffe\u200b\u202e""#),
            ("\u{e0001}", r#""\U000e0001""#),
        ] {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }

    #[test]
    fn comments_stay_on_their_line() {
        assert_eq!(comment("a\n  mode: containerd"), "a   mode: containerd");
        assert_eq!(comment("a\npolicy = \"warn\""), "a policy = \"warn\"");
        assert_eq!(comment("x ##[error]y ##vso[z]"), "x #·#[error]y #·#vso[z]");
        assert_eq!(comment(&"x".repeat(1000)).chars().count(), LONGEST_COMMENT);
    }
}
