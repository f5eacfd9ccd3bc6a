//! The one engine of a process, with its ticker.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig, WasmBacktraceDetails,
    component::{HasSelf, Linker},
};
use wasmtime_wasi::{
    cli::{WasiCli, WasiCliView},
    p2::bindings::{cli, clocks, random},
    random::WasiRandom,
};

use crate::{
    error::LoadError,
    frames,
    state::State,
    versions::{self, Version},
};

/// How often every running guest passes by the host, which then looks at its deadline and lets its neighbours run.
/// Fine enough that a deadline of a second is kept within one percent.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Wasm stack, in bytes. Deep recursion traps here; a Python guest parsing nested JSON stays well below it.
pub(crate) const WASM_STACK: usize = 512 << 10;

/// Host stack of a guest's fiber, in bytes: the wasm stack and room for the host's own frames.
const FIBER_STACK: usize = 2 << 20;

/// The target that bundled probes are compiled for when the binary is built: the baseline CPU of this architecture,
/// so that one binary runs everywhere. Empty where none is known; then bundled probes are compiled at first use.
pub const BASELINE: &str = if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
    "x86_64-unknown-linux-gnu"
} else if cfg!(all(target_arch = "aarch64", target_os = "linux")) {
    "aarch64-unknown-linux-gnu"
} else if cfg!(all(target_arch = "aarch64", target_os = "macos")) {
    "aarch64-apple-darwin"
} else if cfg!(all(target_arch = "x86_64", target_os = "macos")) {
    "x86_64-apple-darwin"
} else {
    ""
};

/// The engine: settings, what every guest is linked with, and the ticker. One per process.
pub struct Engine {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Linker<State>,
    /// The versions that it serves, newest first.
    pub(crate) versions: &'static [Version],
    _ticker: Ticker,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Sets the engine up and starts its ticker. What a run needs is mapped when it begins and unmapped when it ends.
    ///
    /// # Errors
    /// [`LoadError::Engine`] if the platform is not supported.
    pub fn new() -> Result<Self, LoadError> {
        Self::with(&settings(), versions::SERVED)
    }

    /// An engine that keeps the room of so many runs at once ready and uses it over and over, for guests of at most
    /// `memory` bytes: what a fleet saves by it is the kernel's work of mapping memory (decision 019). Code that was
    /// compiled for the one is right for the other.
    ///
    /// # Errors
    /// [`LoadError::Engine`] if the platform is not supported, or gives no address space for so many.
    pub fn pooled(at_once: u32, memory: u64) -> Result<Self, LoadError> {
        let mut config = settings();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(at_once, memory)));
        Self::with(&config, versions::SERVED)
    }

    /// An engine that serves these versions, newest first.
    #[cfg(test)]
    pub(crate) fn serving(versions: &'static [Version]) -> Result<Self, LoadError> {
        Self::with(&settings(), versions)
    }

    fn with(config: &Config, versions: &'static [Version]) -> Result<Self, LoadError> {
        let setup = || {
            let wasmtime = wasmtime::Engine::new(config)?;
            let linker = linker(&wasmtime, versions)?;
            Ok((wasmtime, linker))
        };
        let (wasmtime, linker) = setup().map_err(|error: wasmtime::Error| LoadError::Engine(error.into()))?;
        let ticker = Ticker::start(wasmtime.clone());
        Ok(Self { wasmtime, linker, versions, _ticker: ticker })
    }
}

/// Compiles a component for [`BASELINE`], to be embedded in the binary that is being built.
///
/// # Errors
/// What wasmtime says of the component.
pub(crate) fn precompile(component: &[u8]) -> wasmtime::Result<Vec<u8>> {
    let mut config = settings();
    if !BASELINE.is_empty() {
        config.target(BASELINE)?;
    }
    wasmtime::Engine::new(&config)?.precompile_component(component)
}

