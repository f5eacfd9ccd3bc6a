//! What WASI could give away: variables, arguments, standard input, files, sockets, names; and ends that are no end.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use shipworthy_stand_ins::hostile;

use crate::{
    Case, Lab, Told,
    guest::{Foreign, Guest},
};

/// Looks for something, and is told that there is nothing.
fn nothing(lab: &Lab, at: &str, name: &str, expected: &str) -> Result<Told> {
    lab.rust(&json!([{ "do": "look", "at": at, "name": name }]))?.run()?.exits(0)?.completed()?.steps(&[expected])
}

/// Uses what is linked to a stub, which ends it; what it said before stands.
fn refused(lab: &Lab, at: &str, name: &str) -> Result<Told> {
    let steps = json!([{ "do": "look", "at": "random" }, { "do": "look", "at": at, "name": name }]);
    let told = lab.rust(&steps)?.run()?.trapped("is not available to probes")?;
    told.steps(&["two random numbers differ"])
}

fn ends(lab: &Lab, step: &Value, words: &str) -> Result<Told> {
    let steps = json!([{ "do": "look", "at": "random" }, step]);
    lab.rust(&steps)?.run()?.trapped(words)?.steps(&["two random numbers differ"])
}

/// A guest that calls a function of a WASI interface which no toolchain's guest uses here.
fn calls(lab: &Lab, foreign: &Foreign<'_>, words: &str) -> Result<Told> {
    let call = format!("(drop (call {}))", foreign.called);
    let guest = Guest::new().foreign(foreign).fact("seen", "before").wat(&call);
    lab.wat(&guest)?.requires_seen().run()?.trapped(words)?.seen_before()
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("wasi", name, attack, play);
    let mut cases = of_looks(case);
    cases.extend(of_stubs(case));
    cases.extend(of_ends(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

fn of_looks(case: Of) -> Vec<Case> {
    vec![
        case("variables", "looks for the host's variables", |lab| {
            let trial =
                lab.rust(&json!([{ "do": "look", "at": "variables" }]))?.variable("AWS_SECRET_ACCESS_KEY", "hunter22");
            trial.in_all_formats().run()?.completed()?.steps(&["0 variables"])?.lacks("hunter22")
        }),
        case("arguments", "looks for the host's arguments", |lab| nothing(lab, "arguments", "", "0 arguments")),
        case("stdin", "reads the host's standard input", |lab| nothing(lab, "stdin", "", "stdin: 0 bytes")),
        case("random", "random numbers are there", |lab| nothing(lab, "random", "", "two random numbers differ")),
        case("read-file", "reads the host's files", |lab| nothing(lab, "read-file", "/etc/passwd", "refused: ")),
        case("read-beside", "reads a file of the folder that the host runs in", |lab| {
            nothing(lab, "read-file", "env.toml", "refused: ")
        }),
        case("list-folder", "lists the host's root folder", |lab| nothing(lab, "list-folder", "/", "refused: ")),
        case("write-file", "writes a file where the host runs", |lab| {
            let trial = lab.rust(&json!([{ "do": "look", "at": "write-file", "name": "written" }]))?;
            let folder = trial.sandbox.dir().to_owned();
            trial.keeping(|told| {
                ensure!(!folder.join("written").exists(), "it was written");
                told.completed()?.steps(&["refused: "])
            })
        }),
        case("folder", "asks for the folder that the host runs in", |lab| nothing(lab, "folder", "", "folder: /")),
    ]
}

fn of_stubs(case: Of) -> Vec<Case> {
    vec![
        case("connect", "opens a socket to a server that is there", |lab| {
            let server = hostile::fixed("{}")?;
            let told = refused(lab, "connect", &server.addr().to_string())?;
            ensure!(server.connections() == 0, "it was reached");
            Ok(told)
        }),
        case("listen", "listens on a port", |lab| refused(lab, "listen", "127.0.0.1:0")),
        case("datagram", "opens a socket for datagrams", |lab| refused(lab, "datagram", "127.0.0.1:0")),
        case("resolve", "looks up a name, which would carry text to whoever serves the zone", |lab| {
            refused(lab, "resolve", "secret.evil.example:80")
        }),
        case("http", "sends a request over `wasi:http`", |lab| {
            let fields = Foreign {
                imports: r#"(import "wasi:http/types@0.2.0" (instance $http-types
                    (export "fields" (type $fields (sub resource)))
                    (export "[constructor]fields" (func (result (own $fields))))))"#,
                instance: "$http-types",
                function: "[constructor]fields",
                called: "$fields",
                signature: "(result i32)",
            };
            calls(lab, &fields, "`wasi:http/types@0.2.0 [constructor]fields` is not available to probes")
        }),
        case("config", "asks `wasi:config`, which some hosts fill with secrets", |lab| {
            let config = Foreign {
                imports: r#"(import "wasi:config/runtime@0.2.0-draft" (instance $config
                    (export "count" (func (result u32)))))"#,
                instance: "$config",
                function: "count",
                called: "$count",
                signature: "(result i32)",
            };
            calls(lab, &config, "is not available to probes")
        }),
        case("huge-random", "asks for four thousand million random bytes at once", |lab| {
            let random = Foreign {
                imports: r#"(import "wasi:random/random@0.2.0" (instance $random
                    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))"#,
                instance: "$random",
                function: "get-random-bytes",
                called: "$bytes",
                signature: "(param i64 i32)",
            };
            let ask = "(call $bytes (i64.const 4000000000) (i32.const 96))";
            let guest = Guest::new().foreign(&random).fact("seen", "before").wat(ask);
            lab.wat(&guest)?.requires_seen().run()?.exits(4)?.seen_before()
        }),
    ]
}

