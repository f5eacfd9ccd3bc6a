//! Signatures: `plugin sign`, `plugin verify`, and who may sign an artifact.

use std::path::PathBuf;

use clap::Args;

use super::RegistryFlags;

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    #[arg(
        value_name = "FILE",
        help = "Any file, such as a component or artifact.yml, or oci://HOST/REPOSITORY@sha256:DIGEST"
    )]
    pub(crate) subject: PathBuf,
    #[arg(
        long,
        value_name = "FILE",
        help = "Private key for ECDSA on P-256, in PEM; the password of one that cosign encrypted is taken from \
                SHIPWORTHY_KEY_PASSWORD, else from COSIGN_PASSWORD"
    )]
    pub(crate) key: PathBuf,
    /// Where it is written to [default: FILE.sigstore.json, or beside the manifest in the registry]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryFlags,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[arg(value_name = "FILE", help = "Any file, or oci://HOST/REPOSITORY:TAG")]
    pub(crate) subject: PathBuf,
    /// Public key that may have signed it, in PEM; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) key: Vec<PathBuf>,
    /// The signature [default: FILE.sigstore.json, else FILE.sig, or what lies beside the manifest in the registry]
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryFlags,
}

#[derive(Debug, Args)]
pub(crate) struct SignerFlags {
    /// Public key that must have signed the manifest, in place of the environment's; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) artifact_key: Vec<PathBuf>,
}
