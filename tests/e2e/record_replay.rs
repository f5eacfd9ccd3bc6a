//! A run that was recorded is told again without its stack, judged anew, and gives no secret away.

mod file;
#[path = "../../host/engine/tests/it/guest.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "shared with the tests of the engine, where a guest that cannot be written is a test's own mistake"
)]
mod guest;
mod limits;
mod many;
mod now;
mod plugin;

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Environment, Sandbox, Stack, hostile, unpacked};

use crate::{sandbox, told::Told};

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];
const RECORD: [&str; 6] = ["stack", "check", "--env", "env.toml", "--record", "run.json"];
const REPLAY: [&str; 6] = ["stack", "check", "--env", "env.toml", "--replay", "run.json"];

/// A secret that no file, report or log may hold.
const SECRET: &str = "hunter22-not-for-anybody";

/// A report without what differs between two runs of the same: when it was, how long it took, and that it was a replay.
fn timeless(told: &Told) -> Value {
    let mut report = crate::told::timeless(&told.report);
    report.as_object_mut().and_then(|report| report.remove("recording"));
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
    let recording = unpacked(sandbox.dir().join("run.json"))?;
    for (place, text) in [
        ("standard output", output.stdout.clone()),
        ("standard error", output.stderr.clone()),
        ("the recording", recording),
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
