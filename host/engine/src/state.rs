//! What one run carries: the guest's WASI, what it may ask, what it said.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shipworthy_capabilities::Run;
use shipworthy_contract::{evidence::Evidence, quantity::Bytes};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::{
    addresses::Addresses,
    intake,
    limits::{EVIDENCE_BYTES, EVIDENCE_ITEMS, HANDLES, Limiter, Limits},
    log::Log,
    masked,
    stdio::Captured,
};

/// The data of one store.
pub(crate) struct State {
    wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) limiter: Limiter,
    /// When the epoch callback ends the run.
    pub(crate) deadline: Instant,
    /// The same in the guest's time: no wait goes beyond.
    pub(crate) waits_until: Duration,
    /// What the guest may ask of the world.
    pub(crate) run: Arc<Run>,
    /// The addresses that were kept from it.
    pub(crate) addresses: Addresses,
    /// What it said, in order.
    pub(crate) evidence: Vec<Evidence>,
    /// Bytes of evidence that are left.
    evidence_left: usize,
    /// What it logged.
    pub(crate) log: Log,
}

impl State {
    pub(crate) fn new(run: Arc<Run>, limits: Limits, seed: &[u8], stderr: &Captured) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        // The numbers are the seed over and over; a seed of no bytes would have none to give.
        let seed = if seed.is_empty() { &[0] } else { seed };
        let random = || wasmtime_wasi::Deterministic::new(seed.to_vec());
        let wasi = WasiCtx::builder()
            .stderr(stderr.clone())
            .stdout(stderr.clone())
            .secure_random(random())
            .insecure_random(random())
            .insecure_random_seed(0)
            .max_random_size(64 << 10)
            .build();
        Self {
            wasi,
            table,
            limiter: Limiter::new(limits.memory),
            deadline: Instant::now() + limits.patience(run.is_replay()),
            waits_until: limits.deadline,
            run,
            addresses: Addresses::default(),
            evidence: Vec::new(),
            evidence_left: EVIDENCE_BYTES,
            log: Log::new(limits.log),
        }
    }

    /// Keeps one piece of evidence.
    pub(crate) fn give(&mut self, evidence: Evidence) -> wasmtime::Result<()> {
        self.step()?;
        let evidence = masked::evidence(&self.run, evidence);
        if self.evidence.len() >= EVIDENCE_ITEMS {
            return Err(Stop::limit("pieces of evidence", &EVIDENCE_ITEMS, &(EVIDENCE_ITEMS + 1)).into());
        }
        let bytes = intake::size(&evidence);
        if bytes > self.evidence_left {
            let reached = Bytes((EVIDENCE_BYTES - self.evidence_left + bytes) as u64);
            return Err(Stop::limit("evidence", &Bytes(EVIDENCE_BYTES as u64), &reached).into());
        }
        self.evidence_left -= bytes;
        self.evidence.push(evidence);
        self.log.goes_on();
        Ok(())
    }

    /// What a guest is answered, unless a limit of its run as a whole was reached: then the run ends.
    pub(crate) fn told<T>(&mut self, answer: T) -> wasmtime::Result<T> {
        self.log.goes_on();
        match self.run.overrun() {
            None => Ok(answer),
            Some(over) => Err(Stop::limit(over.name, &over.limit, &over.observed).into()),
        }
    }

    /// In a replay, ends the run where the recorded one was cut; how it ended stands in the recording.
    fn step(&self) -> wasmtime::Result<()> {
        if self.run.step() {
            Ok(())
        } else {
            Err(Stop::limit("deadline", &"the recorded run", &"one step more").into())
        }
    }

    /// Keeps one message of its log.
    pub(crate) fn log(&mut self, level: &str, message: &str) -> wasmtime::Result<()> {
        self.step()?;
        // Before it is cut into lines: a secret may have several.
        self.log.write(level, &self.run.masked(message), &self.addresses)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Ends a run from within a host call or a growing memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit of {name}: {limit}, reached {observed}")]
pub(crate) struct Stop {
    pub(crate) name: String,
    pub(crate) limit: String,
    pub(crate) observed: String,
}

impl Stop {
    pub(crate) fn limit(name: &str, limit: &dyn std::fmt::Display, observed: &dyn std::fmt::Display) -> Self {
        Self { name: name.to_owned(), limit: limit.to_string(), observed: observed.to_string() }
    }
}
