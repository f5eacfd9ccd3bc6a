//! The `shipworthy-go` binary: builds a probe that is written in Go as a component, with the standard Go toolchain.
//!
//! A project is an ordinary Go package that imports the SDK and calls `shipworthy.Export`. Bindings and glue are generated
//! and laid over the project by `go build -overlay`, as packages below it that exist for this one command: nothing is
//! written into the project, and it is built with the modules, the `vendor` folder and the workspace that it has. What Go
//! makes of it is encoded as a component.
//!
//! Exit codes: 0 it was built, 1 it was not, 2 usage. Nothing is written to standard output.

mod args;
mod bindings;
mod build;
mod component;
mod error;
mod overlay;
mod project;
mod toolchain;

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;

use crate::args::{Cli, Command};

/// The build failed, and standard error says why.
const EXIT_FAILED: u8 = 1;

fn main() -> ExitCode {
    // Of another usage clap says what is wrong, and exits with 2.
    let Cli { command: Command::Build(args) } = Cli::parse();
    match build::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody reads, nobody is told.
            let _unread = std::io::stderr().write_all(error::render(&error).as_bytes());
            ExitCode::from(EXIT_FAILED)
        }
    }
}
