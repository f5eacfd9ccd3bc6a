//! One run of one probe: a fresh instance, its limits set before anything of it runs, and everything it said.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shipworthy_capabilities::Run;
use shipworthy_contract::certificate::Presented;
use shipworthy_contract::evidence::{Evidence, LogLine, RequestRecord, RunEnd};
use shipworthy_contract::quantity::{Bytes, Span};
use wasmtime::{Store, Trap, UpdateDeadline, component::ResourceTableError};

use crate::{
    addresses::Addresses,
    component::Component,
    engine::{Engine, WASM_STACK},
    limits::{CALL_BYTES, HANDLES, INSTANCES, Limits, MEMORIES, TABLES},
    since_0_1,
    state::{State, Stop},
    stdio::Captured,
    wit::exports::shipworthy::probe::guest,
};

/// How much longer than its deadline a run may take before the wall clock ends it: room for the epoch to do so first,
/// with the better message.
const GRACE: Duration = Duration::from_millis(50);

/// What is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Service as requirements name it.
    pub service: String,
    /// Which of the endpoint's instances this run is for.
    pub instance: String,
    /// Compose project that containers are looked for in.
    pub project: Option<String>,
    /// The environment's `config` as JSON.
    pub config: String,
    /// Where the guest's random numbers come from: recorded, so that a replay asks the same.
    pub seed: Vec<u8>,
}

/// What one run saw, and how it ended.
#[derive(Clone, Debug)]
pub struct Seen {
    /// In the order in which it was given.
    pub evidence: Vec<Evidence>,
    /// How the run ended.
    pub end: RunEnd,
    /// What the guest logged and its runtime printed.
    pub log: Vec<LogLine>,
    /// What was asked for it.
    pub requests: Vec<RequestRecord>,
    /// The certificates that its endpoints presented.
    pub certificates: Vec<Presented>,
    /// Limits on single requests that were hit, undeclared uses that were refused.
    pub notes: Vec<String>,
    /// From instantiation to the end.
    pub duration: Duration,
}

impl Component {
    /// Runs the probe once. Never fails: whatever happens is how the run ended.
    #[tracing::instrument(name = "engine.run", skip_all, fields(service = %target.service, instance = %target.instance))]
    pub async fn run(&self, engine: &Engine, target: &Target, run: Arc<Run>, limits: Limits) -> Seen {
        let begun = Instant::now();
        let stderr = Captured::of(&run);
        let patience = limits.patience(run.is_replay());
        let mut store = Store::new(&engine.wasmtime, State::new(run, limits, &target.seed, &stderr));
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(CALL_BYTES);
        // Set before instantiation: start functions already run there.
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |store| {
            if Instant::now() >= store.data().deadline {
                return Err(Stop::limit("deadline", &Span(limits.deadline), &"still running").into());
            }
            // Waiting neighbours on the same thread get their turn at every tick.
            Ok(UpdateDeadline::Yield(1))
        });
        let told = Arc::clone(&store.data().run);
        let observed = tokio::select! {
            // A guest that runs is asked first, however late its turn comes: it ends at its own look at the deadline, and
            // is not told as one that waits.
            biased;
            observed = self.observe(&mut store, target) => Some(observed),
            () = tokio::time::sleep(patience + GRACE) => None,
            () = told.cut_off() => None,
        };
        let duration = begun.elapsed();
        let state = store.into_data();
        let mut printed = stderr.lines();
        for line in &mut printed {
            line.text = state.addresses.restore(std::mem::take(&mut line.text));
        }
        let end = match observed {
            None => waiting(limits.deadline, &state.run),
            Some(Ok(Ok(()))) => RunEnd::Completed,
            Some(Ok(Err(failure))) => failed(&failure, &state.addresses),
            Some(Err(error)) => ended(&error, &printed),
        };
        tracing::debug!(?end, evidence = state.evidence.len(), "ran");
        let mut log = state.log;
        log.extend(printed);
        let (requests, notes, certificates) = (state.run.records(), state.run.notes(), state.run.certificates());
        Seen { evidence: state.evidence, end, log, requests, certificates, notes, duration }
    }

    async fn observe(&self, store: &mut Store<State>, target: &Target) -> wasmtime::Result<Result<(), guest::Failure>> {
        let probe = self.pre.instantiate_async(&mut *store).await?;
        let target = guest::Target {
            service: target.service.clone(),
            instance: target.instance.clone(),
            project: target.project.clone(),
            config: target.config.clone(),
        };
        probe.shipworthy_probe_guest().call_observe(store, &target).await
    }
}

