//! `stack capture`: what is observed now becomes a requirement that the same stack meets, and nothing that a service
//! says is more than text in it.

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::{
    Environment, Gateway, Sandbox, Stack, Tree,
    docker::{Container, Docker},
    hostile,
};

use crate::{
    sandbox,
    told::{Told, text},
};

mod quoting;

const CAPTURE: [&str; 4] = ["stack", "capture", "--env", "env.toml"];

/// A probe that gives what its config says.
fn declared(name: &str, service: &str, config: &str) -> String {
    format!("[probes.{name}]\nplugin = \"builtin:static\"\nservice = \"{service}\"\nconfig = {config}\n")
}

/// A sandbox whose stack is what these probes say.
fn static_stack(probes: &[String]) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("env.toml", probes.join("\n"))?;
    Ok(sandbox)
}

/// An engine of these containers, as an environment names it: the real one of the machine is never asked.
fn containers(docker: &Docker) -> String {
    format!("[containers]\nsocket = \"{}\"\n", docker.url())
}

/// The block, without version and time on top.
fn timeless(block: &str) -> String {
    let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
    let head = first.split_once(" at ").map_or(first, |(head, _)| head);
    format!("{} at [TIME]\n{rest}", head.replace(env!("CARGO_PKG_VERSION"), "[VERSION]"))
}

/// Captures, pastes the block into a minimal artifact, and checks the same stack against it.
fn round_trip(sandbox: &Sandbox) -> Result<(String, Told)> {
    let captured = sandbox.run(&CAPTURE)?;
    assert_eq!(captured.status, Some(0), "{}", captured.snapshot());
    sandbox.tree(&Tree::minimal().append("artifact.yml", &captured.stdout))?;
    let checked = Told::by(sandbox, &["stack", "check", "artifact.yml", "--env", "env.toml"])?;
    assert_eq!(checked.exit(), Some(0), "{}\n{}", captured.stdout, checked.output.snapshot());
    assert_eq!(checked.with("warn"), Vec::<String>::new(), "{}", checked.output.snapshot());
    Ok((captured.stdout, checked))
}

