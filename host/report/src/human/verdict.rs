//! The last lines: counts, what was not asked, and in the very last one the verdict in words with the next step.

use std::{collections::BTreeSet, time::Duration};

use shipworthy_contract::{
    CheckResult, Class, Outcome, Report, Side,
    evidence::NOT_ASKED,
    report::{Summary, Verdict},
    rules,
    text::plural,
};

use super::time;
use crate::{
    Look, classes,
    look::{Tone, tone},
    page::{Lead, Page, Span},
};

/// Most next steps that are told; the first causes come first.
const MOST_STEPS: usize = 3;

/// Most services that are named in a step.
const MOST_SERVICES: usize = 4;

/// The verdict as every format for people words it. What comes of services stands in `steps` and
/// `notes` alone, uncleaned.
pub(crate) struct Told {
    /// `must not go ahead`.
    pub(crate) words: &'static str,
    /// The outcome whose symbol and tone it has.
    pub(crate) outcome: Outcome,
    /// What was counted.
    pub(crate) details: String,
    /// What to do now, most important first.
    pub(crate) steps: Vec<String>,
    /// What the verdict does not say.
    pub(crate) notes: Vec<String>,
}

impl Told {
    /// That of a report.
    pub(crate) fn of(report: &Report) -> Self {
        // A part knows what stands in the way, and not that nothing does.
        let go = if report.part.is_some() { "nothing in this part stands in the way" } else { "may go ahead" };
        let (words, outcome, details) = match report.verdict {
            Verdict::Pass => (go, Outcome::Pass, passed(report)),
            Verdict::Warn => (go, Outcome::Warn, passed(report)),
            Verdict::Fail => ("must not go ahead", Outcome::Fail, stopped(report)),
            Verdict::Error => ("cannot be determined", Outcome::Error, stopped(report)),
        };
        Self { words, outcome, details, steps: steps(report), notes: notes(report) }
    }
}

/// The verdict as other formats tell it: what may be done, why, and what to do next, a line each and none of it foreign
/// but the names of services.
pub(crate) fn in_words(report: &Report) -> Vec<String> {
    let told = Told::of(report);
    let mut lines = vec![format!("{}: {}", told.words, told.details)];
    lines.extend(told.steps);
    lines.extend(told.notes);
    lines
}

pub(super) fn render(page: &mut Page<'_>, look: &Look, report: &Report, elapsed: Duration) {
    let told = Told::of(report);
    let mut steps = told.steps.into_iter();
    let took = Span::new(format!("({})", time(elapsed)), Tone::Dim);
    let indent = look.symbol_columns();
    let mut last = vec![Span::new(format!("{}:", told.words), Tone::Strong)];
    // Whoever reads one line reads the last one: it says what now, and where there is nothing to do, what was done.
    match steps.next() {
        Some(step) => {
            page.text(indent, &[Span::plain(told.details), took]);
            last.push(Span::plain(look.foreign(&step, 400)));
        }
        None => last.extend([Span::plain(told.details), took]),
    }
    for note in told.notes {
        page.text(indent, &[Span::new(look.foreign(&note, 400), Tone::Dim)]);
    }
    for step in steps {
        let label = Span::new(look.arrow(), Tone::Good);
        let text_at = indent + crate::page::columns(look.arrow()) + 1;
        page.line(&Lead { indent, label, text_at }, &[Span::plain(format!("also {}", look.foreign(&step, 400)))]);
    }
    let label = Span::new(look.symbol(told.outcome), tone(told.outcome));
    page.line(&Lead { indent: 0, label, text_at: look.symbol_columns() }, &last);
}

fn passed(report: &Report) -> String {
    let summary = &report.summary;
    if *summary == Summary::default() {
        return "nothing was required, and nothing was checked".to_owned();
    }
    let mut parts = vec![format!("{} passed", plural(summary.pass, "check"))];
    push_count(&mut parts, summary.warn, "warning");
    push_skipped(&mut parts, report);
    parts.join(", ")
}

fn stopped(report: &Report) -> String {
    let count =
        |side, outcome| report.results.iter().filter(|result| result.side == side && result.outcome == outcome).count();
    let mut parts = Vec::new();
    push_count(&mut parts, count(Side::Payload, Outcome::Fail), "payload failure");
    push_count(&mut parts, count(Side::Stack, Outcome::Fail), "stack failure");
    if report.summary.error > 0 {
        parts.push(format!("{} missing", plural(report.summary.error, "answer")));
    }
    if parts.is_empty() {
        parts.push(format!("{}, counted by `--fail-on warn`", plural(report.summary.warn, "warning")));
    } else {
        push_count(&mut parts, report.summary.warn, "warning");
    }
    push_skipped(&mut parts, report);
    format!("{}; {} passed", parts.join(", "), plural(report.summary.pass, "check"))
}

