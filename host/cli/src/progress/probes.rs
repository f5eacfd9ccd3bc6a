//! The probes that are being run: a line for each on a terminal, until the report takes its place.
//!
//! What is shown is what is seen, never what it means: nothing is judged before all have ended.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use shipworthy_contract::{
    evidence::RunEnd,
    text::{excerpt, plural},
};

use super::{PATIENCE, is_redrawn, shown};
use crate::{
    args::OutputFlags,
    output::{self, Stream},
};

/// Most probes with a line of their own, so that the block fits a screen of 24 lines.
const MOST_LINES: usize = 16;

/// How often the lines are written anew.
const TICK: Duration = Duration::from_millis(100);

/// How often who listens is told what is waited for.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Longest name of a probe, in characters.
const LONGEST_NAME: usize = 40;

/// How the probes of one check are shown while they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A line for each, written over and over.
    Redrawn,
    /// A line now and then, to be spoken.
    Told,
    /// Nothing.
    Not,
}

impl Shown {
    /// Lines on a terminal that can write over them, unless only what needs attention is wanted or a log is written there.
    pub(crate) fn of(flags: &OutputFlags) -> Self {
        if flags.quiet { Self::Not } else { Self::where_people_look() }
    }

    /// The same where nothing else is asked for.
    pub(crate) fn where_people_look() -> Self {
        match (Stream::Err.is_terminal(), output::plain()) {
            (true, true) => Self::Told,
            (true, false) if is_redrawn() => Self::Redrawn,
            (true | false, _) => Self::Not,
        }
    }
}

/// The runs of all probes, counted as they go.
pub(crate) struct Probes {
    all: Vec<Probe>,
}

struct Probe {
    name: String,
    /// How many runs there are to be.
    runs: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    since: Option<Instant>,
    took: Duration,
    ended: usize,
    /// Runs that ended without all that was asked.
    silent: usize,
    /// Of the run that was tried most often, how often.
    attempt: u32,
    last: Option<&'static str>,
}

/// One probe, for who runs it.
#[derive(Clone)]
pub(crate) struct Watch {
    probes: Arc<Probes>,
    index: usize,
}

impl Probes {
    /// Probes by name, each with how often it is run.
    pub(crate) fn new<'a>(probes: impl Iterator<Item = (&'a str, usize)>) -> Arc<Self> {
        let probe = |(name, runs)| Probe { name: excerpt(name, LONGEST_NAME), runs, state: Mutex::default() };
        Arc::new(Self { all: probes.map(probe).collect() })
    }

    pub(crate) fn watch(self: &Arc<Self>, index: usize) -> Watch {
        Watch { probes: Arc::clone(self), index }
    }

    /// Shows how far they are while `work` is done.
    pub(crate) fn during<T>(&self, shown: Shown, work: impl FnOnce() -> T) -> T {
        let over = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let teller = || match shown {
                Shown::Redrawn => self.redraw(&over),
                Shown::Told => self.tell(&over),
                Shown::Not => {}
            };
            // Without another thread the work is done all the same, and unseen.
            let told = (shown != Shown::Not).then(|| thread::Builder::new().spawn_scoped(scope, teller));
            let ends = Ends(&over);
            let done = work();
            drop(ends);
            drop(told);
            done
        })
    }

    fn redraw(&self, over: &(Mutex<bool>, Condvar)) {
        if waited(over, PATIENCE) {
            return;
        }
        let block = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let bars: Vec<ProgressBar> = (0..self.all.len().min(MOST_LINES + 1))
            .map(|_| {
                let bar = ProgressBar::new_spinner();
                if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                    bar.set_style(style);
                }
                block.add(bar)
            })
            .collect();
        let names = self.all.iter().map(|probe| probe.name.chars().count()).max().unwrap_or_default();
        let turning =
            if output::unicode() { &["⠋", "⠙", "⠸", "⠴", "⠦", "⠇"][..] } else { &["|", "/", "-", "\\"] };
        for turn in turning.iter().cycle() {
            let lines = self.lines(names, turn);
            {
                let mut shown = shown();
                *shown = bars.len();
                bars.iter().zip(lines).for_each(|(bar, line)| bar.set_message(line));
                bars.iter().for_each(ProgressBar::tick);
            }
            if waited(over, TICK) {
                break;
            }
        }
        let mut shown = shown();
        if let Err(error) = block.clear() {
            tracing::debug!(%error, "nobody reads the progress");
        }
        *shown = 0;
    }

    fn lines(&self, names: usize, turn: &str) -> Vec<String> {
        let most = if self.all.len() > MOST_LINES { MOST_LINES } else { self.all.len() };
        let mut lines: Vec<String> = self.all.iter().take(most).map(|probe| probe.line(names, turn)).collect();
        let rest: Vec<&Probe> = self.all.iter().skip(most).collect();
        if !rest.is_empty() {
            let over = rest.iter().filter(|probe| probe.is_over()).count();
            lines.push(format!("  and {}, {over} of them done", plural(rest.len(), "more probe")));
        }
        lines
    }

    fn tell(&self, over: &(Mutex<bool>, Condvar)) {
        while !waited(over, TOLD_EVERY) {
            let asked = self.all.iter().filter(|probe| !probe.is_over());
            let asked: Vec<String> =
                asked.take(MOST_LINES).map(|probe| format!("{}: {}", probe.name, probe.state())).collect();
            if asked.is_empty() {
                continue;
            }
            Stream::Err.write(&format!("still asking. {}\n", asked.join("; ")));
        }
    }
}

