//! Signals, passed on to the deploy command.
//!
//! The command stays in our process group, so that a terminal's job control and whoever ends a whole group mean it as well.
//! What the terminal sends, all of the group has already; what was sent to us is passed on, once.

use std::{io, os::fd::OwnedFd, process::Child};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2},
    iterator::{SignalsInfo, exfiltrator::raw::WithRawSiginfo},
};

use crate::interrupt::not_ignored;

/// Signals by which people and supervisors speak to a command.
const SIGNALS: [i32; 6] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// `si_code` of what the kernel sends by itself, on a terminal's behalf among others; that of a process is zero or less.
const SI_KERNEL: i32 = 0x80;

/// Signals that wait to be passed on.
pub(crate) struct Forward {
    signals: SignalsInfo<WithRawSiginfo>,
}

impl Forward {
    /// Holds signals back from now on.
    pub(super) fn begin() -> io::Result<Self> {
        Ok(Self { signals: SignalsInfo::new(not_ignored(&SIGNALS))? })
    }

    /// A signal that came before the command was started.
    pub(super) fn pending(&mut self) -> Option<i32> {
        self.signals.pending().next().map(|info| info.si_signo)
    }

    /// Passes them on to a command, on a thread of its own. Where none can be started they are lost, and the command ends
    /// by itself.
    pub(super) fn to(mut self, child: &Child) {
        let command = Running::of(child);
        // While it was being started the command may not have been in our group yet: twice is better than not at all.
        self.signals.pending().for_each(|info| command.send(info.si_signo));
        let forward = move || {
            for info in self.signals.forever() {
                if info.si_code != SI_KERNEL {
                    command.send(info.si_signo);
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("signals".to_owned()).spawn(forward) {
            tracing::warn!(%error, "signals are not passed on");
        }
    }
}

/// The command, by what stays its own also when it has ended and its number is another's.
enum Running {
    Handle(OwnedFd),
    /// Where the system has no handles.
    Number(Pid),
}

impl Running {
    fn of(child: &Child) -> Self {
        let pid = Pid::from_child(child);
        pidfd_open(pid, PidfdFlags::empty()).map_or(Self::Number(pid), Self::Handle)
    }

    fn send(&self, signal: i32) {
        let Some(named) = Signal::from_named_raw(signal) else { return };
        let sent = match self {
            Self::Handle(handle) => pidfd_send_signal(handle, named),
            Self::Number(pid) => kill_process(*pid, named),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, signal, "the command has ended");
        }
    }
}
