//! Ctrl-C and `kill`: a message, a clean line and an exit status, never half a report.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
    low_level::emulate_default_handler,
};

use crate::output::Stream;

/// Whoever waits for a signal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    command_runs: Arc<AtomicBool>,
}

impl Interrupt {
    /// Waits for signals from now on, on a thread of its own. Where none can be started a signal ends the process as it
    /// always does.
    pub(crate) fn watch() -> Self {
        let interrupt = Self::default();
        let own = interrupt.clone();
        let watched = Signals::new([SIGINT, SIGTERM])
            .and_then(|signals| std::thread::Builder::new().spawn(move || own.wait(signals)));
        if let Err(error) = watched {
            tracing::debug!(%error, "signals are not watched");
        }
        interrupt
    }

    /// From now on the command that was started answers for itself, and a signal to us is what it always is.
    pub(crate) fn leave_to_the_command(&self) {
        self.command_runs.store(true, Ordering::Relaxed);
    }

    fn wait(&self, mut signals: Signals) {
        for signal in signals.forever() {
            if self.command_runs.load(Ordering::Relaxed) {
                if let Err(error) = emulate_default_handler(signal) {
                    tracing::debug!(%error, signal, "the signal is left alone");
                }
                continue;
            }
            // A progress bar may stand on the line.
            let clear = if Stream::Err.is_terminal() { "\r\u{1b}[2K" } else { "" };
            let how = if signal == SIGINT { "interrupted" } else { "terminated" };
            Stream::Err.write(&format!("{clear}{how}: nothing was judged, and nothing was applied\n"));
            // The work goes on in other threads, and is not to be waited for.
            std::process::exit(128 + signal);
        }
    }
}