/// Says that the work is over, also where it panics: whoever shows it would be waited for, for ever.
struct Ends<'a>(&'a (Mutex<bool>, Condvar));

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        *locked(&self.0.0) = true;
        self.0.1.notify_all();
    }
}

/// Waits, and says whether the work is over.
fn waited((over, told): &(Mutex<bool>, Condvar), time: Duration) -> bool {
    let waited = told.wait_timeout_while(locked(over), time, |over| !*over);
    *waited.unwrap_or_else(PoisonError::into_inner).0
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Probe {
    fn is_over(&self) -> bool {
        locked(&self.state).ended >= self.runs
    }

    /// `⠋ gateway  asking, attempt 2 (unreachable before), 3.1 s`.
    fn line(&self, names: usize, turn: &str) -> String {
        let sign = match (self.is_over(), locked(&self.state).since) {
            (true, _) => "-",
            (false, Some(_)) => turn,
            (false, None) => " ",
        };
        format!("{sign} {:<names$}  {}", self.name, self.state())
    }

    /// What is known of it, in words.
    fn state(&self) -> String {
        let state = locked(&self.state);
        let Some(since) = state.since else { return "waiting for its turn".to_owned() };
        let is_over = state.ended >= self.runs;
        let mut parts = Vec::new();
        match (self.runs, is_over) {
            (1, false) => parts.push("asking".to_owned()),
            (1, true) => parts.push(state.last.unwrap_or("has answered").to_owned()),
            (runs, _) => {
                parts.push(format!("{} of {runs} instances asked", state.ended));
                if state.silent > 0 {
                    parts.push(format!("{} without an answer", state.silent));
                }
            }
        }
        if state.attempt > 1 {
            let before = match state.last {
                Some(why) if !is_over => format!(" ({why} before)"),
                Some(_) | None => String::new(),
            };
            parts.push(format!("attempt {}{before}", state.attempt));
        }
        let took = if is_over { state.took } else { since.elapsed() };
        parts.push(format!("{:.1} s", took.as_secs_f64()));
        parts.join(", ")
    }
}

impl Watch {
    fn with(&self, act: impl FnOnce(&mut State)) {
        if let Some(probe) = self.probes.all.get(self.index) {
            act(&mut locked(&probe.state));
        }
    }

    /// A run asks, for the so-many-th time.
    pub(crate) fn asks(&self, attempt: u32) {
        self.with(|state| {
            state.since.get_or_insert_with(Instant::now);
            state.attempt = state.attempt.max(attempt);
        });
    }

    /// A run is to ask again, because of this.
    pub(crate) fn asks_again(&self, why: &RunEnd) {
        self.with(|state| state.last = in_words(why).or(Some("no answer")));
    }

    /// A run has ended so.
    pub(crate) fn ended(&self, end: &RunEnd) {
        self.with(|state| {
            let since = *state.since.get_or_insert_with(Instant::now);
            state.took = since.elapsed();
            state.ended += 1;
            state.last = in_words(end);
            state.silent += usize::from(state.last.is_some());
        });
    }
}

/// What kept a run from giving all that was asked; none where nothing did.
const fn in_words(end: &RunEnd) -> Option<&'static str> {
    match end {
        RunEnd::Completed => None,
        RunEnd::Trapped { .. } => Some("trapped"),
        RunEnd::Limit { .. } => Some("over a limit"),
        RunEnd::NotRecorded { .. } => Some("not recorded"),
        RunEnd::Failed { why, .. } | RunEnd::NotStarted { why, .. } => Some(why.class().as_str()),
    }
}

