use shipworthy_sdk::{ContainersError, testing::Script};

use super::*;

fn agent(name: &str) -> Container {
    Container {
        name: name.to_owned(),
        service: "agent".to_owned(),
        image: "registry.example:5000/esb/agent-docker:1.2".to_owned(),
        image_id: "sha256:00".to_owned(),
        state: "running".to_owned(),
        health: Some("healthy".to_owned()),
        started_at: Some("2026-01-01T00:00:00Z".to_owned()),
        ..Container::default()
    }
}

fn job(exit_code: Option<i32>, state: &str) -> Container {
    Container { state: state.to_owned(), exit_code, health: None, ..agent("job-1") }
}

fn script() -> Script {
    let target = Target { service: "agent".to_owned(), instance: "agent".to_owned(), project: None };
    Script::new().descriptor(include_str!("../probe.json")).target(target)
}

#[test]
fn facts_are_read_from_each_place_of_each_container() {
    let config = r#"{ "facts": { "release": "image-tag", "mode": { "image-name-suffix": { "-docker": "docker", "r": "other" } },
        "a": "state", "b": "health", "c": "image", "d": "image-name", "e": "image-id", "f": "started-at",
        "g": { "label": "org.example.version" } } }"#;
    let seen = script().container(agent("agent-1")).label("org.example.version", "7").run::<Containers>(config);
    assert_eq!(
        seen.lines(),
        [
            "finding present holds: containers of agent, expected 1 or more, found 1",
            r#"fact a = "running", from container state of agent-1"#,
            r#"fact b = "healthy", from container health of agent-1"#,
            r#"fact c = "registry.example:5000/esb/agent-docker:1.2", from container image of agent-1"#,
            r#"fact d = "esb/agent-docker", from container image name of agent-1"#,
            r#"fact e = "sha256:00", from container image id of agent-1"#,
            r#"fact f = "2026-01-01T00:00:00Z", from container start of agent-1"#,
            r#"fact g = "7", from container label org.example.version of agent-1"#,
            r#"fact mode = "docker", from container image name of agent-1"#,
            r#"fact release = "1.2", from container image tag of agent-1"#,
        ]
    );
}

#[test]
fn every_container_gives_its_own_evidence() {
    let drifted = Container { image: "agent:1.3".to_owned(), ..agent("agent-2") };
    let config = r#"{ "facts": { "release": "image-tag" } }"#;
    let seen = script().container(agent("agent-1")).container(drifted).run::<Containers>(config);
    assert_eq!(
        seen.lines(),
        [
            "finding present holds: containers of agent, expected 1 or more, found 2",
            r#"fact release = "1.2", from container image tag of agent-1"#,
            r#"fact release = "1.3", from container image tag of agent-2"#,
        ]
    );
}

#[test]
fn what_a_container_does_not_have_is_not_offered() {
    let bare = Container { image: "sha256:00".to_owned(), health: None, started_at: None, ..agent("agent-1") };
    for (source, detail) in [
        (r#""health""#, "has no health check"),
        (r#""exit-code""#, "has not exited"),
        (r#""image-name""#, "its image has no name"),
        (r#""image-tag""#, "its image has no tag"),
        (r#""started-at""#, "has not started"),
        (r#""finished-at""#, "has not finished"),
        (r#"{ "label": "x" }"#, "has no label `x`"),
        (r#"{ "image-name-suffix": { "-docker": "docker" } }"#, "its image has no name"),
    ] {
        let seen =
            script().container(bare.clone()).run::<Containers>(&format!(r#"{{ "facts": {{ "a": {source} }} }}"#));
        let expected = Failure::new(Gap::NotOffered, format!("agent-1: {detail}"));
        assert_eq!(seen.missing("a"), Some(&expected), "{source}");
    }
    let config = r#"{ "facts": { "mode": { "image-name-suffix": { "-containerd": "containerd" } } } }"#;
    let seen = script().container(agent("agent-1")).run::<Containers>(config);
    assert_eq!(seen.missing("mode").unwrap().detail, "agent-1: no suffix fits its image `esb/agent-docker`");
}

#[test]
fn capabilities_are_there_by_their_label_and_absent_without() {
    let config = r#"{ "capabilities": { "a": { "label": "x" }, "b": { "label": "x", "value": "1" },
        "c": { "label": "x", "value": "2" }, "d": { "label": "y" } } }"#;
    let seen = script().container(agent("agent-1")).label("x", "1").run::<Containers>(config);
    let present: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| seen.capability(name).unwrap()).collect();
    assert_eq!(present, [true, true, false, false]);
}

#[test]
fn expectations_are_judged_where_they_are_configured() {
    for (container, config, rule, holds, found) in [
        (agent("a"), r#""state": "running""#, "state", true, "running"),
        (job(Some(1), "exited"), r#""state": "running""#, "state", false, "exited"),
        (agent("a"), r#""health": "healthy""#, "health", true, "healthy"),
        (job(Some(0), "exited"), r#""exit_code": 0"#, "exit-code", true, "0"),
        (job(Some(1), "exited"), r#""exit_code": 0"#, "exit-code", false, "1"),
        (job(None, "running"), r#""exit_code": 0"#, "exit-code", false, "running"),
    ] {
        let seen = script().container(container).run::<Containers>(&format!(r#"{{ "expect": {{ {config} }} }}"#));
        let [finding] = seen.findings(rule)[..] else { panic!("one finding") };
        assert_eq!((finding.holds, finding.found.as_deref()), (holds, Some(found)), "{config}");
        assert_eq!(seen.evidence().len(), 2, "and nothing else is judged");
    }
    let seen = script().container(job(None, "running")).run::<Containers>(r#"{ "expect": { "health": "healthy" } }"#);
    assert_eq!(seen.missing("health"), Some(&Failure::new(Gap::Unreadable, "job-1: has no health check")));
}

#[test]
fn a_service_without_containers_is_a_violation_and_its_facts_are_not_offered() {
    let config = r#"{ "facts": { "release": "image-tag" }, "capabilities": { "a": { "label": "x" } } }"#;
    assert_eq!(
        script().run::<Containers>(config).lines(),
        [
            "finding present broken: containers of agent, expected 1 or more, found 0",
            "missing release: not-offered: no container of agent",
            "missing a: not-offered: no container of agent",
        ]
    );
}

#[test]
fn an_engine_that_cannot_be_asked_is_told_once() {
    let error = ContainersError::EngineUnreachable("connection refused".to_owned());
    let seen = script().containers_fail(error).run::<Containers>(r#"{ "facts": { "release": "image-tag" } }"#);
    assert_eq!(seen.lines(), ["failed unreachable: connection refused"]);
}

#[test]
fn a_configuration_that_cannot_be_used_is_the_environments_fault() {
    for config in [r#"{ "facts": { "a": "colour" } }"#, r#"{ "facts": { "a": { "env": "X" } } }"#, r#"{ "fact": {} }"#]
    {
        let seen = script().run::<Containers>(config);
        assert_eq!(seen.outcome().unwrap_err().why, Gap::Config, "{config}");
    }
}
