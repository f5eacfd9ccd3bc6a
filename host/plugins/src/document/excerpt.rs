//! The line of an environment file that a message shows, without the secrets that may stand in it.

use shipworthy_contract::{redact::is_secret_setting, secret::MASK, text};

use super::SourceFile;
use crate::masking::mask_userinfo;

/// Longest line shown, in characters: what fits a wide terminal.
const LONGEST: usize = 120;

/// The line around an offset; `None` if nothing of it may be shown.
pub(super) fn line_at(file: &SourceFile, offset: usize) -> Option<String> {
    let index = file.lines.partition_point(|start| *start <= offset).saturating_sub(1);
    let start = file.lines.get(index).copied()?;
    let line = file.text.get(start..)?.lines().next()?;
    let masked = match &file.masks {
        Some(masks) => mask_ranges(line, start, masks),
        None => mask_unparsed(&file.text, line)?,
    };
    let shown = text::excerpt(&mask_userinfo(&masked), LONGEST);
    (!shown.is_empty()).then_some(shown)
}

/// Masks the parts of a line that are values beside secret names.
fn mask_ranges(line: &str, start: usize, masks: &[std::ops::Range<usize>]) -> String {
    let end = start + line.len();
    let mut out = String::new();
    let mut shown = start;
    for range in masks.iter().filter(|range| range.start < end && range.end > start) {
        let from = range.start.clamp(shown, end);
        out.push_str(line.get(shown - start..from - start).unwrap_or_default());
        if range.end > shown {
            out.push_str(MASK);
        }
        shown = range.end.clamp(from, end);
    }
    out.push_str(line.get(shown - start..).unwrap_or_default());
    out
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
        assert_eq!(sources.excerpt(Spot { file, offset }).as_deref(), expected, "{text}");
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
