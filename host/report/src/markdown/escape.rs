//! Foreign text in Markdown. Backslashes do not do: a forge makes links of addresses, mentions of `@name` and
//! references of `#12` and of digests after it has read the markup. It leaves code alone, and so does all markup.

use shipworthy_contract::text::excerpt;

use crate::look::defuse;

/// Text as code, cut to so many characters; nothing of an empty one.
///
/// The two characters that could end a span or the cell around it stand beside the spans as references, which are never
/// markup (`CommonMark` 0.31, 2.5).
pub(super) fn code(text: &str, limit: usize) -> String {
    span(&defuse(&excerpt(text, limit)))
}

fn span(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut within = false;
    for c in text.chars() {
        let reference = match c {
            '|' => Some("&#124;"),
            '`' => Some("&#96;"),
            _ => None,
        };
        // A span begins where there is something to stand in it.
        if within == reference.is_some() {
            out.push('`');
            within = !within;
        }
        match reference {
            Some(reference) => out.push_str(reference),
            None => out.push(c),
        }
    }
    if within {
        out.push('`');
    }
    out
}

/// A sentence, cut to so many characters: words that are nothing but words stay as they are, all others become code,
/// and so does what stands between two backticks.
pub(super) fn prose(text: &str, limit: usize) -> String {
    let text = defuse(&excerpt(text, limit));
    if text.matches('`').count() % 2 == 1 {
        return words(&text);
    }
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { span(part) } else { words(part) }).collect()
}

fn words(text: &str) -> String {
    let word = |word: &str| if word.is_empty() || is_plain(word) { word.to_owned() } else { span_of_word(word) };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Keeps what closes a sentence or a bracket out of the code, for the eye.
fn span_of_word(word: &str) -> String {
    let inner = word.trim_start_matches('(').trim_end_matches([')', ',', ';', ':', '.']);
    match word.split_once(inner) {
        Some((before, after)) if !inner.is_empty() => format!("{before}{}{after}", span(inner)),
        _ => span(word),
    }
}

/// Whether neither Markdown nor a forge could make anything of a word: letters and digits, with what joins and ends
/// words. Not a digest of a commit, nor a key of a ticket such as `AB-12`.
fn is_plain(word: &str) -> bool {
    let inner = word.trim_start_matches('(').trim_end_matches([')', ',', ';', ':', '.', '?']);
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’' | '…');
    let is_digest = inner.len() >= 7
        && inner.chars().all(|c| c.is_ascii_hexdigit())
        && inner.contains(|c: char| c.is_ascii_digit());
    let is_ticket = inner.contains('-') && inner.contains(|c: char| c.is_ascii_digit());
    inner.chars().all(letters) && !inner.starts_with('-') && !is_digest && !is_ticket
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_code_whatever_they_hold() {
        for (text, shown) in [
            ("", ""),
            (">=2.0, <3", "`>=2.0, <3`"),
            ("a|b", "`a`&#124;`b`"),
            ("|", "&#124;"),
            ("a\\|b", "`a\\`&#124;`b`"),
            ("``a``", "&#96;&#96;`a`&#96;&#96;"),
            ("<img src=x>", "`<img src=x>`"),
            ("a\n\nb", "`a  b`"),
            ("##[error]", "`·#·#[error]`"),
        ] {
            assert_eq!(code(text, 300), shown, "{text:?}");
        }
    }

    #[test]
    fn only_words_stay_words() {
        for (text, shown) in [
            ("the stack runs in another mode", "the stack runs in another mode"),
            ("mode is `docker`, not `x y`", "mode is `docker`, not `x y`"),
            ("one ` alone", "one &#96; alone"),
            ("(see https://evil.example/)", "(see `https://evil.example/`)"),
            ("ask @admin about #12 and AB-12, now.", "ask `@admin` about `#12` and `AB-12`, now."),
            ("www.evil.example a@b.example", "`www.evil.example` `a@b.example`"),
            ("*x* _y_ ![a](b) <b>", "`*x*` `_y_` `![a](b`) `<b>`"),
            ("commit 0123abc done", "commit `0123abc` done"),
            (":smile: a|b", "`:smile`: `a`&#124;`b`"),
            ("- not a list", "`-` not a list"),
        ] {
            assert_eq!(prose(text, 300), shown, "{text:?}");
        }
    }
}
