//! How far a check has come, on standard error of a terminal and nowhere else; the report takes its place.

mod payload;
mod probes;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub(crate) use payload::Bar;
pub(crate) use probes::{Probes, Shown, Watch};

use crate::output::{self, Stream};

/// What takes less time than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// How many lines of a terminal are written over.
static SHOWN: Mutex<usize> = Mutex::new(0);

/// These lines. While it is held none is written.
pub(crate) fn shown() -> MutexGuard<'static, usize> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether lines can be written over where progress is shown, and nothing else is written there meanwhile.
fn is_redrawn() -> bool {
    Stream::Err.is_terminal() && output::can_redraw() && !crate::is_logging()
}
