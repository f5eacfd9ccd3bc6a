//! Plugin sets: which plugins an environment may run, and from where.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};
use shipworthy_contract::grant::Grant;

use super::{Form, parse};

/// What may be run, and where it may come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Plugins")]
pub(crate) struct PluginFlags {
    /// Refuse to go without shipworthy.lock [default: true if CI is set]
    #[arg(
        long,
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    pub(crate) locked: Option<bool>,
    /// Reach no registry: take what was pulled before
    #[arg(long)]
    pub(crate) offline: bool,
    /// Take environment, lock and plugins from a bundle, and no registry
    #[arg(long, value_name = "FILE", conflicts_with_all = ["locked", "offline"])]
    pub(crate) bundle: Option<PathBuf>,
    /// Public key that must have signed the bundle; repeatable
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub(crate) bundle_key: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    /// Put an environment, its lock and its plugins into one file; the same input gives the same bytes
    #[command(after_help = "Examples:\n  shipworthy bundle create --env staging\n  \
        shipworthy check --env staging --bundle staging.bundle.tar\n\n\
        Keys and other secrets are not packed: they are looked for beside the bundle, under the paths that the\n\
        environment names. Exit codes: 0 it is written, 2 it is not.")]
    Create(CreateArgs),
    /// Whether a bundle is whole, unaltered, and can be used by this shipworthy; nothing is run and nobody asked
    #[command(after_help = "Examples:\n  shipworthy bundle verify staging.bundle.tar\n  \
        shipworthy bundle verify staging.bundle.tar --key release.pub\n\nExit codes: 0 it can be used, 2 it cannot.")]
    Verify {
        /// The bundle
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Public key that must have signed it, in PEM; may be given several times, and one suffices
        #[arg(long, value_name = "FILE")]
        key: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Environment: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: String,
    /// Where it is written to [default: NAME.bundle.tar here]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Reach no registry; a plugin of one must have been pulled before
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    /// Lock this environment only; may be given several times [default: all that can be named from here]
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Vec<String>,
    /// Look tags up anew, of all probes or of those named
    #[arg(long, value_name = "PROBE", num_args = 0..)]
    pub(crate) update: Option<Vec<String>>,
    /// Approve that a probe needs or may do more than what was locked, by its line: gateway:'http POST /x'
    #[arg(long, value_name = "PROBE:LINE", value_parser = parse::<Accept>)]
    pub(crate) accept: Vec<Accept>,
    /// Write nothing; exit with 2 unless the lock is what would be written
    #[arg(long, conflicts_with_all = ["update", "accept"])]
    pub(crate) check: bool,
    /// Reach no registry; a plugin of one must have been pulled before
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Name, or path of a `.toml` file
    pub(crate) left: String,
    /// The other one
    pub(crate) right: String,
    #[command(flatten)]
    pub(crate) plugins: PluginFlags,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// This environment only; may be given several times [default: all that can be named from here]
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Vec<String>,
    /// Ask registries for newer versions, and say what each would change
    #[arg(long, conflicts_with = "offline")]
    pub(crate) newer: bool,
    /// Reach no registry; a plugin of one must have been pulled before
    #[arg(long)]
    pub(crate) offline: bool,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Form,
}

/// `PROBE:LINE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accept {
    pub(crate) probe: String,
    pub(crate) line: Grant,
}

impl FromStr for Accept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (probe, line) = text.split_once(':').ok_or("expected PROBE:LINE, such as gateway:'http POST /x'")?;
        let line = line.trim().parse::<Grant>().map_err(|error| error.to_string())?;
        Ok(Self { probe: probe.trim().to_owned(), line })
    }
}
