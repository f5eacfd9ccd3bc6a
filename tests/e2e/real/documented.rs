//! What the documentation shows of ESB's topologies, and `make demo-docker`: each is run as it stands.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use shipworthy_stand_ins::{
    Sandbox,
    real::{Esb, Mode, project},
};

use super::{CHECK, engine_or_skip, stack_or_skip, with};
use crate::told::Told;

const OPERATIONS: &str = include_str!("../../../docs/operations.md");

/// The environment that the documentation shows for a topology, with this stack's own names in place of the shown ones.
fn shown(topology: &str, stack: &Esb) -> Result<String> {
    let mark = format!("<!-- topology: {topology} -->\n```toml\n");
    let (_, rest) = OPERATIONS.split_once(&mark).with_context(|| format!("no `{topology}` in docs/operations.md"))?;
    let (toml, _) = rest.split_once("```").context("the block has no end")?;
    let mut toml = toml.to_owned();
    for (shown, own) in [
        ("../.esb/certs", project::certs()?.to_string_lossy().into_owned()),
        ("esb-default", stack.project.name()),
        ("esb_env = \"default\"", format!("esb_env = \"{}\"", stack.project.env())),
        ("https://gateway.example:443", format!("https://127.0.0.1:{}", published(stack)?)),
        ("unix:///run/user/1000/esb.sock", stack.project.engine().url()),
    ] {
        toml = toml.replace(shown, &own);
    }
    Ok(toml)
}

fn published(stack: &Esb) -> Result<u16> {
    stack.runtime_node.as_ref().unwrap_or(&stack.gateway).port(8443)
}

#[test]
fn each_topology_passes_with_the_environment_that_is_shown_for_it() -> Result<()> {
    for (topology, mode, services) in [
        ("docker", Mode::Docker, &["gateway", "agent", "provisioner", "python-hooks"][..]),
        ("containerd", Mode::Containerd, &["gateway", "agent", "provisioner", "runtime-node", "python-hooks"]),
        ("remote", Mode::Docker, &["gateway", "provisioner"]),
    ] {
        let Some(stack) = stack_or_skip(mode)? else { return Ok(()) };
        let told = Told::by(&with(&shown(topology, stack)?)?, &CHECK)?;
        assert_eq!(told.exit(), Some(0), "{topology}: {}", told.output.snapshot());
        for outcome in ["fail", "error", "warn", "skip"] {
            assert!(told.with(outcome).is_empty(), "{topology}: {}", told.output.snapshot());
        }
        for service in services {
            assert!(told.results().any(|result| result["service"] == *service), "{topology} shows no {service}");
        }
    }
    Ok(())
}

#[test]
fn the_demo_on_docker_shows_both_modes_and_a_mismatch_of_each() -> Result<()> {
    if engine_or_skip()?.is_none() {
        return Ok(());
    }
    let shipworthy = Path::new(env!("CARGO_BIN_EXE_shipworthy"));
    let stacks = shipworthy.with_file_name("stand-in-esb");
    ensure!(stacks.is_file(), "`{}` is not there: `make test` makes it", stacks.display());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo-docker/run");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut sandbox = Sandbox::new("/bin/bash")?;
    // What Go has built and fetched before lies in the user's caches, which a sandbox does not have.
    let caches = Command::new("go").args(["env", "GOCACHE", "GOMODCACHE"]).output()?;
    let caches = String::from_utf8_lossy(&caches.stdout).into_owned();
    for (variable, folder) in ["GOCACHE", "GOMODCACHE"].into_iter().zip(caches.lines()) {
        sandbox.variable(variable, folder);
    }
    if let Ok(host) = std::env::var("DOCKER_HOST") {
        sandbox.variable("DOCKER_HOST", &host);
    }
    let folder = text(sandbox.dir());
    sandbox.variable("TMPDIR", &folder);
    let output = sandbox.run(&[&text(&script), &text(shipworthy), &text(&stacks)])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    for words in [
        "mode is `docker`",
        "mode is `containerd`",
        "[stack.agent.serving]",
        "[stack.gateway.healthy]",
        "[stack.provisioner.run-succeeded]",
        "[stack.runtime-node.healthy]",
        "`stack.runtime-node.present` could not be judged: no container of runtime-node",
        "4 stack failures, 1 answer missing;",
        "× must not go ahead: change the stack",
        "exit code 3: the stack is incompatible",
        "exit code 125: the command was not started",
    ] {
        assert!(output.stdout.contains(words), "expected `{words}` in {}", output.snapshot());
    }
    // One of each service: what docker mode does not have is told as that, in the report of a check alone; beside a
    // command the report goes to standard error.
    let each = [
        "expected version `>=3`, found `2.0.0`",
        "expected release `v9`, found `v1.4.2`",
        "expected fact `exit-code` to be `1`, found `0`",
        "expected an allowed digest of `sitecustomize.py`",
    ];
    for (report, own) in [
        (&output.stdout, ["? fact `state` was not observed: no container of runtime-node", "class     not-offered"]),
        (&output.stderr, ["expected fact `state` to be `exited`, found `running`", "5 stack failures;"]),
    ] {
        for words in each.into_iter().chain(own) {
            assert!(report.contains(words), "expected `{words}` in {}", output.snapshot());
        }
    }
    assert!(!output.stdout.lines().any(|line| line == "deploying"), "{}", output.snapshot());
    Ok(())
}
