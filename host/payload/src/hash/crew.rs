//! As many threads as there are cores, for work that each of them takes from a common source.

use std::{num::NonZero, thread};

/// Most threads: with two buffers each, what is held stays small on the largest machine.
const MOST: usize = 32;

/// How many there will be.
pub(crate) fn size() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST)
}

/// Runs `work` on the caller's own thread and on `helpers` more, and waits for all. Where no more threads can be
/// started the caller does it alone; `missing` is told of each that is not.
pub(crate) fn run(helpers: usize, missing: &dyn Fn(), work: &(dyn Fn() + Sync)) {
    thread::scope(|scope| {
        for _ in 0..helpers {
            if let Err(error) = thread::Builder::new().spawn_scoped(scope, work) {
                tracing::debug!(%error, "a thread cannot be started");
                missing();
            }
        }
        work();
    });
}
