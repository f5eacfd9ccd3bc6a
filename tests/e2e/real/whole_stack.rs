//! All five bundled probes on a whole stack, in both modes: what they see, and that they leave nothing behind.

use anyhow::Result;
use shipworthy_stand_ins::real::{
    Esb, Mode,
    esb::{self, RELEASE},
};

use super::{CHECK, check, origins, shown, stack_or_skip, undetermined, with};
use crate::told::{Told, text};

/// Everything that the contract lets an artifact require, and each mode's own.
fn requirements(own: &str) -> String {
    format!(
        "api_version = \"1.0\"\nesb_version = \"{RELEASE}\"\nservices.gateway.version = \">=2.0, <3\"\n\
         services.gateway.capabilities = [\"invoke\", \"auth\", \"route:/orders/{{id}}\"]\n\
         services.agent.capabilities = [\"rpc:ListContainers\", \"prometheus\"]\n\
         services.provisioner.facts = {{ state = \"exited\", exit-code = 0 }}\n\
         services.python-hooks.sha256.\"sitecustomize.py\" = [\"{HOOK}\"]\n{own}"
    )
}

/// `printf 'import trace_bridge\n' | sha256sum`.
const HOOK: &str = "e45dd67ae99d53bb922e62c5e8ab8ebb1e3b702a1ab36c05224d8ade6be1bcd1";

const DOCKER: &str = "mode = \"docker\"";
const CONTAINERD: &str = "mode = \"containerd\"\n\
     services.agent.capabilities = [\"rpc:ListContainers\", \"pause\", \"metrics\"]\n\
     services.runtime-node.capabilities = [\"containerd\"]\nservices.runtime-node.facts = { health = \"healthy\" }";

/// The requirements of a mode; a table's key may stand there once.
fn of(mode: Mode) -> String {
    match mode {
        Mode::Docker => requirements(DOCKER),
        Mode::Containerd => {
            let common = requirements(CONTAINERD);
            common.replace("services.agent.capabilities = [\"rpc:ListContainers\", \"prometheus\"]\n", "")
        }
    }
}

fn passes(stack: &Esb) -> Result<Told> {
    let told = check(&stack.environment(&of(stack.mode))?)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    for outcome in ["fail", "error", "warn"] {
        assert!(told.with(outcome).is_empty(), "{}", told.output.snapshot());
    }
    Ok(told)
}

#[test]
fn in_docker_mode_all_five_probes_pass() -> Result<()> {
    let Some(stack) = stack_or_skip(Mode::Docker)? else { return Ok(()) };
    let told = passes(stack)?;
    let mode = told.one("stack.mode", "")?;
    let seen = origins(mode);
    for service in ["gateway", "agent"] {
        for origin in ["container image name", "container env AGENT_RUNTIME"] {
            assert!(seen.iter().any(|line| line.starts_with(origin) && line.contains(service)), "{origin}: {seen:?}");
        }
    }
    let release = origins(told.one("stack.release", "")?);
    assert!(release.iter().any(|line| line.starts_with("container env ESB_TAG")), "{release:?}");
    // Two functions and the provisioner, each with its own copy.
    let hooks = origins(told.one("stack.digest", "python-hooks")?);
    assert_eq!(hooks.len(), 3, "{hooks:?}");
    for expected in ["(hello)", "(orders)", "-provisioner"] {
        assert!(hooks.iter().any(|line| line.contains(expected)), "{expected}: {hooks:?}");
    }
    let rules: Vec<String> = told.with("pass");
    for rule in ["gateway.healthy", "gateway.unknown-function", "agent.serving", "agent.owner-empty"] {
        assert!(rules.iter().any(|passed| passed.contains(rule)), "{rule}: {rules:?}");
    }
    for rule in ["agent.unknown-method", "provisioner.run-succeeded"] {
        assert!(rules.iter().any(|passed| passed.contains(rule)), "{rule}: {rules:?}");
    }
    Ok(())
}

