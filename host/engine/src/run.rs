//! One run of one probe: a fresh instance, its limits set before anything of it runs, and everything it said.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shipworthy_capabilities::Run;
use shipworthy_contract::certificate::Presented;
use shipworthy_contract::evidence::{Evidence, LogLine, RequestRecord, RunEnd};
use shipworthy_contract::quantity::Span;
use wasmtime::{Store, UpdateDeadline};

use crate::{
    component::Component,
    end,
    engine::Engine,
    limits::{CALL_BYTES, Limits},
    masked,
    state::{State, Stop},
    stdio::Captured,
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
    /// Most linear memory that the guest had, in bytes.
    pub memory: u64,
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
            observed = self.guest.observe(&mut store, target) => Some(observed),
            () = tokio::time::sleep(patience + GRACE) => None,
            () = told.cut_off() => None,
        };
        let duration = begun.elapsed();
        let State { run, addresses, evidence, mut log, limiter, .. } = store.into_data();
        let printed = run.masked(&stderr.text());
        let end = match observed {
            None => end::waiting(limits.deadline, &run),
            Some(Ok(Ok(()))) => RunEnd::Completed,
            Some(Ok(Err(failure))) => end::failed(failure, &run, &addresses),
            Some(Err(error)) => end::of_error(&error, &mut log, &printed, &addresses),
        };
        let end = masked::end(&run, end);
        tracing::debug!(?end, evidence = evidence.len(), "ran");
        let memory = limiter.used();
        let log = masked::log(&run, log.into_lines(&printed, &addresses));
        let (requests, notes, certificates) = (run.records(), run.notes(), run.certificates());
        Seen { evidence, end, log, requests, certificates, notes, memory, duration }
    }
}
