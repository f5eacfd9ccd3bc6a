//! Guests that say or ask too much.

use anyhow::{Result, ensure};
use serde_json::json;
use shipworthy_stand_ins::hostile;

use crate::{Case, Lab, Told, guest::Guest};

/// Beyond every limit; a loop of fewer would already do.
const MILLION: u32 = 1_000_000;

/// Says something in one place a million times.
fn again(lab: &Lab, field: &str, text: &str) -> Result<Told> {
    let say = json!({ "do": "say", "field": field, "text": text, "times": MILLION });
    lab.rust(&json!([{ "do": "say", "field": "log", "text": "begun" }, say]))?.limit("deadline", "30s").run()
}

/// Says a million things of one kind that are evidence.
fn evidence(name: &'static str, field: &'static str, text: &'static str) -> Case {
    Case::new("flood", name, format!("a million pieces of evidence of one kind: {name}"), move |lab| {
        again(lab, field, text)?.limit("pieces of evidence")
    })
}

/// Prints a hundred thousand lines, each of which is a call into the host, and completes.
fn printed(lab: &Lab, field: &str) -> Result<Told> {
    let steps = json!([
        { "do": "say", "field": field, "text": "xxxxxxxxxxxxxxx", "times": 100_000 },
        { "do": "look", "at": "random" },
    ]);
    let told = lab.rust(&steps)?.limit("deadline", "30s").run()?.exits(0)?.completed()?;
    told.lacks("xxxxxxxxxxxxxxx")?.steps(&["two random numbers differ"])
}

/// Sends so many requests to a healthy service.
fn requests(lab: &Lab, count: u32, together: bool) -> Result<Told> {
    let service = hostile::fixed("{}")?;
    let ask = json!({ "do": "http", "requests": [{ "path": "/x" }], "times": count, "together": together });
    let trial = lab.rust(&json!([ask]))?.endpoint(&service.url()).granted(&["http GET /x"]);
    let told = trial.limit("deadline", "30s").run()?;
    ensure!(service.requests().len() <= 256, "the service was asked {} times", service.requests().len());
    Ok(told)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("flood", name, attack, play);
    let mut cases = vec![
        case("facts-first-stay", "a million facts of eight bytes; the first of them is required", |lab| {
            let guest = Guest::new().fact("seen", "before").times(MILLION, |guest| guest.fact("again", "and"));
            lab.wat(&guest)?.requires_seen().run()?.limit("pieces of evidence")?.seen_before()
        }),
        evidence("facts", "fact-value", "x"),
        evidence("capabilities", "capability", "x"),
        evidence("complete", "prefix", "x"),
        evidence("digests", "digest", "0000000000000000000000000000000000000000000000000000000000000000"),
        evidence("missing", "missing-detail", "x"),
        evidence("findings", "message", "x"),
    ];
    cases.extend([
        case("long-facts", "facts of 8 KiB without end", |lab| {
            let say = json!({ "do": "say", "field": "fact-value", "text": "x", "length": 8_192, "times": MILLION });
            lab.rust(&json!([say]))?.limit("deadline", "30s").run()?.limit("evidence")
        }),
        case("different-findings", "nine thousand findings of 500 bytes, all of which fail", |lab| {
            let say = json!({ "do": "say", "field": "message", "text": "x", "length": 500, "times": 9_000 });
            let told = lab.rust(&json!([say]))?.limit("deadline", "30s").in_all_formats().run()?.completed()?;
            ensure!(told.stdout.len() < 32 << 20, "the report has {} bytes", told.stdout.len());
            Ok(told)
        }),
        case("log", "a million lines of log", |lab| again(lab, "log", "x")?.limit("log")),
        case("empty-log", "a million empty lines of log", |lab| again(lab, "log", "")?.limit("log")),
        case("stderr", "a hundred thousand lines on standard error", |lab| printed(lab, "stderr")),
        case("stdout", "a hundred thousand lines on standard output", |lab| printed(lab, "stdout")),
        case("requests", "more than 256 requests, one after the other", |lab| {
            requests(lab, 300, false)?.limit("requests per run")
        }),
        case("requests-at-once", "300 requests in one call", |lab| requests(lab, 300, true)?.limit("requests per run")),
        case("requests-huge-list", "fifty thousand requests in one call", |lab| {
            requests(lab, 50_000, true)?.limit("requests per run")
        }),
        case("requests-refused", "more than 256 requests that are not granted", |lab| {
            let ask = json!({ "do": "http", "requests": [{ "path": "/x" }], "times": 300 });
            lab.rust(&json!([ask]))?.run()?.limit("requests per run")
        }),
        case("finds", "more than 256 questions about containers", |lab| {
            let ask = json!({ "do": "again", "times": 300, "steps": [{ "do": "container", "ask": [["find"]] }] });
            lab.rust(&json!([ask]))?.run()?.limit("requests per run")
        }),
    ]);
    cases
}
