//! ESB's stacks on this machine's Docker Engine for `make demo-docker` and for trying things out: one in docker mode, one
//! in containerd mode. What runs in the containers is a stand-in; the engine and all that it does is real.
//!
//! `stand-in-esb -- COMMAND ...` starts both, runs the command, and takes them away again; the command's status is this
//! process's. The command finds the compose projects in `ESB_DOCKER_PROJECT` and `ESB_CONTAINERD_PROJECT`.
#![expect(clippy::disallowed_methods, reason = "runs the command that it is given")]

use std::env;
use std::io::{self, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use shipworthy_stand_ins::real::{self, Esb, Mode};

const USAGE: &str = "usage: stand-in-esb -- COMMAND ...";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            drop(writeln!(io::stderr(), "stand-in-esb: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    let given: Vec<_> = env::args_os().skip(1).collect();
    let [dashes, program, rest @ ..] = given.as_slice() else { bail!(USAGE) };
    if dashes != "--" {
        bail!(USAGE);
    }
    let engine = real::engine().map_err(anyhow::Error::msg).context("this takes a Docker Engine")?;
    let docker = Esb::start(engine, Mode::Docker)?;
    let containerd = Esb::start(engine, Mode::Containerd)?;
    let projects = [("ESB_DOCKER_PROJECT", &docker), ("ESB_CONTAINERD_PROJECT", &containerd)];
    for (_, stack) in projects {
        writeln!(io::stderr(), "stand-in stack in {} mode: {}", stack.mode, stack.project.name())?;
    }
    let status = Command::new(program)
        .args(rest)
        .envs(projects.map(|(name, stack)| (name, stack.project.name())))
        .status()
        .with_context(|| format!("cannot run `{}`", program.display()))?;
    // What a signal ended has no code of its own: shells add the signal's number to 128.
    let code = status.code().or_else(|| Some(128 + status.signal()?)).and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
