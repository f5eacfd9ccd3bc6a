//! What is to be read, for as many takers as there are threads: big files first, the rest as it is found.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::files::Job;

/// Gives one file after the other, and nothing once there are no more.
pub(crate) type Source<'a> = dyn FnMut() -> Option<Job> + Send + 'a;

/// Where takers get their files.
pub(super) struct Queue<'a> {
    big: Mutex<Big>,
    rest: Mutex<&'a mut (dyn FnMut() -> Option<Job> + Send + 'a)>,
    /// Files that a taker gets at a time.
    batch: usize,
}

struct Big {
    /// The largest last.
    jobs: Vec<Job>,
    /// Takers that have not begun.
    waiting: usize,
}

impl<'a> Queue<'a> {
    pub(super) fn new(big: Vec<Job>, rest: &'a mut Source<'_>, batch: usize, takers: usize) -> Self {
        Self { big: Mutex::new(Big { jobs: big, waiting: takers }), rest: Mutex::new(rest), batch }
    }

    /// A taker begins, or never will.
    pub(super) fn begin(&self) {
        let mut big = held(&self.big);
        big.waiting = big.waiting.saturating_sub(1);
    }

    /// The next file of a taker, which keeps what it has got and not begun in `own`. A big one is for whoever has
    /// nothing at hand; as a `second` file it is left to those that have not begun.
    pub(super) fn next(&self, own: &mut VecDeque<Job>, second: bool) -> Option<Job> {
        let mut big = held(&self.big);
        let left_to_others = if second { big.waiting } else { 0 };
        if big.jobs.len() > left_to_others
            && let Some(job) = big.jobs.pop()
        {
            return Some(job);
        }
        drop(big);
        if own.is_empty() {
            let mut rest = held(&self.rest);
            own.extend(std::iter::from_fn(|| (*rest)()).take(self.batch));
        }
        own.pop_front()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
