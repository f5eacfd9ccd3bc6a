//! Plugins: made up by `wasm-smith`, or the reference components as the fuzzer changes them. Each is refused or runs to an
//! end within its limits; nothing else may happen.

#![no_main]

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use shipworthy_capabilities::{Access, Calendar, Limits as Reach, Masks, Run, Tape};
use shipworthy_contract::{Sha256, evidence::RunEnd};
use shipworthy_engine::{Binary, CompileLimits, Compiler, Engine, Limits, Loader, Target};
use tokio::runtime::{Builder, Runtime};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().expect("this machine runs WebAssembly"));

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

const DEADLINE: Duration = Duration::from_millis(100);

/// No endpoint and no grant: whatever is asked is refused.
fn access() -> Access {
    Access {
        own: "gateway".parse().expect("a name"),
        grants: Vec::new(),
        roles: BTreeMap::new(),
        secrets: Masks::default(),
        limits: Reach::within(DEADLINE, 4_096, DEADLINE),
        engine: None,
        tape: Tape::Off,
        calendar: Calendar::default(),
    }
}

fn run(component: &[u8]) {
    // What it is, is read first, as the host does. What that refuses is compiled all the same: it may be wrong.
    drop(shipworthy_plugins::component::inspect(component));
    let binary = Binary { plugin: "fuzzed", bytes: component, sha256: Sha256::of(component), precompiled: None };
    let loader = Loader { cache: None, compiler: Compiler::here() };
    let limits = CompileLimits { time: Duration::MAX, memory: u64::MAX };
    let Ok((ready, _)) = loader.load(&ENGINE, &binary, limits, &|| {}) else { return };
    let target = Target {
        service: "gateway".to_owned(),
        instance: "gateway".to_owned(),
        project: None,
        config: "{}".to_owned(),
        seed: vec![7; 64],
    };
    let limits = Limits { memory: 4 << 20, deadline: DEADLINE, log: 1_024 };
    let seen = RUNTIME.block_on(ready.run(&ENGINE, &target, Arc::new(Run::new(Arc::new(access()))), limits));
    assert!(!matches!(seen.end, RunEnd::NotStarted { .. }), "{:?}", seen.end);
    let is_answered = |answer: &str| answer.starts_with(|first: char| first.is_ascii_digit());
    assert!(!seen.requests.iter().any(|request| is_answered(&request.answer)), "{:?}", seen.requests);
}

fuzz_target!(|input: &[u8]| {
    let Some((kind, bytes)) = input.split_first() else { return };
    if *kind == b'c' {
        run(bytes);
    } else if let Ok(made) = wasm_smith::Component::new(wasm_smith::Config::default(), &mut Unstructured::new(bytes)) {
        run(&made.to_bytes());
    }
});
