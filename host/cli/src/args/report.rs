//! `shipworthy report`, and what it has in common with whatever judges.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Form, OutputFlags};

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Judge the whole by the JSON reports of all parts of one check (`--partition`)
    #[command(after_help = "Examples:\n  shipworthy report merge part-*.json\n  \
        shipworthy report merge part-*.json --format json --output human=report.txt\n\n\
        The results are those of a check without `--partition`, and so is the exit code. Parts that are missing, or\n\
        that are not of one check, are refused: exit code 2.")]
    Merge(MergeArgs),
    /// Say what changed since an earlier report: new failures, what is fixed, which versions moved
    #[command(after_help = "Examples:\n  shipworthy report diff last-night.json now.json\n  \
        shipworthy check --env staging --format json | shipworthy report diff last-night.json -\n\n\
        Exit codes: 0, whatever changed; with `--fail-on new` that of the new failures: 1 payload, 3 stack,\n\
        4 could not be determined. 2 if a report cannot be read.")]
    Diff(ReportDiffArgs),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOnNew {
    New,
}

#[derive(Debug, Args)]
pub(crate) struct ReportDiffArgs {
    /// The earlier JSON report
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The later one; `-` is standard input
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// Exit with the code of what fails now and did not
    #[arg(long, value_name = "new", value_enum)]
    pub(crate) fail_on: Option<FailOnNew>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOnArg {
    Warn,
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
