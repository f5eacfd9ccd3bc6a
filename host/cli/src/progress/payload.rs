//! How many bytes of an artifact have been read: a bar.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use shipworthy_payload::Progress;

use super::{PATIENCE, is_redrawn};
use crate::{args::OutputFlags, output};

/// Bytes, rate and time that remains; in a narrow terminal the end is cut.
const TEMPLATE: &str = "reading {bar:24} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";

/// A bar on standard error.
#[derive(Debug)]
pub(crate) struct Bar {
    wanted: bool,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    bar: ProgressBar,
    since: Instant,
}

impl Bar {
    /// None is shown off a terminal, and none if only what needs attention is wanted.
    pub(crate) fn new(flags: &OutputFlags) -> Self {
        Self::shown(!flags.quiet && !output::plain())
    }

    /// A bar that is shown on a terminal, if it is wanted.
    pub(crate) fn shown(wanted: bool) -> Self {
        Self { wanted: wanted && is_redrawn(), running: Mutex::new(None) }
    }

    fn with(&self, act: impl FnOnce(&mut Option<Running>)) {
        if self.wanted {
            act(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Progress for Bar {
    fn begin(&self, _files: u64, bytes: u64) {
        self.with(|running| {
            let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
            let characters = if output::unicode() { "█▌ " } else { "#- " };
            let style = ProgressStyle::with_template(TEMPLATE).map(|style| style.progress_chars(characters));
            if let Ok(style) = style {
                bar.set_style(style);
            }
            *running = Some(Running { bar, since: Instant::now() });
        });
    }

    fn advance(&self, bytes: u64) {
        self.with(|running| {
            let Some(Running { bar, since }) = running else { return };
            if bar.is_hidden() && since.elapsed() >= PATIENCE {
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            bar.inc(bytes);
        });
    }

    fn end(&self) {
        self.with(|running| {
            if let Some(Running { bar, .. }) = running.take() {
                bar.finish_and_clear();
            }
        });
    }
}
