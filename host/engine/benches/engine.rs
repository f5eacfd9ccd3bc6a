//! What the engine adds to wasmtime: a probe that does nothing, run by [`Component::run`] and by bare wasmtime with the
//! same code and the same settings (fibers, epoch interruption, sizes of stacks, the pool) and nothing in its store.
//!
//! Prints a line for each kind of work: name, microseconds by the engine, microseconds by bare wasmtime, separated by
//! tabs. Both take turns; each number is the median of many rounds. `benches/bench` runs it and reads it.
//!
//! A `main` of its own and no harness: a library for benchmarks would bring two dozen crates into the lock file, and an
//! example would be linked with all of wasmtime in every test run.
#![expect(clippy::disallowed_methods, reason = "reads how many rounds it is to make")]

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use shipworthy_capabilities as ask;
use shipworthy_contract::{Sha256, evidence::RunEnd};
use shipworthy_engine::{Binary, Component, Engine, Limits, Target};
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig, Store, component::Linker};

use crate::wit::{ProbePre, exports::shipworthy::probe::guest};

mod wit {
    wasmtime::component::bindgen!({
        path: "../../wit/0.1.0",
        world: "probe",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const AT_ONCE: u32 = 64;
const LIMITS: Limits = Limits { memory: 64 << 20, deadline: Duration::from_secs(5), log: 64 << 10 };
/// Of one round; long enough that reading the clock is nothing beside it.
const RUNS: u32 = 200;
const LOADS: u32 = 20;

fn main() -> Result<()> {
    let rounds: usize = std::env::var("ROUNDS").map_or(Ok(100), |rounds| rounds.parse())?;
    let text = include_str!("../tests/it/guest/probe.wat").replace("(;pages;)", "2").replace("(;heap;)", "1024");
    let bytes = wat::parse_str(text)?;
    let code: &'static [u8] = Component::precompile("noop", &bytes)?.leak();
    let binary = Binary { plugin: "noop", bytes: &bytes, sha256: Sha256::of(&bytes), precompiled: Some(code) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    for (kind, engine, config) in [
        ("on demand", Engine::new()?, settings()),
        ("pooled", Engine::pooled(AT_ONCE, LIMITS.memory)?, pooled_settings()?),
    ] {
        let ours = Ours { engine, binary };
        let bare = Bare::new(&config, code)?;
        let load = compare(rounds, || timed(|| ours.load().map(drop)), || timed(|| bare.load().map(drop)))?;
        tell(&format!("load, {kind}"), load)?;
        let (component, pre) = (ours.load()?, bare.load()?);
        let run = compare(rounds, || runtime.block_on(ours.runs(&component)), || runtime.block_on(bare.runs(&pre)))?;
        tell(&format!("instantiate, call and drop, {kind}"), run)?;
    }
    Ok(())
}

fn tell(name: &str, (ours, bare): (f64, f64)) -> Result<()> {
    Ok(writeln!(io::stdout(), "{name}\t{ours:.2}\t{bare:.2}")?)
}

/// Rounds of both in turn; the median of each.
fn compare(
    rounds: usize,
    mut ours: impl FnMut() -> Result<f64>,
    mut bare: impl FnMut() -> Result<f64>,
) -> Result<(f64, f64)> {
    // The first round only warms up.
    ours()?;
    bare()?;
    let (mut all_ours, mut all_bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        all_ours.push(ours()?);
        all_bare.push(bare()?);
    }
    Ok((median(all_ours), median(all_bare)))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Microseconds a piece.
fn each(begun: Instant, count: u32) -> f64 {
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(count)
}

/// A round of loads.
fn timed(mut load: impl FnMut() -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    (0..LOADS).try_for_each(|_| load())?;
    Ok(each(begun, LOADS))
}

/// The engine.
struct Ours<'a> {
    engine: Engine,
    binary: Binary<'a>,
}

impl Ours<'_> {
    fn load(&self) -> Result<Component> {
        Component::load_bundled(&self.engine, &self.binary)?.ok_or_else(|| "its code does not fit the engine".into())
    }

    async fn runs(&self, component: &Component) -> Result<f64> {
        let access = Arc::new(ask::Access {
            own: "gateway".parse()?,
            grants: vec!["http GET /**".parse()?],
            roles: BTreeMap::new(),
            secrets: ask::Masks::default(),
            limits: ask::Limits::within(LIMITS.deadline, 4 << 20, LIMITS.deadline),
            engine: None,
            tape: ask::Tape::Off,
            calendar: ask::Calendar::default(),
        });
        let target = Target {
            service: "gateway".to_owned(),
            instance: "gateway".to_owned(),
            project: None,
            config: "{}".to_owned(),
            seed: vec![7; 64],
        };
        let begun = Instant::now();
        for _ in 0..RUNS {
            let run = Arc::new(ask::Run::new(Arc::clone(&access)));
            let seen = component.run(&self.engine, &target, run, LIMITS).await;
            if seen.end != RunEnd::Completed {
                return Err(format!("{:?}", seen.end).into());
            }
        }
        Ok(each(begun, RUNS))
    }
}

/// Bare wasmtime: what is not there traps, and nobody moves the epoch on.
struct Bare {
    engine: wasmtime::Engine,
    linker: Linker<()>,
    code: &'static [u8],
}

impl Bare {
    fn new(config: &Config, code: &'static [u8]) -> Result<Self> {
        let engine = wasmtime::Engine::new(config)?;
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&deserialize(&engine, code)?)?;
        Ok(Self { engine, linker, code })
    }

    fn load(&self) -> Result<ProbePre<()>> {
        Ok(ProbePre::new(self.linker.instantiate_pre(&deserialize(&self.engine, self.code)?)?)?)
    }

    async fn runs(&self, pre: &ProbePre<()>) -> Result<f64> {
        let target = guest::Target {
            service: "gateway".to_owned(),
            instance: "gateway".to_owned(),
            project: None,
            config: "{}".to_owned(),
        };
        let begun = Instant::now();
        for _ in 0..RUNS {
            let mut store = Store::new(&self.engine, ());
            store.set_epoch_deadline(1);
            let probe = pre.instantiate_async(&mut store).await?;
            let observed = probe.shipworthy_probe_guest().call_observe(&mut store, &target).await?;
            observed.map_err(|failure| failure.detail)?;
        }
        Ok(each(begun, RUNS))
    }
}

fn deserialize(engine: &wasmtime::Engine, code: &'static [u8]) -> wasmtime::Result<wasmtime::component::Component> {
    #[expect(unsafe_code, reason = "the one way to use compiled code")]
    // SAFETY: it was compiled by this very process.
    unsafe {
        wasmtime::component::Component::deserialize(engine, code)
    }
}

/// As `Engine::new` has them.
fn settings() -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true).max_wasm_stack(512 << 10).async_stack_size(2 << 20);
    config
}

/// As `Engine::pooled` has them.
fn pooled_settings() -> Result<Config> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(AT_ONCE)
        .total_core_instances(AT_ONCE * 8)
        .total_memories(AT_ONCE)
        .total_tables(AT_ONCE * 4)
        .total_stacks(AT_ONCE)
        .max_core_instances_per_component(8)
        .max_memories_per_component(1)
        .max_tables_per_component(4)
        .max_memory_size(usize::try_from(LIMITS.memory)?)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(16 << 10)
        .max_unused_warm_slots(AT_ONCE);
    let mut config = settings();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Ok(config)
}
