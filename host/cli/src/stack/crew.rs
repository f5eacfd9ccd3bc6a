//! Runs jobs, so many at once and no more made than are run, and never lets one run's end touch another's.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use shipworthy_contract::evidence::{Gap, ProbeRun, RunEnd};
use tokio::task::JoinSet;

use super::attempt::{Done, Job};
use crate::refusal::UsageError;

/// Runs at the same time: enough for a fleet of hundreds within seconds, and no more memory than 64 guests have.
pub(super) const AT_ONCE: u32 = 64;

/// From this many runs on a second thread pays for its start.
const FLEET: usize = 8;

/// Runs every job within the time. `count` is how many there are, roughly.
pub(super) fn run_all(
    jobs: impl Iterator<Item = Work>,
    count: usize,
    within: Duration,
) -> Result<Vec<Done>, UsageError> {
    let mut builder = if count < FLEET {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder.enable_all().build().map_err(UsageError::Runtime)?;
    let deadline = Instant::now() + within;
    let done = runtime.block_on(work_off(jobs, count, deadline, within));
    runtime.shutdown_background();
    Ok(done)
}

/// What there is to do of one probe and instance.
pub(super) enum Work {
    /// A run.
    Run(Box<Job>),
    /// Nothing: it has ended before it began.
    Ended(Box<Done>),
}

async fn work_off(
    mut jobs: impl Iterator<Item = Work>,
    count: usize,
    deadline: Instant,
    within: Duration,
) -> Vec<Done> {
    let mut done = Vec::with_capacity(count);
    let mut tasks = JoinSet::new();
    // Of those that run, what is told of them should the host itself fail.
    let mut blanks = BTreeMap::new();
    let at_once = usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    loop {
        // The next job is made when there is a place for it: a fleet of thousands is never held in memory whole.
        while tasks.len() < at_once {
            match jobs.next() {
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
