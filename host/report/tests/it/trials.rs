//! `plugin test`: what a person and what a machine is told.

use shipworthy_contract::{
    Sha256,
    evidence::{LAST_WORDS, LogLine, RequestRecord},
};
use shipworthy_report::{
    Look,
    trials::{self, Compared, Differing, Mark, Tested, Trial, TrialOutcome, TrialRun, Trials, Used},
};

const LOOK: Look = Look { color: false, unicode: true, width: 100, plain: false };

fn run(evidence: &[&str]) -> TrialRun {
    TrialRun {
        instance: "main".to_owned(),
        evidence: evidence.iter().map(ToString::to_string).collect(),
        differences: Vec::new(),
        stack: Vec::new(),
        requests: vec![RequestRecord {
            what: "GET /info".to_owned(),
            answer: "200, 55 bytes".to_owned(),
            duration_ms: 1,
        }],
        log: vec![LogLine { level: "info".to_owned(), text: "begun".to_owned() }],
        notes: Vec::new(),
        used: vec![Used { what: "time", used: "2ms".to_owned(), limit: "5s".to_owned() }],
        duration_ms: 2,
    }
}

fn trial(name: &str, outcome: TrialOutcome, run: TrialRun) -> Trial {
    Trial {
        name: name.to_owned(),
        file: format!("tests/{name}.toml"),
        about: Some(format!("what {name} is about")),
        outcome,
        runs: vec![run],
        unanswered: Vec::new(),
        unused: Vec::new(),
    }
}

fn sample() -> Trials {
    let line = |mark, text: &str| Compared { mark, text: text.to_owned() };
    let differs = Differing {
        part: "evidence",
        lines: vec![
            line(Mark::Same, "complete \"\""),
            line(Mark::Lacks, "fact a = 1"),
            line(Mark::Extra, "fact a = 2"),
        ],
    };
    let failed = TrialRun { differences: vec![differs], ..run(&["complete \"\"", "fact a = 2"]) };
    let words = ["IndexError: list index out of range"]
        .map(|text| LogLine { level: LAST_WORDS.to_owned(), text: text.to_owned() });
    let trapped = TrialRun {
        stack: vec!["third_party (probe.py:7)".to_owned(), "deeper (probe.py:3)".to_owned()],
        log: [run(&[]).log, words.to_vec()].concat(),
        ..run(&["trapped: IndexError: list index out of range"])
    };
    let mut unanswered = trial("unanswered", TrialOutcome::Error, run(&["failed unreachable: closed"]));
    unanswered.unanswered = vec!["http GET /queue".to_owned()];
    unanswered.unused = vec!["http GET /other".to_owned()];
    Trials {
        plugin: Tested {
            name: "orders".to_owned(),
            version: "0.1.0".to_owned(),
            file: "orders.wasm".to_owned(),
            size_bytes: 170_000,
            sha256: Sha256::of(b"component"),
        },
        tests: vec![
            trial("healthy", TrialOutcome::Passed, run(&["complete \"\""])),
            trial("changed", TrialOutcome::Failed, failed),
            trial("crash", TrialOutcome::Error, trapped),
            unanswered,
        ],
    }
}

#[test]
fn what_passed_is_a_line_and_what_did_not_is_told() {
    insta::assert_snapshot!(trials::render(&sample(), &LOOK, false));
}

#[test]
fn junit_has_failures_and_errors_apart() {
    insta::assert_snapshot!(trials::junit(&sample()));
}

#[test]
fn the_exit_status_is_the_lowest_of_what_went_wrong() {
    let of = |outcomes: &[TrialOutcome]| {
        let tests = outcomes.iter().map(|outcome| trial("a", *outcome, run(&[]))).collect();
        Trials { tests, ..sample() }.exit_code()
    };
    let (passed, failed, error) = (TrialOutcome::Passed, TrialOutcome::Failed, TrialOutcome::Error);
    assert_eq!([of(&[]), of(&[passed]), of(&[passed, error]), of(&[error, failed])], [0, 0, 4, 3]);
}

/// Text of guests that a terminal, a CI log or an XML reader would obey.
#[test]
fn hostile_text_is_harmless_in_every_format() {
    let hostile = "\u{1b}[31m::error::x ##[error]y \u{202e}]]></failure><a b=\"&lt;\u{0}";
    let mut hostile_run = run(&[hostile]);
    hostile_run.log = vec![LogLine { level: "info".to_owned(), text: hostile.to_owned() }];
    hostile_run.stack = vec![hostile.to_owned()];
    let mut test = trial(hostile, TrialOutcome::Error, hostile_run);
    test.unanswered = vec![hostile.to_owned()];
    let trials = Trials { tests: vec![test], ..sample() };
    for text in [trials::render(&trials, &LOOK, true), trials::junit(&trials), trials::json(&trials)] {
        for raw in ["\u{1b}", "\u{202e}", "\u{0}"] {
            assert!(!text.contains(raw), "{raw:?} in {text}");
        }
    }
    assert!(!trials::render(&trials, &LOOK, true).contains("##[error]"));
    assert!(!trials::junit(&trials).contains("<a b"));
}