#[test]
fn what_was_captured_is_met_by_the_stack_that_it_was_captured_from() -> Result<()> {
    let stack = Stack::start()?;
    let docker = Docker::start([Container::new("esb", "gateway").image("esb/esb-gateway-docker:v1.4.2")])?;
    let sandbox = sandbox();
    let node = "{ mode = \"docker\", release = \"v1.4.2\", facts = { state = \"running\" } }";
    let probes = |e: Environment| e.probe_gateway().probe_agent().probe_static("runtime-node", node);
    sandbox.file("env.toml", stack.environment(|e| probes(e).section(&containers(&docker))))?;
    let (block, checked) = round_trip(&sandbox)?;
    insta::assert_snapshot!(timeless(&block), @r#"
    # captured by shipworthy [VERSION] at [TIME]
    # environment: env
    # compose project: esb
    # This is what was observed, and is not required of anybody yet: paste it into artifact.yml, and
    # leave out what the artifact does not depend on.
    runtime_stack:
      api_version: "1.0"  # the stack contract; no service states one
      mode: "docker"  # container image name (gateway); config (runtime-node)
      esb_version: "v1.4.2"  # container image tag (gateway); config (runtime-node)
      services:
        # agent: nothing of it is required
        #   facts that can be required as well: health
        gateway:
          version: "2.0.0"  # GET /openapi.json info.version
          capabilities:
            - "auth"  # GET /openapi.json paths
            - "invoke"  # GET /openapi.json paths
            - "route:/2015-03-31/functions/{function_name}/invocations"  # GET /openapi.json paths
            - "route:/health"  # GET /openapi.json paths
            - "route:/orders/{id}"  # GET /openapi.json paths
            - "route:/user/auth/v1"  # GET /openapi.json paths
          # facts that can be required as well: health, image, image-id
        # runtime-node: only stack-wide values are required
        #   facts that can be required as well: state
    "#);
    let passed: Vec<&str> = checked.results().filter(|r| r["outcome"] == "pass").map(|r| text(r, "rule")).collect();
    for rule in ["stack.api-version", "stack.mode", "stack.release", "stack.version", "stack.capability"] {
        assert!(passed.contains(&rule), "{rule} in {passed:?}");
    }
    Ok(())
}

#[test]
fn a_block_is_a_requirement_that_another_stack_does_not_meet() -> Result<()> {
    let sandbox = static_stack(&[declared("web", "web", "{ mode = \"docker\", version = \"1.0.0\" }")])?;
    round_trip(&sandbox)?;
    sandbox.file("env.toml", declared("web", "web", "{ mode = \"docker\", version = \"1.0.1\" }"))?;
    let told = Told::by(&sandbox, &["stack", "check", "artifact.yml", "--env", "env.toml"])?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.version web".to_owned()]));
    Ok(())
}

#[test]
fn a_replay_captures_the_same_block() -> Result<()> {
    let sandbox = sandbox();
    let live = {
        let stack = Stack::start()?;
        let docker = Docker::start([Container::new("esb", "gateway").image("esb/esb-gateway-docker:v1.4.2")])?;
        sandbox.file("env.toml", stack.environment(|e| e.probe_gateway().section(&containers(&docker))))?;
        sandbox.run(&[&CAPTURE[..], &["--record", "run.json"]].concat())?
    };
    assert_eq!(live.status, Some(0), "{}", live.snapshot());
    let replayed = sandbox.run(&[&CAPTURE[..], &["--replay", "run.json"]].concat())?;
    assert_eq!(replayed.status, Some(0), "{}", replayed.snapshot());
    let (from, block): (Vec<&str>, Vec<&str>) =
        replayed.stdout.lines().partition(|line| line.starts_with("# from the recording `run.json`, made at 2"));
    assert_eq!(from.len(), 1, "{}", replayed.snapshot());
    assert_eq!(timeless(&block.join("\n")), timeless(live.stdout.trim_end()));
    Ok(())
}

#[test]
fn instances_that_disagree_are_told_and_left_out() -> Result<()> {
    let one = Gateway::new().start_plain()?;
    let two = Gateway::new().version("2.1.0").without_route("/orders/{id}").start_plain()?;
    let sandbox = sandbox();
    let endpoint = format!(
        "[endpoints.gateway]\ninstances = [\"gw-1 {}\", \"gw-2 {}\"]\n[probes.gateway]\nplugin = \"builtin:gateway\"\n",
        one.url(),
        two.url()
    );
    let docker = Docker::start([Container::new("esb", "gateway")])?;
    sandbox.file("env.toml", format!("{endpoint}\n{}", containers(&docker)))?;
    let (block, _) = round_trip(&sandbox)?;
    insta::assert_snapshot!(timeless(&block), @r#"
    # captured by shipworthy [VERSION] at [TIME]
    # environment: env
    # compose project: esb
    # This is what was observed, and is not required of anybody yet: paste it into artifact.yml, and
    # leave out what the artifact does not depend on.
    runtime_stack:
      api_version: "1.0"  # the stack contract; no service states one
      mode: "docker"  # container image name (gateway)
      esb_version: "v1"  # container image tag (gateway)
      services:
        gateway:
          # version is left out: `2.0.0` (gw-1), `2.1.0` (gw-2)
          capabilities:
            - "auth"  # GET /openapi.json paths (gw-1, gw-2)
            - "invoke"  # GET /openapi.json paths (gw-1, gw-2)
            - "route:/2015-03-31/functions/{function_name}/invocations"  # GET /openapi.json paths (gw-1, gw-2)
            - "route:/health"  # GET /openapi.json paths (gw-1, gw-2)
            # "route:/orders/{id}" is left out: gw-2: expected capability `route:/orders/{id}`, found it absent from the complete list of `route:`
            - "route:/user/auth/v1"  # GET /openapi.json paths (gw-1, gw-2)
          # facts that can be required as well: health, image, image-id
    "#);
    Ok(())
}

#[test]
fn releases_that_differ_are_required_of_each_service() -> Result<()> {
    let sandbox = static_stack(&[
        declared("web", "web", "{ mode = \"docker\", release = \"v1\" }"),
        declared("api", "api", "{ mode = \"docker\", release = \"v2\", api_version = \"1\" }"),
        declared("one", "db", "{ release = \"v1\" }"),
        declared("two", "db", "{ release = \"v2\" }"),
    ])?;
    let (block, checked) = round_trip(&sandbox)?;
    assert_eq!(checked.of("stack.release").len(), 2, "{block}");
    insta::assert_snapshot!(timeless(&block), @r#"
    # captured by shipworthy [VERSION] at [TIME]
    # environment: env
    # This is what was observed, and is not required of anybody yet: paste it into artifact.yml, and
    # leave out what the artifact does not depend on.
    runtime_stack:
      api_version: "1.0"  # the stack contract; no service states one
      mode: "docker"  # config (api, web)
      # esb_version is left out: `v1` (db, web), `v2` (api, db)
      services:
        api:
          release: "v2"  # config
          api_version: "1.0"  # config
        # db: nothing of it is required
        #   release is left out: `v1` (config), `v2` (config)
        web:
          release: "v1"  # config
    "#);
    Ok(())
}

#[test]
fn an_api_version_of_a_service_is_its_own_and_one_that_contradicts_the_contract_is_said_so() -> Result<()> {
    let sandbox = static_stack(&[declared("web", "web", "{ mode = \"docker\", api_version = \"2.1\" }")])?;
    let (block, _) = round_trip(&sandbox)?;
    assert!(block.contains("      api_version: \"2.1\"  # config\n") && !block.contains("does not hold"), "{block}");

    let two = [("one", "1.0"), ("two", "2.0")].map(|(probe, version)| {
        declared(probe, "web", &format!("{{ mode = \"docker\", api_version = \"{version}\" }}"))
    });
    let output = static_stack(&two)?.run(&CAPTURE)?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let lines: Vec<&str> =
        output.stdout.lines().filter(|line| line.contains("left out") || line.contains("hold")).collect();
    assert_eq!(lines.len(), 2, "{}", output.snapshot());
    assert!(
        lines[0].contains("no requirement can do without it") && lines[0].contains("`2.0`"),
        "{}",
        output.snapshot()
    );
    Ok(())
}

#[test]
fn every_digest_that_was_observed_is_allowed() -> Result<()> {
    let (a, b) = ("aa".repeat(32), "bb".repeat(32));
    let config = format!("{{ mode = \"docker\", digests = {{ \"sitecustomize.py\" = [\"{b}\", \"{a}\", \"{b}\"] }} }}");
    let sandbox = static_stack(&[declared("hooks", "python-hooks", &config)])?;
    let (block, checked) = round_trip(&sandbox)?;
    assert_eq!(text(checked.one("stack.digest", "python-hooks")?, "outcome"), "pass");
    let at = |digest: &str| block.find(&format!("- \"{digest}\"")).context("in the block");
    assert!(at(&a)? < at(&b)?, "sorted: {block}");
    assert_eq!(block.matches(&b).count(), 1, "each once: {block}");
    Ok(())
}

#[test]
fn a_contradictory_mode_is_no_block() -> Result<()> {
    let sandbox = static_stack(&[
        declared("agent", "agent", "{ mode = \"containerd\" }"),
        declared("gateway", "gateway", "{ mode = \"Docker\", version = \"2.0.0\" }"),
    ])?;
    let output = sandbox.run(&CAPTURE)?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 4
    ----- stdout -----

    ----- stderr -----
    error: the mode is contradictory: `containerd` (agent), `docker` (gateway)
      help: bring the services to one mode
      [capture.contradictory-mode] at fault: the service
    ");
    Ok(())
}

#[test]
fn a_mode_that_nobody_can_require_is_no_block() -> Result<()> {
    let output = static_stack(&[declared("agent", "agent", "{ mode = \"firecracker\" }")])?.run(&CAPTURE)?;
    assert_eq!((output.status, output.stdout.as_str()), (Some(4), ""), "{}", output.snapshot());
    assert!(output.stderr.contains("[capture.unknown-mode]"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn what_could_not_be_observed_is_told_once_for_each_cause() -> Result<()> {
    let sandbox = sandbox();
    let probe = |name: &str| {
        format!(
            "[probes.{name}]\nplugin = \"builtin:container\"\nconfig = {{ facts = {{ release = \"image-tag\" }} }}\n"
        )
    };
    let containers = "[containers]\nsocket = \"unix:///nonexistent/docker.sock\"\n";
    sandbox.file("env.toml", [containers, &probe("agent"), &probe("gateway"), &probe("provisioner")].join("\n"))?;
    let output = sandbox.run(&CAPTURE)?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 4
    ----- stdout -----

    ----- stderr -----
    ? not observed: agent, gateway, provisioner: cannot reach the container engine at
      `unix:///nonexistent/docker.sock`: no such socket [unreachable]
    error: no probe observed the mode, which a `runtime_stack` needs
      help: list a probe that gives `mode`, such as `builtin:gateway` with `[containers]`, and mend what
            kept the listed ones from looking
      [capture.no-mode] at fault: the command line or the environment
    ");
    Ok(())
}

#[test]
fn an_environment_without_probes_has_nothing_to_capture() -> Result<()> {
    let output = static_stack(&["policy = \"warn\"\n".to_owned()])?.run(&CAPTURE)?;
    assert_eq!((output.status, output.stdout.as_str()), (Some(4), ""), "{}", output.snapshot());
    assert!(output.stderr.contains("[capture.no-mode]"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn what_is_missing_does_not_keep_the_rest_from_being_captured() -> Result<()> {
    let (down, docker) = (hostile::refuse()?, Docker::start([Container::new("esb", "gateway")])?);
    let sandbox = sandbox();
    let stack = Stack::start()?;
    let url = down.url();
    sandbox.file(
        "env.toml",
        stack.environment(|e: Environment| {
            e.probe_gateway()
                .section(&containers(&docker))
                .endpoint("agent", &url)
                .probe("agent", "builtin:grpc-health")
        }),
    )?;
    let output = sandbox.run(&CAPTURE)?;
    assert_eq!(output.status, Some(4), "a block that is not all must not pass for one: {}", output.snapshot());
    assert!(output.stdout.contains("version: \"2.0.0\""), "{}", output.snapshot());
    let told: Vec<&str> = output.stdout.lines().filter(|line| line.contains("not observed: ")).collect();
    assert_eq!(told.len(), 1, "{}", output.snapshot());
    assert!(told[0].starts_with("    # agent: not observed: cannot connect to "), "{}", output.snapshot());
    assert_eq!(output.stderr.matches("[unreachable]").count(), 1, "{}", output.snapshot());
    sandbox.tree(&Tree::minimal().append("artifact.yml", &output.stdout))?;
    let read = Told::by(&sandbox, &["stack", "check", "artifact.yml", "--env", "env.toml", "--only", "gateway"])?;
    assert_eq!(read.exit(), Some(0), "the block is read back: {}", read.output.snapshot());
    Ok(())
}

#[test]
fn a_probe_that_gives_nothing_is_told_in_the_block_and_by_the_exit_code() -> Result<()> {
    let web = declared("web", "web", "{ mode = \"docker\", version = \"1\" }");
    let config = "config = { facts = { release = \"image-tag\" } }\n";
    let engine = "[containers]\nsocket = \"unix:///nonexistent/docker.sock\"\n";
    let probe = format!("{engine}[probes.api]\nplugin = \"builtin:container\"\n{config}");
    let output = static_stack(&[probe, web])?.run(&CAPTURE)?;
    assert_eq!(output.status, Some(4), "{}", output.snapshot());
    assert!(output.stdout.contains("version: \"1\""), "{}", output.snapshot());
    let told: Vec<&str> = output.stdout.lines().filter(|line| line.contains("not observed: ")).collect();
    assert_eq!(told.len(), 1, "{}", output.snapshot());
    assert!(told[0].starts_with("    # api: not observed: cannot reach the container engine"), "{}", output.snapshot());
    assert!(told[0].ends_with("no such socket"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn only_what_was_asked_for_is_captured() -> Result<()> {
    let sandbox = static_stack(&[
        declared("web", "web", "{ mode = \"docker\", version = \"1\" }"),
        declared("api", "api", "{ mode = \"docker\", version = \"2\" }"),
    ])?;
    let output = sandbox.run(&[&CAPTURE[..], &["--only", "api"]].concat())?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert!(
        !output.stdout.contains("web") && output.stdout.contains("only api was looked at"),
        "{}",
        output.snapshot()
    );
    Ok(())
}

#[test]
fn usage_is_refused_before_anything_runs() -> Result<()> {
    let sandbox = static_stack(&[declared("web", "web", "{ mode = \"docker\" }")])?;
    for words in [
        &["stack", "capture"][..],
        &["stack", "capture", "--env", "nowhere"],
        &["stack", "capture", "artifact.yml", "--env", "env.toml"],
        &["stack", "capture", "--env", "env.toml", "--only", "api"],
        &["stack", "capture", "--env", "env.toml", "--format", "json"],
        &["stack", "capture", "--env", "env.toml", "--record", "a", "--replay", "b"],
    ] {
        let output = sandbox.run(words)?;
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{words:?}\n{}", output.snapshot());
    }
    Ok(())
}
