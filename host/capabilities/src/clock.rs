//! The time that a guest is told (decision 020).
//!
//! It follows from when the run began and from what the guest has done and been told since: an answer takes as long as it
//! took, a wait as long as it was asked for, and a reading [`READING`]. What a guest computes takes no time. So a live run
//! and its replay tell the same time at the same place, and no reading has to be kept.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// What a reading takes in the guest's time: about what it takes in truth. With it a guest that reads the clock until it is
/// later comes to an end, and no two readings are the same.
pub const READING: Duration = Duration::from_micros(1);

/// The calendar, read once by whoever starts the runs, and told further by a clock that nobody sets.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    read: Duration,
    at: Instant,
}

impl Calendar {
    /// Now is so long after the beginning of 1970, UTC.
    pub fn read(since_1970: Duration) -> Self {
        Self { read: since_1970, at: Instant::now() }
    }

    /// The time since the beginning of 1970, UTC, in whole microseconds: a recording keeps no more.
    pub(crate) fn now(&self) -> Duration {
        micros(self.read.saturating_add(self.at.elapsed()))
    }
}

/// Of runs for which the date does not matter.
impl Default for Calendar {
    fn default() -> Self {
        Self::read(Duration::ZERO)
    }
}

/// The clock of one run.
#[derive(Debug)]
pub struct Clock {
    /// Since the beginning of 1970, UTC.
    begun: Duration,
    /// Nanoseconds since the run began.
    passed: AtomicU64,
    /// Until when the earliest of those waits goes that are under way together, in nanoseconds.
    next: AtomicU64,
    /// How often a wait was over.
    waits: AtomicU64,
}

impl Clock {
    pub(crate) const fn new(begun: Duration) -> Self {
        Self { begun, passed: AtomicU64::new(0), next: AtomicU64::new(u64::MAX), waits: AtomicU64::new(0) }
    }

    /// When the run began, since the beginning of 1970, UTC.
    pub const fn begun(&self) -> Duration {
        self.begun
    }

    /// The time since the run began.
    pub fn now(&self) -> Duration {
        Duration::from_nanos(self.passed.load(Ordering::Relaxed))
    }

    /// The same as a guest reads it, which takes [`READING`].
    pub fn read(&self) -> Duration {
        let passed = self.passed.fetch_add(nanos(READING), Ordering::Relaxed);
        Duration::from_nanos(passed).saturating_add(READING)
    }

    /// It is at least so long since the run began.
    pub(crate) fn reach(&self, time: Duration) {
        self.passed.fetch_max(nanos(time), Ordering::Relaxed);
    }

    /// A wait begins, perhaps together with others: the guest goes on when the first of them is over.
    pub fn wait(&self, until: Duration) -> Wait<'_> {
        self.next.fetch_min(nanos(until), Ordering::Relaxed);
        Wait { clock: self, until, waits: self.waits.load(Ordering::Relaxed) }
    }
}

/// A wait that is under way. With the first that is over or given up, all are that began together with it.
#[derive(Debug)]
pub struct Wait<'a> {
    clock: &'a Clock,
    until: Duration,
    /// How often a wait was over when this one began.
    waits: u64,
}

impl Wait<'_> {
    /// Whether this wait is over, if those that began together with it have waited long enough. The earliest of them moves
    /// the time on, and no other: how late the system says that a wait is over decides nothing.
    pub fn is_over(&self) -> bool {
        let clock = self.clock;
        if clock.waits.load(Ordering::Relaxed) != self.waits {
            return clock.now() >= self.until;
        }
        let is_next = clock.next.load(Ordering::Relaxed) == nanos(self.until);
        if is_next {
            clock.reach(self.until);
            clock.waits.fetch_add(1, Ordering::Relaxed);
        }
        is_next
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.clock.next.store(u64::MAX, Ordering::Relaxed);
    }
}

/// Whole microseconds: what a recording keeps of a duration.
pub(crate) fn micros(span: Duration) -> Duration {
    Duration::from_micros(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_with_readings_answers_and_waits_and_never_back() {
        let clock = Clock::new(Duration::from_secs(7));
        assert_eq!([clock.now(), clock.read(), clock.read()], [0, 1, 2].map(Duration::from_micros));
        clock.reach(Duration::from_millis(5));
        clock.reach(Duration::from_millis(3));
        assert_eq!(clock.read(), Duration::from_micros(5_001));
        assert!(clock.wait(Duration::from_millis(9)).is_over());
        assert_eq!((clock.now(), clock.begun()), (Duration::from_millis(9), Duration::from_secs(7)));
    }

    #[test]
    fn of_waits_that_began_together_the_earliest_is_over() {
        let clock = Clock::new(Duration::ZERO);
        let [early, late] = [3, 5].map(Duration::from_millis);
        for order in [[early, late, early], [late, early, early]] {
            let clock = Clock::new(Duration::ZERO);
            let waits = order.map(|until| clock.wait(until));
            // Each is asked until the first is over; then those after it are asked once more, as a poll does.
            let over: Vec<bool> = waits.iter().map(Wait::is_over).collect();
            assert_eq!(over, order.map(|until| until == early));
            assert_eq!(clock.now(), early);
        }
        // One that was given up keeps nobody waiting.
        drop(clock.wait(early));
        assert!(clock.wait(late).is_over());
        assert_eq!(clock.now(), late);
    }

    #[test]
    fn a_calendar_goes_on_by_itself_in_whole_microseconds() {
        let calendar = Calendar::read(Duration::from_nanos(1_500));
        assert!(calendar.now() >= Duration::from_micros(1));
        assert_eq!(calendar.now().subsec_nanos() % 1_000, 0);
    }
}
