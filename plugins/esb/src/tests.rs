use shipworthy_sdk::{
    ContainersError, Level, NoConfig, Probe, Target,
    testing::{Script, Seen},
};

use super::*;

/// Gives all that this crate can give of its own containers, and logs what it is told of the mode.
struct All;

impl Probe for All {
    type Config = NoConfig;

    fn observe(stack: &Stack<'_>, _target: &Target, _config: NoConfig) -> Result<(), Failure> {
        for container in current(&stack.containers().own()?) {
            image(stack, container);
            let said = match mode(stack, container) {
                Ok(shown) => shown.into_iter().map(|shown| [shown.value, shown.origin.what].join(" from ")).collect(),
                Err(failure) => vec![failure.to_string()],
            };
            stack.log(Level::Debug, &said.join("; "));
            release_by_tag(stack, container);
        }
        Ok(())
    }
}

fn container(name: &str, image: &str) -> Container {
    Container {
        name: name.to_owned(),
        image: image.to_owned(),
        image_id: "sha256:00".to_owned(),
        state: "running".to_owned(),
        ..Container::default()
    }
}

fn agent() -> Container {
    container("esb-test-agent", "registry.example:5000/esb-agent-docker:1.2")
}

fn modes(script: &Script) -> Vec<String> {
    let lines = script.run::<All>("{}").lines();
    lines.into_iter().filter(|line| line.contains(" mode")).collect()
}

#[test]
fn image_mode_and_release_have_their_places() {
    let seen: Seen = Script::new().container(agent()).env("AGENT_RUNTIME", " Docker\n").run::<All>("{}");
    assert_eq!(
        seen.lines(),
        [
            r#"fact image = "registry.example:5000/esb-agent-docker:1.2", from container image of esb-test-agent"#,
            r#"fact image-id = "sha256:00", from container image id of esb-test-agent"#,
            r#"fact mode = "docker", from container image name of esb-test-agent"#,
            r#"fact mode = "docker", from container env AGENT_RUNTIME of esb-test-agent"#,
            r#"fact release = "1.2", from container image tag of esb-test-agent"#,
        ]
    );
}

#[test]
fn every_place_that_shows_a_mode_gives_it() {
    let image = |value: &str| format!("fact mode = {value:?}, from container image name of a");
    let env = |name: &str, value: &str| format!("fact mode = {value:?}, from container env {name} of a");
    for (name, agent_runtime, image_runtime, expected) in [
        ("x/esb-agent-containerd:1", None, None, vec![image("containerd")]),
        ("esb-agent:1", Some("containerd"), None, vec![env("AGENT_RUNTIME", "containerd")]),
        ("esb-agent:1", Some("  "), Some("DOCKER"), vec![env("IMAGE_RUNTIME", "docker")]),
        ("esb-agent:1", Some("firecracker"), None, vec![env("AGENT_RUNTIME", "firecracker")]),
        ("sha256:00", Some("docker"), None, vec![env("AGENT_RUNTIME", "docker")]),
        (
            "esb-agent-docker@sha256:00",
            Some("containerd"),
            Some("docker"),
            vec![image("docker"), env("AGENT_RUNTIME", "containerd"), env("IMAGE_RUNTIME", "docker")],
        ),
    ] {
        let variables = [("AGENT_RUNTIME", agent_runtime), ("IMAGE_RUNTIME", image_runtime)];
        let set = variables.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let script = Script::new().container(container("a", name));
        let script = set.fold(script, |script, (name, value)| script.env(name, value));
        assert_eq!(modes(&script), expected, "{name}");
    }
}

#[test]
fn who_asks_for_the_mode_is_told_what_was_shown() {
    let shown = Script::new().container(agent()).env("IMAGE_RUNTIME", "containerd").run::<All>("{}");
    let said = "docker from container image name; containerd from container env IMAGE_RUNTIME";
    assert_eq!(shown.log(), [(Level::Debug, said.to_owned())]);
    let nothing = Script::new().container(container("a", "x")).run::<All>("{}");
    assert_eq!(nothing.log(), [(Level::Debug, nothing.missing("mode").unwrap().detail.clone())]);
}

