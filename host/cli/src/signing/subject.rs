//! What is signed: a file, or a manifest in a registry.

use std::path::{Path, PathBuf};

use shipworthy_contract::Sha256;
use shipworthy_plugins::{
    Reference,
    component::LARGEST_COMPONENT,
    environment::PluginSource,
    files::{self, FileError},
    inspect,
};
use shipworthy_signatures::{LARGEST_SIGNATURE, files_beside};

use super::SigningError;
use crate::refusal::Refusal;

/// What the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    File(PathBuf),
    Manifest(Reference),
}

impl Subject {
    pub(crate) fn named(word: &Path) -> Result<Self, Refusal> {
        match inspect::named(word)? {
            PluginSource::File(file) => Ok(Self::File(file)),
            PluginSource::Oci(reference) => Ok(Self::Manifest(reference)),
            PluginSource::Builtin(name) => Err(SigningError::Builtin { name }.into()),
        }
    }
}

/// The digest of a file of at most what a component may have.
pub(crate) fn digest(file: &Path) -> Result<Sha256, SigningError> {
    let bytes = files::read(file, LARGEST_COMPONENT).map_err(|source| SigningError::File { what: "file", source })?;
    Ok(Sha256::of(&bytes))
}

/// Where the signature of a file is written to.
pub(crate) fn bundle_of(file: &Path) -> PathBuf {
    let [bundle, _] = files_beside(file);
    bundle
}

/// The signature of a file: the one that is named, else the first that lies beside it, else none.
pub(crate) fn signature_of(file: &Path, named: Option<&Path>) -> Result<Option<Vec<u8>>, SigningError> {
    let wrong = |source| SigningError::File { what: "signature", source };
    let read = |file: &Path| files::read(file, u64::try_from(LARGEST_SIGNATURE).unwrap_or(u64::MAX));
    if let Some(named) = named {
        return read(named).map(Some).map_err(wrong);
    }
    for beside in files_beside(file) {
        match read(&beside) {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(FileError::Missing { .. }) => {}
            Err(error) => return Err(wrong(error)),
        }
    }
    Ok(None)
}
