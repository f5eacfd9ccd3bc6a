//! A run that was recorded is told again without its stack, judged anew, and gives no secret away.

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Agent, Environment, Gateway, Sandbox, Stack, hostile};

use crate::{
    sandbox,
    told::{Told, text},
};

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];
const RECORD: [&str; 6] = ["stack", "check", "--env", "env.toml", "--record", "run.json"];
const REPLAY: [&str; 6] = ["stack", "check", "--env", "env.toml", "--replay", "run.json"];

/// A secret that no file, report or log may hold.
const SECRET: &str = "hunter22-not-for-anybody";

/// A report without what differs between two runs of the same.
fn timeless(told: &Told) -> Value {
    let mut report = told.report.clone();
    for result in report["results"].as_array_mut().into_iter().flatten() {
        if let Some(result) = result.as_object_mut() {
            result.remove("duration_ms");
        }
    }
    report
}

/// Requirements of which some hold and some do not, on a gateway and an agent.
fn demanding(e: Environment) -> Environment {
    e.requires("services.gateway.version = \"^2\"")
        .requires("services.gateway.capabilities = [\"invoke\", \"route:/payments\"]")
        .requires("services.agent.facts.health = \"SERVING\"")
        .requires("services.agent.version = \"1.0.0\"")
        .probe_gateway()
        .probe_agent()
}

/// Records a run against a stack that is gone afterwards, with its certificates.
fn recorded(sandbox: &Sandbox, environment: impl Fn(Environment) -> Environment) -> Result<Told> {
    let stack = Stack::start()?;
    sandbox.file("env.toml", stack.environment(environment))?;
    Told::by(sandbox, &RECORD)
}

#[test]
fn a_replay_without_the_stack_gives_the_same_results() -> Result<()> {
    let sandbox = sandbox();
    let live = recorded(&sandbox, demanding)?;
    assert_eq!(live.with("fail"), ["stack.capability gateway"], "{}", live.output.snapshot());
    assert_eq!(live.with("error"), ["stack.observation agent"]);
    let replayed = Told::by(&sandbox, &REPLAY)?;
    assert_eq!(timeless(&replayed), timeless(&live));
    // The stack is really gone, and a live run would say so before anything else: its certificates went with it.
    assert_eq!(sandbox.run(&CHECK)?.status, Some(2));
    Ok(())
}

#[test]
fn what_was_missing_is_missing_in_the_replay_for_the_same_reason() -> Result<()> {
    let limits = "limits = { request = \"200ms\", deadline = \"2s\" }";
    for server in [hostile::refuse()?, hostile::silent()?, hostile::nonsense()?, hostile::error_500()?] {
        let sandbox = sandbox();
        let live = recorded(&sandbox, |e| {
            let e = e.requires("services.gateway.version = \"2.0.0\"").endpoint("gateway", &server.url());
            e.probe_with("gateway", "builtin:gateway", limits)
        })?;
        let url = server.url();
        drop(server);
        assert_ne!(live.exit(), Some(0), "{url}");
        assert_eq!(timeless(&Told::by(&sandbox, &REPLAY)?), timeless(&live), "{url}");
    }
    Ok(())
}

#[test]
fn a_probe_that_ran_out_of_time_does_so_again() -> Result<()> {
    let (sandbox, server) = (sandbox(), hostile::silent()?);
    let limits = "limits = { request = \"300ms\", deadline = \"300ms\" }";
    let live =
        recorded(&sandbox, |e| e.endpoint("gateway", &server.url()).probe_with("gateway", "builtin:gateway", limits))?;
    assert!(live.output.stdout.contains("limit `deadline` of 300ms"), "{}", live.output.snapshot());
    let replayed = Told::by(&sandbox, &REPLAY)?;
    assert_eq!(timeless(&replayed), timeless(&live));
    Ok(())
}

#[test]
fn a_replay_tells_how_often_was_tried() -> Result<()> {
    let (sandbox, server) = (sandbox(), hostile::late(2, Gateway::new())?);
    // One request for each attempt, so that the third is the first to be answered.
    let config = "config = { requests = [{ path = \"/openapi.json\", facts.version = { json = \"/info/version\" } }] }";
    let lines = format!("{config}\nretry = {{ for = \"20s\", every = \"50ms\" }}");
    let live = recorded(&sandbox, |e| {
        let e = e.requires("services.gateway.version = \"2.0.0\"").endpoint("gateway", &server.url());
        e.probe_with("gateway", "builtin:http", &lines)
    })?;
    let attempts = |told: &Told| Ok::<_, anyhow::Error>(told.one("stack.version", "gateway")?["attempts"].clone());
    assert_eq!(attempts(&live)?, 3, "{}", live.output.snapshot());
    assert_eq!(attempts(&Told::by(&sandbox, &REPLAY)?)?, attempts(&live)?);
    Ok(())
}

#[test]
fn an_old_recording_is_judged_by_what_is_required_now() -> Result<()> {
    let sandbox = sandbox();
    recorded(&sandbox, demanding)?;
    let environment = std::fs::read_to_string(sandbox.dir().join("env.toml"))?;
    for (version, exit, outcome) in [("^2", 0, "pass"), (">=3", 3, "fail")] {
        let requirements = format!("[requirements]\nservices.gateway.version = \"{version}\"\n");
        let probes = environment.find("[endpoints").and_then(|at| environment.get(at..)).unwrap_or_default();
        sandbox.file("env.toml", format!("{requirements}\n{probes}"))?;
        let told = Told::by(&sandbox, &REPLAY)?;
        assert_eq!(told.exit(), Some(exit), "{}", told.output.snapshot());
        assert_eq!(text(told.one("stack.version", "gateway")?, "outcome"), outcome);
    }
    Ok(())
}

