use shipworthy_sdk::testing::{Script, Seen};

use super::*;

const STARTED: &str = "2026-03-01T10:00:00.25Z";
const FINISHED: &str = "2026-03-01T10:00:07.123456789Z";

fn job(name: &str, state: &str, exit_code: Option<i32>) -> Container {
    Container {
        name: name.to_owned(),
        service: "provisioner".to_owned(),
        image: "registry.example:5000/esb-provisioner:1.4".to_owned(),
        image_id: "sha256:00".to_owned(),
        state: state.to_owned(),
        exit_code,
        started_at: (state != "created").then(|| STARTED.to_owned()),
        finished_at: exit_code.map(|_| FINISHED.to_owned()),
        ..Container::default()
    }
}

fn script() -> Script {
    let target = Target { service: "provisioner".to_owned(), instance: "provisioner".to_owned(), project: None };
    Script::new().descriptor(include_str!("../probe.json")).target(target)
}

fn run(script: &Script) -> Seen {
    let seen = script.run::<Provisioner>("{}");
    assert_eq!(seen.outcome(), Ok(()));
    seen
}

fn finding(script: &Script) -> Finding {
    let seen = run(script);
    let [finding] = seen.findings(RULE)[..] else { panic!("one finding: {:?}", seen.lines()) };
    finding.clone()
}

#[test]
fn a_run_that_succeeded_shows_all_that_there_is() {
    let seen = run(&script().container(job("esb-test-provisioner", "exited", Some(0))).env("AGENT_RUNTIME", "docker"));
    assert_eq!(
        seen.lines(),
        [
            "finding run-succeeded holds: run of esb-test-provisioner, expected exited with code 0, \
             found exited with code 0 at 2026-03-01T10:00:07Z",
            r#"fact state = "exited", from container state of esb-test-provisioner"#,
            "fact exit-code = 0, from container exit code of esb-test-provisioner",
            r#"fact finished-at = "2026-03-01T10:00:07.123456789Z", from container finish of esb-test-provisioner"#,
            r#"fact image = "registry.example:5000/esb-provisioner:1.4", from container image of esb-test-provisioner"#,
            r#"fact image-id = "sha256:00", from container image id of esb-test-provisioner"#,
            r#"fact mode = "docker", from container env AGENT_RUNTIME of esb-test-provisioner"#,
            r#"fact release = "1.4", from container image tag of esb-test-provisioner"#,
        ]
    );
}

#[test]
fn a_failed_run_is_a_violation_with_the_last_lines_that_say_something() {
    let log = ["one", "two", "", "three", "  four ", "five", "six", "   ", ""];
    let finding = finding(&script().container(job("p", "exited", Some(3))).logs(&log));
    assert!(!finding.holds);
    let found = "exited with code 3 at 2026-03-01T10:00:07Z; \
                 its last log lines, newest first: six | five | four | three | two";
    assert_eq!(finding.found.as_deref(), Some(found));
}

#[test]
fn a_run_that_is_not_over_or_ended_badly_is_a_violation() {
    for (state, exit_code, found) in [
        ("created", None, "created, never started"),
        ("running", None, "it is running since 2026-03-01T10:00:00Z"),
        ("paused", None, "it is paused, started at 2026-03-01T10:00:00Z"),
        ("removing", None, "it is removing, started at 2026-03-01T10:00:00Z"),
        (
            "restarting",
            None,
            "it is restarting, started at 2026-03-01T10:00:00Z; its last log lines, newest first: no database",
        ),
        (
            "dead",
            Some(0),
            "it is dead, with exit code 0 at 2026-03-01T10:00:07Z; its last log lines, newest first: no database",
        ),
        (
            "exited",
            Some(137),
            "exited with code 137 at 2026-03-01T10:00:07Z; its last log lines, newest first: no database",
        ),
    ] {
        let finding = finding(&script().container(job("p", state, exit_code)).logs(&["no database"]));
        assert_eq!((finding.holds, finding.found.as_deref()), (false, Some(found)), "{state}");
    }
}

#[test]
fn an_end_is_given_only_once_there_is_one() {
    let again = Container { finished_at: Some(FINISHED.to_owned()), ..job("p", "running", None) };
    let seen = run(&script().container(again));
    for key in ["exit-code", "finished-at"] {
        assert_eq!(seen.missing(key), Some(&Failure::new(Gap::NotOffered, "p: has not ended")), "{key}");
    }
    assert_eq!(seen.fact("state"), Some(&"running".into()));
}

