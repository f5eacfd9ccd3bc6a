//! What the container shows: mode and what comes with it, release.

use shipworthy_sdk::{Failure, Gap};

use super::*;

fn look(image: &str, variables: &[(&str, &str)]) -> Seen {
    let script = sound(script()).container(agent(image));
    variables.iter().fold(script, |script, (name, value)| script.env(name, value)).run::<Agent>("{}")
}

const BY_MODE: [&str; 6] =
    ["fact mode", "capability pause", "capability metrics", "missing mode", "missing pause", "missing metrics"];

#[test]
fn containerd_mode_has_pause_and_metrics() {
    assert_eq!(
        about(&look("esb-agent-containerd:1", &[]), &BY_MODE),
        [
            r#"fact mode = "containerd", from container image name of esb-test-agent"#,
            "capability pause present, from container image name of esb-test-agent",
            "capability metrics present, from container image name of esb-test-agent",
        ]
    );
    assert_eq!(
        about(&look("esb-agent:1", &[("AGENT_RUNTIME", "containerd")]), &BY_MODE),
        [
            r#"fact mode = "containerd", from container env AGENT_RUNTIME of esb-test-agent"#,
            "capability pause present, from container env AGENT_RUNTIME of esb-test-agent",
            "capability metrics present, from container env AGENT_RUNTIME of esb-test-agent",
        ]
    );
}

#[test]
fn docker_mode_does_not_offer_pause_and_metrics_and_fails_nothing() {
    let seen = look("esb-agent-docker:1", &[]);
    for name in ["pause", "metrics"] {
        let why = Failure::new(Gap::NotOffered, "esb-test-agent: docker mode has neither `pause` nor `metrics`");
        assert_eq!((seen.missing(name), seen.capability(name)), (Some(&why), None));
    }
    assert!(seen.lines().iter().all(|line| !line.contains(" broken")));
    assert_eq!(seen.outcome(), Ok(()));
}

#[test]
fn places_that_disagree_are_shown_and_leave_pause_and_metrics_open() {
    let why = "unreadable: esb-test-agent: its mode is `docker` by container image name and `containerd` by container \
               env AGENT_RUNTIME";
    assert_eq!(
        about(&look("esb-agent-docker:1", &[("AGENT_RUNTIME", "containerd")]), &BY_MODE),
        [
            r#"fact mode = "docker", from container image name of esb-test-agent"#.to_owned(),
            r#"fact mode = "containerd", from container env AGENT_RUNTIME of esb-test-agent"#.to_owned(),
            format!("missing pause: {why}"),
            format!("missing metrics: {why}"),
        ]
    );
}

#[test]
fn a_mode_that_is_not_known_or_not_shown_leaves_pause_and_metrics_open() {
    for (image, variables, why, detail) in [
        (
            "esb-agent:1",
            &[("AGENT_RUNTIME", "firecracker")][..],
            Gap::Unreadable,
            "esb-test-agent: it is not known what mode `firecracker` has",
        ),
        (
            "esb-agent:1",
            &[],
            Gap::NotOffered,
            "esb-test-agent: neither its image's name nor AGENT_RUNTIME nor IMAGE_RUNTIME shows the mode",
        ),
    ] {
        let seen = look(image, variables);
        for name in ["pause", "metrics"] {
            assert_eq!((seen.missing(name), seen.capability(name)), (Some(&Failure::new(why, detail)), None));
        }
    }
}

#[test]
fn without_a_container_nothing_is_known_of_mode_and_release() {
    let seen = sound(script()).run::<Agent>("{}");
    for name in ["mode", "release", "pause", "metrics"] {
        let none = Failure::new(Gap::NotOffered, "no container of agent");
        assert_eq!(seen.missing(name), Some(&none), "{name}");
    }
    assert_eq!(seen.capability("rpc:ListContainers"), Some(true));
}

const RELEASE: [&str; 3] = ["fact release", "fact image-tag", "missing release"];

#[test]
fn the_release_is_what_the_agent_is_told_else_the_tag() {
    let release = |value, place| format!("fact release = {value:?}, from container {place} of esb-test-agent");
    let tag = |value| format!("fact image-tag = {value:?}, from container image tag of esb-test-agent");
    for (image, told, expected) in [
        ("esb-agent-docker:1.2", Some("1.2"), vec![tag("1.2"), release("1.2", "env ESB_TAG")]),
        ("esb-agent-docker:1.2", Some(" 1.3\n"), vec![tag("1.2"), release("1.3", "env ESB_TAG")]),
        ("esb-agent-docker", Some("1.3"), vec![release("1.3", "env ESB_TAG")]),
        ("esb-agent-docker:1.2", Some(" "), vec![tag("1.2"), release("1.2", "image tag")]),
        ("esb-agent-docker:latest", None, vec![tag("latest"), release("latest", "image tag")]),
        (
            "esb-agent-docker@sha256:00",
            None,
            vec!["missing release: not-offered: esb-test-agent: its image has no tag".to_owned()],
        ),
    ] {
        let told: Vec<_> = told.map(|told| ("ESB_TAG", told)).into_iter().collect();
        assert_eq!(about(&look(image, &told), &RELEASE), expected, "{image} {told:?}");
    }
}

#[test]
fn a_tag_variable_that_is_not_granted_leaves_the_images_tag() {
    let granted = r#"{ "needs": ["grpc grpc.health.v1.Health/Check", "container .", "env . AGENT_RUNTIME",
        "grpc esb.agent.v1.AgentService/ListContainers", "grpc esb.agent.v1.AgentService/ShipworthyNoSuchMethod"],
        "rules": [{ "name": "serving" }, { "name": "owner-empty" }, { "name": "unknown-method" }] }"#;
    let script = sound(script()).descriptor(granted).container(agent("esb-agent-docker:1.2")).env("ESB_TAG", "1.3");
    assert_eq!(
        about(&script.run::<Agent>("{}"), &RELEASE),
        [
            r#"fact image-tag = "1.2", from container image tag of esb-test-agent"#,
            r#"fact release = "1.2", from container image tag of esb-test-agent"#,
        ]
    );
}

#[test]
fn each_of_several_agents_shows_its_own() {
    let other = Container { name: "esb-test-agent-2".to_owned(), ..agent("esb-agent-docker:1.3") };
    let stopped = Container { name: "old".to_owned(), state: "exited".to_owned(), ..agent("esb-agent-docker:1.1") };
    let script = sound(script()).container(agent("esb-agent-docker:1.2")).container(other).container(stopped);
    let releases = about(&script.run::<Agent>("{}"), &["fact release"]);
    assert_eq!(
        releases,
        [
            r#"fact release = "1.2", from container image tag of esb-test-agent"#,
            r#"fact release = "1.3", from container image tag of esb-test-agent-2"#,
        ]
    );
}