fn of_ends(case: Of) -> Vec<Case> {
    vec![
        case("panic", "panics with a message", |lab| {
            ends(lab, &json!({ "do": "panic", "text": "no such field: queue" }), "no such field: queue")
        }),
        case("trap", "executes `unreachable`", |lab| {
            let guest = Guest::new().fact("seen", "before").wat("(unreachable)");
            lab.wat(&guest)?.requires_seen().run()?.trapped("unreachable")?.seen_before()
        }),
        case("trap-in-start", "executes `unreachable` in the start function", |lab| {
            lab.wat(&Guest::new().start("(unreachable)"))?.run()?.trapped("unreachable")
        }),
        case("trap-in-allocator", "executes `unreachable` when it is given its config", |lab| {
            lab.wat(&Guest::new().allocator("(unreachable)"))?.run()?.trapped("unreachable")
        }),
        case("wrong-pointer", "gives the host a text that lies outside its memory", |lab| {
            let guest = Guest::new().fact("seen", "before").wat("(call $log (i32.const -16) (i32.const 1000))");
            lab.wat(&guest)?.requires_seen().run()?.trapped("")?.seen_before()
        }),
        case("not-utf8", "gives the host a text that is not UTF-8", |lab| {
            let guest = Guest::new().module(r#"(data (i32.const 512) "\ff\fe")"#).fact("seen", "before");
            let guest = guest.wat("(call $log (i32.const 512) (i32.const 2))");
            lab.wat(&guest)?.requires_seen().run()?.trapped("utf-8")?.seen_before()
        }),
        case("wrong-allocator", "an allocator that gives the host a place outside the memory", |lab| {
            lab.wat(&Guest::new().allocator("(return (i32.const -8))"))?.run()?.trapped("")
        }),
        case("exit-0", "exits with status 0, as if all were well", |lab| {
            ends(lab, &json!({ "do": "exit", "status": 0 }), "it exited with status 0")
        }),
        case("exit-3", "exits with status 3, the host's own for an incompatible stack", |lab| {
            ends(lab, &json!({ "do": "exit", "status": 3 }), "it exited with status")
        }),
        case("divide", "divides by nothing", |lab| {
            let guest = Guest::new().fact("seen", "before").wat("(drop (i32.div_u (i32.const 1) (i32.const 0)))");
            lab.wat(&guest)?.requires_seen().run()?.trapped("divide by zero")?.seen_before()
        }),
        case("silence", "completes and gives nothing", |lab| {
            lab.wat(&Guest::new())?.run()?.failed("not-observed", "gave nothing")
        }),
    ]
}