#[test]
fn in_containerd_mode_all_five_probes_pass_and_docker_sees_no_function() -> Result<()> {
    let Some(stack) = stack_or_skip(Mode::Containerd)? else { return Ok(()) };
    let told = passes(stack)?;
    let rules = told.with("pass");
    for rule in ["runtime-node.healthy", "runtime-node.present", "stack.capability agent", "provisioner.run-succeeded"]
    {
        assert!(rules.iter().any(|passed| passed.contains(rule)), "{rule}: {rules:?}");
    }
    let hooks = origins(told.one("stack.digest", "python-hooks")?);
    assert_eq!(hooks.len(), 1, "only the provisioner's own: {hooks:?}");
    Ok(())
}

#[test]
fn each_mode_has_a_mismatch_of_its_own() -> Result<()> {
    for (mode, own, expected) in [
        (Mode::Docker, CONTAINERD.lines().next().unwrap_or_default(), vec!["stack.mode"]),
        (Mode::Containerd, DOCKER, vec!["stack.mode"]),
        (Mode::Docker, "mode = \"docker\"\nesb_version = \"v1.5.0\"", vec!["stack.release"]),
        (Mode::Containerd, "services.gateway.version = \">=3\"", vec!["stack.version gateway"]),
        (Mode::Docker, "services.gateway.capabilities = [\"route:/no\"]", vec!["stack.capability gateway"]),
    ] {
        let Some(stack) = stack_or_skip(mode)? else { return Ok(()) };
        let told = check(&stack.environment(own)?)?;
        assert_eq!(told.exit(), Some(3), "{own}: {}", told.output.snapshot());
        assert_eq!(told.with("fail"), expected, "{own}: {}", told.output.snapshot());
        assert_eq!(text(told.of(expected[0].split(' ').next().unwrap_or_default())[0], "class"), "violated");
    }
    Ok(())
}

#[test]
fn what_docker_mode_does_not_offer_is_no_failure_until_it_is_required() -> Result<()> {
    let Some(stack) = stack_or_skip(Mode::Docker)? else { return Ok(()) };
    let told = check(&stack.environment("services.agent.capabilities = [\"pause\"]")?)?;
    assert_eq!((told.exit(), told.with("error")), (Some(4), vec!["stack.observation agent".to_owned()]));
    let result = undetermined(&told);
    assert_eq!(text(result, "class"), "not-offered", "{}", told.output.snapshot());
    assert!(
        text(result, "message").contains("docker mode has neither `pause` nor `metrics`"),
        "{}",
        told.output.snapshot()
    );
    Ok(())
}

#[test]
fn no_call_has_an_effect() -> Result<()> {
    for mode in [Mode::Docker, Mode::Containerd] {
        let Some(stack) = stack_or_skip(mode)? else { return Ok(()) };
        passes(stack)?;
        let agent = stack.agent.log()?;
        let calls: Vec<&str> = agent.iter().filter_map(|line| line.strip_prefix("call ")).collect();
        let harmless = [
            "/grpc.health.v1.Health/Check",
            "/esb.agent.v1.AgentService/ListContainers",
            "/esb.agent.v1.AgentService/ShipworthyNoSuchMethod",
        ];
        for call in harmless {
            assert!(calls.contains(&call), "{call}: {calls:?}");
        }
        assert!(calls.iter().all(|call| harmless.contains(call)), "{calls:?}");
        let owners: Vec<&String> = agent.iter().filter(|line| line.starts_with("list of owner")).collect();
        assert!(owners.iter().all(|line| line.contains("\"shipworthy-")), "{owners:?}");
        let other: Vec<&String> = agent.iter().filter(|line| line.starts_with("request ")).collect();
        assert!(other.iter().all(|line| *line == "request GET /metrics"), "{other:?}");

        let gateway = stack.gateway.log()?;
        let asked: Vec<&str> = gateway.iter().filter_map(|line| line.strip_prefix("request ")).collect();
        let invoked = "POST /2015-03-31/functions/shipworthy-no-such-function-";
        for request in ["GET /health", "GET /openapi.json", invoked] {
            assert!(asked.iter().any(|line| line.starts_with(request)), "{request}: {asked:?}");
        }
        let known = |line: &&str| ["GET /health", "GET /openapi.json"].contains(line) || line.starts_with(invoked);
        assert!(asked.iter().all(known), "{asked:?}");
    }
    Ok(())
}

