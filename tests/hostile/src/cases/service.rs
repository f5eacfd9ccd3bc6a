//! Services that do not answer well, behind a guest that is honest.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use shipworthy_stand_ins::{StandIn, hostile};

use crate::{Case, Lab, Told, told::text};

/// A guest asks the service once, with so much time and room, and tells what it hears.
fn heard(lab: &Lab, service: &StandIn, limits: &[(&str, &str)], expected: &str) -> Result<Told> {
    let trial = lab.rust(&json!([{ "do": "http", "requests": [{ "path": "/x" }] }]))?;
    let mut trial = trial.endpoint(&service.url()).granted(&["http GET /x"]);
    for (name, value) in limits {
        trial = trial.limit(name, value);
    }
    let told = trial.run()?.completed()?.steps(&[expected])?;
    let steps = told.all_steps();
    let heard = steps.first().and_then(|step| step.get(3..)).unwrap_or_default();
    // A body and an address are nothing for a table.
    let shown = if heard.starts_with("status") { 2 } else { usize::MAX };
    let words: Vec<&str> = heard.split(' ').take_while(|word| !word.contains('`')).take(shown).collect();
    let words = words.join(" ");
    Ok(told.because(&format!("the guest hears `{words}`")))
}

/// The same, and the report notes it.
fn noted(lab: &Lab, service: &StandIn, limits: &[(&str, &str)], expected: &str, note: &str) -> Result<Told> {
    heard(lab, service, limits, expected)?.notes(note)
}