#[test]
fn a_probe_that_the_recording_does_not_know_is_not_observed() -> Result<()> {
    let sandbox = sandbox();
    recorded(&sandbox, Environment::probe_gateway)?;
    let stack = Stack::start()?;
    sandbox.file(
        "env.toml",
        stack.environment(|e| e.probe_gateway().probe_agent().requires("services.agent.facts.health = \"SERVING\"")),
    )?;
    let told = Told::by(&sandbox, &REPLAY)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    assert_eq!(told.with("error"), ["stack.observation agent"], "{}", told.output.snapshot());
    assert_eq!(stack.agent.connections() + stack.gateway.connections(), 0, "a replay asks nobody");
    insta::assert_snapshot!(sandbox.run(&REPLAY)?.snapshot(), @r"
    exit code: 4
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    policy       strict

    stack: agent
    ------------
    ? probe `agent` could not see anything: not in the recording: grpc grpc.health.v1.Health/Check
      [stack.observation]
        class     unreachable
        → to mend in the environment: record a run anew: probe `agent` asks what it did not ask in the
          recorded one
        1 check not judged because of it:
        - fact `health` was not observed

    stack: gateway
    --------------
    √ the certificate of `https://127.0.0.1:[PORT]` is valid until 2099-12-31 [stack.certificate]
    √ the gateway says that it is healthy: GET /health [stack.gateway.healthy]
    √ the gateway says of a function that cannot exist that it is not found: POST to a function that
      cannot exist [stack.gateway.unknown-function]
    · `mode`, `release` were not observed: cannot reach the container engine at
      `unix:///nonexistent/docker.sock`: no such socket [stack.observation]
    · observed, and not required: health `healthy`, version `2.0.0`, 6 capabilities [stack.observation]

    ? cannot be determined: 1 answer missing, 1 skipped; 3 checks passed ([TIME])
      → agent (unreachable): bring up what could not be reached, or mend its address in the environment
      nothing was applied
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_secret_is_in_no_recording_no_report_and_no_log() -> Result<()> {
    let (mut sandbox, echo) = (sandbox(), hostile::echo()?);
    sandbox.variable("X_API_KEY", SECRET).variable("SHIPWORTHY_LOG", "trace");
    // The echo gives the header back, in its answer's headers and body.
    let config = "config = { requests = [{ path = \"/echo\", facts.key = { json = \"/headers/x-api-key\" }, facts.header = { header = \"x-echo-x-api-key\" } }] }";
    sandbox.file(
        "env.toml",
        format!(
            "[endpoints.gateway]\nurl = \"{}\"\nheaders.x-api-key = {{ env = \"X_API_KEY\" }}\n\n[probes.gateway]\nplugin = \"builtin:http\"\n{config}\n",
            echo.url()
        ),
    )?;
    let words = [&RECORD[..], &["--verbose", "--output", "json=report.json", "--output", "human=report.txt"]].concat();
    let output = sandbox.run(&words)?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let sent: Vec<String> = echo.requests().iter().filter_map(|r| r.header("x-api-key").map(str::to_owned)).collect();
    assert_eq!(sent, [SECRET], "the service itself is shown it");
    let read = |file: &str| std::fs::read_to_string(sandbox.dir().join(file));
    for (place, text) in [
        ("standard output", output.stdout.clone()),
        ("standard error", output.stderr.clone()),
        ("the recording", read("run.json")?),
        ("the JSON report", read("report.json")?),
        ("the human report", read("report.txt")?),
    ] {
        assert!(!text.is_empty(), "nothing in {place}");
        assert!(!text.contains(SECRET), "the secret is in {place}: {text}");
    }
    assert!(output.stdout.contains("[secret]"), "the mask is shown: {}", output.snapshot());
    let replayed = sandbox.run(&[&REPLAY[..], &["--verbose"]].concat())?;
    assert!(replayed.stdout.contains("[secret]") && !replayed.stdout.contains(SECRET), "{}", replayed.snapshot());
    Ok(())
}

#[test]
fn a_replay_needs_no_secret() -> Result<()> {
    let sandbox = {
        let (mut sandbox, echo) = (sandbox(), hostile::echo()?);
        sandbox.variable("X_API_KEY", SECRET);
        let config = "config = { requests = [{ path = \"/echo\", facts.method = { json = \"/method\" } }] }";
        sandbox.file(
            "env.toml",
            format!(
                "[endpoints.gateway]\nurl = \"{}\"\nheaders.x-api-key = {{ env = \"X_API_KEY\" }}\n\n[probes.gateway]\nplugin = \"builtin:http\"\n{config}\n",
                echo.url()
            ),
        )?;
        assert_eq!(sandbox.run(&RECORD)?.status, Some(0));
        sandbox
    };
    let mut command = sandbox.command(&REPLAY);
    command.env_remove("X_API_KEY");
    assert_eq!(command.output()?.status.code(), Some(0));
    Ok(())
}

#[test]
fn a_file_that_is_no_recording_is_a_usage_error() -> Result<()> {
    let sandbox = sandbox();
    let stack = Stack::with(Gateway::new(), Agent::new())?;
    sandbox.file("env.toml", stack.environment(Environment::probe_gateway))?;
    for (content, words) in [
        ("", "it is not a recording"),
        ("{}", "it is not a recording"),
        (
            "{\"format\":\"shipworthy.recording/9\",\"shipworthy\":\"9\",\"environment\":\"x\",\"runs\":[]}",
            "shipworthy.recording/1",
        ),
    ] {
        sandbox.file("run.json", content)?;
        let output = sandbox.run(&REPLAY)?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains(words) && output.stdout.is_empty(), "{}", output.snapshot());
    }
    Ok(())
}
