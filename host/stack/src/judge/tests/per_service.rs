use Outcome::{Error, Fail, Info, Pass, Warn};

use super::*;

/// The hexadecimal digest of a word.
fn sha(of: &str) -> String {
    Sha256::of(of.as_bytes()).to_string()
}

#[test]
fn each_rule_comes_out_as_the_contract_says() {
    let hook = sha("hook");
    for (field, required, evidence, rule, strict, warn) in [
        ("version", "2.0.0", fact("version", " 2.0.0 "), "stack.version satisfied", Pass, Pass),
        ("version", ">=1.6, <2", fact("version", "1.6.20~ds1"), "stack.version satisfied", Pass, Pass),
        ("version", ">=3", fact("version", "2.0.0"), "stack.version violated", Fail, Warn),
        ("version", ">=3", fact("version", "latest"), "stack.observation unreadable", Error, Warn),
        ("version", "3", fact("version", "latest"), "stack.version violated", Fail, Warn),
        ("release", "v1", fact("release", "v1"), "stack.release satisfied", Pass, Pass),
        ("release", "v1", fact("release", "v2"), "stack.release violated", Fail, Warn),
        ("api_version", "1.2", fact("api-version", "1.2"), "stack.api-version satisfied", Pass, Pass),
        ("api_version", "1.2", fact("api-version", "1.3"), "stack.api-version violated", Fail, Warn),
        ("api_version", "1.2", fact("api-version", "2.2"), "stack.api-version violated", Fail, Fail),
        ("api_version", "1.2", fact("api-version", "v1"), "stack.observation unreadable", Error, Warn),
        ("mode", "docker", fact("mode", "Docker"), "stack.mode satisfied", Pass, Pass),
        ("mode", "docker", fact("mode", "podman"), "stack.mode violated", Fail, Fail),
        ("facts.mode", "docker", fact("mode", "podman"), "stack.mode violated", Fail, Fail),
        ("facts.release", "v1", fact("release", "v2"), "stack.release violated", Fail, Warn),
        ("facts.version", "<2", fact("version", "2.1"), "stack.version violated", Fail, Warn),
        ("facts.api-version", "1.2", fact("api-version", "2.2"), "stack.api-version violated", Fail, Fail),
        ("facts.colour", "blue", fact("colour", "blue"), "stack.fact satisfied", Pass, Pass),
        ("facts.colour", "blue", fact("colour", ""), "stack.fact violated", Fail, Warn),
        ("facts.count", "<100", fact("count", "100"), "stack.fact violated", Fail, Warn),
        ("facts.count", "<100", fact("count", "many"), "stack.observation unreadable", Error, Warn),
        ("capabilities", "invoke", capability("invoke", true), "stack.capability satisfied", Pass, Pass),
        ("capabilities", "invoke", capability("invoke", false), "stack.capability violated", Fail, Warn),
        ("capabilities", "route:/x", complete("route:"), "stack.capability violated", Fail, Warn),
        ("sha256.hook", &hook, digest("hook", "hook", "c1"), "stack.digest satisfied", Pass, Pass),
        ("sha256.hook", &hook, digest("hook", "other", "c1"), "stack.digest violated", Fail, Warn),
    ] {
        let required = requires(&[(&format!("services.gateway.{field}"), required)]);
        let got = under_both(&[required], &[run("gateway", vec![evidence.clone()])]);
        assert_eq!(got, (rule.to_owned(), strict, warn), "{field}, {evidence:?}");
    }
}

#[test]
fn what_was_not_seen_is_an_observation_with_its_reason() {
    let hook = sha("hook");
    let beside = || fact("beside", "1");
    for (field, value, name) in [
        ("version", "2.0.0", "version"),
        ("release", "v1", "release"),
        ("api_version", "1.0", "api-version"),
        ("mode", "docker", "mode"),
        ("capabilities", "route:/x", "route:/x"),
        ("capabilities", "route:/x", "route:"),
        ("sha256.hook", hook.as_str(), "hook"),
        ("facts.colour", "blue", "colour"),
    ] {
        let required =
            [requires(&[(&format!("services.gateway.{field}"), value), ("services.gateway.facts.beside", "1")])];
        for (evidence, class) in [
            (vec![beside()], "not-observed"),
            (vec![beside(), missing(name, Gap::Unreachable, "refused")], "unreachable"),
            (vec![beside(), missing(name, Gap::NotGranted, "grant it")], "not-granted"),
            (vec![beside(), missing(name, Gap::NotOffered, "no such thing")], "not-offered"),
        ] {
            for (policy, outcome) in [(Policy::Strict, "error"), (Policy::Warn, "warn")] {
                let results = judged(&required, &[run("gateway", evidence.clone())], policy);
                let expected = ["pass stack.fact satisfied".to_owned(), format!("{outcome} stack.observation {class}")];
                assert_eq!(short(&results), expected, "{field}, {evidence:?}");
            }
        }
    }
}

#[test]
fn an_incomplete_list_proves_no_absence() {
    let required = [requires(&[("services.gateway.capabilities", "route:/a route:/b invoke")])];
    let evidence = vec![capability("route:/a", true), complete("route:")];
    let results = judged(&required, &[run("gateway", evidence)], Policy::Strict);
    assert_eq!(
        short(&results),
        ["pass stack.capability satisfied", "fail stack.capability violated", "error stack.observation not-observed"]
    );
    assert_eq!(
        results[1].message,
        "expected capability `route:/b`, found it absent from the complete list of `route:`"
    );
}

