//! Guests that take all they can get of memory, tables, instances, stack and handles.

use anyhow::Result;
use serde_json::json;

use crate::{
    Case, Lab, Told,
    guest::{Foreign, Guest},
};

const TABLE: &str = "(table $t 1 funcref)";

/// A function that gives a new handle for every call.
const HANDLES: Foreign<'_> = Foreign {
    imports: r#"
        (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
          (alias outer 1 $pollable (type $pollable'))
          (export "pollable" (type $pollable (eq $pollable')))
          (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))"#,
    instance: "$clock",
    function: "subscribe-duration",
    called: "$subscribe",
    signature: "(param i64) (result i32)",
};

fn before() -> Guest {
    Guest::new().fact("seen", "before")
}

/// A guest whose component has so many instances of a module.
fn several(count: usize, module: &str) -> Guest {
    let instances = "(core instance (instantiate $one))".repeat(count);
    Guest::new().component(&format!("(core module $one {module}) {instances}"))
}

/// A limit ends the run, and what was given before stands.
fn ends(lab: &Lab, guest: &Guest, limit: &str) -> Result<Told> {
    lab.wat(guest)?.requires_seen().run()?.limit(limit)?.seen_before()
}

/// A limit ends the run before the guest can say anything.
fn never_begins(lab: &Lab, guest: &Guest, limit: &str) -> Result<Told> {
    lab.wat(guest)?.run()?.limit(limit)
}

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("memory", name, attack, play);
    let mut cases = of_memory(case);
    cases.extend(of_the_rest(case));
    cases
}

type Of = fn(&str, &str, fn(&Lab) -> Result<Told>) -> Case;

fn of_memory(case: Of) -> Vec<Case> {
    vec![
        case("grow", "a memory that grows by one MiB without end", |lab| {
            ends(lab, &before().endlessly(|guest| guest.wat("(drop (memory.grow (i32.const 16)))")), "memory")
        }),
        case("grow-at-once", "a memory that grows by 4 GiB at once", |lab| {
            ends(lab, &before().wat("(drop (memory.grow (i32.const 65000)))"), "memory")
        }),
        case("grow-in-start", "a memory that grows by 4 GiB in the start function", |lab| {
            never_begins(lab, &Guest::new().start("(drop (memory.grow (i32.const 65000)))"), "memory")
        }),
        case("initial", "a memory that begins with 4 GiB", |lab| {
            never_begins(lab, &several(1, "(memory 65536)"), "memory")
        }),
        case("initial-in-parts", "ten instances with memories that are too large together", |lab| {
            never_begins(lab, &several(10, "(memory 512)"), "memory")
        }),
        case("many", "forty memories", |lab| never_begins(lab, &several(40, "(memory 0)"), "memories")),
        case("sixty-four-bits", "a memory of 2^48 pages", |lab| {
            never_begins(lab, &several(1, "(memory i64 0x1000000000000)"), "memory")
        }),
        case("in-rust", "a guest from an ordinary toolchain that allocates without end", |lab| {
            lab.rust(&json!([{ "do": "look", "at": "random" }, { "do": "grow" }]))?
                .run()?
                .limit("memory")?
                .steps(&["two"])
        }),
        case("touched", "touches all the memory that it may have", |lab| {
            let touch = "(drop (memory.grow (i32.const 1000))) (local.set $i (i32.const 65535000))
                (loop $touch (i32.store8 (local.get $i) (i32.const 1))
                (br_if $touch (i32.gt_u (local.tee $i (i32.sub (local.get $i) (i32.const 4096))) (i32.const 70000))))";
            lab.wat(&before().wat(touch))?.requires_seen().run()?.completed()?.seen_before()
        }),
    ]
}

fn of_the_rest(case: Of) -> Vec<Case> {
    vec![
        case("table-grow", "a table that grows without end", |lab| {
            let guest = before().module(TABLE);
            let grow = "(drop (table.grow $t (ref.null func) (i32.const 1000)))";
            ends(lab, &guest.endlessly(|guest| guest.wat(grow)), "table elements")
        }),
        case("table-grow-at-once", "a table that grows by two thousand million elements at once", |lab| {
            let grow = "(drop (table.grow $t (ref.null func) (i32.const 2000000000)))";
            ends(lab, &before().module(TABLE).wat(grow), "table elements")
        }),
        case("table-initial", "a table that begins with ten million elements", |lab| {
            never_begins(lab, &several(1, "(table 10000000 funcref)"), "table elements")
        }),
        case("tables", "eighty tables", |lab| {
            never_begins(lab, &several(40, "(table 0 funcref) (table 0 funcref)"), "tables")
        }),
        case("instances", "nine hundred instances of a core module", |lab| {
            never_begins(lab, &several(900, ""), "instances")
        }),
        case("instances-more", "ten thousand instances of a core module, more than the format allows", |lab| {
            lab.wat(&several(10_000, ""))?.run()?.refused(&["instances count exceeds"])
        }),
        case("instances-nested", "instances of instances: three levels of twenty each", |lab| {
            let twenty = |of: &str| format!("(instance (instantiate ${of}))").repeat(20);
            let items = format!(
                "(component $one (core module $m) (core instance (instantiate $m)))
                 (component $two (alias outer 1 $one (component $inner)) {})
                 (component $three (alias outer 1 $two (component $inner)) {}) {}",
                twenty("inner"),
                twenty("inner"),
                twenty("three"),
            );
            never_begins(lab, &Guest::new().component(&items), "instances")
        }),
        case("recursion", "a function that calls itself without end", |lab| {
            let deep = "(func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))";
            ends(lab, &before().module(deep).wat("(drop (call $deep (i32.const 0)))"), "stack")
        }),
        case("recursion-in-rust", "a guest from an ordinary toolchain that calls itself without end", |lab| {
            lab.rust(&json!([{ "do": "look", "at": "random" }, { "do": "recurse" }]))?
                .run()?
                .limit("stack")?
                .steps(&["two"])
        }),
        case("handles", "a million handles that are never given back", |lab| {
            let guest = before().foreign(&HANDLES);
            let take = "(drop (call $subscribe (i64.const 1000000000000)))";
            ends(lab, &guest.times(1_000_000, |guest| guest.wat(take)), "handles")
        }),
    ]
}
