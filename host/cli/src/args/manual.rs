//! `completions` and `man`: what a shell and a reader of manuals are given, from the same definitions as the parser.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

// As in `SchemaOf`, without doc comments.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Words of a command, such as stack check [default: the page of shipworthy itself]
    #[arg(value_name = "WORD", conflicts_with = "dir")]
    pub(crate) words: Vec<String>,
    /// Write every page to this folder instead of one to standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}
