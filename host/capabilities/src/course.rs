//! How far a run has come, and where the one that was recorded was cut.
//!
//! A run is cut by the host's clock, which a replay does not have. What a guest did until then is counted in steps:
//! everything of it that anybody sees, in its own order, such as a question, a piece of evidence or a printed line. A
//! replay is cut after as many.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

/// The course of one run.
#[derive(Debug)]
pub(crate) struct Course {
    taken: AtomicU64,
    /// After how many steps it is cut, if it is a replay of a run that was.
    last: Option<u64>,
    as_recorded: AtomicBool,
    cut: Notify,
}

impl Course {
    pub(crate) fn new(last: Option<u64>) -> Self {
        let course = Self { taken: AtomicU64::new(0), last, as_recorded: AtomicBool::new(false), cut: Notify::new() };
        if last == Some(0) {
            course.cut_as_recorded();
        }
        course
    }

    /// One step more; whether it may be taken.
    pub(crate) fn step(&self) -> bool {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let Some(last) = self.last else { return true };
        // What the guest does after its last step, nobody has seen.
        if taken >= last {
            self.cut_as_recorded();
        }
        taken <= last
    }

    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// The run ends here, as the recorded one did.
    pub(crate) fn cut_as_recorded(&self) {
        self.as_recorded.store(true, Ordering::Relaxed);
        self.cut();
    }

    /// The run ends here.
    pub(crate) fn cut(&self) {
        self.cut.notify_one();
    }

    pub(crate) fn is_cut_as_recorded(&self) -> bool {
        self.as_recorded.load(Ordering::Relaxed)
    }

    /// Waits until it is cut; for ever if it is not.
    pub(crate) async fn until_cut(&self) {
        self.cut.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_takes_as_many_steps_as_were_recorded() {
        for (last, may) in [(None, [true; 3]), (Some(0), [false; 3]), (Some(2), [true, true, false])] {
            let course = Course::new(last);
            assert_eq!([(); 3].map(|()| course.step()), may, "{last:?}");
            assert_eq!((course.taken(), course.is_cut_as_recorded()), (3, last.is_some()));
        }
        let course = Course::new(Some(2));
        assert!(course.step() && !course.is_cut_as_recorded());
        assert!(course.step() && course.is_cut_as_recorded());
    }

    #[tokio::test]
    async fn whoever_comes_late_hears_of_the_cut_all_the_same() {
        let course = Course::new(Some(0));
        course.until_cut().await;
    }
}
