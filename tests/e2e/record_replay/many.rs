//! Many probes at the same time, again and again: to the letter the same report.

use std::{process::Stdio, thread};

use anyhow::{Context as _, Result, ensure};
use shipworthy_stand_ins::{Gateway, Sandbox, Stack, StandIn, hostile};

use super::{RECORD, REPLAY, guest::Guest, plugin};
use crate::sandbox;

/// How often a recording is replayed.
const REPLAYS: usize = 24;

/// How many of them at the same time.
const AT_ONCE: usize = 6;

/// Probes that ask one question after the other and many at once, that are tried again, cut, refused and too large.
fn stack(sandbox: &Sandbox) -> Result<(Stack, Vec<StandIn>)> {
    let stack = Stack::start()?;
    let mut others = vec![hostile::late(2, Gateway::new())?];
    for _ in 0..4 {
        others.extend([hostile::silent()?, hostile::refuse()?, hostile::fixed(&"x".repeat(3_000))?]);
    }
    let urls: Vec<String> = others.iter().map(|other| format!("\"{}\"", other.url())).collect();
    let (late, instances) = urls.split_first().context("servers")?;
    plugin::write(
        sandbox,
        "orders",
        "1.0.0",
        &Guest::new().fact("seen", "first").times(5, |guest| guest.get(None, "/x")),
    )?;
    plugin::write(sandbox, "looping", "1.0.0", &Guest::new().fact("seen", "first").endlessly(|guest| guest))?;
    let asks = "config = { requests = [{ path = \"/openapi.json\", facts.version = { json = \"/info/version\" } }] }";
    sandbox.file(
        "env.toml",
        stack.environment(|e| {
            e.requires("services.gateway.version = \"^2\"")
                .requires("services.gateway.capabilities = [\"invoke\", \"route:/payments\"]")
                .requires("services.agent.facts.health = \"SERVING\"")
                .requires("services.orders.facts.seen = \"first\"")
                .requires("services.late.version = \"2.0.0\"")
                .probe_gateway()
                .probe_agent()
                .section(&format!("[endpoints.orders]\ninstances = [{}]", instances.join(", ")))
                .probe_with(
                    "orders",
                    "orders.wasm",
                    &format!("{}\nlimits = {{ request = \"50ms\", response = \"2KiB\" }}", plugin::GRANTS),
                )
                .probe_with(
                    "orders-loop",
                    "looping.wasm",
                    &format!("service = \"orders\"\n{}\nlimits = {{ deadline = \"300ms\" }}", plugin::GRANTS),
                )
                .section("[endpoints.orders-loop]\nurl = \"http://127.0.0.1:9\"")
                .section(&format!("[endpoints.late]\nurl = {late}"))
                .probe_with("late", "builtin:http", &format!("{asks}\nretry = {{ for = \"20s\", every = \"50ms\" }}"))
        }),
    )?;
    Ok((stack, others))
}

/// A report without how long things took, and without that it is a replay: line by line, so that all else is to the letter.
fn to_the_letter(json: &str) -> String {
    let mut lines = Vec::new();
    let mut is_left_out = false;
    for line in json.lines() {
        is_left_out |= line == "  \"recording\": {" || line == "  \"run\": {";
        if !is_left_out && !line.trim_start().starts_with("\"duration_ms\":") {
            lines.push(line);
        }
        is_left_out &= line != "  },";
    }
    lines.join("\n")
}

#[test]
fn replays_of_many_probes_are_the_same_to_the_letter() -> Result<()> {
    let sandbox = sandbox();
    let (stack, others) = stack(&sandbox)?;
    let live = sandbox.run(&[&RECORD[..], &["--format", "json"]].concat())?;
    drop((stack, others));
    ensure!(live.status == Some(3), "{}", live.snapshot());
    for words in ["\"attempts\": 3", "limit `deadline` of 300ms", "\"pass\""] {
        ensure!(live.stdout.contains(words), "{words}: {}", live.snapshot());
    }
    let expected = to_the_letter(&live.stdout);
    let replay = || -> Result<String> {
        let words = [&REPLAY[..], &["--format", "json"]].concat();
        let output = sandbox.command(&words).stdin(Stdio::null()).output()?;
        Ok(String::from_utf8(output.stdout)?)
    };
    let again = thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE)
            .map(|_| scope.spawn(|| (0..REPLAYS / AT_ONCE).map(|_| replay()).collect::<Result<Vec<String>>>()))
            .collect();
        threads.into_iter().map(|thread| thread.join().ok().context("a thread")?).collect::<Result<Vec<_>>>()
    })?;
    let again: Vec<String> = again.into_iter().flatten().collect();
    assert_eq!(again.len(), REPLAYS);
    for replayed in &again {
        assert!(replayed.contains("\"recording\": {"), "{replayed}");
        similar(&expected, &to_the_letter(replayed));
    }
    Ok(())
}

/// Shows the first line that differs.
fn similar(expected: &str, found: &str) {
    let differs = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    assert_eq!(differs, None);
    assert_eq!(expected.lines().count(), found.lines().count());
}
