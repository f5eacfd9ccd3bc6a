//! The report in Markdown: `--format markdown`, as the summary of a CI job, a comment or a note.
//!
//! Written in what GitHub, GitLab and Gitea share: tables, code spans and `<details>`. Foreign text stands in code
//! spans, in which nothing is markup, a link or a mention (`markdown/escape.rs`).

mod escape;

use std::fmt::Write as _;

use shipworthy_contract::{
    CheckResult, Outcome, Report,
    report::Verdict,
    text::{excerpt, plural},
};

use self::escape::{code, prose};
use crate::attention;

/// Most bytes of the page. GitHub refuses a summary of more than a mebibyte; what else a step writes there needs room.
const MOST_BYTES: usize = 1_000_000;

/// Most rows of the table of what needs attention, which stands open.
const MOST_ROWS: usize = 100;

/// Bytes that stay free for what follows the tables, notes included.
const RESERVE: usize = 4_000;

/// Longest text of a cell, in characters.
const LONGEST: usize = 300;

/// Most lines of evidence of one result.
const MOST_LINES: usize = 20;

/// The page, with a line break at its end.
pub fn render(report: &Report) -> String {
    let mut page = String::new();
    head(&mut page, report);
    let needed = attention::needed(report);
    attention_table(&mut page, &needed);
    accepted(&mut page, report);
    evidence(&mut page, &needed);
    all(&mut page, report);
    page
}

