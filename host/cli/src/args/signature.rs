//! Signatures: `plugin sign`, `plugin verify`, and who may sign an artifact.

use std::path::PathBuf;

use clap::Args;

use super::RegistryFlags;

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// Any file, such as a component or artifact.yml, or oci://HOST/REPOSITORY@sha256:DIGEST
    #[arg(value_name = "FILE")]
    pub(crate) subject: PathBuf,
    /// Private key for ECDSA on P-256, in PEM; the password of one that cosign encrypted is in SHIPWORTHY_KEY_PASSWORD or
    /// COSIGN_PASSWORD
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Where the signature is written to [default: FILE.sigstore.json, or beside the manifest in the registry]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryFlags,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Any file, or oci://HOST/REPOSITORY:TAG
    #[arg(value_name = "FILE")]
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
    /// Public key by which artifact.yml must be signed, instead of those that the environment trusts; may be given several
    /// times, and one suffices
    #[arg(long, value_name = "FILE")]
    pub(crate) artifact_key: Vec<PathBuf>,
}
