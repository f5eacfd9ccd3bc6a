//! `plugin`: what can be done with a plugin outside of a check.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Who a plugin is, what it needs and what an environment grants it; nothing of it is run or compiled
    #[command(after_help = "Examples:\n  shipworthy plugin inspect plugins/orders.wasm\n  \
        shipworthy plugin inspect plugins/orders.wasm --env staging\n  \
        shipworthy plugin inspect builtin:gateway --format json\n\n\
        Exit codes: 0 it can be used, 2 it cannot: it is refused, or the environment lacks what it needs.")]
    Inspect(InspectArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A component with its descriptor in it or beside it, or builtin:NAME
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Hold its needs against what the probes of this environment are granted: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
