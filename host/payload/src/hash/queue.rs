//! What is to be read, for as many takers as there are threads: big files first, the rest as it is found.

use std::{collections::VecDeque, sync::Mutex};

use super::{crew::held, files::Job};
use crate::tree::walk::Entry;

/// Gives one thing after the other, and nothing once there are no more.
pub(crate) type Source<'a, T> = dyn FnMut() -> Option<T> + Send + 'a;

/// All other files.
pub(crate) enum Rest<'a> {
    /// Known from the look before.
    Known(Vec<Job>),
    /// As they are found.
    Found(Found<'a>),
}

/// What is found is taken by one thread at a time; whatever can be left to the thread that has taken it is done by
/// `job`.
pub(crate) struct Found<'a> {
    /// Gives what was found next.
    pub(crate) next: &'a mut Source<'a, Entry>,
    /// Makes a file to be read of it, or nothing.
    pub(crate) job: &'a (dyn Fn(Entry) -> Option<Job> + Sync),
}

/// The big files, the largest first. Each is opened when its turn comes: there may be more than can be open at once.
pub(crate) struct Big<'a> {
    /// How many there are.
    pub(crate) left: usize,
    /// Gives the next; none for one that cannot be reached any more.
    pub(crate) next: &'a mut Source<'a, Job>,
}

/// Where takers get their files.
pub(super) struct Queue<'a> {
    big: Mutex<(Big<'a>, Waiting)>,
    rest: Mutex<Rest<'a>>,
    /// Files that a taker gets at a time.
    batch: usize,
}

/// What a taker has taken and not begun.
#[derive(Default)]
pub(super) struct Taker {
    begun: bool,
    own: VecDeque<Job>,
}

/// Takers that have not begun.
type Waiting = usize;

impl<'a> Queue<'a> {
    pub(super) fn new(big: Big<'a>, rest: Rest<'a>, batch: usize, takers: usize) -> Self {
        Self { big: Mutex::new((big, takers)), rest: Mutex::new(rest), batch }
    }

    /// A taker that will never begin.
    pub(super) fn one_less(&self) {
        let (_, waiting) = &mut *held(&self.big);
        *waiting = waiting.saturating_sub(1);
    }

    /// The next file of a taker. A big one is for whoever has nothing at hand; as a second file it is left to those that
    /// have not begun, so that two large files are read on two cores.
    pub(super) fn next(&self, taker: &mut Taker, second: bool) -> Option<Job> {
        let mut held_big = held(&self.big);
        let (big, waiting) = &mut *held_big;
        // In one step with the taking: who has begun and has nothing yet must not be passed over.
        if !std::mem::replace(&mut taker.begun, true) {
            *waiting = waiting.saturating_sub(1);
        }
        let left_to_others = if second { *waiting } else { 0 };
        while big.left > left_to_others {
            big.left -= 1;
            if let Some(job) = (big.next)() {
                return Some(job);
            }
        }
        drop(held_big);
        while taker.own.is_empty() {
            let mut rest = held(&self.rest);
            match &mut *rest {
                Rest::Known(jobs) => {
                    taker.own.extend(jobs.drain(jobs.len().saturating_sub(self.batch)..));
                    break;
                }
                Rest::Found(Found { next, job }) => {
                    let found: Vec<Entry> = std::iter::from_fn(next).take(self.batch).collect();
                    let job = *job;
                    drop(rest);
                    if found.is_empty() {
                        break;
                    }
                    taker.own.extend(found.into_iter().filter_map(job));
                }
            }
        }
        taker.own.pop_front()
    }
}
