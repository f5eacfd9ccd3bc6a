use std::fmt::Write as _;

use super::*;

/// All that a person is told, one block for each result.
fn told(results: &[CheckResult]) -> String {
    let mut text = String::new();
    for result in results {
        let whom = result.service.as_ref().map_or("stack", Service::as_str);
        writeln!(text, "{} {} [{whom}] {}", result.outcome, result.rule, result.message).unwrap();
        for line in &result.evidence {
            writeln!(text, "    {} = {} ({})", line.name, line.value, line.source).unwrap();
        }
        if let Some(hint) = &result.hint {
            writeln!(text, "    hint: {hint}").unwrap();
        }
    }
    text
}

#[test]
fn a_whole_report_reads_well() {
    let required = requires(&[
        ("api_version", "1.0"),
        ("mode", "docker"),
        ("esb_version", "v2"),
        ("services.gateway.version", ">=3"),
        ("services.gateway.capabilities", "invoke route:/orders"),
        ("services.agent.release", "v2"),
        ("services.provisioner.facts.exit-code", "0"),
    ]);
    let runs = [
        run(
            "gateway",
            vec![
                fact("version", "2.0.0"),
                fact("mode", "docker"),
                fact("release", "v2"),
                capability("invoke", true),
                complete("route:"),
            ],
        ),
        ended("agent", vec![], down("connection refused")),
    ];
    insta::assert_snapshot!(told(&judged(&[required], &runs, Policy::Strict)), @r#"
    pass stack.api-version [stack] api version is `1.0`
        api-version = 1.0 (implemented by shipworthy)
    pass stack.mode [stack] mode is `docker`
        mode = docker (GET /x)
    pass stack.release [stack] release is `v2`
        release = v2 (GET /x)
    error stack.observation [agent] probe `agent` could not see anything: connection refused
        hint: to mend at the service: bring `agent` up, or mend the endpoint of probe `agent`
    skip stack.observation [agent] release was not observed: connection refused (same cause as probe `agent`)
    fail stack.version [gateway] expected version `>=3`, found `2.0.0`
        version = 2.0.0 (GET /x)
        hint: roll `gateway` to version `>=3`, or change `runtime_stack.services.gateway.version` in `artifact.yml`
    pass stack.capability [gateway] capability `invoke` is present
        invoke = present (GET /x)
    fail stack.capability [gateway] expected capability `route:/orders`, found it absent from the complete list of `route:`
        route:/orders = absent (complete list of `route:`)
        hint: roll `gateway` to a version with capability `route:/orders`, or drop it from `runtime_stack.services.gateway.capabilities` in `artifact.yml`
    error stack.observation [provisioner] fact `exit-code` was not observed: no probe of `provisioner` is listed
        hint: list a probe that gives fact `exit-code`, or drop `runtime_stack.services.provisioner.facts.exit-code` in `artifact.yml`
    "#);
}

#[test]
fn when_nothing_can_be_judged_every_rule_says_so() {
    let runs = [run("agent", vec![])];
    let mut listed = listed(&runs);
    listed[0].own_rules.push(own_rule("owner-empty", Severity::Warn));
    let results = crate::skip_all(&[requires(&[("mode", "docker")])], &listed, "the manifest cannot be read");
    assert!(results.iter().all(|result| result.outcome == Outcome::Skip));
    insta::assert_snapshot!(told(&results), @r#"
    skip stack.mode [stack] mode was not judged (the manifest cannot be read)
    skip stack.api-version [stack] not judged whether the api versions agree (the manifest cannot be read)
    skip stack.release [stack] not judged whether the stack is of the required release (the manifest cannot be read)
    skip stack.version [stack] not judged whether a service's own version is as required (the manifest cannot be read)
    skip stack.capability [stack] not judged whether a service has what is required of it (the manifest cannot be read)
    skip stack.fact [stack] not judged whether a fact of a service is as required (the manifest cannot be read)
    skip stack.digest [stack] not judged whether digests of a service's files are among the allowed (the manifest cannot be read)
    skip stack.certificate [stack] not judged whether a service's certificate is valid for a while yet (the manifest cannot be read)
    skip stack.observation [stack] not judged whether what is required could be observed (the manifest cannot be read)
    skip stack.agent.owner-empty [agent] not judged: no owner is left (the manifest cannot be read)
    "#);
}

#[test]
fn a_requirement_is_named_as_it_stands_in_its_file() {
    let fields = [("mode", "containerd"), ("services.gateway.version", "3")];
    for (source, root) in [
        (Source::Artifact { file: "a.yml".to_owned(), field: "runtime_stack".to_owned() }, "runtime_stack"),
        (
            Source::Artifact { file: "a.yml".to_owned(), field: "runtime_stack_requirements".to_owned() },
            "runtime_stack_requirements",
        ),
        (Source::Environment { file: "a.yml".to_owned() }, "requirements"),
    ] {
        let runs = [run("gateway", vec![fact("mode", "docker"), fact("version", "2")])];
        let results = judged(&[required_by(source, &fields)], &runs, Policy::Strict);
        for (result, field) in results.iter().zip(["mode", "services.gateway.version"]) {
            let place = format!("{root}.{field}");
            assert_eq!(result.location.as_ref().and_then(|at| at.field.clone()), Some(place.clone()));
            let hint = result.hint.as_deref().unwrap();
            assert!(hint.ends_with(&format!("change `{place}` in `a.yml`")), "{hint}");
        }
        assert_eq!(results.len(), 2);
    }
}

#[test]
fn missing_things_of_one_reason_are_one_line() {
    let gap = |name: &str, detail: &str| missing(name, Gap::Unreachable, detail);
    let evidence = vec![
        fact("version", "1"),
        gap("mode", "no socket"),
        gap("release", "no socket"),
        gap("mode", "no socket"),
        gap("hooks", "timed out"),
    ];
    let results = judged(&[], &[run("gateway", evidence)], Policy::Strict);
    let lines: Vec<&str> = results.iter().map(|result| result.message.as_str()).collect();
    assert_eq!(
        lines[..2],
        ["`mode`, `release` were not observed: no socket", "`hooks` was not observed: timed out"],
        "{lines:?}"
    );
}

#[test]
fn what_is_optional_and_asked_for_in_vain_is_one_note() {
    let notes = [
        "optional and not granted: http@metrics GET /metrics",
        "GET /metrics (metrics): not granted; it takes: http@metrics GET /metrics",
    ];
    let seen = ProbeRun { notes: notes.map(str::to_owned).to_vec(), ..run("agent", vec![fact("health", "SERVING")]) };
    let results = judged(&[], std::slice::from_ref(&seen), Policy::Strict);
    assert_eq!(results[0].items, notes[..1]);
    let undeclared = ProbeRun { notes: vec![notes[1].to_owned()], ..seen };
    assert_eq!(judged(&[], &[undeclared], Policy::Strict)[0].items, notes[1..]);
}
