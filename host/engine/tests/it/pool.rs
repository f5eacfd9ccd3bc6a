//! An engine with a pool: the same runs in rooms that are used over and over.

use std::sync::{Arc, LazyLock};

use shipworthy_capabilities::Run;
use shipworthy_contract::{Sha256, evidence::RunEnd};
use shipworthy_engine::{Binary, Cache, Compiler, Component, Engine, LoadError, Loader, Seen};

use crate::{
    guest::Guest,
    world::{COMPILE, ENGINE, HURRIED, LIMITS, access, facts, limit, target},
};

/// Room for two runs of 16 MiB.
static POOL: LazyLock<Engine> = LazyLock::new(|| Engine::pooled(2, LIMITS.memory).unwrap());

fn load_into(engine: &Engine, guest: &Guest, cache: Option<Cache>) -> Result<Component, LoadError> {
    let bytes = guest.bytes();
    let binary = Binary { plugin: "pooled", bytes: &bytes, sha256: Sha256::of(&bytes), precompiled: None };
    let loader = Loader { cache, compiler: Compiler::here() };
    loader.load(engine, &binary, COMPILE, &|| {}).map(|(component, _)| component)
}

async fn run(component: &Component, limits: shipworthy_engine::Limits) -> Seen {
    component.run(&POOL, &target(), Arc::new(Run::new(Arc::new(access()))), limits).await
}

#[tokio::test]
async fn a_room_is_as_new_for_every_run() {
    // Counts in a global, in memory and in a table, none of which may have anything from the run before.
    let guest = Guest::new()
        .module("(global $g (mut i32) (i32.const 0)) (table $t 4 funcref) (elem declare func $f) (func $f)")
        .number("global", "(f64.convert_i32_u (global.get $g))")
        .number("memory", "(f64.convert_i32_u (i32.load (i32.const 600)))")
        .number("grown", "(f64.convert_i32_u (memory.size))")
        .number("table", "(f64.convert_i32_u (ref.is_null (table.get $t (i32.const 3))))")
        .wat("(global.set $g (i32.const 7)) (i32.store (i32.const 600) (i32.const 7))")
        .wat("(drop (memory.grow (i32.const 3))) (table.set $t (i32.const 3) (ref.func $f))");
    let component = load_into(&POOL, &guest, None).unwrap();
    let first = facts(&run(&component, LIMITS).await);
    assert_eq!(first[..2], ["global = 0", "memory = 0"]);
    assert_eq!(first[3], "table = 1");
    for _ in 0..5 {
        assert_eq!(facts(&run(&component, LIMITS).await), first);
    }
}

#[tokio::test]
async fn limits_hold_in_a_room_as_outside_and_it_is_given_back() {
    let before = || Guest::new().fact("seen", "before");
    for (name, guest) in [
        ("memory", before().endlessly(|guest| guest.wat("(drop (memory.grow (i32.const 16)))"))),
        ("deadline", before().endlessly(|guest| guest)),
    ] {
        let component = load_into(&POOL, &guest, None).unwrap();
        // More often than there are rooms.
        for _ in 0..4 {
            let seen = run(&component, HURRIED).await;
            assert_eq!(limit(&seen), name, "{:?}", seen.end);
            assert_eq!(facts(&seen), ["seen = before"]);
        }
    }
    let calm = load_into(&POOL, &before(), None).unwrap();
    assert_eq!(run(&calm, LIMITS).await.end, RunEnd::Completed);
}

#[tokio::test]
async fn what_was_compiled_for_one_engine_is_right_for_the_other_and_what_does_not_fit_is_told() {
    let home = tempfile::tempdir().unwrap();
    let cache = Cache::open(&home.path().join("compiled")).unwrap();
    let loader = Loader { cache: Some(cache.clone()), compiler: Compiler::here() };
    let kept = |guest: &Guest| {
        load_into(&ENGINE, guest, Some(cache.clone())).unwrap();
        let bytes = guest.bytes();
        let binary = Binary { plugin: "pooled", bytes: &bytes, sha256: Sha256::of(&bytes), precompiled: None };
        loader.load_kept(&POOL, &binary)
    };
    let component = kept(&Guest::new().fact("seen", "all")).unwrap();
    assert_eq!(facts(&run(&component, LIMITS).await), ["seen = all"]);
    let two = Guest::new().component("(core module $m (memory 1)) (core instance (instantiate $m))");
    assert!(kept(&two).is_none(), "more memories than a room has");
}
