//! What a guest says: kept, bounded, cleaned; and how it ends by itself.

use shipworthy_capabilities::{Access, Masks};
use shipworthy_contract::{
    Secret,
    evidence::{Gap, RunEnd},
};

use crate::{
    guest::{Foreign, Guest},
    world::{LIMITS, access, facts, limit, load, run, run_with, stack, trap},
};

#[tokio::test]
async fn evidence_arrives_in_the_order_in_which_it_was_given() {
    let guest = Guest::new().fact("mode", "docker").number("answer", "(f64.const 42.5)").fact("mode", "containerd");
    let seen = run(&guest, LIMITS).await;
    assert_eq!(seen.end, RunEnd::Completed);
    assert_eq!(facts(&seen), ["mode = docker", "answer = 42.5", "mode = containerd"]);
    assert!(seen.log.is_empty() && seen.requests.is_empty() && seen.notes.is_empty());
}

#[tokio::test]
async fn a_trap_keeps_what_was_given() {
    let seen = run(&Guest::new().fact("seen", "before").log("about to").wat("(unreachable)"), LIMITS).await;
    assert!(trap(&seen).contains("unreachable"), "{:?}", seen.end);
    assert_eq!(facts(&seen), ["seen = before"]);
    assert_eq!(seen.log.len(), 1);
}

#[tokio::test]
async fn a_trap_in_a_start_function_is_a_trap() {
    let seen = run(&Guest::new().start("(unreachable)"), LIMITS).await;
    assert!(trap(&seen).contains("unreachable"), "{:?}", seen.end);
}

#[tokio::test]
async fn a_failure_has_its_reason_and_its_detail_is_cleaned() {
    let detail = "no \u{1b}[31mroute";
    // A result `err`, with the gap `denied` and the detail.
    let write = format!(
        "(i32.store8 (i32.const 0) (i32.const 1)) (i32.store8 (i32.const 4) (i32.const 2))
         (i32.store (i32.const 8) (i32.const 512)) (i32.store (i32.const 12) (i32.const {}))",
        detail.len()
    );
    let data = detail.bytes().fold(String::new(), |data, byte| data + &format!("\\{byte:02x}"));
    let guest = Guest::new().module(&format!("(data (i32.const 512) \"{data}\")")).fact("seen", "before").wat(&write);
    let seen = run(&guest, LIMITS).await;
    assert_eq!(seen.end, RunEnd::Failed { why: Gap::Denied, detail: "no route".to_owned() });
    assert_eq!(facts(&seen), ["seen = before"]);
}

#[tokio::test]
async fn an_exit_is_no_way_to_complete() {
    let exit = Foreign {
        imports: r#"(import "wasi:cli/exit@0.2.0" (instance $cli-exit
            (export "exit" (func (param "status" (result))))))"#,
        instance: "$cli-exit",
        function: "exit",
        called: "$exit",
        signature: "(param i32)",
    };
    for (status, message) in [(0, "it exited with status 0"), (1, "it exited with status 1")] {
        let guest = Guest::new().foreign(&exit).fact("seen", "before");
        let seen = run(&guest.wat(&format!("(call $exit (i32.const {status}))")), LIMITS).await;
        assert_eq!(trap(&seen), message);
        assert_eq!(facts(&seen), ["seen = before"]);
    }
}

#[tokio::test]
async fn an_error_that_is_logged_last_explains_a_trap() {
    let error =
        "TypeError: it is \u{1b}[31mundefined\n    at thirdParty (probe.js:4:33)\n    at observe (probe.js:9)\n";
    let seen = run(&Guest::new().fact("seen", "before").log("asked").error(error).wat("(unreachable)"), LIMITS).await;
    assert_eq!(trap(&seen), "TypeError: it is undefined");
    assert_eq!(stack(&seen), ["thirdParty (probe.js:4:33)", "observe (probe.js:9)"]);
    let levels: Vec<&str> = seen.log.iter().map(|line| line.level.as_str()).collect();
    assert_eq!(levels, ["info", "last-words", "last-words", "last-words"]);
}

#[tokio::test]
async fn an_error_that_was_logged_before_something_else_does_not() {
    let handled = || Guest::new().error("TypeError: handled");
    for guest in [handled().fact("seen", "after"), handled().log("and on"), handled().get(None, "/x")] {
        let seen = run(&guest.wat("(unreachable)"), LIMITS).await;
        assert!(trap(&seen).contains("unreachable"), "{:?}", seen.end);
        assert_eq!(seen.log[0].level, "error");
    }
}

