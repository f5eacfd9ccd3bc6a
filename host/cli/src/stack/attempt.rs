//! One probe on one instance: attempts, retry, and the time that is left.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shipworthy_capabilities::{Access, Run, Tape, Unrecorded};
use shipworthy_contract::{
    Sha256,
    evidence::{Evidence, Gap, NOT_RECORDED, ProbeRun, RequestRecord, RunEnd},
    quantity::Span,
    text::plural,
};
use shipworthy_engine::{Component, Engine, Limits, Seen, Target};
use shipworthy_plugins::environment::Retry;

use super::recording::Recorded;
use crate::progress::Watch;

/// What must be left for another attempt: one that is cut at once would end in a worse answer than the one before.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(50);

/// Everything that one run needs, owned, so that it can be a task of its own.
pub(crate) struct Job {
    pub(crate) engine: Arc<Engine>,
    pub(crate) component: Arc<Component>,
    pub(crate) access: Arc<Access>,
    pub(crate) target: Target,
    pub(crate) limits: Limits,
    pub(crate) retry: Option<Retry>,
    /// Filled in but for what the run itself finds.
    pub(crate) blank: ProbeRun,
    /// Who is told how it goes.
    pub(crate) watch: Watch,
    /// Of a replay, how it went when it was recorded.
    pub(crate) replay: Option<AsRecorded>,
}

/// What a replay cannot find out again.
pub(crate) struct AsRecorded {
    pub(crate) attempts: u32,
    pub(crate) ended_by_host: Option<RunEnd>,
    /// Whether it is the very probe that was recorded.
    pub(crate) is_same: bool,
}

/// What came of a job.
pub(crate) struct Done {
    pub(crate) run: ProbeRun,
    /// What was told, if that is kept.
    pub(crate) recorded: Option<Box<Recorded>>,
}

impl Job {
    /// Runs until something other than silence is seen, the retry's time is over, or the stack side's `deadline`.
    pub(crate) async fn run(self, deadline: Instant, within: Duration) -> Done {
        let begun = Instant::now();
        // Times nest: an attempt is cut by what is left of the retry, the retry by what is left of the stack side.
        let until = self.retry.map_or(deadline, |retry| begun + retry.within).min(deadline);
        let mut attempts = 0;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() && attempts == 0 {
                return self.too_late(within);
            }
            attempts += 1;
            self.watch.asks(attempts);
            let (seen, run) = self.once(left).await;
            let in_time = |retry: &Retry| Instant::now() + retry.every + SHORTEST_ATTEMPT < until;
            let again = self.retry.filter(|retry| worth_retrying(&seen) && in_time(retry));
            let Some(retry) = again else {
                let cut = (left < self.limits.deadline).then(|| match self.retry {
                    Some(retry) if begun + retry.within < deadline => format!("`retry` of {}", Span(retry.within)),
                    Some(_) | None => format!("the stack side's time of {}", Span(within)),
                });
                return self.done(seen, &run, cut.as_deref(), attempts, begun.elapsed());
            };
            self.watch.asks_again(&seen.end);
            tokio::time::sleep(retry.every).await;
        }
    }

    async fn once(&self, left: Duration) -> (Seen, Arc<Run>) {
        let limits = Limits { deadline: self.limits.deadline.min(left), ..self.limits };
        let run = Arc::new(Run::new(Arc::clone(&self.access)));
        let seen = self.component.run(&self.engine, &self.target, Arc::clone(&run), limits).await;
        (seen, run)
    }

    fn too_late(self, within: Duration) -> Done {
        let detail = format!("the stack side's deadline of {} was over before it could start", Span(within));
        let end = RunEnd::NotStarted { why: Gap::TimedOut, detail };
        self.watch.ended(&end);
        Done { run: ProbeRun { end, ..self.blank }, recorded: None }
    }

    /// `cut` is the time that ended sooner than the run's own deadline, if one did.
    fn done(self, seen: Seen, run: &Run, cut: Option<&str>, attempts: u32, elapsed: Duration) -> Done {
        // How often was tried, and what the clock decided, is as it was when it was recorded.
        let attempts = self.replay.as_ref().map_or(attempts, |replay| replay.attempts);
        let end = ended(seen.end, run, self.replay);
        let ended_by_clock = by_the_clock(&end);
        let end = match cut.filter(|_| ended_by_clock) {
            Some(time) => told_of_the_service(end, time, &seen.requests, seen.duration),
            None => end,
        };
        self.watch.ended(&end);
        let recorded = matches!(self.access.tape, Tape::Record(_)).then(|| {
            Box::new(Recorded {
                probe: self.blank.probe.clone(),
                service: self.blank.service.clone(),
                instance: self.blank.instance.clone(),
                plugin: self.blank.plugin.clone(),
                config_sha256: Some(Sha256::of(self.target.config.as_bytes())),
                project: self.target.project.clone(),
                seed: super::seed::to_hex(&self.target.seed),
                attempts,
                ended_by_host: ended_by_clock.then(|| end.clone()),
                told: if ended_by_clock { run.recorded_until_cut() } else { run.recorded() },
            })
        });
        let run = ProbeRun {
            evidence: seen.evidence,
            end,
            requests: seen.requests,
            certificates: seen.certificates,
            log: seen.log,
            notes: [self.blank.notes, seen.notes].concat(),
            memory_bytes: seen.memory,
            duration_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            attempts,
            ..self.blank
        };
        Done { run, recorded }
    }
}

