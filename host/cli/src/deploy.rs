//! `check -- COMMAND`: the deploy itself, started only if it may go ahead.

mod forward;
mod told;

use std::{ffi::OsString, process::Command};

use shipworthy_contract::{
    Explain, Fault,
    report::{EXIT_CANNOT_RUN, EXIT_NOT_FOUND},
};

pub(crate) use self::{forward::Forward, told::Told};
use crate::{interrupt::Interrupt, output::Stream};

/// Why a command is not started although the verdict allows it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GateError {
    #[error("the payload changed after it was checked: {}", .changes.join("; "))]
    Changed { changes: Vec<String> },
    #[error("the report for the command cannot be written to a temporary file")]
    Report(#[source] std::io::Error),
    #[error("signals cannot be passed on to the command")]
    Signals(#[source] std::io::Error),
}

impl Explain for GateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "gate.changed",
            Self::Report(_) => "gate.report",
            Self::Signals(_) => "gate.signals",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Changed { .. } => Fault::Artifact,
            Self::Report(_) | Self::Signals(_) => Fault::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(
            match self {
                Self::Changed { .. } => {
                    "the command was not started and nothing was applied; let nobody write to the artifact, and check again"
                }
                Self::Report(_) => "see that `TMPDIR` is a folder that can be written to, or give `--output json=FILE`",
                Self::Signals(_) => "free file descriptors or memory, and check again",
            }
            .to_owned(),
        )
    }
}

/// Runs the command with our own standard streams and gives its status: its own, or 128 and the signal that ended it,
/// as a shell does.
///
/// # Errors
/// If it was not even tried.
#[expect(clippy::disallowed_methods, reason = "the door to the deploy command")]
pub(crate) fn run(command: &[OsString], told: &Told<'_>, interrupt: &Interrupt) -> Result<u8, GateError> {
    let Some((program, arguments)) = command.split_first() else { return Ok(EXIT_NOT_FOUND) };
    let mut forward = Forward::begin().map_err(GateError::Signals)?;
    interrupt.leave_to_the_command();
    let report = told.report()?;
    if let Some(signal) = forward.pending() {
        Stream::Err.write("interrupted: nothing was applied\n");
        return Ok(status(128 + signal));
    }
    let mut command = Command::new(program);
    command.args(arguments);
    told.write_to(&mut command, report.path());
    match command.spawn() {
        Ok(mut child) => {
            forward.to(&child);
            Ok(child.wait().map_or(EXIT_CANNOT_RUN, |ended| {
                let signal = std::os::unix::process::ExitStatusExt::signal(&ended).unwrap_or_default();
                status(ended.code().unwrap_or(128 + signal))
            }))
        }
        Err(error) => {
            let shown = shipworthy_contract::text::excerpt(&program.to_string_lossy(), 200);
            Stream::Err.write(&format!("error: `{shown}` cannot be run: {error}\n"));
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            Ok(if missing { EXIT_NOT_FOUND } else { EXIT_CANNOT_RUN })
        }
    }
}

fn status(code: i32) -> u8 {
    u8::try_from(code & 0xff).unwrap_or(u8::MAX)
}
