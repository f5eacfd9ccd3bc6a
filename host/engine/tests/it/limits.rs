//! What a guest may use of memory, tables, instances and stack.

use shipworthy_contract::evidence::RunEnd;

use crate::{
    guest::Guest,
    world::{LIMITS, facts, limit, run},
};

#[tokio::test]
async fn each_bomb_ends_at_its_limit_and_what_was_given_stays() {
    let before = || Guest::new().fact("seen", "before");
    let grown = "(table $t 1 funcref)";
    let bombs = [
        ("memory", before().endlessly(|guest| guest.wat("(drop (memory.grow (i32.const 16)))"))),
        ("memory", before().wat("(drop (memory.grow (i32.const 65000)))")),
        (
            "table elements",
            before()
                .module(grown)
                .endlessly(|guest| guest.wat("(drop (table.grow $t (ref.null func) (i32.const 1000)))")),
        ),
        ("table elements", before().module(grown).wat("(drop (table.grow $t (ref.null func) (i32.const 2000000000)))")),
        (
            "stack",
            before()
                .module("(func $deep (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))")
                .wat("(drop (call $deep (i32.const 0)))"),
        ),
    ];
    for (name, bomb) in bombs {
        let seen = run(&bomb, LIMITS).await;
        assert_eq!(limit(&seen), name, "{:?}", seen.end);
        assert_eq!(facts(&seen), ["seen = before"], "{name}");
    }
}

#[tokio::test]
async fn a_component_that_begins_too_large_ends_before_it_says_anything() {
    let several = |count: usize, module: &str| {
        format!("(core module $one {module}) {}", "(core instance (instantiate $one))".repeat(count))
    };
    let large = [
        ("memory", several(1, "(memory 4096)")),
        // Each of them small enough.
        ("memory", several(10, "(memory 32)")),
        ("table elements", several(1, "(table 200000 funcref)")),
        ("table elements", several(10, "(table 20000 funcref)")),
        ("instances", several(80, "")),
        ("memories", several(40, "(memory 0)")),
        ("tables", several(40, "(table 0 funcref) (table 0 funcref)")),
    ];
    for (name, items) in large {
        let seen = run(&Guest::new().component(&items).fact("seen", "after"), LIMITS).await;
        assert_eq!(limit(&seen), name, "{:?}", seen.end);
        assert!(seen.evidence.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_start_function_is_bounded_too() {
    let seen = run(&Guest::new().start("(drop (memory.grow (i32.const 65000)))"), LIMITS).await;
    assert_eq!(limit(&seen), "memory");
}

#[tokio::test]
async fn limits_are_told_with_what_was_reached() {
    let seen = run(&Guest::new().wat("(drop (memory.grow (i32.const 1024)))"), LIMITS).await;
    let RunEnd::Limit { name, limit, observed } = seen.end else { panic!("{:?}", seen.end) };
    assert_eq!([name.as_str(), &limit, &observed], ["memory", "16MiB", "65664KiB"]);
}

#[tokio::test]
async fn what_is_within_the_limits_is_let_be() {
    let guest = Guest::new()
        .module("(table $t 1 funcref)")
        .module(
            "(func $deep (param i32) (result i32) (if (result i32) (local.get 0)
            (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else (i32.const 0))))",
        )
        .wat("(drop (memory.grow (i32.const 200)))")
        .wat("(drop (table.grow $t (ref.null func) (i32.const 50000)))")
        .number("depth", "(f64.convert_i32_u (call $deep (i32.const 2000)))");
    let seen = run(&guest, LIMITS).await;
    assert_eq!(seen.end, RunEnd::Completed);
    assert_eq!(facts(&seen), ["depth = 2000"]);
}
