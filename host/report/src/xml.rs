//! XML 1.0 that every parser takes: foreign text in it is text, whatever it holds.

use std::fmt::Write as _;

/// Text with what XML would read as its own written as references, and what XML 1.0 has no place for left out
/// (XML 1.0, 2.2). Line breaks and tabs are references too, which is what keeps them in an attribute (3.3.3).
pub(crate) fn attribute(text: &str) -> String {
    escaped(text, true)
}

/// The same between two tags, where line breaks stand as they are.
pub(crate) fn content(text: &str) -> String {
    escaped(text, false)
}

fn escaped(text: &str, in_attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_allowed(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            // A parser turns a bare carriage return into a line break wherever it stands (2.11).
            '\n' | '\t' if !in_attribute => out.push(c),
            '\n' | '\t' | '\r' => write!(out, "&#{};", u32::from(c)).unwrap_or_default(),
            c => out.push(c),
        }
    }
    // The first forms of the workflow commands of two CI systems are obeyed anywhere in a line.
    out.replace("##[", "#&#35;[").replace("##vso[", "#&#35;vso[")
}

/// `Char` of XML 1.0 without what is allowed and discouraged (2.2): further control characters, and what is no
/// character in any plane.
fn is_allowed(c: char) -> bool {
    let is_no_character = (u32::from(c) & 0xfffe) == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
    matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || is_no_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        for (text, in_attribute, between_tags) in [
            ("a<b>&\"'c", "a&lt;b&gt;&amp;&quot;'c", "a&lt;b&gt;&amp;\"'c"),
            ("]]>", "]]&gt;", "]]&gt;"),
            ("a\n\tb\rc", "a&#10;&#9;b&#13;c", "a\n\tb&#13;c"),
            ("\u{0}\u{8}\u{1b}[31m\u{7f}\u{9b}x", "[31mx", "[31mx"),
            ("\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}\u{fffd}ü🚀", "\u{fffd}ü🚀", "\u{fffd}ü🚀"),
            ("x ##[error]y ##vso[z]", "x #&#35;[error]y #&#35;vso[z]", "x #&#35;[error]y #&#35;vso[z]"),
        ] {
            assert_eq!(attribute(text), in_attribute, "{text:?}");
            assert_eq!(content(text), between_tags, "{text:?}");
        }
    }
}
