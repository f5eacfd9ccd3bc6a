use shipworthy_sdk::{
    NetworkError, code,
    testing::{GrpcAnswer, Script, Seen},
};

use super::*;

const IMAGE: &str = "registry.example:5000/esb-runtime-node-containerd:1.4";

fn node(name: &str, state: &str, health: Option<&str>) -> Container {
    Container {
        name: name.to_owned(),
        service: "runtime-node".to_owned(),
        image: IMAGE.to_owned(),
        image_id: "sha256:00".to_owned(),
        state: state.to_owned(),
        health: health.map(str::to_owned),
        ..Container::default()
    }
}

fn agent(name: &str, image: &str, state: &str) -> Container {
    Container { service: "agent".to_owned(), image: image.to_owned(), ..node(name, state, None) }
}

fn answer() -> GrpcAnswer {
    GrpcAnswer::ok(protobuf::Writer::new().text(1, "1.6.20~ds1").text(2, "0ff1ce").finish())
}

fn refused() -> NetworkError {
    NetworkError::Unreachable("unix:///run/containerd/containerd.sock: permission denied".to_owned())
}

fn no_engine() -> ContainersError {
    ContainersError::EngineUnreachable("the environment names no container engine".to_owned())
}

fn script(answer: impl Into<Result<GrpcAnswer, NetworkError>>) -> Script {
    let target = Target { service: "runtime-node".to_owned(), instance: "runtime-node".to_owned(), project: None };
    Script::new().descriptor(include_str!("../probe.json")).target(target).grpc(VERSION, answer)
}

/// As the host answers where the environment maps no endpoint to the role.
fn without_endpoint() -> Script {
    script(NetworkError::NotGranted(format!("grpc {VERSION}")))
}

fn run(script: &Script) -> Seen {
    let seen = script.run::<RuntimeNode>("{}");
    assert_eq!(seen.outcome(), Ok(()), "{:?}", seen.lines());
    seen
}

fn healthy(seen: &Seen) -> Vec<(bool, &str, &str)> {
    let findings = seen.findings(HEALTHY);
    findings.into_iter().map(|found| (found.holds, &*found.message, found.found.as_deref().unwrap_or(""))).collect()
}

const BY_CALL: (bool, &str, &str) = (true, "grpc containerd.services.version.v1.Version/Version", "1.6.20~ds1");

