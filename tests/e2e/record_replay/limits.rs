//! What was missing, slow or too much is so again, for the same reason and in the same words.

use std::time::Instant;

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Gateway, Sandbox, StandIn, hostile, unpacked};

use super::{RECORD, REPLAY, guest::Guest, plugin, recorded, timeless};
use crate::{
    sandbox,
    told::{Told, text},
};

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

/// Records a plugin that is written here against a service, and replays it twice without it.
fn the_same_again(guest: &Guest, server: StandIn, lines: &str, top: &str) -> Result<(Sandbox, Told)> {
    let sandbox = sandbox();
    plugin::write(&sandbox, "orders", "1.0.0", guest)?;
    let environment = plugin::environment(&server.url(), "orders", lines, "services.orders.facts.seen = \"before\"");
    sandbox.file("env.toml", format!("{top}\n{environment}"))?;
    let live = Told::by(&sandbox, &RECORD)?;
    drop(server);
    for _ in 0..2 {
        let begun = Instant::now();
        assert_eq!(timeless(&Told::by(&sandbox, &REPLAY)?), timeless(&live), "{}", live.output.snapshot());
        assert!(begun.elapsed().as_secs() < 20, "a replay waits for nobody");
    }
    Ok((sandbox, live))
}

#[test]
fn every_limit_that_ended_a_run_ends_it_again() -> Result<()> {
    let seen = || Guest::new().fact("seen", "before");
    let grow = "(drop (memory.grow (i32.const 10000)))";
    let line = "a line of log that is fifty characters long or more";
    let request = "limits = { request = \"100ms\" }";
    let small = "limits = { response = \"1KiB\" }";
    for (guest, server, lines, words) in [
        (
            seen().endlessly(|guest| guest),
            hostile::refuse()?,
            "limits = { deadline = \"300ms\" }",
            "limit `deadline` of 300ms",
        ),
        (seen().wat(grow), hostile::refuse()?, "", "limit `memory` of 64MiB"),
        (seen().times(9_000, |guest| guest.log(line)), hostile::refuse()?, "", "limit `log` of "),
        (seen().times(300, |guest| guest.get(None, "/x")), hostile::refuse()?, "", "limit `requests per run` of 256"),
        (seen().get(None, "/x"), hostile::silent()?, request, "\"timed-out\": {"),
        (seen().get(None, "/x"), hostile::fixed(&"x".repeat(5_000))?, small, "\"what\": \"response-body\""),
        (seen().get(None, "/x"), hostile::endless_headers()?, "", "\"what\": \"response-headers\""),
        (seen().get(None, "/x"), hostile::nonsense()?, "", "did not answer with HTTP"),
    ] {
        let (sandbox, live) = the_same_again(&guest, server, lines, "")?;
        let recording = unpacked(sandbox.dir().join("run.json"))?;
        assert!(live.output.stdout.contains(words) || recording.contains(words), "{words}: {}", live.output.snapshot());
        assert_eq!(text(live.one("stack.fact", "orders")?, "outcome"), "pass", "{words}");
    }
    Ok(())
}

#[test]
fn a_probe_for_which_no_time_was_left_has_none_again() -> Result<()> {
    // Sixty-four at once: those after them find the stack side's time used up.
    let sandbox = sandbox();
    plugin::write(&sandbox, "orders", "1.0.0", &Guest::new().endlessly(|guest| guest))?;
    let instances: Vec<String> = (1..=80).map(|number| format!("\"http://127.0.1.{number}:9\"")).collect();
    let environment = plugin::environment("http://127.0.0.1:9", "orders", "", "")
        .replace("url = \"http://127.0.0.1:9\"", &format!("instances = [{}]", instances.join(", ")));
    sandbox.file("env.toml", format!("deadline = \"800ms\"\n{environment}"))?;
    let live = Told::by(&sandbox, &RECORD)?;
    let of = |told: &Told, words: &str| told.results().filter(|result| text(result, "message").contains(words)).count();
    assert!(of(&live, "was over before it could start") > 0, "{}", live.output.snapshot());
    let again = Told::by(&sandbox, &REPLAY)?;
    let results = |told: &Told| timeless(told)["results"].as_array().cloned().unwrap_or_default();
    let differs: Vec<(Value, Value)> =
        results(&live).into_iter().zip(results(&again)).filter(|(live, again)| live != again).take(1).collect();
    assert!(differs.is_empty(), "{differs:#?}");
    assert_eq!(timeless(&again)["summary"], timeless(&live)["summary"]);
    Ok(())
}

#[test]
fn a_plugin_that_took_too_long_to_compile_is_told_as_that_again() -> Result<()> {
    let body = "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 7)) (i32.const 3)))".repeat(4_000);
    let large = Guest::new().fact("seen", "now").module(&format!("(func (param i32) {body})").repeat(40));
    let sandbox = sandbox();
    plugin::write(&sandbox, "orders", "1.0.0", &large)?;
    let with = |limit: &str| {
        let limits = format!("limits = {{ compile_time = \"{limit}\" }}");
        sandbox.file("env.toml", plugin::environment("http://127.0.0.1:9", "orders", &limits, ""))
    };
    with("100ms")?;
    let live = Told::by(&sandbox, &RECORD)?;
    assert!(live.output.stdout.contains("limit `compile time` of 100ms"), "{}", live.output.snapshot());
    assert_eq!(timeless(&Told::by(&sandbox, &REPLAY)?), timeless(&live));
    // Now there is time for it; then there was none.
    with("2m")?;
    assert_eq!(timeless(&Told::by(&sandbox, &REPLAY)?), timeless(&live));
    // Another plugin was not started then either, so nothing can be said of it.
    plugin::write(&sandbox, "orders", "1.0.1", &Guest::new().fact("seen", "now"))?;
    let told = Told::by(&sandbox, &REPLAY)?;
    let message = text(told.one("stack.observation", "orders")?, "message");
    assert_eq!(
        message,
        "probe `orders` cannot be replayed: the recording does not hold any answer to probe `orders`, which was not \
         started then: limit `compile time` of 100ms"
    );
    Ok(())
}
