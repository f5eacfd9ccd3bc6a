//! As many threads as there are cores, for work that each of them takes from a common source.

use std::{
    num::NonZero,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

/// Most threads: with two buffers each, what is held stays small on the largest machine.
const MOST: usize = 32;

/// How many there will be. Asks the system, which takes several calls: not for every file.
pub(crate) fn size() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST)
}

/// Most folders that are held open by what threads have taken and not done: what is found lies in a folder of its own
/// at worst, and a process may have a thousand files open.
const MOST_FOLDERS: usize = 256;

/// How much each thread may take at a time, up to `most`.
pub(crate) fn share(most: usize) -> usize {
    (MOST_FOLDERS / size()).clamp(1, most)
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

/// What threads share, for as long as the guard lives. One that broke off has left nothing half done.
pub(crate) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What threads have shared, once they are done.
pub(crate) fn gathered<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
