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
fn a_container_that_is_starting_is_no_violation_but_not_known_yet() {
    let why = "rn: starting; wait until its health check, `ctr version`, has succeeded";
    let starting = || node("rn", "running", Some("starting"));
    for script in [without_endpoint(), script(refused())] {
        let seen = run(&script.container(starting()));
        assert!(seen.findings(HEALTHY).is_empty());
        assert_eq!(
            [HEALTHY, CAPABILITY].map(|name| seen.missing(name)),
            [Some(&Failure::new(Gap::Unreachable, why)); 2]
        );
        assert_eq!((seen.capability(CAPABILITY), seen.fact("health")), (None, Some(&"starting".into())));
    }
    let answered = run(&script(answer()).container(starting()));
    assert_eq!((healthy(&answered), answered.missing(HEALTHY)), (vec![BY_CALL], None));
    assert_eq!((answered.capability(CAPABILITY), answered.missing(CAPABILITY)), (Some(true), None));
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
                format!(
                    "missing {name}: not-offered: no container of runtime-node; `esb-agent` is of docker mode by \
                     container image name"
                )
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
        let expected = "1 or more, as `esb-agent` is of containerd mode by container image name";
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

/// What a source beside the agent's image says, and what follows.
#[test]
fn every_source_of_the_agents_mode_counts_and_containerd_wins() {
    let image = "esb-agent-docker:1.4";
    for (image, agent_runtime, image_runtime, broken, by) in [
        ("sha256:00", "containerd", "", true, "containerd mode by container env AGENT_RUNTIME"),
        ("sha256:00", "", "Containerd", true, "containerd mode by container env IMAGE_RUNTIME"),
        (image, "containerd", "docker", true, "containerd mode by container env AGENT_RUNTIME"),
        (image, "docker", "containerd", true, "containerd mode by container env IMAGE_RUNTIME"),
        ("esb-agent:1.4", "docker", "", false, "docker mode by container env AGENT_RUNTIME"),
        ("esb-agent:1.4", "", "docker", false, "docker mode by container env IMAGE_RUNTIME"),
        (image, "firecracker", "", false, "docker mode by container image name"),
    ] {
        let script = without_endpoint().container_of("agent", agent("esb-agent", image, "running"));
        let seen = run(&script.env("AGENT_RUNTIME", agent_runtime).env("IMAGE_RUNTIME", image_runtime));
        let expected = seen.findings(PRESENT).first().and_then(|finding| finding.expected.clone());
        assert_eq!(expected, broken.then(|| format!("1 or more, as `esb-agent` is of {by}")), "{by}");
        let clean = Failure::new(Gap::NotOffered, format!("no container of runtime-node; `esb-agent` is of {by}"));
        assert_eq!(seen.missing(PRESENT), (!broken).then_some(&clean), "{by}");
    }
}

#[test]
fn one_agent_of_containerd_mode_beside_one_of_docker_mode_is_enough() {
    for (first, second) in [("docker", "containerd"), ("containerd", "docker")] {
        let with = |script: Script, name: &str, mode: &str| {
            script.container_of("agent", agent(name, "esb-agent:1.4", "running")).env("AGENT_RUNTIME", mode)
        };
        let seen = run(&with(with(without_endpoint(), "a", first), "b", second));
        assert_eq!(seen.findings(PRESENT).len(), 1, "{first}, {second}");
    }
}

/// No agent at all, and agents whose mode cannot be told.
fn unknown_modes() -> Vec<Vec<(Container, &'static str)>> {
    vec![
        vec![],
        vec![(agent("esb-agent", "sha256:00", "running"), "")],
        vec![(agent("esb-agent", "esb-agent:1.4", "running"), "firecracker")],
    ]
}

const UNKNOWN: &str = "no container of runtime-node, and no agent shows in which mode the stack runs";

#[test]
fn where_nothing_shows_the_mode_nothing_is_passed_over() {
    let add = |script: Script, (agent, mode): (Container, &str)| {
        script.container_of("agent", agent).env("AGENT_RUNTIME", mode)
    };
    let call = Failure::from(refused()).at(BY_CALL.1);
    for agents in unknown_modes() {
        for (script, detail) in
            [(without_endpoint(), UNKNOWN.to_owned()), (script(refused()), format!("{UNKNOWN}; {call}"))]
        {
            let seen = run(&agents.iter().cloned().fold(script, add));
            let names = [PRESENT].iter().chain(&OF_CONTAINER).chain(&[HEALTHY, CAPABILITY, "version"]);
            let expected: Vec<_> = names.map(|name| format!("missing {name}: unreachable: {detail}")).collect();
            assert_eq!(seen.lines(), expected);
        }
        let answered = run(&agents.iter().cloned().fold(script(answer()), add));
        assert_eq!((healthy(&answered), answered.missing(HEALTHY)), (vec![BY_CALL], None));
        assert_eq!(answered.missing(PRESENT), Some(&Failure::new(Gap::NotOffered, UNKNOWN)));
    }
}

#[test]
fn an_agent_that_may_not_be_seen_leaves_presence_and_health_open() {
    for (more, unseen) in [("", "container agent"), (r#", "container agent""#, "env agent IMAGE_RUNTIME")] {
        let needs = format!(r#"{{ "needs": ["grpc {VERSION}", "container ."{more}] }}"#);
        let agents = |script: Script| {
            let agent = agent("esb-agent", "esb-agent:1.4", "running");
            script.descriptor(&needs).container_of("agent", agent)
        };
        let seen = run(&agents(script(refused())));
        let missing = seen.missing(PRESENT).unwrap();
        assert_eq!(missing.why, Gap::NotGranted);
        assert!(missing.detail.starts_with("no container of runtime-node: "), "{missing}");
        assert!(missing.detail.ends_with(&format!("not granted: {unseen}")), "{missing}");
        assert_eq!(seen.missing(HEALTHY), Some(&Failure::from(refused()).at(BY_CALL.1)));
        let unmapped = run(&agents(without_endpoint()));
        assert_eq!(unmapped.missing(HEALTHY), Some(missing));
    }
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