#[test]
fn every_subject_counts() {
    let containers = |second: &str| vec![fact_of("release", "v1", Some("c1")), fact_of("release", second, Some("c2"))];
    let required = [requires(&[("services.agent.release", "v1")])];
    assert_eq!(under_both(&required, &[run("agent", containers("v1"))]).1, Pass);
    let results = judged(&required, &[run("agent", containers("v2"))], Policy::Strict);
    assert_eq!(results[0].message, "expected release `v1`, found `v1` (c1), `v2` (c2)");
    assert_eq!(results[0].items, ["c2: v2"]);
}

#[test]
fn drifted_digests_are_listed_and_unread_ones_leave_it_open() {
    let required = [requires(&[("services.functions.sha256.hook:py", &sha("hook"))])];
    let drifted = [("hook", "c1"), ("old", "c2"), ("hook", "c3"), ("older", "c4")];
    let evidence: Vec<_> = drifted.iter().map(|(of, subject)| digest("hook.py", of, subject)).collect();
    let results = judged(&required, &[run("functions", evidence)], Policy::Strict);
    assert_eq!(results[0].items, ["c2", "c4"]);
    assert_eq!(results[0].message, "expected an allowed digest of `hook.py`, found 2 of 4 not allowed: c2, c4");
    let subjects: Vec<_> = results[0].evidence.iter().filter_map(|line| line.subject.as_deref()).collect();
    assert_eq!(subjects, ["c2", "c4", "c1", "c3"], "the drifted ones first");
    for (why, rule) in
        [(Gap::Denied, "error stack.observation denied"), (Gap::NotOffered, "pass stack.digest satisfied")]
    {
        let evidence = vec![digest("hook.py", "hook", "c1"), missing("hook.py", why, "c2")];
        assert_eq!(short(&judged(&required, &[run("functions", evidence)], Policy::Strict))[0], rule);
    }
}

#[test]
fn every_instance_is_judged_and_named() {
    let required = [requires(&[("services.gateway.version", "2.0.0")])];
    let at = |version: &str, name: &str| instance(run("gateway", vec![fact("version", version)]), name);
    let silent = instance(run("gateway", vec![fact("x", "1")]), "gw-3");
    let results = judged(&required, &[at("2.0.0", "gw-1"), at("1.9.0", "gw-2"), silent], Policy::Strict);
    let told: Vec<_> = results.iter().map(|result| (result.instance.as_deref(), result.outcome)).collect();
    assert_eq!(
        told,
        [(Some("gw-1"), Pass), (Some("gw-2"), Fail), (Some("gw-3"), Error), (Some("gw-3"), Info)],
        "{results:#?}"
    );
    let one = judged(&required, &[run("gateway", vec![fact("version", "2.0.0")])], Policy::Strict);
    assert_eq!(one[0].instance, None, "a single instance goes without saying");
}

#[test]
fn another_probe_of_the_service_may_show_what_the_first_cannot() {
    let required = [requires(&[("services.gateway.version", "2.0.0")])];
    let files = ProbeRun { probe: "files".to_owned(), ..run("gateway", vec![fact("version", "2.0.0")]) };
    let first = run("gateway", vec![fact("x", "1"), missing("version", Gap::Denied, "401")]);
    let results = judged(&required, &[first, files], Policy::Strict);
    assert_eq!(
        short(&results),
        ["pass stack.version satisfied", "info stack.observation denied", "info stack.observation information"]
    );
}

#[test]
fn a_named_service_has_to_be_there() {
    let named = [requires(&[("services.agent", "{}")])];
    let results = judged(&named, &[], Policy::Strict);
    assert_eq!(short(&results), ["error stack.observation not-observed"]);
    assert_eq!(results[0].message, "nothing of `agent` was observed: no probe of `agent` is listed");
    let results = judged(&named, &[run("agent", vec![fact("x", "1")])], Policy::Strict);
    assert_eq!(short(&results), ["info stack.observation information"]);
    let each = [requires(&[("services.agent.version", "1"), ("services.agent.release", "v1")])];
    let results = judged(&each, &[run("gateway", vec![fact("x", "1")])], Policy::Strict);
    assert_eq!(short(&results)[..2], ["error stack.observation not-observed"; 2], "one for each fact");
    assert!(results[0].hint.as_deref().unwrap().starts_with("list a probe"));
}

#[test]
fn a_rule_of_the_probes_own_keeps_its_severity_under_any_policy() {
    for (severity, outcome) in [(Severity::Info, Info), (Severity::Warn, Warn), (Severity::Fail, Fail)] {
        for policy in [Policy::Strict, Policy::Warn] {
            let runs = [run("agent", vec![finding("owner-empty", false), finding("owner-empty", true)])];
            let mut listed = listed(&runs);
            listed[0].own_rules.push(own_rule("owner-empty", severity));
            let results = super::super::judge(&Case { requirements: &[], listed: &listed, runs: &runs, policy });
            let told: Vec<_> = results.iter().map(|result| (result.rule.as_str(), result.outcome)).collect();
            assert_eq!(told, [("stack.agent.owner-empty", outcome), ("stack.agent.owner-empty", Pass)]);
            assert_eq!(results[0].message, "owners were counted: expected 0, found 2");
            assert_eq!(results[1].message, "no owner is left: owners were counted");
            assert_eq!(results[0].observed.as_deref(), Some("2"));
            assert_eq!(results[0].hint.as_deref(), Some("remove the owner"));
            assert_eq!(results[1].hint, None);
        }
    }
}

#[test]
fn a_finding_on_an_undeclared_rule_is_the_plugins_defect() {
    let got = under_both(&[], &[run("agent", vec![finding("made-up", true)])]);
    assert_eq!(got, ("stack.observation defect".to_owned(), Error, Warn));
}