#[test]
fn the_report_of_a_stack_that_fits_reads_so() -> Result<()> {
    let Some(stack) = stack_or_skip(Mode::Docker)? else { return Ok(()) };
    // Compose has no runtime-node in docker mode, and nobody lists a probe for it.
    let environment = stack.environment(&of(Mode::Docker))?.replace(&esb::probe("runtime-node"), "");
    insta::assert_snapshot!(shown(&with(&environment)?, &stack.project, &[])?, @r"
    exit code: 0
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    project      esb-t0000000n000 (named by the environment)
    policy       strict

    stack
    -----
    √ api version is `1.0` [stack.api-version]
    √ mode is `docker` [stack.mode]
    √ release is `v1.4.2` [stack.release]

    stack: agent
    ------------
    √ a service has what is required of it (2 checks) [stack.capability]
    √ the certificate of `https://agent:50051` is valid until [WHEN] [stack.certificate]
    √ the agent's health service says SERVING, of the whole server and of the agent's service: grpc
      grpc.health.v1.Health/Check status of the whole server (2 checks) [stack.agent.serving]
    √ the agent says of a method that does not exist that it does not implement it: grpc
      esb.agent.v1.AgentService/ShipworthyNoSuchMethod [stack.agent.unknown-method]
    √ the agent lists no containers for an owner that does not exist: containers of an owner that cannot
      exist [stack.agent.owner-empty]
    · `pause`, `metrics` were not observed: esb-t0000000n000-agent: docker mode has neither `pause` nor
      `metrics` [stack.observation]

    stack: gateway
    --------------
    √ version is `2.0.0` [stack.version]
    √ a service has what is required of it (3 checks) [stack.capability]
    √ the certificate of `https://gateway:8443` is valid until [WHEN] [stack.certificate]
    √ the gateway says that it is healthy: GET /health [stack.gateway.healthy]
    √ the gateway says of a function that cannot exist that it is not found: POST to a function that
      cannot exist [stack.gateway.unknown-function]

    stack: provisioner
    ------------------
    √ a fact of a service is as required (2 checks) [stack.fact]
    √ the latest run of the provisioner has ended with exit code 0: run of esb-t0000000n000-provisioner
      [stack.provisioner.run-succeeded]

    stack: python-hooks
    -------------------
    √ 3 digests of `sitecustomize.py`, all allowed [stack.digest]
    · `base-image` was not observed: the function base image is no container: its hooks are not
      observed; every function image embeds its own copy [stack.observation]

    √ may go ahead: 21 checks passed ([TIME])
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_recording_of_a_real_stack_is_judged_anew_without_it() -> Result<()> {
    let Some(stack) = stack_or_skip(Mode::Docker)? else { return Ok(()) };
    let sandbox = with(&stack.environment(&of(Mode::Docker))?)?;
    let recorded = Told::by(&sandbox, &[&CHECK[..], &["--record", "stack.rec"]].concat())?;
    assert_eq!(recorded.exit(), Some(0), "{}", recorded.output.snapshot());
    // Nothing answers at this engine: what is told comes from the recording.
    let elsewhere = stack.environment(&of(Mode::Docker))?.replace(&stack.project.engine().url(), "unix:///nonexistent");
    sandbox.file("env.toml", elsewhere)?;
    let replayed = Told::by(&sandbox, &[&CHECK[..], &["--replay", "stack.rec"]].concat())?;
    assert_eq!((replayed.exit(), replayed.with("pass")), (Some(0), recorded.with("pass")));
    Ok(())
}
