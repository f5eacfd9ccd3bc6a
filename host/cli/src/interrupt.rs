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
    low_level::pipe,
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

    /// From now on signals are the command's: [`Forward`](crate::deploy::Forward) passes them on.
    pub(crate) fn leave_to_the_command(&self) {
        self.command_runs.store(true, Ordering::Relaxed);
    }

    fn wait(&self, mut signals: PipeReader, last: &AtomicUsize) {
        while signals.read_exact(&mut [0]).is_ok() {
            let signal = i32::try_from(last.load(Ordering::Relaxed)).unwrap_or(SIGTERM);
            if self.command_runs.load(Ordering::Relaxed) {
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
    for signal in not_ignored(&[SIGINT, SIGTERM]) {
        flag::register_usize(signal, Arc::clone(&last), usize::try_from(signal).unwrap_or_default())?;
        pipe::register(signal, writer.try_clone()?)?;
    }
    Ok((reader, last))
}

/// Some signals without those that whoever started us has us ignore, as `nohup` does, and a shell for what runs in its
/// background. A command that we start ignores them too, as long as we leave them alone.
#[expect(clippy::disallowed_methods, reason = "the door to the process's own state")]
pub(crate) fn not_ignored(signals: &[i32]) -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let is_ignored = |signal: i32| {
        let bit = u32::try_from(signal - 1).unwrap_or_default();
        mask.checked_shr(bit).unwrap_or_default() & 1 == 1
    };
    signals.iter().copied().filter(|signal| !is_ignored(*signal)).collect()
}