#[test]
fn a_mode_that_nothing_shows_is_not_offered() {
    for image in ["esb-provisioner:1", "esb-docker-agent:docker", "sha256:00", "docker", "containerd:1"] {
        let expected = "missing mode: not-offered: a: neither its image's name nor AGENT_RUNTIME nor IMAGE_RUNTIME \
                        shows the mode";
        assert_eq!(modes(&Script::new().container(container("a", image))), [expected], "{image}");
    }
}

#[test]
fn a_variable_that_is_not_granted_is_a_reason_only_where_nothing_shows_the_mode() {
    let script = |image| {
        Script::new()
            .descriptor(r#"{ "needs": ["container .", "env . AGENT_RUNTIME"] }"#)
            .container(container("a", image))
    };
    assert_eq!(modes(&script("esb-agent-docker")), [r#"fact mode = "docker", from container image name of a"#]);
    let shown = script("esb-agent").env("AGENT_RUNTIME", "docker");
    assert_eq!(modes(&shown), [r#"fact mode = "docker", from container env AGENT_RUNTIME of a"#]);
    let expected = "missing mode: not-granted: a: not granted: env . IMAGE_RUNTIME";
    assert_eq!(modes(&script("esb-agent")), [expected]);
}

#[test]
fn what_an_image_does_not_tell_is_not_offered() {
    let seen = Script::new()
        .container(Container { image_id: String::new(), ..container("a", "x@sha256:00") })
        .run::<All>("{}");
    assert_eq!(seen.missing("release"), Some(&Failure::new(Gap::NotOffered, "a: its image has no tag")));
    assert_eq!(seen.missing("image-id"), Some(&Failure::new(Gap::NotOffered, "a: the engine names no image")));
    assert_eq!(seen.fact("image"), Some(&"x@sha256:00".into()));
}

#[test]
fn a_stopped_leftover_beside_a_running_one_says_nothing() {
    let stopped = |name, state: &str| Container { state: state.to_owned(), ..container(name, "x:1") };
    for (containers, expected) in [
        (vec![agent(), stopped("old", "exited")], vec!["esb-test-agent"]),
        (vec![stopped("old", "exited"), agent(), container("b", "x:1")], vec!["esb-test-agent", "b"]),
        (vec![stopped("a", "exited"), stopped("b", "created")], vec!["a", "b"]),
        (vec![], vec![]),
    ] {
        let names: Vec<_> = current(&containers).into_iter().map(|container| &*container.name).collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn without_a_container_one_reason_is_given_for_each_name() {
    struct Tagged;

    impl Probe for Tagged {
        type Config = NoConfig;

        fn observe(stack: &Stack<'_>, target: &Target, _config: NoConfig) -> Result<(), Failure> {
            each(stack, target, &["mode", "release"], |container| release_by_tag(stack, container));
            Ok(())
        }
    }

    let none =
        ["missing mode: not-offered: no container of service", "missing release: not-offered: no container of service"];
    assert_eq!(Script::new().run::<Tagged>("{}").lines(), none);
    let down = Script::new().containers_fail(ContainersError::EngineUnreachable("connection refused".to_owned()));
    let refused = ["missing mode: unreachable: connection refused", "missing release: unreachable: connection refused"];
    assert_eq!(down.run::<Tagged>("{}").lines(), refused);
    let there = Script::new().container(container("a", "x:1")).run::<Tagged>("{}");
    assert_eq!(there.lines(), [r#"fact release = "1", from container image tag of a"#]);
}

#[test]
fn a_container_that_is_gone_since_shows_what_is_known_of_it() {
    struct Gone;

    impl Probe for Gone {
        type Config = NoConfig;

        fn observe(stack: &Stack<'_>, _target: &Target, _config: NoConfig) -> Result<(), Failure> {
            let gone = |name, image| Container { id: "00".to_owned(), ..container(name, image) };
            assert!(mode(stack, &gone("a", "esb-agent-docker:1")).is_ok());
            mode(stack, &gone("b", "esb-agent:1")).map(|_| ())
        }
    }

    assert_eq!(
        Script::new().run::<Gone>("{}").lines(),
        [
            r#"fact mode = "docker", from container image name of a"#,
            "missing mode: unreachable: b: no such container: 00",
            "failed unreachable: b: no such container: 00",
        ]
    );
}
