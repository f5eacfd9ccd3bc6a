//! `check -- COMMAND`: the deploy itself, started only if it may go ahead.

use std::{ffi::OsString, process::Command};

use shipworthy_contract::report::{EXIT_CANNOT_RUN, EXIT_NOT_FOUND};

use crate::output::Stream;

/// Runs the command with our own standard streams and gives its status: its own, or 128 and the signal that ended it,
/// as a shell does.
#[expect(clippy::disallowed_methods, reason = "the door to the deploy command")]
pub(crate) fn run(command: &[OsString]) -> u8 {
    let Some((program, arguments)) = command.split_first() else { return EXIT_NOT_FOUND };
    let status = match Command::new(program).args(arguments).status() {
        Ok(status) => status,
        Err(error) => {
            let shown = shipworthy_contract::text::excerpt(&program.to_string_lossy(), 200);
            Stream::Err.write(&format!("error: `{shown}` cannot be run: {error}\n"));
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            return if missing { EXIT_NOT_FOUND } else { EXIT_CANNOT_RUN };
        }
    };
    let code = status.code().unwrap_or_else(|| 128 + signal(status));
    u8::try_from(code & 0xff).unwrap_or(u8::MAX)
}

#[cfg(unix)]
fn signal(status: std::process::ExitStatus) -> i32 {
    std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or(0)
}

#[cfg(not(unix))]
fn signal(_: std::process::ExitStatus) -> i32 {
    0
}
