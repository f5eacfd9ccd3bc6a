//! Text of guests and services is hostile until it has passed here.

/// Makes text safe to show on one line of a terminal or a CI log: ANSI sequences and other control characters are
/// dropped or, for line breaks and tabs, turned into spaces; bidirectional overrides and what is invisible are dropped; a `::` that would begin a workflow
/// command of a CI system is broken up.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape_sequence(&mut chars),
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => out.push(c),
        }
    }
    let trimmed = out.trim();
    if trimmed.starts_with("::") || trimmed.starts_with("##[") {
        format!("\u{b7}{trimmed}")
    } else {
        trimmed.to_owned()
    }
}

/// At most `limit` characters of [`one_line`], with `…` where something was cut.
pub fn excerpt(text: &str, limit: usize) -> String {
    if text.len() <= limit && is_plain(text) {
        return text.to_owned();
    }
    // Only what could still matter is cleaned, so that a huge text costs no more than a small one.
    let head: String = text.chars().take(limit.saturating_mul(4).saturating_add(16)).collect();
    let clean = one_line(&head);
    let cut_in_head = head.len() < text.len();
    if clean.chars().count() <= limit && !cut_in_head {
        return clean;
    }
    let mut cut: String = clean.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// `1 file`, `2 files`.
pub fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Whether there is nothing that [`one_line`] would change. Most text is so, and a fleet has much of it.
fn is_plain(text: &str) -> bool {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte);
    !text.starts_with([' ', ':', '#']) && !text.ends_with(' ') && text.as_bytes().iter().all(printable)
}

/// What turns the direction of text, takes no room, or tags it. Joiners stay: words of several scripts need them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn skip_escape_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            // A control sequence ends with its first byte from `@` to `~` (ECMA-48, 5.4).
            while let Some(c) = chars.peek() {
                let c = *c;
                if c.is_control() {
                    return;
                }
                chars.next();
                if ('@'..='~').contains(&c) {
                    return;
                }
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            // A string sequence ends with BEL or ST (ECMA-48, 5.6).
            while let Some(c) = chars.next() {
                if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                    return;
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_one_harmless_line() {
        for (hostile, harmless) in [
            ("plain ünï", "plain ünï"),
            ("a\nb\r\nc\td", "a b  c d"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}rest", "rest"),
            ("\u{1b}]8;;http://x\u{1b}\\link", "link"),
            ("::error::no", "·::error::no"),
            ("  ::set-output name=x::y", "·::set-output name=x::y"),
            ("##[group]x", "·##[group]x"),
            ("a::b", "a::b"),
            (" a ", "a"),
            (":a #", ":a #"),
            ("#[a", "#[a"),
            ("a\u{61c}b\u{200b}c\u{2060}d\u{e0001}\u{e0041}\u{e007f}", "abcd"),
            ("a\u{200c}b\u{200d}c", "a\u{200c}b\u{200d}c"),
            ("abc\u{202e}def\u{0}\u{7f}\u{9b}31m", "abcdef31m"),
        ] {
            assert_eq!(one_line(hostile), harmless, "{hostile:?}");
            assert_eq!(excerpt(hostile, 80), harmless, "{hostile:?}");
        }
    }

    #[test]
    fn excerpts_say_that_they_are_cut() {
        assert_eq!(excerpt("abcdef", 6), "abcdef");
        assert_eq!(excerpt("abcdefg", 6), "abcde…");
        assert_eq!(excerpt(&"x".repeat(1_000_000), 4), "xxx…");
    }
}
