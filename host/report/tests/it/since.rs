//! What changed between two reports, and that nothing that is hidden counts as mended.

use shipworthy_contract::{CheckResult, Class, Location, Outcome, Policy, Report, rules};
use shipworthy_report::{
    Look,
    since::{self, Kind, Since},
};

use crate::samples::{fail, of, pass, report, result};

const LOOK: Look = Look { color: false, unicode: true, width: 100, plain: false };

fn about(field: &str, mut result: CheckResult) -> CheckResult {
    result.location =
        Some(Location { file: Some("artifact.yml".to_owned()), field: Some(field.to_owned()), ..Location::default() });
    result
}

fn skip(reason: Class, result: CheckResult) -> CheckResult {
    result.skipped(reason, "for a reason")
}

fn of_results(old: Vec<CheckResult>, new: Vec<CheckResult>) -> Since {
    let (old, new) = (report(Policy::Strict, old), report(Policy::Strict, new));
    since::compare(("old.json", &old), ("new.json", &new))
}

fn kinds(old: Vec<CheckResult>, new: Vec<CheckResult>) -> Vec<Kind> {
    of_results(old, new).changes.into_iter().map(|change| change.kind).collect()
}

#[test]
fn each_way_from_one_outcome_to_another_has_its_kind() {
    let holds = || vec![pass(rules::MODE, "mode is `docker`")];
    let fails = || vec![fail(rules::MODE, "expected mode `docker`, found `containerd`")];
    let warns = || vec![result(rules::MODE, Outcome::Warn, Class::Violated, "mode differs")];
    let waived = || vec![skip(Class::Waived, fail(rules::MODE, "mode differs"))];
    let informs = || vec![result(rules::MODE, Outcome::Info, Class::Information, "mode is `docker`")];
    let unknown = || vec![result(rules::OBSERVATION, Outcome::Error, Class::Unreachable, "mode was not observed")];
    for (old, new, expected) in [
        (holds(), holds(), None),
        (holds(), fails(), Some(Kind::NewFailure)),
        (vec![], fails(), Some(Kind::NewFailure)),
        (waived(), fails(), Some(Kind::NewFailure)),
        (warns(), fails(), Some(Kind::NewFailure)),
        (vec![], unknown(), Some(Kind::NewFailure)),
        (fails(), fails(), Some(Kind::StillFailing)),
        (fails(), warns(), Some(Kind::Eased)),
        (fails(), holds(), Some(Kind::Fixed)),
        (warns(), holds(), Some(Kind::Fixed)),
        (fails(), waived(), Some(Kind::SetAside)),
        (warns(), waived(), Some(Kind::SetAside)),
        (fails(), vec![], Some(Kind::NoLongerChecked)),
        (holds(), warns(), Some(Kind::NewWarning)),
        (warns(), warns(), None),
        (holds(), vec![], Some(Kind::Unseen)),
        (holds(), waived(), Some(Kind::Unseen)),
        (informs(), vec![], None),
        (vec![], holds(), None),
        (vec![], waived(), None),
    ] {
        let case = format!("{old:?} -> {new:?}");
        assert_eq!(kinds(old, new), expected.into_iter().collect::<Vec<_>>(), "{case}");
    }
}

/// A version that could not be observed answers the question whether it fits, by another rule.
#[test]
fn one_question_is_one_whatever_rule_answers_it() {
    let field = "runtime_stack.services.gateway.version";
    let old = vec![about(field, of("gateway", pass(rules::VERSION, "version is `2.0.0`")))];
    let unseen = result(rules::OBSERVATION, Outcome::Error, Class::TimedOut, "version was not observed");
    let new = vec![about(field, of("gateway", unseen))];
    assert_eq!(kinds(old, new), [Kind::NewFailure]);
}

