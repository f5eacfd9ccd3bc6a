//! Registries: what is pulled from them and pushed to them.

use std::path::PathBuf;

use clap::Args;
use shipworthy_plugins::Reference;

use super::parse;

/// How registries are reached.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Registry")]
pub(crate) struct RegistryFlags {
    /// PEM file of the only authorities to trust for this registry [default: the system's]
    #[arg(long, value_name = "FILE", conflicts_with = "plain_http")]
    pub(crate) ca: Option<PathBuf>,
    /// Speak to this registry without TLS: whoever is between can read what is sent, credentials too
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Reach registries as `[registries]` of this environment says: a name, or the path of a .toml file
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    #[arg(value_name = "REFERENCE", help = "oci://HOST/REPOSITORY:TAG, or @sha256:DIGEST in the tag's place or after it", value_parser = parse::<Reference>)]
    pub(crate) reference: Reference,
    /// Write the component to a file as well
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[arg(long, help = "Reach no registry, only the store, by digest [default: true if SHIPWORTHY_OFFLINE is set]")]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryFlags,
}

#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// The component, with its descriptor in it, as `plugin build` makes it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(value_name = "REFERENCE", help = "oci://HOST/REPOSITORY:TAG", value_parser = parse::<Reference>)]
    pub(crate) reference: Reference,
    #[command(flatten)]
    pub(crate) registry: RegistryFlags,
}
