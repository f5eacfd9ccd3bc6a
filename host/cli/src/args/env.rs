//! `env`: environments made and looked at.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use shipworthy_capabilities::containers::engine::{DEFAULT_SOCKET, EngineSocket};

use super::{DiffArgs, PluginFlags, parse};

#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// Write environments/NAME.toml from a running compose project; services are connected to and asked nothing
    #[command(after_help = "Examples:\n  shipworthy env init\n  \
        shipworthy env init staging --project esb-staging --certs ~/.esb/certs\n  \
        shipworthy env init --print\n\nExit codes: 0 it is written or printed, 2 it is not.")]
    Init(InitArgs),
    /// The environments that can be named from here
    #[command(after_help = "Examples:\n  shipworthy env list\n\nExit codes: 0 they are listed.")]
    List,
    /// Everything in force in one, and where each value comes from
    #[command(after_help = "Examples:\n  shipworthy env show staging\n  \
        shipworthy env show environments/staging.toml\n\nExit codes: 0 it is shown, 2 it cannot be used.")]
    Show {
        /// Name, or path of a `.toml` file
        name: String,
    },
    /// What differs between two: plugins, grants, requirements, and where each value comes from
    #[command(after_help = "Examples:\n  shipworthy env diff staging production\n  \
        shipworthy env diff staging production --format json\n\nExit codes: 0 they are compared, 2 one cannot be used.")]
    Diff(DiffArgs),
    /// Whether it and its plugins can be used; nothing is run and no service is asked
    #[command(after_help = "Examples:\n  shipworthy env check staging\n  shipworthy env check staging --locked\n\n\
        Exit codes: 0 it can be used, 2 it cannot.")]
    Check {
        /// Name, or path of a `.toml` file
        name: String,
        #[command(flatten)]
        plugins: PluginFlags,
    },
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The environment's name [default: the compose project's]
    pub(crate) name: Option<String>,
    /// The compose project [default: the only one that has a gateway or agent]
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// The container engine
    #[arg(long, value_name = "URL", default_value = DEFAULT_SOCKET, value_parser = parse::<EngineSocket>)]
    pub(crate) socket: EngineSocket,
    /// Folder of rootCA.crt, client.crt and client.key [default: the one that the stack's containers mount]
    #[arg(long, value_name = "DIR")]
    pub(crate) certs: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Print the environment instead of writing it
    #[arg(long, conflicts_with = "force")]
    pub(crate) print: bool,
}
