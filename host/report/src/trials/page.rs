//! Tests for people: one line for what passed, one screen for what did not or was asked for.

use shipworthy_contract::{
    Outcome,
    evidence::{LAST_WORDS, LogLine},
    text::{excerpt, plural},
};

use super::{Compared, Mark, Trial, TrialOutcome, TrialRun, Trials};
use crate::{
    Look,
    look::{Tone, tone},
    page::{Lead, Page, Span},
};

/// Longest line that is shown, in characters.
const LONGEST: usize = 1_000;

/// Columns before what stands behind a label.
const LABEL: usize = 14;

/// Most lines of a log that are shown: its end.
const MOST_LOG: usize = 20;

/// Most requests that are shown.
const MOST_REQUESTS: usize = 40;

/// The tests as text, with a line break at its end. What passed is one line, unless all is to be shown.
pub fn render(trials: &Trials, look: &Look, all: bool) -> String {
    let mut page = Page::new(look);
    let plugin = &trials.plugin;
    page.heading(&look.foreign(&format!("{} {}", plugin.name, plugin.version), 300));
    for test in &trials.tests {
        let whole = all || test.outcome != TrialOutcome::Passed;
        trial(&mut page, look, test, whole);
    }
    page.blank();
    page.text(0, &[verdict(trials)]);
    page.finish()
}

fn verdict(trials: &Trials) -> Span {
    let mut words = vec![format!("{} passed", trials.count(TrialOutcome::Passed))];
    for (outcome, word) in [(TrialOutcome::Failed, "failed"), (TrialOutcome::Error, "could not be determined")] {
        match trials.count(outcome) {
            0 => {}
            count => words.push(format!("{count} {word}")),
        }
    }
    let worst = trials.tests.iter().map(|test| test.outcome).max().unwrap_or(TrialOutcome::Passed);
    Span::new(format!("{}: {}", plural(trials.tests.len(), "test"), words.join(", ")), tone(outcome(worst)))
}

const fn outcome(outcome: TrialOutcome) -> Outcome {
    match outcome {
        TrialOutcome::Passed => Outcome::Pass,
        TrialOutcome::Failed => Outcome::Fail,
        TrialOutcome::Error => Outcome::Error,
    }
}

fn trial(page: &mut Page<'_>, look: &Look, test: &Trial, whole: bool) {
    let outcome = outcome(test.outcome);
    let lead =
        Lead { indent: 0, label: Span::new(look.symbol(outcome), tone(outcome)), text_at: look.symbol_columns() };
    let took: u64 = test.runs.iter().map(|run| run.duration_ms).sum();
    let mut spans = vec![Span::new(look.foreign(&test.name, 300), Tone::Strong)];
    spans.extend(test.about.iter().map(|about| Span::plain(look.foreign(about, 300))));
    spans.push(Span::new(format!("({took} ms)"), Tone::Dim));
    page.line(&lead, &spans);
    if !whole {
        return;
    }
    for asked in &test.unanswered {
        page.text(
            4,
            &[Span::new(format!("the test has no answer to `{}`; add:", look.foreign(asked, 300)), Tone::Bad)],
        );
        page.verbatim(6, "[[answers]]");
        page.verbatim(6, &format!("to = {:?}", look.foreign(asked, 300)));
    }
    for run in &test.runs {
        if test.runs.len() > 1 {
            page.text(4, &[Span::new(format!("instance {}", look.foreign(&run.instance, 300)), Tone::Strong)]);
        }
        evidence(page, look, run);
        facts(page, look, run);
    }
    for unused in &test.unused {
        labelled(page, "not asked", &look.foreign(unused, 300));
    }
}

/// What was seen, or how it differs from what was expected.
fn evidence(page: &mut Page<'_>, look: &Look, run: &TrialRun) {
    for differing in &run.differences {
        page.text(4, &[Span::new(format!("{} differs (- expected, + found)", differing.part), Tone::Bad)]);
        for line in &differing.lines {
            compared(page, look, line);
        }
    }
    if !run.differences.iter().any(|differing| differing.part == "evidence") {
        for line in &run.evidence {
            page.text(6, &[Span::plain(look.foreign(line, LONGEST))]);
        }
    }
    for frame in &run.stack {
        page.text(8, &[Span::new(format!("at {}", look.foreign(frame, LONGEST)), Tone::Dim)]);
    }
}

fn compared(page: &mut Page<'_>, look: &Look, line: &Compared) {
    let (mark, tone) = match line.mark {
        Mark::Same => (" ", Tone::Dim),
        Mark::Lacks => ("-", Tone::Bad),
        Mark::Extra => ("+", Tone::Good),
    };
    let lead = Lead { indent: 6, label: Span::new(mark, tone), text_at: 8 };
    page.line(&lead, &[Span::new(look.foreign(&line.text, LONGEST), tone)]);
}

/// What it took: requests, log, limits.
fn facts(page: &mut Page<'_>, look: &Look, run: &TrialRun) {
    for (index, request) in run.requests.iter().take(MOST_REQUESTS).enumerate() {
        let text = format!("{}: {} ({} ms)", request.what, request.answer, request.duration_ms);
        labelled(page, if index == 0 { "requests" } else { "" }, &look.foreign(&text, LONGEST));
    }
    if let Some(more) = run.requests.len().checked_sub(MOST_REQUESTS).filter(|more| *more > 0) {
        labelled(page, "", &format!("and {more} more"));
    }
    // The words of a trap stand above, as its message and its stack.
    let told = |line: &&LogLine| run.stack.is_empty() || line.level != LAST_WORDS;
    let log: Vec<&LogLine> = run.log.iter().filter(told).collect();
    let skipped = log.len().saturating_sub(MOST_LOG);
    for (index, line) in log.into_iter().skip(skipped).enumerate() {
        let text = format!("{}: {}", line.level, line.text);
        labelled(page, if index == 0 { "log" } else { "" }, &look.foreign(&text, LONGEST));
    }
    for (index, note) in run.notes.iter().enumerate() {
        labelled(page, if index == 0 { "notes" } else { "" }, &look.foreign(note, LONGEST));
    }
    let used: Vec<String> =
        run.used.iter().map(|used| format!("{} {} of {}", used.what, used.used, used.limit)).collect();
    labelled(page, "used", &excerpt(&used.join(", "), LONGEST));
}

fn labelled(page: &mut Page<'_>, label: &str, text: &str) {
    page.line(&Lead { indent: 4, label: Span::new(label, Tone::Dim), text_at: LABEL }, &[Span::plain(text)]);
}