#[test]
fn names_of_a_list_are_told_apart_by_what_is_expected() {
    let has = |name: &str, at: usize, holds: bool| {
        let made = if holds { pass(rules::CAPABILITY, name) } else { fail(rules::CAPABILITY, name) };
        let field = format!("runtime_stack.services.agent.capabilities[{at}]");
        CheckResult { expected: Some(name.to_owned()), ..about(&field, of("agent", made)) }
    };
    let since = of_results(vec![has("a", 0, true), has("b", 1, false)], vec![has("a", 0, true), has("b", 1, true)]);
    let changed: Vec<_> = since.changes.iter().map(|change| (change.kind, change.rule.as_str())).collect();
    assert_eq!(changed, [(Kind::Fixed, "stack.capability")]);
    assert_eq!(since.unchanged, 1);
}

#[test]
fn the_exit_code_is_that_of_what_fails_newly() {
    let unknown = || result(rules::OBSERVATION, Outcome::Error, Class::Unreachable, "mode was not observed");
    for (old, new, code) in [
        (vec![], vec![], 0),
        (vec![fail(rules::MODE, "m")], vec![fail(rules::MODE, "m")], 0),
        (vec![fail(rules::MODE, "m")], vec![fail(rules::MODE, "m"), unknown()], 4),
        (vec![], vec![fail(rules::MODE, "m"), unknown()], 3),
        (vec![], vec![fail(rules::PATH, "p"), fail(rules::MODE, "m")], 1),
    ] {
        let (old, new) = (report(Policy::Strict, old), report(Policy::Strict, new));
        assert_eq!(since::exit_code(&since::compare(("old.json", &old), ("new.json", &new))), code);
    }
}

fn night() -> (Report, Report) {
    let seen = |value: &str, mut result: CheckResult| {
        result.observed = Some(value.to_owned());
        result.evidence = vec![crate::samples::evidence("version", value, "GET /openapi.json info.version")];
        about("services.gateway.version", result)
    };
    let gateway = |number: usize, mut result: CheckResult| {
        result = of("gateway", result);
        result.instance = Some(format!("gateway-{number}"));
        result
    };
    let expected = |mut result: CheckResult| {
        result.expected = Some("^2".to_owned());
        result
    };
    let good = || expected(seen("2.0.0", pass(rules::VERSION, "version is `2.0.0`")));
    let bad = || expected(seen("1.9.3", fail(rules::VERSION, "expected version `^2`, found `1.9.3`")));
    let mut old: Vec<_> = (1..=15).map(|number| gateway(number, good())).collect();
    let mut new: Vec<_> = (1..=15).map(|number| gateway(number, if number > 3 { bad() } else { good() })).collect();
    old.push(fail(rules::PATH, "the path leaves the artifact"));
    new.push(pass(rules::PATH, "every path stays inside"));
    old.push(of("agent", fail(rules::RELEASE, "release differs")));
    new.push(skip(Class::Waived, of("agent", fail(rules::RELEASE, "release differs"))));
    old.push(fail(rules::MODE, "expected mode `docker`, found `containerd`"));
    new.push(fail(rules::MODE, "expected mode `docker`, found `containerd`"));
    (report(Policy::Strict, old), report(Policy::Strict, new))
}

#[test]
fn a_night_reads_so() {
    let (old, new) = night();
    let since = since::compare(("last-night.json", &old), ("now.json", &new));
    insta::assert_snapshot!(since::render(&since, &LOOK));
    insta::assert_snapshot!("a_night_as_spoken", since::render(&since, &Look { plain: true, ..LOOK }));
}

#[test]
fn machines_read_the_same() {
    let (old, new) = night();
    let json = since::json(&since::compare(("last-night.json", &old), ("now.json", &new)));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["schema"], "shipworthy.report-diff/1");
    assert_eq!(value["changes"].as_array().map(Vec::len), Some(15));
    assert_eq!(value["changes"][0]["kind"], "new-failure");
}

#[test]
fn hostile_text_is_shown_as_text() {
    let hostile = "x\u{1b}[31m\n::error::gone\u{202e}##[error]";
    let since = of_results(vec![], vec![of("gateway", fail(rules::MODE, hostile))]);
    let page = since::render(&since, &LOOK);
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}') && !page.contains("##[error]"), "{page}");
    assert!(!page.lines().any(|line| line.trim_start().starts_with("::")), "{page}");
}
