//! Container, calls and metrics hide nothing of each other.

use shipworthy_sdk::{ContainersError, Failure, Gap};

use super::*;

/// What the container of a docker mode stack gives.
const CONTAINER: [&str; 8] = [
    r#"fact image = "registry.example:5000/esb-agent-docker:1.2", from container image of esb-test-agent"#,
    r#"fact image-id = "sha256:00", from container image id of esb-test-agent"#,
    r#"fact mode = "docker", from container image name of esb-test-agent"#,
    r#"fact mode = "docker", from container env AGENT_RUNTIME of esb-test-agent"#,
    "missing pause: not-offered: esb-test-agent: docker mode has neither `pause` nor `metrics`",
    "missing metrics: not-offered: esb-test-agent: docker mode has neither `pause` nor `metrics`",
    r#"fact image-tag = "1.2", from container image tag of esb-test-agent"#,
    r#"fact release = "1.2", from container env ESB_TAG of esb-test-agent"#,
];

/// What the calls to a sound agent give.
const CALLS: [&str; 7] = [
    r#"fact health = "SERVING", from grpc grpc.health.v1.Health/Check status of the whole server"#,
    "finding serving holds: grpc grpc.health.v1.Health/Check status of the whole server, \
     expected SERVING, found SERVING",
    "fact health:agent.v1.AgentService = \"SERVING\", \
     from grpc grpc.health.v1.Health/Check status of `agent.v1.AgentService`",
    "finding serving holds: grpc grpc.health.v1.Health/Check status of `agent.v1.AgentService`, \
     expected SERVING, found SERVING",
    "finding unknown-method holds: grpc esb.agent.v1.AgentService/ShipworthyNoSuchMethod, \
     expected status 12, found status 12",
    "capability rpc:ListContainers present, from grpc esb.agent.v1.AgentService/ListContainers",
    "finding owner-empty holds: containers of an owner that cannot exist, expected 0, found 0",
];

/// What an engine that cannot be reached leaves.
const NO_ENGINE: [&str; 4] = [
    "missing mode: unreachable: no socket",
    "missing release: unreachable: no socket",
    "missing pause: unreachable: no socket",
    "missing metrics: unreachable: no socket",
];

const DOWN: &str = "failed unreachable: connection refused";

fn with_container(script: Script) -> Script {
    let image = "registry.example:5000/esb-agent-docker:1.2";
    script.container(agent(image)).env("AGENT_RUNTIME", "docker").env("ESB_TAG", "1.2")
}

fn without_engine(script: Script) -> Script {
    script.containers_fail(ContainersError::EngineUnreachable("no socket".to_owned()))
}

#[test]
fn a_sound_agent_in_docker_mode_shows_all() {
    let lines = sound(with_container(script())).run::<Agent>("{}").lines();
    assert_eq!(lines, [&CONTAINER[..], &CALLS].concat());
}

#[test]
fn an_engine_that_cannot_be_reached_hides_no_call() {
    let lines = sound(without_engine(script())).run::<Agent>("{}").lines();
    assert_eq!(lines, [&NO_ENGINE[..], &CALLS].concat());
}

#[test]
fn an_agent_that_is_down_is_told_once_and_hides_no_container() {
    let seen = down(with_container(script())).run::<Agent>("{}");
    assert_eq!(seen.lines(), [&CONTAINER[..], &[DOWN]].concat());
    assert_eq!(seen.calls().len(), 1);
}

#[test]
fn neither_engine_nor_agent_leave_both_reasons() {
    let lines = down(without_engine(script())).run::<Agent>("{}").lines();
    assert_eq!(lines, [&NO_ENGINE[..], &[DOWN]].concat());
}

#[test]
fn an_agent_that_is_down_hides_no_metrics() {
    let metrics = Answer::new(200, "go_info{version=\"go1.26\"} 1\n");
    let seen = down(script_with(metrics)).run::<Agent>("{}");
    assert_eq!(seen.capability("prometheus"), Some(true));
    assert_eq!(seen.outcome(), Err(&Failure::new(Gap::Unreachable, "connection refused")));
}