/// An engine that compiles for this machine, as [`Engine`] would.
///
/// # Errors
/// As [`Engine::new`].
pub(crate) fn precompiler() -> wasmtime::Result<wasmtime::Engine> {
    wasmtime::Engine::new(&settings())
}

fn settings() -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true).max_wasm_stack(WASM_STACK).async_stack_size(FIBER_STACK);
    config.wasm_backtrace_max_frames(NonZeroUsize::new(frames::MOST_LOOKED_AT));
    // Nothing that a variable of the user's could turn on: a component's debugging information is as hostile as the rest.
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    // The same numbers on every processor: a recording is replayed on another machine.
    config.cranelift_nan_canonicalization(true).relaxed_simd_deterministic(true);
    config
}

/// Room for so many runs. Guests that do not fit are run without a pool.
fn pool(at_once: u32, memory: u64) -> PoolingAllocationConfig {
    /// Of one guest: what Rust's has three times over.
    const CORE_INSTANCES: u32 = 8;
    const MEMORIES: u32 = 1;
    const TABLES: u32 = 4;
    /// Of one memory, in bytes: what was written is wiped rather than given back to the system.
    const KEPT_OF_MEMORY: usize = 128 << 10;
    /// Of one table, in bytes.
    const KEPT_OF_TABLE: usize = 16 << 10;

    // The system says which pages were written. Where it cannot, the lowest would be wiped instead, and guests keep their
    // stack and heap far above.
    let scan = PoolingAllocationConfig::is_pagemap_scan_available();
    let kept = |bytes: usize| if scan { bytes } else { 0 };

    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(at_once)
        .total_core_instances(at_once.saturating_mul(CORE_INSTANCES))
        .total_memories(at_once.saturating_mul(MEMORIES))
        .total_tables(at_once.saturating_mul(TABLES))
        .total_stacks(at_once)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memory_size(usize::try_from(memory).unwrap_or(usize::MAX))
        .linear_memory_keep_resident(kept(KEPT_OF_MEMORY))
        .table_keep_resident(kept(KEPT_OF_TABLE))
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(at_once);
    pool
}

/// Ours in every version, and what every toolchain's guests bring of WASI: io, clocks, random, stdio, an empty environment,
/// exit.
fn linker(engine: &wasmtime::Engine, versions: &[Version]) -> wasmtime::Result<Linker<State>> {
    use wasmtime_wasi::WasiView as _;

    let mut linker = Linker::new(engine);
    let l = &mut linker;
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(l)?;
    // The clocks among them are the machine's; ours follow from the run.
    l.allow_shadowing(true);
    clocks::wall_clock::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    clocks::monotonic_clock::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    l.allow_shadowing(false);
    random::insecure::add_to_linker::<State, WasiRandom>(l, |state| state.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(l, |state| state.ctx().ctx.random())?;
    cli::exit::add_to_linker::<State, WasiCli>(l, WasiCliView::cli)?;
    cli::environment::add_to_linker::<State, WasiCli>(l, WasiCliView::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(l, WasiCliView::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(l, WasiCliView::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(l, WasiCliView::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(l, WasiCliView::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(l, WasiCliView::cli)?;
    for version in versions {
        (version.link)(l)?;
    }
    Ok(linker)
}

/// One thread per engine that moves the epoch on. Per store, a callback decides what that means, so one plugin's
/// deadline never touches its neighbours.
struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::Thread>,
}

impl Ticker {
    fn start(engine: wasmtime::Engine) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let spawned = std::thread::Builder::new().name("shipworthy-ticker".to_owned()).spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                std::thread::park_timeout(TICK);
                engine.increment_epoch();
            }
        });
        // Without the thread the wall clock still ends runs that wait; `Engine::new` cannot promise the rest, and a
        // machine that cannot start one thread cannot run the check at all.
        let thread = spawned.ok().map(|handle| handle.thread().clone());
        Self { stop, thread }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}