fn push_count(parts: &mut Vec<String>, count: usize, one: &str) {
    if count > 0 {
        parts.push(plural(count, one));
    }
}

fn push_skipped(parts: &mut Vec<String>, report: &Report) {
    let skipped = report.results.iter().filter(|result| result.outcome == Outcome::Skip);
    let (waived, skipped): (Vec<_>, Vec<_>) = skipped.partition(|result| result.class == Class::Waived);
    for (results, word) in [(waived, "waived"), (skipped, "skipped")] {
        if !results.is_empty() {
            parts.push(format!("{} {word}", results.len()));
        }
    }
}

/// What to do now, most important first.
fn steps(report: &Report) -> Vec<String> {
    match report.verdict {
        Verdict::Pass => Vec::new(),
        Verdict::Warn => vec!["read the warnings before you go on".to_owned()],
        Verdict::Fail | Verdict::Error => stopping_steps(report),
    }
}

/// What the verdict does not say. Silence is not coverage: which of the two questions was not asked at all.
fn notes(report: &Report) -> Vec<String> {
    let has = |side| report.results.iter().any(|result| result.side == side);
    let mut notes = Vec::new();
    match report.verdict {
        Verdict::Pass | Verdict::Warn => {}
        Verdict::Fail | Verdict::Error => notes.push("nothing was applied"),
    }
    if has(Side::Payload) && !has(Side::Stack) {
        notes.push("the running stack was not asked");
    }
    if report.recording.is_some() {
        notes.push("judged from a recording: the running stack was not asked");
    }
    if has(Side::Stack) && !has(Side::Payload) && report.artifact.is_some() {
        notes.push("the artifact itself was not checked");
    }
    let mut notes: Vec<String> = notes.into_iter().map(str::to_owned).collect();
    let left_out = services(report.results.iter().filter(|result| is_left_out(result)));
    notes.extend((!left_out.is_empty()).then(|| format!("only a part of the stack was asked: not {left_out}")));
    notes
}

fn stopping_steps(report: &Report) -> Vec<String> {
    // By `--fail-on warn` a report without failures stops as well; then its warnings are what to act on.
    let blocked = report.results.iter().any(|result| result.outcome.blocks());
    let stops = |result: &&CheckResult| {
        if blocked { result.outcome.blocks() } else { result.outcome == Outcome::Warn }
    };
    let mut steps: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for result in report.results.iter().filter(stops) {
        let violated = result.side == Side::Payload || result.rule != rules::OBSERVATION;
        let class = if violated { Class::Violated } else { result.class };
        let is_late = is_late(result);
        if !seen.insert((result.side, class, is_late)) {
            continue;
        }
        if violated {
            steps.push(classes::act_on_violation(result.side).to_owned());
        } else {
            let who = services(report.results.iter().filter(stops).filter(|other| {
                let is_alike = other.side == result.side && self::is_late(other) == is_late;
                is_alike && other.rule == rules::OBSERVATION && other.class == class
            }));
            let what = if who.is_empty() { class.to_string() } else { format!("{who} ({class})") };
            let act = if is_late { classes::ACT_ON_TIME } else { classes::act(class) };
            steps.push(format!("{what}: {act}"));
        }
    }
    if steps.len() > MOST_STEPS {
        let rest = steps.split_off(MOST_STEPS);
        steps.push(format!("{} of other kinds among the results", plural(rest.len(), "cause")));
    }
    steps
}

/// Whether a service was left out by name, by the host's words for it.
fn is_left_out(result: &CheckResult) -> bool {
    let skipped = result.class == Class::Skipped && result.would_be.is_none();
    skipped && result.rule == rules::OBSERVATION && result.message.contains(NOT_ASKED)
}

/// Whether a limit was one of time, by the judge's words for a limit.
fn is_late(result: &CheckResult) -> bool {
    let observed = result.observed.as_deref().unwrap_or_default();
    result.class == Class::Limit && observed.starts_with("limit `deadline`")
}

/// `agent, gateway` for the services of results; empty where they are of none.
fn services<'a>(results: impl Iterator<Item = &'a CheckResult>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for service in results.filter_map(|result| result.service.as_ref()) {
        if !names.contains(&service.as_str()) {
            names.push(service.as_str());
        }
    }
    let more = names.len().saturating_sub(MOST_SERVICES);
    names.truncate(MOST_SERVICES);
    match (names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    }
}