fn head(page: &mut String, report: &Report) {
    let title = match report.verdict {
        Verdict::Pass => "may go ahead",
        Verdict::Warn => "may go ahead, with warnings",
        Verdict::Fail => "must not go ahead",
        Verdict::Error => "cannot be determined",
    };
    line(page, &format!("## {} Shipworthy: {title}\n", mark(outcome_of(report.verdict))));
    for words in crate::human::verdict_in_words(report) {
        line(page, &format!("{}  ", prose(&words, 2 * LONGEST)));
    }
    line(page, "\n| | |\n|---|---|");
    let mut fact = |name: &str, value: String| line(page, &format!("| {name} | {value} |"));
    if let Some(artifact) = &report.artifact {
        let contract = code(&artifact.contract, 40);
        fact("artifact", format!("{}, contract {contract}", code(&artifact.path, LONGEST)));
        if let Some(sha256) = artifact.sha256 {
            fact("sha256", code(&sha256.to_string(), LONGEST));
        }
    }
    if let Some(environment) = &report.environment {
        let file = code(&environment.file.to_string_lossy(), LONGEST);
        fact("environment", format!("{} ({file})", code(&environment.name, LONGEST)));
    }
    if let Some(recording) = &report.recording {
        fact("recording", code(&recording.file.to_string_lossy(), LONGEST));
    }
    if let Some(part) = &report.part {
        fact("part", format!("{} of {}", part.number, part.of));
    }
    fact("policy", report.policy.to_string());
    let summary = &report.summary;
    let counts = [
        (summary.pass, "passed"),
        (summary.info, "worth knowing"),
        (summary.warn, "warned"),
        (summary.fail, "failed"),
        (summary.skip, "skipped"),
        (summary.error, "not determined"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    fact("results", if counts.is_empty() { "none".to_owned() } else { counts.join(", ") });
    if let Some(run) = &report.run {
        let by =
            format!("{}, {} ms, by shipworthy {}", code(&run.started, 40), run.duration_ms, code(&run.shipworthy, 40));
        fact("run", by);
    }
}

/// What needs attention, worst first.
fn attention_table(page: &mut String, needed: &[&CheckResult]) {
    if needed.is_empty() {
        return;
    }
    line(page, "\n### What needs attention\n");
    line(page, "| | rule | service | what | expected | observed | what to do |\n|---|---|---|---|---|---|---|");
    let row = |result: &&CheckResult| {
        let mut what = prose(&result.message, LONGEST);
        if let Some(place) = place(result) {
            what = format!("{what} ({})", code(&place, LONGEST));
        }
        let text = |text: &Option<String>| text.as_deref().map(|text| code(text, LONGEST)).unwrap_or_default();
        format!(
            "| {} {} | {} | {} | {what} | {} | {} | {} |",
            mark(result.outcome),
            result.outcome,
            code(result.rule.as_str(), LONGEST),
            who(result),
            text(&result.expected),
            text(&result.observed),
            result.hint.as_deref().map(|hint| prose(hint, LONGEST)).unwrap_or_default(),
        )
    };
    let left_out = rows(page, needed.iter().take(MOST_ROWS).map(row)) + needed.len().saturating_sub(MOST_ROWS);
    more(page, left_out);
}

/// What somebody decided to accept stays in view, folded.
fn accepted(page: &mut String, report: &Report) {
    let skipped: Vec<&CheckResult> = report.results.iter().filter(|result| result.outcome == Outcome::Skip).collect();
    if skipped.is_empty() {
        return;
    }
    begin_details(page, &format!("{} waived or skipped", plural(skipped.len(), "result")));
    line(page, "| rule | service | why | would be |\n|---|---|---|---|");
    let row = |result: &&CheckResult| {
        let would_be = result.would_be.map(|outcome| outcome.to_string()).unwrap_or_default();
        let why = prose(&result.message, LONGEST);
        format!("| {} | {} | {why} | {would_be} |", code(result.rule.as_str(), LONGEST), who(result))
    };
    let left_out = rows(page, skipped.iter().map(row));
    more(page, left_out);
    end_details(page);
}

/// What the results that need attention rest on.
fn evidence(page: &mut String, needed: &[&CheckResult]) {
    let told: Vec<&&CheckResult> = needed.iter().filter(|result| !lines_of(result).is_empty()).collect();
    if told.is_empty() {
        return;
    }
    begin_details(page, "Evidence");
    line(page, "| rule | service | evidence |\n|---|---|---|");
    let row = |result: &&&CheckResult| {
        let lines = lines_of(result);
        let mut shown: Vec<String> = lines.iter().take(MOST_LINES).map(|text| code(text, LONGEST)).collect();
        if lines.len() > MOST_LINES {
            shown.push(format!("and {} more", lines.len() - MOST_LINES));
        }
        format!("| {} | {} | {} |", code(result.rule.as_str(), LONGEST), who(result), shown.join("<br>"))
    };
    let left_out = rows(page, told.iter().map(row));
    more(page, left_out);
    end_details(page);
}

fn lines_of(result: &CheckResult) -> Vec<String> {
    let items = result.items.iter().cloned();
    let seen = result.evidence.iter().map(|seen| format!("{} = {} ({})", seen.name, seen.value, seen.source));
    let stack = result.stack.iter().map(|frame| format!("called from {frame}"));
    let log = result.log.iter().map(|line| format!("{}: {}", line.level, line.text));
    items.chain(seen).chain(stack).chain(log).collect()
}

fn all(page: &mut String, report: &Report) {
    if report.results.is_empty() {
        return;
    }
    begin_details(page, "All results");
    line(page, "| | rule | service | what |\n|---|---|---|---|");
    let row = |result: &CheckResult| {
        let what = prose(&result.message, LONGEST);
        format!("| {} | {} | {} | {what} |", result.outcome, code(result.rule.as_str(), LONGEST), who(result))
    };
    let left_out = rows(page, report.results.iter().map(row));
    more(page, left_out);
    end_details(page);
}

/// Rows as long as there is room; how many there was none for.
fn rows(page: &mut String, rows: impl ExactSizeIterator<Item = String>) -> usize {
    let mut rows = rows;
    while let Some(row) = rows.next() {
        if page.len() + row.len() + RESERVE > MOST_BYTES {
            return rows.len() + 1;
        }
        line(page, &row);
    }
    0
}

fn more(page: &mut String, left_out: usize) {
    if left_out > 0 {
        line(page, &format!("\nand {left_out} more, which the report in JSON has."));
    }
}

fn begin_details(page: &mut String, summary: &str) {
    // Behind an empty line Markdown goes on within the element.
    line(page, &format!("\n<details><summary>{summary}</summary>\n"));
}

fn end_details(page: &mut String) {
    line(page, "\n</details>");
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").unwrap_or_default();
}

fn who(result: &CheckResult) -> String {
    let Some(service) = &result.service else { return String::new() };
    match result.instance.as_deref().filter(|instance| *instance != service.as_str()) {
        Some(instance) => format!("{} at {}", code(service.as_str(), LONGEST), code(instance, LONGEST)),
        None => code(service.as_str(), LONGEST),
    }
}

fn place(result: &CheckResult) -> Option<String> {
    let location = result.location.as_ref()?;
    let mut place = excerpt(location.file.as_deref()?, LONGEST);
    if let Some(line) = location.line {
        write!(place, ":{line}").unwrap_or_default();
    }
    Some(place)
}

const fn outcome_of(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Pass => Outcome::Pass,
        Verdict::Warn => Outcome::Warn,
        Verdict::Fail => Outcome::Fail,
        Verdict::Error => Outcome::Error,
    }
}

/// A mark beside the word, never in its place: not every reader sees it.
const fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✅",
        Outcome::Info => "ℹ️",
        Outcome::Warn => "⚠️",
        Outcome::Fail => "❌",
        Outcome::Skip => "➖",
        Outcome::Error => "❔",
    }
}