/// The wall clock ended a run that waited in the host.
fn waiting(deadline: Duration, run: &Run) -> RunEnd {
    // Most likely the one that is not answered; a guest may also wait for nothing but time.
    let last = run.records().last().map(|record| format!(", last request: {}", record.what)).unwrap_or_default();
    RunEnd::Limit {
        name: "deadline".to_owned(),
        limit: Span(deadline).to_string(),
        observed: format!("still waiting{last}"),
    }
}

fn failed(failure: &guest::Failure, addresses: &Addresses) -> RunEnd {
    let detail = addresses.restore(shipworthy_contract::text::excerpt(&failure.detail, 1_000));
    RunEnd::Failed { why: since_0_1::gap(failure.why), detail }
}

/// A trap, an exit, or a limit.
fn ended(error: &wasmtime::Error, printed: &[LogLine]) -> RunEnd {
    if let Some(Stop { name, limit, observed }) = error.downcast_ref::<Stop>().cloned() {
        return RunEnd::Limit { name, limit, observed };
    }
    let limit = |name: &str, limit: String, observed: &str| RunEnd::Limit {
        name: name.to_owned(),
        limit,
        observed: observed.to_owned(),
    };
    let trap = error.downcast_ref::<Trap>().copied();
    match trap {
        Some(Trap::StackOverflow) => return limit("stack", Bytes(WASM_STACK as u64).to_string(), "exhausted"),
        Some(Trap::AllocationTooLarge) => return limit("memory", "one allocation".to_owned(), "too large"),
        _ => {}
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
        return limit("handles", HANDLES.to_string(), "one more");
    }
    let root = error.root_cause().to_string();
    if let Some(Stop { name, limit, observed }) = stop_in_words(&root) {
        return RunEnd::Limit { name, limit, observed };
    }
    let what = match (error.downcast_ref::<wasmtime_wasi::I32Exit>(), trap) {
        (Some(exit), _) => format!("it exited with status {}", exit.0),
        (None, Some(trap)) => trap.to_string(),
        (None, None) => shipworthy_contract::text::excerpt(&root, 400),
    };
    RunEnd::Trapped { message: with_last_words(what, printed) }
}

/// Limits of ours that wasmtime keeps itself and tells of in words only, without a type. Were its words to change, the
/// run would end as trapped, with these words for a message (and a test would say so).
fn stop_in_words(root: &str) -> Option<Stop> {
    if root.contains("fuel allocated for hostcalls has been exhausted") {
        return Some(Stop::limit("bytes of one call", &Bytes(CALL_BYTES as u64), &"more"));
    }
    let (kind, count) = root.strip_prefix("resource limit exceeded: ")?.split_once(" count too high at ")?;
    let (name, limit) = match kind {
        "instance" => ("instances", INSTANCES),
        "memory" => ("memories", MEMORIES),
        "table" => ("tables", TABLES),
        _ => return None,
    };
    Some(Stop::limit(name, &limit, &count))
}

/// The guest's own last words say more than `unreachable executed`: a panic's place and message, a traceback's end.
fn with_last_words(what: String, printed: &[LogLine]) -> String {
    let words: Vec<&str> = printed
        .iter()
        .map(|line| line.text.as_str())
        .filter(|line| !line.starts_with("note: ") && !line.starts_with("stack backtrace"))
        .collect();
    let last = words.get(words.len().saturating_sub(3)..).unwrap_or_default();
    if last.is_empty() {
        what
    } else {
        shipworthy_contract::text::excerpt(&format!("{} ({what})", last.join(" ")), 600)
    }
}
