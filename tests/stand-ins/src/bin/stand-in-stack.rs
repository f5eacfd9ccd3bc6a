//! A stand-in stack for `make demo` and for trying things out: a gateway and an agent on loopback, and an engine that
//! says what their containers would show.
//!
//! `stand-in-stack DIR [-- COMMAND ...]` writes certificates and two environment files into DIR, says so in one line,
//! and runs until standard input closes or, with a COMMAND, until that has ended; its status is then this process's.
//! The command finds DIR in the variable `STAND_IN_STACK`.
#![expect(clippy::disallowed_methods, reason = "writes the demo's files and runs the command that it is given")]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::Stack;
use shipworthy_stand_ins::docker::{Container, Docker};

/// For the command, the folder's path.
const FOLDER_VARIABLE: &str = "STAND_IN_STACK";

const USAGE: &str = "usage: stand-in-stack DIR [-- COMMAND ...]";

const HEAD: &str = "\
# The demo's environment. Gateway, agent and container engine are stand-ins, started by `stand-in-stack`, which wrote
# this file: their addresses are others each time.";

const PROVISIONER: &str = "[probes.provisioner]\nplugin = \"builtin:provisioner\"";

/// Release that the containers' images carry.
const RELEASE: &str = "v1.4.2";

const MISMATCH: &str = "\
# The demo's environment, demanding a gateway that the stand-in stack does not have.
extends = \"demo\"

[requirements]
services.gateway.version = \">=3\"
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            drop(writeln!(io::stderr(), "stand-in-stack: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    let (folder, command) = arguments(env::args_os().skip(1).collect()).context(USAGE)?;
    let stack = Stack::start()?;
    let engine = Docker::start(containers())?;
    prepare(&stack, &engine, &folder)?;
    let mut stderr = io::stderr();
    writeln!(stderr, "stand-in stack ready: {}", folder.display())?;
    let Some((program, rest)) = command.split_first() else {
        io::copy(&mut io::stdin(), &mut io::sink())?;
        return Ok(ExitCode::SUCCESS);
    };
    let status = Command::new(program)
        .args(rest)
        .env(FOLDER_VARIABLE, &folder)
        .status()
        .with_context(|| format!("cannot run `{}`", program.display()))?;
    // What a signal ended has no code of its own: shells add the signal's number to 128.
    let code = status.code().or_else(|| Some(128 + status.signal()?)).and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The folder and the command, which is empty if there is none.
fn arguments(given: Vec<OsString>) -> Option<(PathBuf, Vec<OsString>)> {
    let mut given = given.into_iter();
    let folder = given.next().filter(|first| !first.to_string_lossy().starts_with('-'))?;
    match given.next() {
        None => Some((folder.into(), Vec::new())),
        Some(dashes) if dashes == "--" && given.len() > 0 => Some((folder.into(), given.collect())),
        Some(_) => None,
    }
}

/// What the engine of a stack in docker mode knows of it.
fn containers() -> [Container; 3] {
    let of = |service: &str, image: &str| Container::new("shop", service).image(&format!("{image}:{RELEASE}"));
    [
        of("gateway", "esb-gateway-docker"),
        of("agent", "esb-agent-docker"),
        of("provisioner", "esb-provisioner").exited(0),
    ]
}

fn prepare(stack: &Stack, engine: &Docker, folder: &Path) -> Result<()> {
    stack.certs.write_to(&folder.join("certs"))?;
    for (name, text) in [("demo.toml", demo(stack, engine)), ("demo-mismatch.toml", MISMATCH.to_owned())] {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn demo(stack: &Stack, engine: &Docker) -> String {
    let containers = format!("[containers]\nsocket = \"{}\"", engine.url());
    stack.environment_beside("certs", |e| {
        let e = e.key(HEAD).probe_gateway().mutual_endpoint("agent", &stack.agent.url());
        e.probe("agent", "builtin:agent").section(PROVISIONER).section(&containers)
    })
}
