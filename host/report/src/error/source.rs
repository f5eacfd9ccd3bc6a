//! The line of source that an error or a result points to, with a caret beneath the place.

use shipworthy_contract::{redact, secret::MASK, text};

use crate::{
    Look,
    look::Tone,
    page::{Lead, Page, Span, columns},
};

/// Longest line that is looked at, in characters.
const LONGEST_LINE: usize = 2_000;

/// Columns that are kept before the caret where a line is longer than the page is wide.
const BEFORE: usize = 20;

/// `at` is the column of the page where it begins.
pub(crate) fn render(page: &mut Page<'_>, look: &Look, at: usize, line: &str, number: u32, column: Option<u32>) {
    if look.plain {
        // The place says the column; a caret says it to eyes only.
        let (before, after) = split(line, None);
        page.literal(
            &Lead { indent: at, label: Span::plain(""), text_at: at },
            &format!("line {number}: {before}{after}"),
        );
        return;
    }
    let number = number.to_string();
    let gutter = number.len() + 1;
    // Gutter, ` | `, and one column to spare for the caret.
    let room = look.columns().saturating_sub(at + gutter + 4).max(1);
    let (before, after) = split(line, column);
    let (before, after) = fit(before, after, room);

    // Within a report an excerpt is one detail among others.
    let frame = |page: &mut Page<'_>| {
        if at == 0 {
            bar(page, 0, gutter, "", "");
        }
    };
    frame(page);
    bar(page, at, gutter, &number, &format!("{before}{after}"));
    if column.is_some() {
        bar(page, at, gutter, "", &format!("{}^", " ".repeat(columns(&before))));
    }
    frame(page);
}

fn bar(page: &mut Page<'_>, at: usize, gutter: usize, number: &str, text: &str) {
    let label = Span::new(format!("{number:>gutter$} |"), Tone::Dim);
    page.literal(&Lead { indent: at, label, text_at: at + gutter + 3 }, text);
}

/// The line before and from the column on, made safe, secrets masked.
fn split(line: &str, column: Option<u32>) -> (String, String) {
    let masked = mask(line);
    let before = column.map_or(0, |column| usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1));
    // Of what is masked its beginning is meant.
    let before = if masked == line { before } else { before.min(masked.chars().count() - MASK.chars().count()) };
    let line: String = masked.chars().take(LONGEST_LINE).collect();
    let at = line.char_indices().nth(before).map_or(line.len(), |(at, _)| at);
    let (before, after) = line.split_at_checked(at).unwrap_or((&line, ""));
    (clean(before), clean(after).trim_end().to_owned())
}

/// Safe text that keeps its blanks, which place the caret.
fn clean(text: &str) -> String {
    // `one_line` trims; a fence at each end keeps the blanks inside.
    let fenced = text::one_line(&format!("|{text}|"));
    let inner = fenced.strip_prefix('|').unwrap_or(&fenced);
    inner.strip_suffix('|').unwrap_or(inner).replace("##[", "#·#[").replace("##vso[", "#·#vso[")
}

/// Cuts both parts so that the place stays visible.
fn fit(before: String, after: String, room: usize) -> (String, String) {
    if columns(&before) + columns(&after) <= room {
        return (before, after);
    }
    let before = if columns(&before) > room.saturating_sub(BEFORE) { keep_end(&before, BEFORE) } else { before };
    let left = room.saturating_sub(columns(&before));
    (before, keep_start(&after, left))
}

fn keep_start(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if columns(&kept) + columns(c.encode_utf8(&mut [0; 4])) + 1 > room {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

fn keep_end(text: &str, room: usize) -> String {
    let mut kept: Vec<char> = Vec::new();
    let mut used = 1;
    for c in text.chars().rev() {
        used += columns(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept.iter().rev().collect()
}

/// Masks the value of a key that sounds secret, in `key = value` (TOML) and `key: value` (YAML).
fn mask(line: &str) -> String {
    let by_shape = || redact::text(line).into_owned();
    let Some(at) = line.find(['=', ':']) else { return by_shape() };
    let Some((key, value)) = line.split_at_checked(at + 1) else { return by_shape() };
    // A reference in braces names where a secret lies, not what it is.
    let refers = value.trim_start().starts_with('{');
    if refers || value.trim().is_empty() || !redact::is_secret_setting(key) {
        return by_shape();
    }
    format!("{key} {MASK}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secret_keys_are_masked() {
        for (line, shown) in [
            ("headers.x-api-key = \"abc\"", "headers.x-api-key = [secret]"),
            ("  password: hunter2", "  password: [secret]"),
            ("API_TOKEN=abc", "API_TOKEN= [secret]"),
            ("headers.x-api-key = { env = \"X\" }", "headers.x-api-key = { env = \"X\" }"),
            ("required_secret_env:", "required_secret_env:"),
            ("policy = \"strict\"", "policy = \"strict\""),
        ] {
            assert_eq!(mask(line), shown, "{line}");
        }
    }

    #[test]
    fn the_caret_stays_at_the_beginning_of_what_is_masked() {
        let (before, after) = split("  password: hunter2", Some(16));
        assert_eq!((before.as_str(), after.as_str()), ("  password: ", "[secret]"));
        let (before, after) = split("  password: hunter2", Some(3));
        assert_eq!((before.as_str(), after.as_str()), ("  ", "password: [secret]"));
    }

    #[test]
    fn long_lines_keep_the_place_in_view() {
        let line = format!("{}X{}", "a".repeat(300), "b".repeat(300));
        let (before, after) = split(&line, Some(301));
        let (before, after) = fit(before, after, 40);
        assert_eq!((before.as_str(), after.as_str()), ("…aaaaaaaaaaaaaaaaaaa", "Xbbbbbbbbbbbbbbbbbb…"));
    }

    #[test]
    fn a_column_beyond_the_line_points_to_its_end() {
        assert_eq!(split("ab", Some(99)), ("ab".to_owned(), String::new()));
        assert_eq!(split("ab", Some(u32::MAX)), ("ab".to_owned(), String::new()));
        assert_eq!(split("ab", None), (String::new(), "ab".to_owned()));
    }
}
