//! `builtin:container` against a stand-in of the Docker Engine API: what images and states show, whose containers are
//! meant, and an engine that is not there.

use std::os::unix::net::UnixListener;

use anyhow::Result;
use shipworthy_stand_ins::{
    Sandbox, Tree,
    docker::{Container, Docker},
};

use crate::{
    sandbox,
    told::{Told, text},
};

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];

/// Release and mode as ESB's images show them.
const FACTS: &str = "facts = { release = \"image-tag\", mode = { image-name-suffix = { \"-docker\" = \"docker\", \"-containerd\" = \"containerd\" } } }";

/// A container probe for each service, on the engine at `socket`; `containers` are further lines of `[containers]`.
fn environment(socket: &str, containers: &str, services: &[&str]) -> String {
    let probe =
        |service: &&str| format!("[probes.{service}]\nplugin = \"builtin:container\"\nconfig = {{ {FACTS} }}\n");
    let probes: Vec<String> = services.iter().map(probe).collect();
    format!("[containers]\nsocket = \"{socket}\"\n{containers}\n\n{}", probes.join("\n"))
}

/// What comes before it.
fn requiring(requirements: &str, environment: &str) -> String {
    format!("[requirements]\n{requirements}\n\n{environment}")
}

const RELEASE_AND_MODE: &str = "mode = \"docker\"\nesb_version = \"v1\"";

fn of(docker: &Docker, requirements: &str, containers: &str, services: &[&str]) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("env.toml", requiring(requirements, &environment(&docker.url(), containers, services)))?;
    Ok(sandbox)
}

#[test]
fn release_and_mode_are_read_from_images() -> Result<()> {
    let docker = Docker::start([
        Container::new("esb", "gateway"),
        Container::new("esb", "agent").image("registry:5000/esb/agent-docker:v1"),
    ])?;
    let sandbox = of(&docker, RELEASE_AND_MODE, "", &["gateway", "agent"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    for (rule, observed) in [("stack.release", "v1"), ("stack.mode", "docker")] {
        let result = told.one(rule, "")?;
        assert_eq!((text(result, "outcome"), text(result, "observed")), ("pass", observed));
        let subjects: Vec<&str> =
            result["evidence"].as_array().into_iter().flatten().map(|line| text(line, "subject")).collect();
        assert_eq!(subjects, ["agent esb-agent-2", "gateway esb-gateway-1"], "{}", told.output.snapshot());
    }
    let lines = docker.request_lines();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("GET ")), "only looked at: {lines:?}");
    Ok(())
}

