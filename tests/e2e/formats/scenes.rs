//! Runs that end in all the ways in which runs end.

use anyhow::Result;
use shipworthy_stand_ins::{Agent, Gateway, Sandbox, Stack, StandIn, Tree, hostile};

use super::sandbox_with;
use crate::output::hostile_manifest;

/// One run.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) sandbox: Sandbox,
    pub(super) words: Vec<String>,
    pub(super) status: i32,
    /// What it asks, kept up as long as the scene is.
    _kept: Vec<StandIn>,
    _stack: Option<Stack>,
}

/// What hurts terminals, CI logs, XML, HTML, Markdown and forges, in YAML's and JSON's common notation.
pub(super) const HOSTILE: &str = r"a|b``c`d\u001b[31m\r\n::error::owned\n##[error]owned##vso[task.x]\u202e</td><script>alert(1)</script><img src=x onerror=y> [l](javascript:x) ![i](http://evil.example/) @owner #1 www.evil.example me@evil.example ]]>&amp;\ufffe %0A::x \\| 0123abcd";

fn scene(name: &'static str, status: i32, sandbox: Sandbox, words: &[&str]) -> Scene {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Scene { name, sandbox, words, status, _kept: Vec::new(), _stack: None }
}

const CHECK: [&str; 3] = ["check", "--env", "env.toml"];

fn stack_of(mode: &str) -> Result<Sandbox> {
    let probe = format!("[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {{ mode = \"{mode}\" }}\n");
    let sandbox = sandbox_with(&[("env.toml", &probe)])?;
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
    Ok(sandbox)
}

/// All of them. Each has a sandbox of its own.
pub(super) fn scenes() -> Result<Vec<Scene>> {
    let payload = stack_of("docker")?;
    let manifest = std::fs::read_to_string(payload.dir().join("artifact.yml"))?;
    payload.file("artifact.yml", manifest.replace("runtime_config_dir: config", "runtime_config_dir: ../config"))?;
    let waived = stack_of("containerd")?;
    let waiver = "\n[[waivers]]\nrule = \"stack.mode\"\nreason = \"moves on Friday\"\nexpires = 2999-12-31\n";
    waived.file("env.toml", std::fs::read_to_string(waived.dir().join("env.toml"))? + waiver)?;
    let broken = stack_of("docker")?;
    broken.file("artifact.yml", "schema_version: '1'\nproject: a\nproject: b\n")?;
    let nothing = sandbox_with(&[("env.toml", "policy = \"strict\"\n")])?;
    let skip = ["check", "--env", "env.toml", "--skip", "stack.mode=a load test runs"];
    let warn = ["check", "--env", "env.toml", "--contract", "1.3"];
    Ok(vec![
        scene("pass", 0, stack_of("docker")?, &CHECK),
        scene("payload", 1, payload, &CHECK),
        scene("stack", 3, stack_of("containerd")?, &CHECK),
        scene("waived", 0, waived, &CHECK),
        scene("skipped", 0, stack_of("containerd")?, &skip),
        scene("unreadable", 1, broken, &CHECK),
        scene("warned", 0, stack_of("docker")?, &warn),
        scene("counted", 1, stack_of("docker")?, &[&warn[..], &["--fail-on", "warn"]].concat()),
        scene("empty", 0, nothing, &["stack", "check", "--env", "env.toml"]),
        unreachable()?,
        hostile_artifact()?,
        hostile_service()?,
        fleet()?,
        part_of_a_fleet()?,
    ])
}

fn asking(name: &'static str, status: i32, server: StandIn) -> Result<Scene> {
    let url = server.url();
    let environment = format!(
        "[endpoints.gateway]\nurl = \"{url}\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n"
    );
    let sandbox = sandbox_with(&[("env.toml", &environment)])?;
    sandbox.tree(&Tree::minimal().runtime_stack(
        "api_version: '1.0'\nmode: docker\nservices:\n  gateway: { version: '2.0.0', capabilities: [invoke] }",
    ))?;
    Ok(Scene { _kept: vec![server], ..scene(name, status, sandbox, &CHECK) })
}

fn unreachable() -> Result<Scene> {
    asking("unreachable", 4, hostile::refuse()?)
}

fn hostile_service() -> Result<Scene> {
    let body = format!(
        r#"{{ "status": "{HOSTILE}", "info": {{ "version": "{HOSTILE}" }}, "paths": {{ "/{HOSTILE}": {{}} }} }}"#
    );
    asking("hostile-service", 3, hostile::fixed(&body)?)
}

fn hostile_artifact() -> Result<Scene> {
    let hostile = HOSTILE.replace('"', "\\\"");
    let manifest = hostile_manifest(&hostile);
    let environment = "[payload]\nproject = \"other\"\n[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { }\n";
    let sandbox = sandbox_with(&[("artifact.yml", &manifest), ("secrets.env", "A=1\n"), ("env.toml", environment)])?;
    Ok(scene("hostile-artifact", 1, sandbox, &["check", "--env", "env.toml", "--secret-env", "secrets.env"]))
}

/// Twelve gateways, of which some are old and some away.
fn fleet() -> Result<Scene> {
    of_fleet("fleet", 3, &CHECK)
}

fn part_of_a_fleet() -> Result<Scene> {
    of_fleet("part", 3, &["check", "--env", "env.toml", "--partition", "hash:1/2"])
}

fn of_fleet(name: &'static str, status: i32, words: &[&str]) -> Result<Scene> {
    let stack = Stack::with(Gateway::new(), Agent::new())?;
    let old = Gateway::new().version("1.9.0").start(&stack.certs)?;
    let away = hostile::refuse()?;
    let instance = |number: usize| {
        let url = [stack.gateway.url(), old.url(), away.url()].get(number % 3).cloned().unwrap_or_default();
        format!("\"edge-{number} {url}\"")
    };
    let instances: Vec<String> = (0..12).map(instance).collect();
    let section = format!(
        "[endpoints.gateway]\ninstances = [{}]\nca = \"{}\"\n\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n",
        instances.join(", "),
        stack.certs_dir().join("rootCA.crt").display()
    );
    let environment = stack.environment(|e| e.section(&section).probe_static("declared", "{ mode = \"docker\" }"));
    let sandbox = sandbox_with(&[("env.toml", &environment)])?;
    let required =
        "api_version: '1.0'\nmode: docker\nservices:\n  gateway:\n    version: '^2'\n    capabilities: [invoke]";
    sandbox.tree(&Tree::minimal().runtime_stack(required))?;
    Ok(Scene { _kept: vec![old, away], _stack: Some(stack), ..scene(name, status, sandbox, words) })
}
