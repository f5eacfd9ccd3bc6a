//! Tests for CI systems: `plugin test --format junit`.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use shipworthy_contract::text::excerpt;

use super::{Mark, Trial, TrialOutcome, TrialRun, Trials};

/// Longest line that is told, in characters.
const LONGEST: usize = 1_000;

/// The tests as a document of `JUnit` with a line break at its end.
pub fn render(trials: &Trials) -> String {
    let name = excerpt(&trials.plugin.name, LONGEST);
    let mut suite = TestSuite::new(name.clone());
    for test in &trials.tests {
        suite.add_test_case(case(test, &name));
    }
    let mut report = Report::new("shipworthy plugin test");
    report.add_test_suite(suite);
    // Names and texts are strings whose control characters the writer drops, and it writes to memory.
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn case(test: &Trial, plugin: &str) -> TestCase {
    let lines = reasons(test);
    let first = lines.first().cloned().unwrap_or_default();
    let status = match test.outcome {
        TrialOutcome::Passed => TestCaseStatus::success(),
        TrialOutcome::Failed => non_success(NonSuccessKind::Failure, &first, &lines),
        TrialOutcome::Error => non_success(NonSuccessKind::Error, &first, &lines),
    };
    let mut case = TestCase::new(excerpt(&test.name, LONGEST), status);
    case.set_classname(plugin.to_owned());
    case.set_time(Duration::from_millis(test.runs.iter().map(|run| run.duration_ms).sum()));
    let evidence: Vec<String> =
        test.runs.iter().flat_map(|run| run.evidence.iter().map(|line| excerpt(line, LONGEST))).collect();
    case.set_system_out(evidence.join("\n"));
    let log = test.runs.iter().flat_map(|run| &run.log);
    let log: Vec<String> = log.map(|line| format!("{}: {}", line.level, excerpt(&line.text, LONGEST))).collect();
    if !log.is_empty() {
        case.set_system_err(log.join("\n"));
    }
    case
}

fn non_success(kind: NonSuccessKind, first: &str, lines: &[String]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(first.to_owned()).set_description(lines.join("\n"));
    status
}

/// Why a test did not pass, a line each.
fn reasons(test: &Trial) -> Vec<String> {
    let unanswered =
        test.unanswered.iter().map(|asked| format!("the test has no answer to: {}", excerpt(asked, LONGEST)));
    unanswered.chain(test.runs.iter().flat_map(of_run)).collect()
}

fn of_run(run: &TrialRun) -> Vec<String> {
    let mut lines = Vec::new();
    for differing in &run.differences {
        lines.push(format!("{} differs (- expected, + found)", differing.part));
        for line in &differing.lines {
            let mark = match line.mark {
                Mark::Same => ' ',
                Mark::Lacks => '-',
                Mark::Extra => '+',
            };
            lines.push(format!("{mark} {}", excerpt(&line.text, LONGEST)));
        }
    }
    lines.extend(run.stack.iter().map(|frame| format!("at {}", excerpt(frame, LONGEST))));
    lines
}
