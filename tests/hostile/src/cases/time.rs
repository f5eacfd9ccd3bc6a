//! Guests that never end.

use anyhow::{Result, ensure};
use serde_json::json;
use shipworthy_stand_ins::{StandIn, hostile};

use crate::{
    Case, Lab, Told,
    guest::{Foreign, Guest},
    told::text,
    toml::inline,
    trial::SHORT,
};

const LOOP: &str = "(loop $endless (br $endless))";

/// A host call that returns at once.
const NOW: Foreign<'_> = Foreign {
    imports: r#"(import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))"#,
    instance: "$clock",
    function: "now",
    called: "$now",
    signature: "(result i64)",
};

fn endless() -> Guest {
    Guest::new().fact("seen", "before").endlessly(|guest| guest)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("time", name, attack, play);
    let mut cases = of_loops(case);
    cases.extend(of_waits(case));
    cases.extend(of_many(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

fn of_loops(case: Of) -> Vec<Case> {
    vec![
        case("loop-in-start", "an endless loop in the start function", |lab| {
            lab.wat(&Guest::new().start(LOOP))?.hurried().run()?.limit("deadline")
        }),
        case("loop-in-observe", "an endless loop in `observe`, after a fact", |lab| {
            lab.wat(&endless())?.hurried().requires_seen().run()?.limit("deadline")?.seen_before()
        }),
        case("loop-in-realloc", "an endless loop in the allocator that the host calls to pass the config", |lab| {
            lab.wat(&Guest::new().allocator(LOOP))?.hurried().run()?.limit("deadline")
        }),
        case("loop-of-host-calls", "an endless loop of host calls, each of which returns at once", |lab| {
            let guest = Guest::new().foreign(&NOW).fact("seen", "before");
            let guest = guest.endlessly(|guest| guest.wat("(drop (call $now))"));
            lab.wat(&guest)?.hurried().requires_seen().run()?.limit("deadline")?.seen_before()
        }),
        case("loop-in-rust", "an endless loop of a guest from an ordinary toolchain", |lab| {
            let steps = json!([{ "do": "say", "field": "stderr", "text": "x" }, { "do": "loop" }]);
            lab.rust(&steps)?.hurried().run()?.limit("deadline")
        }),
    ]
}

fn of_waits(case: Of) -> Vec<Case> {
    vec![
        case("sleep", "sleeps for a year on WASI's clock", |lab| {
            let steps = json!([{ "do": "look", "at": "random" }, { "do": "sleep", "ms": 31_536_000_000_u64 }]);
            let told = lab.rust(&steps)?.hurried().run()?;
            told.limit("deadline")?.says("still waiting")?.steps(&["two random numbers differ"])
        }),
        case("sleep-for-ever", "sleeps for as long as a number can say", |lab| {
            lab.rust(&json!([{ "do": "sleep", "ms": i64::MAX }]))?.hurried().run()?.limit("deadline")
        }),
        case(
            "host-call",
            "waits in a host call: a service that never answers, and a request limit of ten minutes",
            |lab| {
                let silent = hostile::silent()?;
                let guest = Guest::new().fact("seen", "before").get(None, "/slow");
                let trial = lab.wat(&guest)?.endpoint(&silent.url()).granted(&["http GET /slow"]);
                let told = trial.hurried().limit("request", "10m").requires_seen().run()?.limit("deadline")?;
                told.says("last request: GET /slow")?.seen_before()
            },
        ),
        case("host-calls-at-once", "waits for a hundred services that never answer, at the same time", |lab| {
            let silent = hostile::silent()?;
            let steps = json!([{ "do": "http", "requests": [{ "path": "/slow" }], "times": 100, "together": true }]);
            let trial = lab.rust(&steps)?.endpoint(&silent.url()).granted(&["http GET /slow"]);
            let told = trial.hurried().limit("request", "10m").run()?.limit("deadline")?;
            ensure!(silent.connections() <= 16, "{} connections at once", silent.connections());
            Ok(told.because("16 connections at most"))
        }),
        case("own-timeout", "asks for a request limit of its own that is longer than the environment's", |lab| {
            let silent = hostile::silent()?;
            let steps = json!([{ "do": "http", "requests": [{ "path": "/slow", "timeout_ms": u32::MAX }] }]);
            let trial = lab.rust(&steps)?.endpoint(&silent.url()).granted(&["http GET /slow"]);
            trial.limit("request", "100ms").run()?.completed()?.steps(&["0: timed-out Phase::Headers after 100ms"])
        }),
    ]
}

fn of_many(case: Of) -> Vec<Case> {
    vec![
        case(
            "whole-run",
            "an endless loop with ten minutes of its own, where the whole run has half a second",
            |lab| {
                let trial = lab.wat(&endless())?.limit("deadline", "10m").top("deadline = \"500ms\"");
                trial.requires_seen().run()?.limit("deadline")?.seen_before()
            },
        ),
        case("retry", "an endless loop that is tried again, as what does not answer in time may be", |lab| {
            let retry = "retry = { for = \"1s\", every = \"50ms\" }";
            lab.wat(&endless())?.hurried().probe(retry).requires_seen().run()?.limit("deadline")?.seen_before()
        }),
        case("many-loops", "sixteen probes that loop without end, and the healthy one beside them", |lab| {
            let mut trial = lab.wat(&endless())?.hurried();
            for number in 0..15 {
                trial = trial.section(&format!(
                    "[probes.loop-{number}]\nplugin = \"hostile.wasm\"\nservice = \"hostile\"\nlimits = {{ deadline = \"{SHORT}\" }}"
                ));
            }
            Ok(trial.run()?.limit("deadline")?.because("one cause of sixteen"))
        }),
        case("fleet", "a fleet of eight instances, one of which never answers a guest that waits for ever", |lab| {
            let silent = hostile::silent()?;
            let healthy = (0..7).map(|_| hostile::fixed("{}")).collect::<Result<Vec<_>>>()?;
            let urls: Vec<String> = healthy.iter().chain([&silent]).map(StandIn::url).collect();
            let trial = lab.wat(&Guest::new().get(None, "/slow"))?.granted(&["http GET /slow"]);
            let trial = trial.endpoint_line(&format!("instances = {}", inline(&json!(urls))));
            let told =
                trial.limit("deadline", "1s").limit("request", "10m").requires("facts.\"9:/slow\" = \"200\"").run()?;
            let told = told.limit("deadline")?;
            let facts = told.of("stack.fact", "hostile").filter(|fact| text(fact, "outcome") == "pass");
            let passed = facts.count();
            ensure!(passed == 7, "{passed} of 7 healthy instances passed");
            Ok(told.because("the other seven are judged"))
        }),
    ]
}
