//! The report for people, as it reads.

use std::time::Duration;

use shipworthy_contract::{Class, Outcome, Policy, Report, report::FailOn, rules};
use shipworthy_report::human::{Options, Source, render};

use crate::samples;

const PLAIN: Options<'_> = Options {
    color: false,
    unicode: true,
    verbose: false,
    quiet: false,
    plain: false,
    width: 100,
    elapsed: Duration::from_millis(1_234),
    source: None,
};

fn plain(report: &Report) -> String {
    render(report, &PLAIN)
}

#[test]
fn all_passes() {
    insta::assert_snapshot!(plain(&samples::all_pass()));
}

#[test]
fn verbose_shows_each_pass_and_its_evidence() {
    insta::assert_snapshot!(render(&samples::all_pass(), &Options { verbose: true, ..PLAIN }));
}

#[test]
fn payload_failures_have_their_place() {
    insta::assert_snapshot!(plain(&samples::payload_failure()));
}

#[test]
fn a_stack_mismatch_has_its_hint() {
    insta::assert_snapshot!(plain(&samples::stack_mismatch()));
}

#[test]
fn one_cause_is_told_once() {
    insta::assert_snapshot!(plain(&samples::undetermined()));
}

#[test]
fn a_cause_of_several_services_is_told_once() {
    insta::assert_snapshot!(plain(&samples::docker_down()));
}

#[test]
fn a_trap_shows_where_it_was_and_what_it_logged_before() {
    insta::assert_snapshot!(plain(&samples::trapped()));
    let all = render(&samples::trapped(), &Options { verbose: true, ..PLAIN });
    assert!(all.contains("container 1 of 7") && !all.contains("Traceback"), "{all}");
}

#[test]
fn a_recording_is_told_as_that_with_what_is_not_as_it_was() {
    insta::assert_snapshot!(plain(&samples::replayed()));
}

#[test]
fn a_reason_that_skips_all_of_the_stack_is_told_once() {
    insta::assert_snapshot!(plain(&samples::unreadable()));
}

#[test]
fn waived_and_skipped_say_what_they_would_have_been() {
    insta::assert_snapshot!(plain(&samples::waived_and_skipped()));
}

#[test]
fn policy_warn() {
    insta::assert_snapshot!(plain(&samples::warn_policy()));
}

#[test]
fn an_empty_report_does_not_look_like_a_pass_of_something() {
    insta::assert_snapshot!(plain(&samples::nothing()));
}

#[test]
fn widths() {
    for width in [40, 60, 80, 120, 200] {
        let report = samples::payload_failure();
        insta::assert_snapshot!(format!("width_{width}"), render(&report, &Options { width, ..PLAIN }));
    }
}

/// A line that is wider holds something that is to be pasted in one piece.
#[test]
fn no_line_is_wider_than_the_page() {
    for width in 40..=200 {
        for (name, report) in samples::all() {
            for unicode in [true, false] {
                let text = render(&report, &Options { width, unicode, verbose: true, ..PLAIN });
                let is_wide = |line: &&str| line.chars().count() > width && !line.contains('`');
                assert_eq!(text.lines().find(is_wide), None, "{name} on {width} columns");
            }
        }
    }
}

#[test]
fn spoken() {
    let spoken = Options { plain: true, color: true, ..PLAIN };
    let mut report = samples::payload_failure();
    report.results.extend(samples::undetermined().results);
    report.results.extend(samples::waived_and_skipped().results);
    insta::assert_snapshot!(render(&report, &spoken));
}

/// What is looked at and what is spoken hold the same, but for how it is placed.
#[test]
fn spoken_text_has_no_decoration() {
    for (name, report) in samples::all() {
        let text = render(&report, &Options { plain: true, verbose: true, ..PLAIN });
        for sign in ["\u{1b}", "---", "√", "×", "‼", "→", "  "] {
            assert!(!text.contains(sign), "{name}: {sign:?} in\n{text}");
        }
        let words = |text: &str| text.matches(char::is_alphanumeric).count();
        let looked_at = render(&report, &Options { verbose: true, ..PLAIN });
        assert!(words(&text) >= words(&looked_at), "{name}");
    }
}

