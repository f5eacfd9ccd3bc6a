//! `cache`: compiled plugins.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PluginFlags;

#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Print the folder in which compiled plugins are kept
    #[command(after_help = "Examples:\n  shipworthy cache path\n\nExit codes: 0 it is printed, 2 there is none.")]
    Path,
    /// Compile plugins ahead, so that no check has to; nothing of them is run
    #[command(after_help = "Examples:\n  shipworthy cache warm --env staging\n  \
        shipworthy cache warm plugins/orders.wasm\n\nExit codes: 0 all are compiled, 2 one is not.")]
    Warm(WarmArgs),
    /// Remove every compiled plugin
    #[command(after_help = "Examples:\n  shipworthy cache clean\n\nExit codes: 0 it is empty, 2 it is not.")]
    Clean,
}

#[derive(Debug, Args)]
pub(crate) struct WarmArgs {
    /// Plugins that are files
    #[arg(value_name = "FILE", required_unless_present = "env")]
    pub(crate) files: Vec<PathBuf>,
    /// Every plugin of an environment; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Vec<String>,
    #[command(flatten)]
    pub(crate) plugins: PluginFlags,
}
