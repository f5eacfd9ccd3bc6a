//! Runs jobs, so many at once and no more made than are run, and never lets one run's end touch another's.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use shipworthy_contract::evidence::{Gap, ProbeRun, RunEnd};
use tokio::{runtime, task::JoinSet};

use super::attempt::{Done, Job};
use crate::refusal::UsageError;

/// Runs at the same time: enough for a fleet of hundreds within seconds, and no more memory than 64 guests have.
pub(super) const AT_ONCE: u32 = 64;

/// From this many runs on a second thread pays for its start.
const FLEET: usize = 8;

/// Most threads: each has a share of the runs at the same time, which must not become a few.
const MOST_THREADS: usize = 8;

/// Runs every job within the time. `count` is how many there are, roughly.
///
/// Each thread has a runtime of its own and takes the next job when it has a place: a run stays where it was begun, and
/// no thread wakes another for it.
pub(super) fn run_all(
    jobs: impl Iterator<Item = Work> + Send,
    count: usize,
    within: Duration,
) -> Result<Vec<Done>, UsageError> {
    let threads = if count < FLEET { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    let threads = threads.min(MOST_THREADS);
    let places = usize::try_from(AT_ONCE).unwrap_or(usize::MAX) / threads;
    let deadline = Instant::now() + within;
    let jobs = Mutex::new(jobs);
    let work = || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(UsageError::Runtime)?;
        let done = runtime.block_on(work_off(&jobs, places, deadline, within));
        runtime.shutdown_background();
        Ok(done)
    };
    thread::scope(|scope| {
        // Where another thread cannot be started, those that there are do the work.
        let others: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut done = work()?;
        for other in others {
            // A thread's own panic loses what it had done; what is missing of a probe is told as that.
            done.extend(other.join().unwrap_or_else(|_| Ok(Vec::new()))?);
        }
        Ok(done)
    })
}

/// What there is to do of one probe and instance.
pub(super) enum Work {
    /// A run.
    Run(Box<Job>),
    /// Nothing: it has ended before it began.
    Ended(Box<Done>),
}

impl Work {
    pub(super) fn ended(run: ProbeRun) -> Self {
        Self::Ended(Box::new(Done { run, recorded: None }))
    }
}

async fn work_off(
    jobs: &Mutex<impl Iterator<Item = Work>>,
    places: usize,
    deadline: Instant,
    within: Duration,
) -> Vec<Done> {
    let mut done = Vec::new();
    let mut tasks = JoinSet::new();
    // Of those that run, what is told of them should the host itself fail.
    let mut blanks = BTreeMap::new();
    loop {
        // The next job is made when there is a place for it: a fleet of thousands is never held in memory whole.
        while tasks.len() < places {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
            match next {
                Some(Work::Run(job)) => {
                    let blank = job.blank.clone();
                    let handle = tasks.spawn((*job).run(deadline, within));
                    blanks.insert(handle.id(), blank);
                }
                Some(Work::Ended(ended)) => done.push(*ended),
                None => break,
            }
        }
        match tasks.join_next_with_id().await {
            Some(Ok((id, one))) => {
                blanks.remove(&id);
                done.push(one);
            }
            Some(Err(panicked)) => done.extend(blanks.remove(&panicked.id()).map(lost)),
            None => return done,
        }
    }
}

/// A panic of the host's own in one run becomes that run's defect; the report is kept.
fn lost(blank: ProbeRun) -> Done {
    let detail = "Shipworthy itself failed in this run; please report it with the output of `SHIPWORTHY_LOG=debug`";
    let end = RunEnd::NotStarted { why: Gap::Defect, detail: detail.to_owned() };
    Done { run: ProbeRun { end, ..blank }, recorded: None }
}
