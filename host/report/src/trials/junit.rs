//! Tests for CI systems: `plugin test --format junit`.

use std::time::Duration;

use shipworthy_contract::text::excerpt;

use super::{Mark, Trial, TrialOutcome, TrialRun, Trials};
use crate::junit::document::{self, Case, Document, Status, Suite};

/// Longest line that is told, in characters.
const LONGEST: usize = 1_000;

/// The tests as a document of `JUnit` with a line break at its end.
pub fn render(trials: &Trials) -> String {
    let name = excerpt(&trials.plugin.name, LONGEST);
    let cases = trials.tests.iter().map(|test| case(test, &name)).collect();
    let suite = Suite { name, cases, ..Suite::default() };
    document::write(&Document { name: "shipworthy plugin test".to_owned(), time: None, suites: vec![suite] })
}

fn case(test: &Trial, plugin: &str) -> Case {
    let lines = reasons(test);
    let status = match test.outcome {
        TrialOutcome::Passed => Status::Passed,
        TrialOutcome::Failed => Status::Failure,
        TrialOutcome::Error => Status::Error,
    };
    let passed = status == Status::Passed;
    let evidence: Vec<String> =
        test.runs.iter().flat_map(|run| run.evidence.iter().map(|line| excerpt(line, LONGEST))).collect();
    let log = test.runs.iter().flat_map(|run| &run.log);
    let log: Vec<String> = log.map(|line| format!("{}: {}", line.level, excerpt(&line.text, LONGEST))).collect();
    Case {
        name: excerpt(&test.name, LONGEST),
        classname: plugin.to_owned(),
        time: Some(Duration::from_millis(test.runs.iter().map(|run| run.duration_ms).sum())),
        status,
        message: lines.first().cloned().filter(|_| !passed),
        kind: None,
        text: (!passed).then(|| lines.join("\n")),
        out: Some(evidence.join("\n")),
        err: Some(log.join("\n")).filter(|_| !log.is_empty()),
    }
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
