//! `shipworthy report`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{FailOnArg, OutputFlags};

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Judge the whole by the JSON reports of all parts of one check (`--partition`)
    #[command(after_help = "Examples:\n  shipworthy report merge part-*.json\n  \
        shipworthy report merge part-*.json --format json --output human=report.txt\n\n\
        The results are those of a check without `--partition`, and so is the exit code. Parts that are missing, or\n\
        that are not of one check, are refused: exit code 2.")]
    Merge(MergeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The JSON report of each part, in any order
    #[arg(required = true, value_name = "PART")]
    pub(crate) parts: Vec<PathBuf>,
    /// Let warnings count as failures: each takes the exit code of its side
    #[arg(long, value_name = "warn", value_enum)]
    pub(crate) fail_on: Option<FailOnArg>,
    #[command(flatten)]
    pub(crate) output: OutputFlags,
}