#[cfg(test)]
mod tests {
    use shipworthy_contract::evidence::Gap;

    use super::*;

    fn unreachable() -> RunEnd {
        RunEnd::Failed { why: Gap::Unreachable, detail: "connection refused".to_owned() }
    }

    /// The words of a probe, without how long it took.
    fn words(probes: &Probes) -> Vec<String> {
        let timeless = |state: String| state.rsplit_once(", ").map_or(state.clone(), |(words, _)| words.to_owned());
        probes.all.iter().map(|probe| timeless(probe.state())).collect()
    }

    #[test]
    fn what_is_told_follows_the_run() {
        let probes = Probes::new([("gateway", 1)].into_iter());
        let watch = probes.watch(0);
        assert_eq!(words(&probes), ["waiting for its turn"]);
        watch.asks(1);
        assert_eq!(words(&probes), ["asking"]);
        watch.asks_again(&unreachable());
        watch.asks(2);
        assert_eq!(words(&probes), ["asking, attempt 2 (unreachable before)"]);
        watch.ended(&RunEnd::Completed);
        assert_eq!(words(&probes), ["has answered, attempt 2"]);
    }

    #[test]
    fn a_fleet_is_counted() {
        let probes = Probes::new([("gateway", 3)].into_iter());
        let watch = probes.watch(0);
        watch.asks(1);
        watch.ended(&RunEnd::Completed);
        watch.ended(&unreachable());
        assert_eq!(words(&probes), ["2 of 3 instances asked, 1 without an answer"]);
        assert!(!probes.all.iter().all(Probe::is_over));
        watch.ended(&RunEnd::Completed);
        assert!(probes.all.iter().all(Probe::is_over));
    }

    #[test]
    fn a_line_has_the_name_in_its_column_and_more_probes_than_lines_are_counted() {
        let names: Vec<String> = (0..20).map(|number| format!("probe-{number}")).collect();
        let probes = Probes::new(names.iter().map(|name| (name.as_str(), 1)));
        probes.watch(19).ended(&RunEnd::Completed);
        let lines = probes.lines(8, "|");
        assert_eq!(lines.len(), MOST_LINES + 1);
        assert_eq!(lines.first().map(String::as_str), Some("  probe-0   waiting for its turn"));
        assert_eq!(lines.last().map(String::as_str), Some("  and 4 more probes, 1 of them done"));
    }

    #[test]
    fn work_that_panics_is_over_too() {
        let probes = Probes::new([("gateway", 1)].into_iter());
        for shown in [Shown::Redrawn, Shown::Told] {
            let panics = std::panic::AssertUnwindSafe(|| probes.during(shown, || panic!("a defect")));
            assert!(std::panic::catch_unwind(panics).is_err());
        }
    }

    #[test]
    fn the_work_is_done_whether_it_is_shown_or_not() {
        let probes = Probes::new([("gateway", 1)].into_iter());
        for shown in [Shown::Redrawn, Shown::Told, Shown::Not] {
            assert_eq!(probes.during(shown, || 7), 7);
        }
    }
}