#[test]
fn both_sources_show_what_they_have() {
    let seen =
        run(&script(answer()).container(node("esb-rn", "running", Some("healthy"))).env("AGENT_RUNTIME", "containerd"));
    assert_eq!(
        seen.lines(),
        [
            format!(r#"fact version = "1.6.20~ds1", from grpc {VERSION} version"#),
            format!(r#"fact revision = "0ff1ce", from grpc {VERSION} revision"#),
            format!("capability containerd present, from grpc {VERSION}"),
            format!("finding healthy holds: grpc {VERSION}, expected containerd's version, found 1.6.20~ds1"),
            "finding present holds: container esb-rn".to_owned(),
            r#"fact state = "running", from container state of esb-rn"#.to_owned(),
            r#"fact health = "healthy", from container health of esb-rn"#.to_owned(),
            "finding healthy holds: container health of esb-rn, expected running and healthy, found healthy".to_owned(),
            format!(r#"fact image = "{IMAGE}", from container image of esb-rn"#),
            r#"fact image-id = "sha256:00", from container image id of esb-rn"#.to_owned(),
            r#"fact mode = "containerd", from container image name of esb-rn"#.to_owned(),
            r#"fact mode = "containerd", from container env AGENT_RUNTIME of esb-rn"#.to_owned(),
            r#"fact release = "1.4", from container image tag of esb-rn"#.to_owned(),
        ]
    );
}

#[test]
fn the_socket_alone_is_enough_and_concludes_no_mode() {
    let seen = run(&script(answer()).containers_fail(no_engine()));
    assert_eq!(seen.fact("version"), Some(&"1.6.20~ds1".into()));
    assert_eq!((seen.capability(CAPABILITY), healthy(&seen)), (Some(true), vec![BY_CALL]));
    assert_eq!((seen.fact("mode"), seen.findings(PRESENT).len()), (None, 1));
    for name in OF_CONTAINER {
        assert_eq!(seen.missing(name), Some(&no_engine().into()), "{name}");
    }
    assert_eq!((seen.missing(HEALTHY), seen.missing(PRESENT)), (None, None));
}

#[test]
fn a_healthy_container_is_enough_where_containerd_is_out_of_reach() {
    let denied = Failure::from(refused()).at(BY_CALL.1);
    let ungranted = Failure::new(Gap::NotGranted, format!("not granted: grpc {VERSION}")).at(BY_CALL.1);
    for (script, why) in [(script(refused()), denied), (without_endpoint(), ungranted)] {
        let seen = run(&script.container(node("rn", "running", Some("healthy"))));
        assert_eq!(healthy(&seen), [(true, "container health of rn", "healthy")]);
        assert!(seen.lines().contains(&"capability containerd present, from container health of rn".to_owned()));
        assert_eq!(seen.missing("version"), Some(&why));
        assert_eq!(seen.missing(HEALTHY), None);
        assert_eq!(seen.fact("mode"), Some(&"containerd".into()));
    }
}

#[test]
fn a_container_that_is_not_well_is_a_violation() {
    for (state, health, found) in [
        ("running", Some("unhealthy"), "unhealthy"),
        ("running", Some("starting"), "starting; wait until its health check, `ctr version`, has succeeded"),
        ("exited", None, "it is not running, but exited"),
        ("exited", Some("unhealthy"), "it is not running, but exited"),
        ("paused", Some("healthy"), "it is not running, but paused"),
        ("created", None, "it is not running, but created"),
    ] {
        let seen = run(&without_endpoint().container(node("rn", state, health)));
        assert_eq!(healthy(&seen), [(false, "container health of rn", found)], "{state}");
        let failure = Failure::new(Gap::Unreachable, format!("rn: {found}"));
        assert_eq!((seen.capability(CAPABILITY), seen.missing(CAPABILITY)), (None, Some(&failure)));
    }
}

#[test]
fn a_disagreement_of_the_two_sources_is_seen() {
    for (state, health, found) in
        [("running", Some("unhealthy"), "unhealthy"), ("exited", None, "it is not running, but exited")]
    {
        let seen = run(&script(answer()).container(node("rn", state, health)));
        assert_eq!(healthy(&seen), [BY_CALL, (false, "container health of rn", found)]);
        assert_eq!((seen.capability(CAPABILITY), seen.missing(CAPABILITY)), (Some(true), None));
        assert_eq!(seen.fact("version"), Some(&"1.6.20~ds1".into()));
    }
}

#[test]
fn a_container_without_a_health_check_leaves_it_to_the_answer() {
    let bare = || node("rn", "running", None);
    let answered = run(&script(answer()).container(bare()));
    assert_eq!((healthy(&answered), answered.missing(HEALTHY)), (vec![BY_CALL], None));
    let no_check = Failure::new(Gap::NotOffered, "rn: has no health check");
    assert_eq!(answered.missing("health"), Some(&no_check));
    for (script, expected) in [
        (
            without_endpoint(),
            Failure::new(Gap::NotOffered, format!("rn: has no health check; {}: not granted: {0}", BY_CALL.1)),
        ),
        (script(refused()), Failure::from(refused()).at(BY_CALL.1).at("rn has no health check")),
    ] {
        let seen = run(&script.container(bare()));
        assert_eq!([HEALTHY, CAPABILITY].map(|name| seen.missing(name)), [Some(&expected); 2]);
        assert!(seen.findings(HEALTHY).is_empty());
    }
}

#[test]
fn an_answer_that_is_not_containerds_is_a_gap() {
    for (answer, why) in [
        (GrpcAnswer::status(code::UNIMPLEMENTED, "unknown service"), Gap::NotOffered),
        (GrpcAnswer::status(code::PERMISSION_DENIED, ""), Gap::Denied),
        (GrpcAnswer::ok(*b"nonsense"), Gap::Unreadable),
        (GrpcAnswer::ok([0x0a, 1, 0xff]), Gap::Unreadable),
        (GrpcAnswer::ok([]), Gap::Unreadable),
    ] {
        let seen = run(&script(answer.clone()).container(node("rn", "running", Some("healthy"))));
        assert_eq!(seen.missing("version").map(|failure| failure.why), Some(why), "{answer:?}");
        assert_eq!(healthy(&seen), [(true, "container health of rn", "healthy")]);
    }
    let version_only = GrpcAnswer::ok(protobuf::Writer::new().text(1, "v2.0.0").finish());
    let seen = run(&script(version_only).container(node("rn", "running", Some("healthy"))));
    assert_eq!(seen.fact("version"), Some(&"v2.0.0".into()));
    assert_eq!(seen.missing("revision").map(|failure| failure.why), Some(Gap::NotOffered));
}

#[test]
fn a_stopped_leftover_beside_a_running_one_is_left_alone() {
    let script = without_endpoint().container(node("leftover", "exited", None));
    let seen = run(&script.container(node("rn", "running", Some("healthy"))));
    assert_eq!(healthy(&seen), [(true, "container health of rn", "healthy")]);
    assert!(!seen.lines().iter().any(|line| line.contains("leftover")));
}

#[test]
fn in_docker_mode_nothing_is_offered_and_nothing_is_wrong() {
    let docker = || agent("esb-agent", "esb-agent-docker:1.4", "running");
    for script in [without_endpoint(), script(refused())] {
        let seen = run(&script.container_of("agent", docker()));
        assert!(seen.findings(HEALTHY).is_empty() && seen.findings(PRESENT).is_empty());
        let names = [PRESENT].iter().chain(&OF_CONTAINER).chain(&[HEALTHY, CAPABILITY, "version"]);
        let expected: Vec<_> = names
            .map(|name| {
                format!("missing {name}: not-offered: no container of runtime-node; `esb-agent` is of docker mode")
            })
            .collect();
        assert_eq!(seen.lines(), expected);
    }
}

#[test]
fn containerd_mode_without_a_runtime_node_is_a_violation() {
    for script in [without_endpoint(), script(refused()), script(answer())] {
        let script = script.container_of("agent", agent("esb-agent", "r.example/esb-agent-containerd:1.4", "running"));
        let seen = run(&script);
        let [finding] = seen.findings(PRESENT)[..] else { panic!("one finding") };
        assert_eq!((finding.holds, finding.found.as_deref()), (false, Some("0")));
        let expected = "1 or more, as `esb-agent` runs `r.example/esb-agent-containerd:1.4`";
        assert_eq!(finding.expected.as_deref(), Some(expected));
        assert_eq!(seen.missing("mode"), Some(&Failure::new(Gap::NotOffered, "no container of runtime-node")));
    }
}

#[test]
fn a_stopped_agent_of_another_mode_does_not_speak_for_the_stack() {
    let script = without_endpoint().container_of("agent", agent("old", "esb-agent-containerd:1.3", "exited"));
    let seen = run(&script.container_of("agent", agent("esb-agent", "esb-agent-docker:1.4", "running")));
    assert!(seen.findings(PRESENT).is_empty());
}

#[test]
fn where_no_agent_shows_the_mode_an_endpoint_without_answer_stays_a_reason() {
    let nothing = "no container of runtime-node, and no agent's image shows containerd mode";
    let not_offered = Failure::new(Gap::NotOffered, nothing);
    for agents in [vec![], vec![agent("esb-agent", "sha256:00", "running")]] {
        let agents =
            |script: Script| agents.iter().fold(script, |script, agent| script.container_of("agent", agent.clone()));
        let unmapped = run(&agents(without_endpoint()));
        assert_eq!([HEALTHY, PRESENT, "version"].map(|name| unmapped.missing(name)), [Some(&not_offered); 3]);
        let mapped = run(&agents(script(refused())));
        let denied = Failure::from(refused()).at(BY_CALL.1);
        assert_eq!([HEALTHY, CAPABILITY, "version"].map(|name| mapped.missing(name)), [Some(&denied); 3]);
        assert_eq!([PRESENT, "mode"].map(|name| mapped.missing(name)), [Some(&not_offered); 2]);
    }
}

#[test]
fn an_agent_that_may_not_be_seen_leaves_the_question_of_presence_open() {
    let needs = format!(r#"{{ "needs": ["grpc {VERSION}", "container ."] }}"#);
    let seen = run(&script(refused()).descriptor(&needs));
    let why = "no container of runtime-node: not granted: container agent";
    assert_eq!(seen.missing(PRESENT), Some(&Failure::new(Gap::NotGranted, why)));
}

#[test]
fn silence_is_told_once_and_by_the_source_that_has_a_reason() {
    let run = |script: Script| script.containers_fail(no_engine()).run::<RuntimeNode>("{}");
    let engine = "failed unreachable: the environment names no container engine".to_owned();
    assert_eq!(run(without_endpoint()).lines(), [&*engine]);
    let needs = format!(r#"{{ "needs": ["grpc {VERSION}"], "rules": [] }}"#);
    let alone = script(refused()).descriptor(&needs).run::<RuntimeNode>("{}");
    let call = Failure::from(refused()).at(BY_CALL.1);
    assert_eq!(alone.lines(), [format!("failed unreachable: {call}")]);
    let both = [HEALTHY, CAPABILITY, "version"].map(|name| format!("missing {name}: unreachable: {call}"));
    assert_eq!(run(script(refused())).lines(), both.into_iter().chain([engine]).collect::<Vec<_>>());
}