#[test]
fn colour() {
    let text = render(&samples::stack_mismatch(), &Options { color: true, ..PLAIN });
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn colour_changes_no_text() {
    for (name, report) in samples::all() {
        let coloured = render(&report, &Options { color: true, ..PLAIN });
        let mut stripped = String::new();
        for (index, part) in coloured.split("\u{1b}[").enumerate() {
            let text = if index == 0 { part } else { part.split_once('m').map_or("", |(_, text)| text) };
            stripped.push_str(text);
        }
        assert_eq!(stripped, plain(&report), "{name}");
    }
}

#[test]
fn ascii() {
    let mut report = samples::undetermined();
    report.results.extend(samples::waived_and_skipped().results);
    report.results.push(samples::result(rules::FACT, Outcome::Warn, Class::Violated, "naïve … → done"));
    let text = render(&report, &Options { unicode: false, ..PLAIN });
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn quiet_shows_what_needs_a_look_and_the_verdict() {
    let quiet = Options { quiet: true, ..PLAIN };
    insta::assert_snapshot!(render(&samples::undetermined(), &quiet));
    let text = render(&samples::all_pass(), &quiet);
    insta::assert_snapshot!(text, @"√ may go ahead: 8 checks passed (1.23 s)");
}

#[test]
fn fail_on_warn_says_that_it_stopped() {
    let results = samples::warn_policy().results;
    let report = samples::report_with(Policy::Warn, FailOn::Warn, results);
    insta::assert_snapshot!(render(&report, &Options { quiet: true, ..PLAIN }));
}

#[test]
fn nothing_that_blocks_is_folded_away() {
    let failures: Vec<_> = (0..50).map(|n| samples::fail(rules::PATH, &format!("failure number {n}."))).collect();
    let infos = (0..50)
        .map(|n| samples::result(rules::UNKNOWN_FIELD, Outcome::Info, Class::Information, &format!("info {n}.")));
    let text = plain(&samples::report(Policy::Strict, failures.into_iter().chain(infos).collect()));
    for n in 0..50 {
        assert!(text.contains(&format!("failure number {n}.")), "{n}");
    }
    assert_eq!(text.matches("info ").count(), 10);
    assert!(text.contains("and 40 more (all in --format json) [payload.unknown-field]"), "{text}");
}

#[test]
fn long_values_are_cut() {
    let mut result = samples::fail(rules::PATH, &"m".repeat(5_000));
    result.observed = Some("o".repeat(5_000));
    let text = plain(&samples::report(Policy::Strict, vec![result]));
    assert_eq!(text.matches('o').count() - text.replace(&"o".repeat(20), "").matches('o').count(), 640);
    assert!(text.len() < 2_000);
}

/// The manifest's own line stands beneath what is wrong with it, if it is the manifest that was judged.
#[test]
fn a_payload_failure_shows_its_line() {
    let text = "schema_version: \"1\"\nartifacts:\n  - artifact_root: ../orders\n    api_key: hunter2\n";
    let at = |line, column, mut result: shipworthy_contract::CheckResult| {
        let file = Some("out/artifact.yml".to_owned());
        let place = shipworthy_contract::Location { file, line: Some(line), column, ..Default::default() };
        result.location = Some(place);
        result
    };
    let unreadable = samples::fail(rules::MANIFEST_UNREADABLE, "a key that is there already");
    let results = vec![
        at(3, Some(20), samples::fail(rules::PATH, "the root leaves the artifact")),
        at(4, Some(5), samples::result(rules::CONFIG_FILE, Outcome::Warn, Class::Violated, "nobody reads it")),
        at(4, None, unreadable),
        at(99, None, samples::fail(rules::PATH, "a line that there is not")),
        at(1, Some(1), samples::pass(rules::SCHEMA_VERSION, "`schema_version` is `1`")),
    ];
    let mut report = samples::report(Policy::Strict, results);
    assert!(Source::is_wanted(&report) && Source::of(&report, text.as_bytes()).is_none(), "another manifest");
    report.artifact.as_mut().unwrap().sha256 = Some(shipworthy_contract::Sha256::of(text.as_bytes()));
    let source = Source::of(&report, text.as_bytes()).unwrap();
    let options = Options { source: Some(&source), ..PLAIN };
    insta::assert_snapshot!(render(&report, &options));
    let spoken = render(&report, &Options { plain: true, ..options });
    assert!(spoken.contains("line 3:   - artifact_root: ../orders") && !spoken.contains("hunter2"), "{spoken}");
}
