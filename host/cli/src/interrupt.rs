//! Ctrl-C and `kill`: a message, a clean line and an exit status, never half a report.

use std::{
    io::{PipeReader, Read as _},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
    low_level::{emulate_default_handler, pipe},
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
        let watched =
            signals().and_then(|(signals, last)| std::thread::Builder::new().spawn(move || own.wait(signals, &last)));
        if let Err(error) = watched {
            tracing::debug!(%error, "signals are not watched");
        }
        interrupt
    }

    /// From now on the command that was started answers for itself, and a signal to us is what it always is.
    pub(crate) fn leave_to_the_command(&self) {
        self.command_runs.store(true, Ordering::Relaxed);
    }

    fn wait(&self, mut signals: PipeReader, last: &AtomicUsize) {
        while signals.read_exact(&mut [0]).is_ok() {
            let signal = i32::try_from(last.load(Ordering::Relaxed)).unwrap_or(SIGTERM);
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

/// A byte for every signal, and the number of the last one. A pipe, where the library's own watcher would use a pair of
/// sockets: the payload side opens none.
fn signals() -> std::io::Result<(PipeReader, Arc<AtomicUsize>)> {
    let (reader, writer) = std::io::pipe()?;
    let last = Arc::new(AtomicUsize::new(0));
    for signal in [SIGINT, SIGTERM] {
        flag::register_usize(signal, Arc::clone(&last), usize::try_from(signal).unwrap_or_default())?;
        pipe::register(signal, writer.try_clone()?)?;
    }
    Ok((reader, last))
}