const QUICK: [(&str, &str); 1] = [("request", "300ms")];

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("service", name, attack, play);
    let mut cases = of_bodies(case);
    cases.extend(of_framing(case));
    cases.extend(of_contents(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

/// An answer in these very bytes, which a guest hears in these words.
fn framed(lab: &Lab, bytes: &'static [u8], expected: &str) -> Result<Told> {
    heard(lab, &hostile::saying(bytes)?, &QUICK, expected)
}

fn of_framing(case: Of) -> Vec<Case> {
    vec![
        case("hints", "interim answers without end, as fast as they are read", |lab| {
            heard(lab, &hostile::endless_hints()?, &QUICK, "0: ")?.lacks("status 200")
        }),
        case("hints-beside", "the same, and another probe that asks a healthy service at the same time", |lab| {
            let (service, healthy) = (hostile::endless_hints()?, hostile::fixed("{\"a\": \"b\"}")?);
            let trial = lab.rust(&json!([{ "do": "http", "requests": [{ "path": "/x" }] }]))?.endpoint(&service.url());
            let beside = format!(
                "[endpoints.beside]\nurl = \"{}\"\n\n[probes.beside]\nplugin = \"builtin:http\"\n\
                 config = {{ requests = [{{ path = \"/x\", facts.a = {{ json = \"/a\" }} }}] }}",
                healthy.url()
            );
            let trial = trial.granted(&["http GET /x"]).section(&beside).requirement("services.beside.facts.a = \"b\"");
            let told = trial.limit("request", "1s").run()?.exits(0)?.completed()?;
            ensure!(text(told.one("stack.fact", "beside")?, "outcome") == "pass", "the one beside was harmed");
            Ok(told)
        }),
        case("two-lengths", "two lengths that differ", |lab| {
            framed(
                lab,
                b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 40\r\n\r\n{}HTTP/1.1 200 OK\r\n",
                "0: protocol",
            )
        }),
        case("length-and-chunks", "a length and chunks at once: two readers would see two answers", |lab| {
            framed(
                lab,
                b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "0: ",
            )
        }),
        case("huge-length", "a length that no number holds", |lab| {
            framed(lab, b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n{}", "0: protocol")
        }),
        case("declared-length", "a length of a million million bytes, and two of them", |lab| {
            framed(lab, b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n{}", "0: too-large response body")
        }),
        case("huge-chunk", "a chunk of 2^64 bytes", |lab| {
            framed(lab, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}", "0: protocol")
        }),
        case("chunk-extension", "a chunk whose extension does not end", |lab| {
            framed(
                lab,
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                "0: protocol",
            )
        }),
    ]
}

fn of_contents(case: Of) -> Vec<Case> {
    vec![
        case("upgrade", "switches to another protocol that nobody asked for", |lab| {
            framed(lab, b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n", "0: ")
        }),
        case("compressed", "a compressed answer, in which no secret would be found", |lab| {
            framed(lab, b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}", "0: protocol")
        }),
        case("hostile-status", "a status line with escapes for a terminal", |lab| {
            framed(lab, b"HTTP/1.1 299 \x1b[2J::error::x\r\ncontent-length: 2\r\n\r\n{}", "0: ")
        }),
        case("grpc-length", "a message of gRPC that says it has 4 GiB", |lab| {
            let service = hostile::huge_message()?;
            let trial = lab.rust(&json!([{ "do": "grpc", "methods": ["a.B/C"] }]))?.endpoint(&service.url());
            trial.granted(&["grpc a.B/C"]).run()?.completed()?.steps(&["0: "])
        }),
        case("grpc-to-http1", "a call of gRPC that is answered as an ordinary web server does", |lab| {
            let service = hostile::http1()?;
            let trial = lab.rust(&json!([{ "do": "grpc", "methods": ["a.B/C"] }]))?.endpoint(&service.url());
            trial.granted(&["grpc a.B/C"]).run()?.completed()?.steps(&["0: protocol"])
        }),
    ]
}

fn of_bodies(case: Of) -> Vec<Case> {
    let drip = Duration::from_millis(20);
    vec![
        case("silent", "accepts a connection and never says a word", |lab| {
            heard(lab, &hostile::silent()?, &QUICK, "0: timed-out Phase::Headers after 300ms")
        }),
        Case::new("service", "slow-drip", "one byte of the body every 20 ms, without end", move |lab| {
            heard(lab, &hostile::dripping(drip)?, &QUICK, "0: timed-out Phase::Body after 300ms")
        }),
        Case::new("service", "slow-headers", "one header every 20 ms, without end", move |lab| {
            heard(lab, &hostile::slow_headers(drip)?, &QUICK, "0: timed-out Phase::Headers after 300ms")
        }),
        case("endless-body", "a body without end, as fast as it is read", |lab| {
            noted(
                lab,
                &hostile::endless()?,
                &[("response", "1MiB")],
                "0: too-large response body of 1048576",
                "response body",
            )
        }),
        case("endless-headers", "headers without end, as fast as they are read", |lab| {
            heard(lab, &hostile::endless_headers()?, &[], "0: ")?.lacks("status 200")
        }),
        case("huge-header", "one header of 300 KiB", |lab| {
            heard(lab, &hostile::huge_headers(300 << 10)?, &[], "0: ")?.lacks("status 200")
        }),
        case("large-headers", "headers just above what is taken, within what the HTTP library takes", |lab| {
            noted(
                lab,
                &hostile::huge_headers(80 << 10)?,
                &[],
                "0: too-large response headers of 65536",
                "response headers",
            )
        }),
        case("truncated", "promises a thousand bytes and hangs up after a few", |lab| {
            heard(lab, &hostile::truncated()?, &[], "0: protocol ")
        }),
        case("nonsense", "answers bytes that are no HTTP, with escapes for a terminal among them", |lab| {
            heard(lab, &hostile::nonsense()?, &[], "0: protocol ")
        }),
        case("hostile-text", "a body full of escapes and workflow commands, which a guest passes on", |lab| {
            let body = "\u{1b}[2J\u{1b}]0;owned\u{7}\r::error::x\n::error::y\u{202e}";
            heard(lab, &hostile::fixed(body)?, &[], "0: status 200")
        }),
        case("binary-body", "a body that is not text", |lab| {
            let body: String = (0..=255_u8).map(char::from).collect();
            heard(lab, &hostile::fixed(&body)?, &[], "0: status 200")
        }),
        case("all-answers", "forty answers of 4 MiB each, sixteen at a time: more than a run may be told", |lab| {
            let large = hostile::fixed(&"x".repeat((4 << 20) - 1))?;
            let steps = json!([{ "do": "http", "requests": [{ "path": "/x" }], "times": 40 }]);
            let trial = lab.rust(&steps)?.endpoint(&large.url()).granted(&["http GET /x"]);
            trial.limit("deadline", "60s").limit("request", "30s").run()?.limit("answers per run")
        }),
    ]
}
