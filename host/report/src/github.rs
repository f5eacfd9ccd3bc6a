//! The report as workflow commands of GitHub Actions: `--format github`, for annotations at the files of a change.
//!
//! The runner shows ten errors, ten warnings and ten notices of a step, so the worst come first and the last line says
//! how many there are. After the commands come lines for people, none of which the runner could take for a command.

use std::fmt::Write as _;

use shipworthy_contract::{CheckResult, Report, Side, text::excerpt, text::plural};

use crate::{attention, look::defuse};

/// Most annotations of one level: the runner drops those beyond it without a word.
const MOST: usize = 10;

/// Longest part of a message, in characters.
const LONGEST: usize = 1_000;

/// The commands and the verdict, a line each, with a line break at the end.
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    let warnings_count = attention::warnings_count(report);
    let (errors, warnings): (Vec<_>, Vec<_>) =
        attention::needed(report).into_iter().partition(|result| result.outcome.blocks() || warnings_count);
    for (level, results) in [("error", &errors), ("warning", &warnings)] {
        // What is left out takes one of the places to say so.
        let shown = if results.len() > MOST { MOST - 1 } else { results.len() };
        for result in results.iter().take(shown) {
            command(&mut out, level, &annotation(report, result));
        }
        if results.len() > shown {
            let more = plural(results.len() - shown, &format!("more {level}"));
            let message = format!("and {more}: GitHub shows {MOST} of a step. All of them are in the report.");
            command(&mut out, level, &Annotation { title: "shipworthy".to_owned(), message, ..Annotation::default() });
        }
    }
    for line in crate::human::verdict_in_words(report) {
        writeln!(out, "{}", safe(&line)).unwrap_or_default();
    }
    out
}

/// What a command says.
#[derive(Default)]
struct Annotation {
    title: String,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
}

fn annotation(report: &Report, result: &CheckResult) -> Annotation {
    let location = result.location.as_ref().filter(|location| location.file.is_some());
    let judged_by = match result.side {
        Side::Payload => report.artifact.as_ref().map(|artifact| artifact.path.clone()),
        Side::Stack => report.environment.as_ref().map(|environment| environment.file.to_string_lossy().into_owned()),
    };
    let mut title = result.rule.to_string();
    if let Some(service) = &result.service {
        title = format!("{title} ({service}");
        if let Some(instance) = result.instance.as_deref().filter(|instance| *instance != service.as_str()) {
            title = format!("{title} at {}", excerpt(instance, 100));
        }
        title.push(')');
    }
    let mut lines = vec![safe(&result.message)];
    for (label, text) in [("expected", &result.expected), ("observed", &result.observed), ("help", &result.hint)] {
        let text = text.as_deref().filter(|text| !result.message.contains(*text));
        lines.extend(text.map(|text| format!("{label}: {}", safe(text))));
    }
    Annotation {
        title: safe(&title),
        file: location.and_then(|location| location.file.clone()).or(judged_by).map(|file| safe(&file)),
        line: location.and_then(|location| location.line),
        column: location.and_then(|location| location.column),
        message: lines.join("\n"),
    }
}

/// One command, in the form in which the runner's own toolkit writes it.
fn command(out: &mut String, level: &str, annotation: &Annotation) {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let properties = [
        ("title", Some(annotation.title.clone())),
        ("file", annotation.file.clone()),
        ("line", number(annotation.line)),
        ("col", number(annotation.column)),
    ];
    let properties = properties.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(format!("{name}={}", data(&value).replace(':', "%3A").replace(',', "%2C")))
    });
    let properties = properties.collect::<Vec<_>>().join(",");
    writeln!(out, "::{level} {properties}::{}", data(&annotation.message)).unwrap_or_default();
}

/// What the runner would end a command at, or take for an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Foreign text on one line that no CI system takes for a command.
fn safe(text: &str) -> String {
    defuse(&excerpt(text, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_and_data_are_escaped() {
        let mut out = String::new();
        let annotation = Annotation {
            title: "a:b,c%d".to_owned(),
            file: Some("x, y:z.yml".to_owned()),
            line: Some(7),
            column: None,
            message: "one: 100%\ntwo, three\r".to_owned(),
        };
        command(&mut out, "error", &annotation);
        let expected = "::error title=a%3Ab%2Cc%25d,file=x%2C y%3Az.yml,line=7::one: 100%25%0Atwo, three%0D\n";
        assert_eq!(out, expected);
    }
}
