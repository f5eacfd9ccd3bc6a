use Outcome::{Error, Fail, Pass, Warn};

use super::*;

#[test]
fn each_row_comes_out_as_the_contract_says() {
    let api = [("api_version", "1.0")];
    let (mode, release) = ([("mode", "docker")], [("esb_version", "v1")]);
    for (required, observed, rule, strict, warn) in [
        (&[("api_version", "1.0")], None, "stack.api-version satisfied", Pass, Pass),
        (&[("api_version", "1.1")], None, "stack.api-version violated", Fail, Warn),
        (&[("api_version", "2.0")], None, "stack.api-version violated", Fail, Fail),
        (&api, Some(("api-version", "1.0")), "stack.api-version satisfied", Pass, Pass),
        (&api, Some(("api-version", "1.1")), "stack.api-version violated", Fail, Warn),
        (&api, Some(("api-version", "2.0")), "stack.api-version violated", Fail, Fail),
        (&api, Some(("api-version", "two")), "stack.observation unreadable", Error, Warn),
        (&mode, Some(("mode", "docker")), "stack.mode satisfied", Pass, Pass),
        (&mode, Some(("mode", "DOCKER")), "stack.mode satisfied", Pass, Pass),
        (&mode, Some(("mode", " docker ")), "stack.mode satisfied", Pass, Pass),
        (&mode, Some(("mode", "containerd")), "stack.mode violated", Fail, Fail),
        (&mode, Some(("mode", "podman")), "stack.mode violated", Fail, Fail),
        (&mode, Some(("mode", " ")), "stack.observation not-observed", Error, Warn),
        (&mode, None, "stack.observation not-observed", Error, Warn),
        (&release, Some(("release", " v1 ")), "stack.release satisfied", Pass, Pass),
        (&release, Some(("release", "V1")), "stack.release violated", Fail, Warn),
        (&release, None, "stack.observation not-observed", Error, Warn),
    ] {
        let runs: Vec<ProbeRun> = observed.iter().map(|(key, value)| run("gateway", vec![fact(key, value)])).collect();
        let got = under_both(&[requires(required)], &runs);
        assert_eq!(got, (rule.to_owned(), strict, warn), "{required:?}, {observed:?}");
    }
}

#[test]
fn all_that_observed_it_must_agree_and_the_others_do_not_count() {
    let silent = || run("provisioner", vec![fact("exit-code", "0")]);
    for (gateway, agent, outcome) in [("v1", "v1", Pass), ("v1", "v2", Fail), ("v2", "v1", Fail), ("v2", "v2", Fail)] {
        let runs =
            [run("gateway", vec![fact("release", gateway)]), run("agent", vec![fact("release", agent)]), silent()];
        let results = judged(&[requires(&[("esb_version", "v1")])], &runs, Policy::Strict);
        assert_eq!((results[0].rule.as_str(), results[0].outcome), ("stack.release", outcome), "{gateway}, {agent}");
        assert!(results[1..].iter().all(|result| result.outcome == Outcome::Info), "{results:#?}");
    }
}

#[test]
fn who_disagrees_is_named() {
    let runs = [
        run("gateway", vec![fact("mode", "docker")]),
        instance(run("agent", vec![fact("mode", "containerd")]), "agent-1"),
        instance(run("agent", vec![fact_of("mode", "docker", Some("node"))]), "agent-2"),
    ];
    let results = judged(&[requires(&[("mode", "docker")])], &runs, Policy::Warn);
    assert_eq!(
        results[0].message,
        "expected mode `docker`, found `containerd` (agent agent-1), `docker` (agent agent-2 node, gateway)"
    );
    assert_eq!(results[0].items, ["agent agent-1: containerd"]);
    let subjects: Vec<_> = results[0].evidence.iter().filter_map(|line| line.subject.as_deref()).collect();
    assert_eq!(subjects, ["agent agent-1", "agent agent-2 node", "gateway"]);
}

#[test]
fn a_service_with_an_api_version_of_its_own_is_judged_by_that() {
    let runs = [run("node", vec![fact("api-version", "7.2")])];
    let own = [("api_version", "1.0"), ("services.node.api_version", "7.2")];
    let results = judged(&[requires(&own)], &runs, Policy::Strict);
    assert_eq!(short(&results), ["pass stack.api-version satisfied", "pass stack.api-version satisfied"]);
    assert_eq!(results[1].service, Some(service("node")));
}

#[test]
fn both_sources_hold_and_the_same_word_is_one_result() {
    let environment =
        |mode: &str| required_by(Source::Environment { file: "environments/x.toml".to_owned() }, &[("mode", mode)]);
    let runs = [run("gateway", vec![fact("mode", "docker")])];
    let artifact = requires(&[("mode", "docker")]);
    let same = judged(&[artifact.clone(), environment("docker")], &runs, Policy::Warn);
    assert_eq!(short(&same), ["pass stack.mode satisfied"]);
    let other = judged(&[artifact, environment("containerd")], &runs, Policy::Warn);
    assert_eq!(short(&other), ["pass stack.mode satisfied", "fail stack.mode violated"]);
    let place = other[1].location.as_ref().unwrap();
    assert_eq!(place.field.as_deref(), Some("requirements.mode"));
    assert_eq!((place.file.as_deref(), place.line), (Some("environments/x.toml"), Some(7)));
}

#[test]
fn without_any_probe_every_fact_is_told() {
    let required = requires(&[("api_version", "1.0"), ("mode", "docker"), ("esb_version", "v1")]);
    let results = judged(&[required], &[], Policy::Warn);
    assert_eq!(
        short(&results),
        [
            "pass stack.api-version satisfied",
            "warn stack.observation not-observed",
            "warn stack.observation not-observed"
        ]
    );
    assert_eq!(results[1].message, "mode was not observed: no probe is listed");
    assert_eq!(
        results[1].hint.as_deref(),
        Some("list a probe that gives mode, or drop `runtime_stack.mode` in `artifact.yml`")
    );
}