#[tokio::test]
async fn the_stack_of_a_trap_has_the_names_of_the_component() {
    let functions = "(func $third_party (unreachable))
        (func $_ZN6orders6deeper17h0123456789abcdefE (call $third_party))
        (func $core::panicking::panic (unreachable))
        (func $longest (call $core::panicking::panic))";
    let guest = || Guest::new().module(functions);
    let seen = run(&guest().wat("(call $_ZN6orders6deeper17h0123456789abcdefE)"), LIMITS).await;
    assert_eq!(stack(&seen), ["third_party", "orders::deeper", "observe"]);
    // The calls that raise a panic are no part of it.
    let seen = run(&guest().wat("(call $longest)"), LIMITS).await;
    assert_eq!(stack(&seen), ["longest", "observe"]);
}

#[tokio::test]
async fn a_stack_is_bounded_and_its_names_are_cleaned() {
    let long = "x".repeat(2_000);
    let functions = format!(
        "(func $down (@name \"\\1b[2J::error::{long}\") (param i32)
           (if (i32.eqz (local.get 0)) (then (unreachable)))
           (call $down (i32.sub (local.get 0) (i32.const 1))))"
    );
    let seen = run(&Guest::new().module(&functions).wat("(call $down (i32.const 200))"), LIMITS).await;
    let stack = stack(&seen);
    assert_eq!(stack.len(), 32);
    assert!(stack.iter().all(|frame| frame.starts_with("·::error::xx") && frame.chars().count() == 200), "{stack:?}");
}

