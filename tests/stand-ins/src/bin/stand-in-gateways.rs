//! Stand-in gateways in plain text on loopback, for benchmarks: `stand-in-gateways N -- COMMAND ...` starts N of them,
//! runs the command with their ports in the variable `STAND_IN_PORTS`, separated by blanks, and returns its status.
#![expect(clippy::disallowed_methods, reason = "runs the command that it is given")]

use std::env;
use std::io::{self, Write as _};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use shipworthy_stand_ins::Gateway;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            drop(writeln!(io::stderr(), "stand-in-gateways: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [count, dashes, program, rest @ ..] = arguments.as_slice() else {
        bail!("usage: stand-in-gateways N -- COMMAND ...");
    };
    if dashes != "--" {
        bail!("expected `--` after the number of gateways, found: {dashes}");
    }
    let count: usize = count.parse().context("the number of gateways")?;
    let gateways = (0..count).map(|_| Gateway::new().start_plain()).collect::<Result<Vec<_>>>()?;
    let ports: Vec<String> = gateways.iter().map(|gateway| gateway.addr().port().to_string()).collect();
    let status = Command::new(program).args(rest).env("STAND_IN_PORTS", ports.join(" ")).status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