#[test]
fn one_drifted_container_among_several_is_named() -> Result<()> {
    let drifted = Container::new("esb", "gateway").image("esb/gateway-containerd:v2");
    let docker = Docker::start([Container::new("esb", "gateway"), drifted])?;
    let sandbox = of(&docker, RELEASE_AND_MODE, "", &["gateway"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.mode".to_owned(), "stack.release".to_owned()]));
    insta::assert_snapshot!(sandbox.run(&CHECK)?.snapshot(), @r"
    exit code: 3
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    project      esb (found: the only one with a gateway or an agent)
    policy       strict

    stack
    -----
    × expected mode `docker`, found `docker` (gateway esb-gateway-1), `containerd` (gateway
      esb-gateway-2) [stack.mode]
        expected  docker
        observed  docker (gateway esb-gateway-1), containerd (gateway esb-gateway-2)
        items     gateway esb-gateway-2: containerd
        → deploy to a stack in mode `docker`, or change `requirements.mode` in
          `[DIR]/env.toml`
        at        [DIR]/env.toml:2:8 (requirements.mode)
    × expected release `v1`, found `v1` (gateway esb-gateway-1), `v2` (gateway esb-gateway-2)
      [stack.release]
        expected  v1
        observed  v1 (gateway esb-gateway-1), v2 (gateway esb-gateway-2)
        items     gateway esb-gateway-2: v2
        → roll the stack to release `v1`, or change `requirements.esb_version` in
          `[DIR]/env.toml`
        at        [DIR]/env.toml:3:15 (requirements.esb_version)

    stack: gateway
    --------------
    √ the service has a container: containers of gateway [stack.gateway.present]

      2 stack failures; 1 check passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn an_image_without_a_tag_is_not_observed_and_never_another_release() -> Result<()> {
    let docker = Docker::start([Container::new("esb", "gateway").image("esb/gateway-docker@sha256:abc")])?;
    let sandbox = of(&docker, RELEASE_AND_MODE, "", &["gateway"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!((told.exit(), told.with("error")), (Some(4), vec!["stack.observation".to_owned()]));
    assert_eq!(told.with("pass"), ["stack.mode", "stack.gateway.present gateway"], "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn several_projects_are_listed_and_never_guessed() -> Result<()> {
    let docker = Docker::start([
        Container::new("esb", "gateway"),
        Container::new("esb-2", "gateway").image("esb/gateway-docker:v2"),
        Container::new("shop", "web"),
    ])?;
    let sandbox = of(&docker, RELEASE_AND_MODE, "", &["gateway"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let result = told.one("stack.observation", "gateway")?;
    assert!(text(result, "message").contains("esb, esb-2"), "{}", told.output.snapshot());
    assert!(!told.output.stdout.contains("shop"), "a project without gateway and agent is no stack");
    insta::assert_snapshot!(sandbox.run(&CHECK)?.snapshot(), @r"
    exit code: 4
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    policy       strict

    stack: gateway
    --------------
    ? probe `gateway` could not see anything: several compose projects fit, and the environment names
      none: esb, esb-2 [stack.observation]
        class     config
        → to mend in the environment: name the stack's compose project by `project` under `[containers]`
        2 checks not judged because of it:
        - mode was not observed
        - release was not observed

      1 answer missing, 2 skipped; 0 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (config): mend what is named: the probe's `config`, or
      `[containers]` of the environment
    ----- stderr -----
    ");

    let sandbox = of(&docker, RELEASE_AND_MODE, "project = \"esb-2\"", &["gateway"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.release".to_owned()]));
    Ok(())
}

#[test]
fn the_manifests_project_counts_where_its_generation_names_the_stacks() -> Result<()> {
    let docker = Docker::start([Container::new("demo", "gateway"), Container::new("other", "gateway")])?;
    let sandbox = of(&docker, "mode = \"docker\"", "", &["gateway"])?;
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker\nesb_version: v1"))?;
    for (contract, exit) in [("1.1", 0), ("1.2", 4)] {
        let words = ["stack", "check", "artifact.yml", "--env", "env.toml", "--contract", contract];
        let told = Told::by(&sandbox, &words)?;
        assert_eq!(told.exit(), Some(exit), "{contract}: {}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn a_job_that_failed_is_found_although_it_has_exited() -> Result<()> {
    let docker = Docker::start([Container::new("esb", "gateway"), Container::new("esb", "provisioner").exited(3)])?;
    let sandbox = sandbox();
    let config = "config = { expect = { state = \"exited\", exit_code = 0 } }";
    let probe = format!("[probes.provisioner]\nplugin = \"builtin:container\"\n{config}\n");
    sandbox.file("env.toml", format!("[containers]\nsocket = \"{}\"\n\n{probe}", docker.url()))?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.provisioner.exit-code provisioner".to_owned()]));
    insta::assert_snapshot!(sandbox.run(&[&CHECK[..], &["--quiet"]].concat())?.snapshot(), @r"
    exit code: 3
    ----- stdout -----
    stack: provisioner
    ------------------
    × exit-code of esb-provisioner-2: expected 0, found 3 [stack.provisioner.exit-code]
        expected  0
        observed  3
        → see the container's log, or wait until it has exited

      1 stack failure; 2 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_service_without_a_container_is_absent() -> Result<()> {
    let docker = Docker::start([Container::new("esb", "gateway")])?;
    let sandbox = of(&docker, "services.agent.release = \"v1\"", "", &["agent"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.agent.present agent".to_owned()]));
    insta::assert_snapshot!(sandbox.run(&[&CHECK[..], &["--quiet"]].concat())?.snapshot(), @r"
    exit code: 3
    ----- stdout -----
    stack: agent
    ------------
    × containers of agent: expected 1 or more, found 0 [stack.agent.present]
        expected  1 or more
        observed  0
        → start the stack, or correct the service's name or the environment's `[containers]`
    ? release was not observed: no container of agent [stack.observation]
        expected  v1
        class     not-offered (at fault: the environment)
        → see that probe `agent` asks the right service; else list a probe that gives release, or drop
          `requirements.services.agent.release` in `[DIR]/env.toml`
        at        [DIR]/env.toml:2:26 (requirements.services.agent.release)

      1 stack failure, 1 answer missing; 0 checks passed ([TIME])
      nothing was applied
      → also agent (not-offered): see that the right service is asked; else run the stack in the mode
        that offers it, or drop the requirement
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

/// Three container probes and one that asks no engine; the engine at `socket` does not answer, for a reason told in
/// these words.
fn without_engine(socket: &str, class: &str, words: &str) -> Result<Sandbox> {
    let sandbox = sandbox();
    let environment = environment(socket, "", &["agent", "gateway", "provisioner"]);
    let other = "\n[probes.web]\nplugin = \"builtin:static\"\nconfig = { version = \"1.0.0\" }\n";
    let requirements = "services.gateway.release = \"v1\"\nservices.web.version = \"1.0.0\"";
    sandbox.file("env.toml", format!("{}{other}", requiring(requirements, &environment)))?;
    for (policy, exit, outcome) in [("strict", 4, "error"), ("warn", 0, "warn")] {
        let told = Told::by(&sandbox, &[&CHECK[..], &["--policy", policy]].concat())?;
        assert_eq!(told.exit(), Some(exit), "{}", told.output.snapshot());
        assert_eq!(told.with(outcome), ["stack.observation agent"], "{}", told.output.snapshot());
        assert_eq!(told.with("pass"), ["stack.version web"], "{}", told.output.snapshot());
        let result = told.one("stack.observation", "agent")?;
        assert_eq!(text(result, "class"), class);
        assert!(text(result, "message").contains(words), "expected `{words}` in {}", told.output.snapshot());
        let rest = ["stack.observation gateway", "stack.observation gateway", "stack.observation provisioner"];
        assert_eq!(told.with("skip"), rest, "{}", told.output.snapshot());
    }
    Ok(sandbox)
}

#[test]
fn an_engine_that_is_down_is_one_cause_of_three_probes() -> Result<()> {
    let sandbox = without_engine(
        "unix:///nonexistent/docker.sock",
        "unreachable",
        "`unix:///nonexistent/docker.sock`: no such socket",
    )?;
    insta::assert_snapshot!(sandbox.run(&CHECK)?.snapshot(), @r"
    exit code: 4
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    policy       strict

    stack: agent
    ------------
    ? probe `agent` could not see anything: cannot reach the container engine at
      `unix:///nonexistent/docker.sock`: no such socket [stack.observation]
        class     unreachable
        → to mend in the environment: see that the container engine runs and may be asked, or mend
          `socket` under `[containers]`
        3 checks not judged because of it:
        - gateway: probe `gateway` could not see anything
        - gateway: release was not observed
        - provisioner: probe `provisioner` could not see anything

    stack: web
    ----------
    √ version is `1.0.0` [stack.version]

      1 answer missing, 3 skipped; 1 check passed ([TIME])
      nothing was applied
    ? cannot be determined: agent (unreachable): bring up what could not be reached, or mend its address
      in the environment
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_socket_that_nobody_listens_on_is_unreachable() -> Result<()> {
    let folder = sandbox();
    let path = folder.dir().join("left-over.sock");
    drop(UnixListener::bind(&path)?);
    without_engine(&format!("unix://{}", path.display()), "unreachable", "connection refused")?;
    Ok(())
}

#[test]
fn an_engine_that_is_out_of_order_is_unreadable() -> Result<()> {
    let docker = Docker::broken()?;
    let words = "the container engine answered with status 500: stand-in: out of order";
    without_engine(&docker.url(), "unreadable", words)?;
    Ok(())
}

#[test]
fn no_log_shows_what_a_container_keeps_to_itself() -> Result<()> {
    let docker = Docker::start([Container::new("esb", "gateway").label("com.example/of-nobody", "hunter22")])?;
    let mut sandbox = of(&docker, "mode = \"docker\"", "", &["gateway"])?;
    sandbox.variable("SHIPWORTHY_LOG", "trace");
    let told = Told::by(&sandbox, &CHECK)?;
    let log = &told.output.stderr;
    assert!(log.contains("containers.find gateway"), "{log}");
    assert!(!log.contains("hunter22"), "{log}");
    Ok(())
}