/// Prints a text to standard error and traps.
fn printing(text: &str) -> Guest {
    let imports = r#"
        (import "wasi:io/error@0.2.0" (instance $io-error (export "error" (type (sub resource)))))
        (alias export $io-error "error" (type $io-failure))
        (import "wasi:io/streams@0.2.0" (instance $io-streams
          (alias outer 1 $io-failure (type $failure'))
          (export "error" (type $failure (eq $failure')))
          (type $stream-error' (variant (case "last-operation-failed" (own $failure)) (case "closed")))
          (export "stream-error" (type $stream-error (eq $stream-error')))
          (export "output-stream" (type $output-stream (sub resource)))
          (export "[method]output-stream.blocking-write-and-flush" (func (param "self" (borrow $output-stream))
            (param "contents" (list u8)) (result (result (error $stream-error)))))))
        (alias export $io-streams "output-stream" (type $output-stream))
        (import "wasi:cli/stderr@0.2.0" (instance $cli-stderr
          (alias outer 1 $output-stream (type $output-stream'))
          (export "output-stream" (type $output-stream (eq $output-stream')))
          (export "get-stderr" (func (result (own $output-stream))))))"#;
    let stderr = Foreign {
        imports,
        instance: "$cli-stderr",
        function: "get-stderr",
        called: "$stderr",
        signature: "(result i32)",
    };
    let print = Foreign {
        imports: "",
        instance: "$io-streams",
        function: "[method]output-stream.blocking-write-and-flush",
        called: "$print",
        signature: "(param i32 i32 i32 i32)",
    };
    let data = text.bytes().fold(String::new(), |data, byte| data + &format!("\\{byte:02x}"));
    Guest::new()
        .foreign(&stderr)
        .foreign(&print)
        .module(&format!("(data (i32.const 512) \"{data}\") (func $longest (unreachable))"))
        .wat(&format!(
            "(call $print (call $stderr) (i32.const 512) (i32.const {}) (i32.const 96)) (call $longest)",
            text.len()
        ))
}

#[tokio::test]
async fn what_a_runtime_prints_last_explains_a_trap() {
    let seen = run(&printing("probe.c:7: assertion failed\n\u{1b}[31mno such field"), LIMITS).await;
    let said = trap(&seen);
    assert!(said.starts_with("probe.c:7: assertion failed no such field ("), "{said}");
    assert!(said.contains("unreachable"), "{said}");
    assert!(seen.log.iter().all(|line| line.level == "stderr"));
    assert_eq!(seen.log.len(), 2);
}

#[tokio::test]
async fn a_panic_is_told_in_its_own_words_with_its_place_at_the_innermost_call() {
    let seen =
        run(&printing("begun\nthread '<unnamed>' panicked at src/lib.rs:8:30:\nno such field\nnote: x"), LIMITS).await;
    assert_eq!(trap(&seen), "thread '<unnamed>' panicked at src/lib.rs:8:30: no such field");
    assert_eq!(stack(&seen), ["longest (src/lib.rs:8:30)", "observe"]);
    let levels: Vec<&str> = seen.log.iter().map(|line| line.level.as_str()).collect();
    assert_eq!(levels, ["stderr", "last-words", "last-words", "last-words"]);
}

#[tokio::test]
async fn a_languages_own_stack_comes_before_that_of_its_runtime() {
    let traceback =
        "Traceback (most recent call last):\n  File \"app.py\", line 8, in observe\n    x[7]\nKeyError: 7\n";
    let seen = run(&printing(traceback), LIMITS).await;
    assert_eq!((trap(&seen), stack(&seen)), ("KeyError: 7", vec!["observe (app.py:8)".to_owned()]));
}

#[tokio::test]
async fn a_log_is_cut_off_at_its_limit() {
    let line = "x".repeat(1_000);
    let seen = run(&Guest::new().endlessly(|guest| guest.log(&line)), LIMITS).await;
    assert_eq!(limit(&seen), "log");
    assert_eq!(seen.log.len(), 4);
}

#[tokio::test]
async fn empty_log_lines_count_too() {
    let seen = run(&Guest::new().endlessly(|guest| guest.log("")), LIMITS).await;
    assert_eq!(limit(&seen), "log");
    assert_eq!(u64::try_from(seen.log.len()).unwrap(), LIMITS.log);
}

#[tokio::test]
async fn too_much_evidence_ends_the_run_and_the_first_of_it_stays() {
    let seen = run(&Guest::new().times(20_000, |guest| guest.fact("again", "and again")), LIMITS).await;
    assert_eq!(limit(&seen), "pieces of evidence");
    assert_eq!(seen.evidence.len(), 10_000);
}

#[tokio::test]
async fn much_evidence_of_great_length_ends_the_run_too() {
    let long = "x".repeat(8_000);
    let seen = run(&Guest::new().times(9_000, |guest| guest.fact("again", &long)), LIMITS).await;
    assert_eq!(limit(&seen), "evidence");
    assert!(seen.evidence.len() > 1_000);
}

#[tokio::test]
async fn texts_beyond_their_limit_end_the_run() {
    let long = |bytes: usize| "x".repeat(bytes);
    for (name, guest) in [
        ("fact key", Guest::new().fact(&long(1 << 20), "")),
        ("fact value", Guest::new().fact("a", &long(1 << 20))),
        // More than the host copies for one call of anything.
        ("bytes of one call", Guest::new().fact("a", &long(10 << 20))),
    ] {
        let seen = run(&guest, LIMITS).await;
        assert_eq!(limit(&seen), name, "{:?}", seen.end);
        assert!(seen.evidence.is_empty());
    }
}

#[tokio::test]
async fn hostile_text_is_harmless_when_it_arrives() {
    let guest = Guest::new()
        .fact("\u{1b}[2Jkey", "\u{1b}]0;owned\u{7}value\nsecond")
        .fact("::error::key", "::error::value")
        .fact("right\u{202e}left", "##[group]value")
        .log("\u{1b}[31m::error::fired\r\n");
    let seen = run(&guest, LIMITS).await;
    assert_eq!(seen.end, RunEnd::Completed);
    assert_eq!(facts(&seen), ["key = value second", "·::error::key = ·::error::value", "rightleft = ·##[group]value"]);
    assert_eq!(seen.log[0].text, "·::error::fired");
}

#[tokio::test]
async fn text_that_is_not_utf8_traps_the_guest_that_said_it() {
    let guest = Guest::new().module(r#"(data (i32.const 512) "\ff\fe")"#).fact("seen", "before");
    let seen = run(&guest.wat("(call $log (i32.const 512) (i32.const 2))"), LIMITS).await;
    assert!(trap(&seen).contains("utf-8"), "{:?}", seen.end);
    assert_eq!(facts(&seen), ["seen = before"]);
}

/// However a service wrote a secret of the host's, and whatever a guest made of it.
#[tokio::test]
async fn a_secret_of_the_host_is_masked_in_all_that_a_guest_says() {
    let secrets = ["Bearer Canary+30'x", "4711.5"].map(|text| Secret::new(text.to_owned()));
    let access = || Access { secrets: Masks::new(&secrets), ..access() };
    let error = "Error: Canary+30'x\n    at Canary+30'x (Canary+30'x.js:4:33)\n";
    let guest = Guest::new()
        .fact("Canary+30'x", "is Canary\u{1b}[1m+30'x")
        .number("number", "(f64.const 4711.5)")
        .log("sent\nCanary+30'x")
        .error(error)
        .wat("(unreachable)");
    let seen = run_with(&load(&guest), access(), LIMITS).await;
    assert_eq!(facts(&seen), ["[secret] = is [secret]", "number = [secret]"]);
    assert_eq!(trap(&seen), "Error: [secret]");
    assert!(!format!("{seen:?}").contains("Canary"), "{seen:?}");
    // Nor is half of it left where a long text is cut.
    let long = format!("{}Canary+30'x", "x".repeat(590));
    let seen = run_with(&load(&Guest::new().error(&long).wat("(unreachable)")), access(), LIMITS).await;
    assert!(trap(&seen).ends_with("xxx[secret]"), "{}", trap(&seen));
}