#[test]
fn only_the_latest_run_is_judged_and_speaks_for_the_stack() {
    let at = |name: &str, started: Option<&str>, exit_code| Container {
        started_at: started.map(str::to_owned),
        image: format!("esb-provisioner:{name}"),
        ..job(name, if started.is_some() { "exited" } else { "created" }, exit_code)
    };
    for (containers, latest, holds) in [
        (
            vec![at("a", Some("2026-03-01T10:00:00Z"), Some(1)), at("b", Some("2026-03-02T10:00:00Z"), Some(0))],
            "b",
            true,
        ),
        (
            vec![at("a", Some("2026-03-02T10:00:00Z"), Some(1)), at("b", Some("2026-03-01T10:00:00Z"), Some(0))],
            "a",
            false,
        ),
        // A fraction without its last zeros, and none at all.
        (
            vec![at("a", Some("2026-03-01T10:00:00.51Z"), Some(0)), at("b", Some("2026-03-01T10:00:00.5Z"), Some(1))],
            "a",
            true,
        ),
        (
            vec![at("a", Some("2026-03-01T10:00:00.5Z"), Some(0)), at("b", Some("2026-03-01T10:00:00Z"), Some(1))],
            "a",
            true,
        ),
        // Made and never started: a run only where there is no other.
        (vec![at("a", None, None), at("b", Some("2026-03-01T10:00:00Z"), Some(0))], "b", true),
        (vec![at("a", Some("2026-03-01T10:00:00Z"), Some(1)), at("b", None, None)], "a", false),
        (vec![at("a", None, None), at("b", None, None)], "b", false),
    ] {
        let count = containers.len();
        let seen = run(&containers.into_iter().fold(script(), Script::container));
        let [finding] = seen.findings(RULE)[..] else { panic!("one finding") };
        let message = format!("run of {latest}, the latest of {count}");
        assert_eq!((finding.holds, &*finding.message), (holds, &*message));
        let releases = seen.lines().into_iter().filter(|line| line.contains("release")).collect::<Vec<_>>();
        assert_eq!(releases, [format!("fact release = {latest:?}, from container image tag of {latest}")]);
        assert_eq!(seen.lines().iter().filter(|line| line.starts_with("fact state")).count(), 1);
    }
}

#[test]
fn earlier_runs_are_told_under_a_key_of_their_own() {
    let earlier = Container { started_at: Some("2026-02-01T10:00:00Z".to_owned()), ..job("old", "exited", Some(3)) };
    let seen = run(&script().container(earlier).container(job("new", "exited", Some(0))));
    let told = r#"fact earlier-run = "exited with code 3 at 2026-03-01T10:00:07Z", from container state of old"#;
    assert_eq!(seen.lines().iter().filter(|line| line.ends_with(" of old")).collect::<Vec<_>>(), [told]);
    assert_eq!(seen.fact("exit-code"), Some(&0.into()));
}

#[test]
fn a_container_that_never_started_is_told_beside_the_latest_run() {
    let seen = run(&script().container(job("made", "created", None)).container(job("ran", "exited", Some(0))));
    let told = r#"fact earlier-run = "created, never started", from container state of made"#;
    assert_eq!(seen.lines().iter().filter(|line| line.ends_with(" of made")).collect::<Vec<_>>(), [told]);
    assert_eq!((seen.fact("state"), seen.findings(RULE).len()), (Some(&"exited".into()), 1));
}

#[test]
fn a_log_that_cannot_be_read_does_not_lose_the_finding() {
    let descriptor = r#"{ "needs": ["container ."], "rules": [{ "name": "run-succeeded" }] }"#;
    let finding = finding(&script().descriptor(descriptor).container(job("p", "exited", Some(3))));
    let found = "exited with code 3 at 2026-03-01T10:00:07Z; its log cannot be read: not granted: logs .";
    assert_eq!((finding.holds, finding.found.as_deref()), (false, Some(found)));
}

#[test]
fn a_log_in_words_fits_into_a_finding() {
    assert_eq!(log_in_words(Ok(vec![" ".to_owned()])), "its log is empty");
    let failed = log_in_words(Err(ContainersError::TooLarge(9)));
    assert_eq!(failed, "its log cannot be read: more than 9 bytes");
    for letter in ["x", "é", "…"] {
        let words = log_in_words(Ok(vec![letter.repeat(4_000); 9]));
        assert!(words.len() < 900, "{}", words.len());
        assert!(words.matches('…').count() >= LINES_TOLD);
    }
}

#[test]
fn an_exit_code_that_the_engine_does_not_name_is_a_gap() {
    let seen = run(&script().container(job("p", "exited", None)));
    assert_eq!(seen.missing(RULE), Some(&Failure::new(Gap::Unreadable, "p: the engine names no exit code")));
    assert!(seen.findings(RULE).is_empty());
}

#[test]
fn a_provisioner_that_is_not_there_is_not_passed_over() {
    let expected = "failed unreachable: no container of provisioner: it has not run, or its container was removed";
    assert_eq!(script().run::<Provisioner>("{}").lines(), [expected]);
}

#[test]
fn an_engine_that_cannot_be_asked_is_told_once() {
    for error in [
        ContainersError::EngineUnreachable("connection refused".to_owned()),
        ContainersError::AmbiguousProject(vec!["a".to_owned(), "b".to_owned()]),
    ] {
        let failure = Failure::from(error.clone());
        let seen = script().containers_fail(error).run::<Provisioner>("{}");
        assert_eq!((seen.outcome(), seen.evidence().len()), (Err(&failure), 0));
    }
}
