//! The line of an environment file that a message shows, without the secrets that may stand in it.

use shipworthy_contract::{redact::is_secret_setting, secret::MASK, text};

use super::SourceFile;
use crate::masking::mask_userinfo;

/// Most characters that are kept on each side of the place: more than any page is wide.
const KEPT: usize = 400;

/// A line that may be shown, and the column from 1 in it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) line: String,
    pub(crate) caret: u32,
}

/// The line around an offset; `None` if nothing of it may be shown.
pub(super) fn line_at(file: &SourceFile, offset: usize) -> Option<Excerpt> {
    let index = file.lines.partition_point(|start| *start <= offset).saturating_sub(1);
    let start = file.lines.get(index).copied()?;
    let line = file.text.get(start..)?.lines().next()?;
    let (masked, at) = if let Some(masks) = &file.masks {
        mask_ranges(line, start, masks, offset)
    } else {
        let masked = mask_unparsed(&file.text, line)?;
        // What follows the key is masked whole, and what is meant with it.
        let at = (offset - start).min(line.len());
        let at = if masked == line { at } else { at.min(masked.len().saturating_sub(MASK.len())) };
        (masked, at)
    };
    let (before, after) = masked.split_at_checked(at)?;
    let shown = mask_userinfo(&masked);
    // Where the place is within what is masked there, the whole is masked and nothing is pointed to.
    let (before, after) = (mask_userinfo(before), mask_userinfo(after));
    let (before, after) = if shown == format!("{before}{after}") { (before, after) } else { (String::new(), shown) };
    let (before, after) = (clean(&before), clean(&after));
    let skipped = before.chars().count().saturating_sub(KEPT);
    let before: String =
        if skipped > 0 { std::iter::once('…').chain(before.chars().skip(skipped)).collect() } else { before };
    let caret = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
    let line = format!("{before}{}", after.chars().take(KEPT).collect::<String>());
    (!line.trim().is_empty()).then(|| Excerpt { line: line.trim_end().to_owned(), caret })
}

/// Safe text that keeps its blanks, which place the caret.
fn clean(text: &str) -> String {
    // A fence at each end keeps the blanks inside from being trimmed.
    let fenced = text::one_line(&format!("|{text}|"));
    let inner = fenced.strip_prefix('|').unwrap_or(&fenced);
    inner.strip_suffix('|').unwrap_or(inner).to_owned()
}

/// Masks the parts of a line that are values beside secret names. Says where in it an offset of the file has come to be.
fn mask_ranges(line: &str, start: usize, masks: &[std::ops::Range<usize>], offset: usize) -> (String, usize) {
    let end = start + line.len();
    let (mut out, mut at) = (String::new(), None);
    let mut shown = start;
    for range in masks.iter().filter(|range| range.start < end && range.end > start) {
        let from = range.start.clamp(shown, end);
        if offset < from && at.is_none() {
            at = Some(out.len() + offset.saturating_sub(shown));
        }
        out.push_str(line.get(shown - start..from - start).unwrap_or_default());
        if offset < range.end && at.is_none() {
            at = Some(out.len());
        }
        if range.end > shown {
            out.push_str(MASK);
        }
        shown = range.end.clamp(from, end);
    }
    let at = at.unwrap_or_else(|| out.len() + offset.min(end).saturating_sub(shown));
    out.push_str(line.get(shown - start..).unwrap_or_default());
    (out, at)
}

/// A file that cannot be parsed has no ranges. What can be shown of it is what is surely harmless: a line with its own
/// key, without a secret name on it, in a file without text over several lines.
fn mask_unparsed(whole: &str, line: &str) -> Option<String> {
    if whole.contains("\"\"\"") || whole.contains("'''") {
        return None;
    }
    let trimmed = line.trim_start();
    if trimmed.starts_with('[') {
        return (!trimmed.contains('=')).then(|| line.to_owned());
    }
    let (key, _) = line.split_once('=')?;
    let secret = line.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).any(is_secret_setting);
    Some(if secret { format!("{key}= {MASK}") } else { line.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Sources, Spot, parse};

    /// The excerpt at `needle`, after parsing as far as it goes.
    fn check(text: &str, needle: &str, expected: Option<&str>) {
        let mut sources = Sources::default();
        let file = sources.add(Path::new("e.toml"), text.to_owned());
        if let Err(faults) = parse(&mut sources, file) {
            assert!(!faults.is_empty());
        }
        let offset = text.find(needle).unwrap();
        let found = sources.excerpt(Spot { file, offset });
        assert_eq!(found.map(|found| found.line).as_deref(), expected, "{text}");
    }

    /// What the caret at the first `needle` points to, from there to the end of the line.
    fn points_to(text: &str, needle: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add(Path::new("e.toml"), text.to_owned());
        drop(parse(&mut sources, file));
        let found = sources.excerpt(Spot { file, offset: text.find(needle).unwrap() }).unwrap();
        found.line.chars().skip(found.caret as usize - 1).collect()
    }

    #[test]
    fn the_caret_is_where_the_place_is() {
        for (text, needle, expected) in [
            ("  polcy = 1\n", "polcy", "polcy = 1"),
            ("\tpolcy = 1\r\nx = 2\r\n", "polcy", "polcy = 1"),
            ("a = 1\n\"見見\" = 1\n", "\"見見", "\"見見\" = 1"),
            ("config = { password = \"hunter2\", b = 2 }", "b =", "b = 2 }"),
            ("config = { a = 1, password = \"hunter2\", b = 2 }", "a =", "a = 1, password = [secret], b = 2 }"),
            ("token = \"hunter2\"", "hunter2", "[secret]"),
            ("token = hunter2 x", "x", "[secret]"),
            ("url = \"https://me:pw@h\" # x\n", "# x", "# x"),
        ] {
            assert_eq!(points_to(text, needle), expected, "{text}");
        }
        let long = format!("a = \"{}\"\nb = {{ c = \"{}\", polcy = 1 }}\n", "x".repeat(9_000), "y".repeat(9_000));
        assert_eq!(points_to(&long, "polcy"), "polcy = 1 }");
        // Of credentials in a URL nothing is shown, wherever the place is in them.
        assert!(!points_to("url = \"https://me:pw@h\"", "pw").contains("pw"));
    }

    #[test]
    fn values_beside_secret_names_are_not_shown() {
        check("a = 1\ntoken = \"hunter2\" # why\n", "token", Some("token = [secret] # why"));
        check("headers.x-api-key = { env = \"K\" }\n", "env", Some("headers.x-api-key = { env = [secret] }"));
        check(
            "config = { a = 1, password = \"x\", b = 2 }",
            "b",
            Some("config = { a = 1, password = [secret], b = 2 }"),
        );
        check("secret = \"\"\"\nline one\nline two\"\"\"\n", "line two", Some("[secret]"));
        check("secrets = [\"a\", \"b\"]", "\"b\"", Some("secrets = [[secret], [secret]]"));
        check("[config.token]\nvalue = \"x\"", "value", Some("value = [secret]"));
        check("url = \"https://me:pw@h\"", "url", Some("url = \"https://[secret]@h\""));
    }

    #[test]
    fn of_a_broken_file_only_what_is_surely_harmless_is_shown() {
        check("policy = = 1", "= 1", Some("policy = = 1"));
        check("token = hunter2 x", "x", Some("token = [secret]"));
        check("a = { token = \"x\", b = }", "b =", Some("a = [secret]"));
        check("a = \"\"\"\nb = hunter2", "hunter2", None);
        check("a = [\n  hunter2 x\n", "hunter2", None);
        check("[probes.x", "probes", Some("[probes.x"));
    }
}
