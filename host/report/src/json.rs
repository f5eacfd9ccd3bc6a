//! The report for machines: `--format json`, as the published schema describes it.

use std::fmt::Write as _;

use shipworthy_contract::Report;

/// JSON Schema (draft 2020-12) of what [`render`] gives; `shipworthy schema report` prints it.
pub const REPORT_SCHEMA: &str = include_str!("../schemas/report.json");

/// The report as indented JSON with a line break at its end.
///
/// Characters that a terminal or a CI log would obey are written as escapes, so the text is safe to print and its
/// values are those of the report.
pub fn render(report: &Report) -> String {
    pretty(report)
}

/// Indented JSON of anything whose serialisation cannot fail: keys are strings and no writer is involved.
pub(crate) fn pretty(value: &impl serde::Serialize) -> String {
    let mut json = serde_json::to_string_pretty(value).unwrap_or_default();
    json.push('\n');
    escape(&json)
}

/// Outside of strings JSON is ASCII without `#`, and `#` follows no backslash, so all of these stand inside strings.
fn escape(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => write!(out, "\\u{:04x}", u32::from(c)).unwrap_or_default(),
            c => out.push(c),
        }
    }
    // The first forms of the workflow commands of two CI systems are obeyed anywhere in a line.
    out.replace("##[", "#\\u0023[").replace("##vso[", "#\\u0023vso[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_keeps_its_value() {
        let hostile = "a\u{9b}31m\u{7f}\u{202e}\u{2028}##[error]x##vso[y]\u{1b}[0m\\##[z\"ünï";
        let json = pretty(&hostile);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
        for raw in ["\u{9b}", "\u{7f}", "\u{202e}", "\u{2028}", "##[", "##vso[", "\u{1b}"] {
            assert!(!json.contains(raw), "{raw:?} in {json}");
        }
        assert!(json.contains("ünï"));
    }
}
