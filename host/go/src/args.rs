//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Builds a probe that is written in Go as a component.
#[derive(Debug, Parser)]
#[command(name = "shipworthy-go", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build the Go package in a folder as a component
    Build(BuildArgs),
}

/// What is built, and where it goes.
#[derive(Args, Debug)]
pub(crate) struct BuildArgs {
    /// Folder of the Go package that calls `shipworthy.Export`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// The component; its folder must be there
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Where what is generated is kept, to be looked at; by default it is nowhere
    #[arg(long, value_name = "DIR")]
    pub(crate) build_dir: Option<PathBuf>,
}