/// How a run ended. What the clock decided is as it was when it was recorded; and whatever a probe makes of a question that
/// its recording does not hold, is no word about the service.
fn ended(end: RunEnd, run: &Run, replay: Option<AsRecorded>) -> RunEnd {
    let Unrecorded { questions, more } = run.unrecorded();
    if let Some(first) = questions.first() {
        let others = questions.len() - 1 + more;
        let others = if others == 0 { String::new() } else { format!(" (and {})", plural(others, "more question")) };
        return RunEnd::NotRecorded { detail: format!("{NOT_RECORDED} {first}{others}"), questions };
    }
    match replay {
        Some(AsRecorded { ended_by_host: Some(recorded), is_same, .. })
            if run.is_cut_as_recorded() || (is_same && by_the_clock(&end)) =>
        {
            recorded
        }
        _ => end,
    }
}

/// A run that waited for its service when a time was over that is not its own: the service is slow, or that time is short,
/// and its plugin can do nothing about either.
fn told_of_the_service(end: RunEnd, time: &str, requests: &[RequestRecord], took: Duration) -> RunEnd {
    let waits = matches!(&end, RunEnd::Limit { observed, .. } if observed.starts_with("still waiting"));
    // It may have been told that its request timed out, and have had no time left to say so.
    let waited = |last: &&RequestRecord| waits || Duration::from_millis(last.duration_ms) * 2 >= took;
    match requests.last().filter(waited) {
        Some(last) => {
            let detail = format!("{} was not answered before {time} was over", last.what);
            RunEnd::Failed { why: Gap::TimedOut, detail }
        }
        None => end,
    }
}

fn by_the_clock(end: &RunEnd) -> bool {
    matches!(end, RunEnd::Limit { name, .. } if name == "deadline")
}

/// Only silence is tried again: unreachable and timed out, of the whole run or of a part. Never a violation, never a
/// trap.
fn worth_retrying(seen: &Seen) -> bool {
    let silent = |gap: Gap| matches!(gap, Gap::Unreachable | Gap::TimedOut);
    let ended = match &seen.end {
        RunEnd::Failed { why, .. } => silent(*why),
        RunEnd::Limit { .. } => by_the_clock(&seen.end),
        RunEnd::Completed => false,
        RunEnd::Trapped { .. } | RunEnd::NotStarted { .. } | RunEnd::NotRecorded { .. } => return false,
    };
    ended || seen.evidence.iter().any(|evidence| matches!(evidence, Evidence::Missing { why, .. } if silent(*why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_waited_for_its_service_is_no_defect_of_its_plugin() {
        let took = Duration::from_secs(2);
        let request =
            |duration_ms| RequestRecord { what: "GET /health".to_owned(), answer: "timed out".to_owned(), duration_ms };
        for (observed, requests, is_the_services) in [
            ("still waiting, last request: GET /health", vec![request(0)], true),
            ("still running", vec![request(1_990)], true),
            ("still running", vec![request(3)], false),
            ("still running", vec![], false),
            ("still waiting", vec![], false),
        ] {
            let name = "deadline".to_owned();
            let end = RunEnd::Limit { name, limit: "1998ms".to_owned(), observed: observed.to_owned() };
            let told = told_of_the_service(end.clone(), "the stack side's time of 2s", &requests, took);
            let detail = "GET /health was not answered before the stack side's time of 2s was over".to_owned();
            let slow = RunEnd::Failed { why: Gap::TimedOut, detail };
            assert_eq!(told, if is_the_services { slow } else { end }, "{observed} {requests:?}");
        }
    }
}
