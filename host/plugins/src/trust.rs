//! The keys that an environment trusts, read; and plugins held against them. Before that nothing of a plugin is used.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Explain, Fault, Sha256, explain::Place};
use shipworthy_signatures::{
    Attached, KeyError, LARGEST_SIGNATURE, PublicKey, Signer, TrustedKey, VerifyError, files_beside, verify_digest,
    verify_manifest,
};
use time::Date;

use crate::{
    environment::Trust,
    files::{self, FileError},
    registry,
};

/// Largest file of a key, in bytes: a hundred times what one takes.
const LARGEST_KEY: u64 = 64 << 10;

/// Why a key that the environment names cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the key `{name}` of `[trust.keys]` cannot be used: {}", file.display())]
pub struct TrustError {
    name: String,
    file: PathBuf,
    at: Box<Place>,
    #[source]
    source: Box<KeyFault>,
}

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
enum KeyFault {
    #[error(transparent)]
    File(FileError),
    #[error(transparent)]
    Key(KeyError),
}

impl Explain for TrustError {
    fn code(&self) -> &'static str {
        match &*self.source {
            KeyFault::File(_) => "env.key-file",
            KeyFault::Key(_) => "env.key",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        match &*self.source {
            KeyFault::File(_) => Some("paths are relative to the file in which they stand".to_owned()),
            KeyFault::Key(error) => error.help(),
        }
    }

    fn place(&self) -> Option<Place> {
        Some(Place::clone(&self.at))
    }
}

/// The keys behind names, as they are trusted on a day. A name without a key is none: an environment that has one was
/// refused.
///
/// # Errors
///
/// A file that cannot be read, or that holds no such key.
pub fn keys(trust: &Trust, names: &[String], today: Date) -> Result<Vec<TrustedKey>, TrustError> {
    let known = names.iter().filter_map(|name| trust.keys.get_key_value(name));
    known
        .map(|(name, key)| {
            let fault = |source| TrustError {
                name: name.clone(),
                file: key.file.clone(),
                at: Box::new(key.at.clone()),
                source: Box::new(source),
            };
            let text = files::read_text(&key.file, LARGEST_KEY).map_err(|error| fault(KeyFault::File(error)))?;
            let public = PublicKey::from_pem(&text).map_err(|error| fault(KeyFault::Key(error)))?;
            let trusted = TrustedKey::new(name, public);
            Ok(match key.expires {
                Some(last) => trusted.until(last, today),
                None => trusted,
            })
        })
        .collect()
}

/// Keys that were read, by the names that were asked for.
#[derive(Debug)]
pub(crate) struct Keyring<'a> {
    trust: &'a Trust,
    today: Date,
    read: BTreeMap<Vec<String>, Vec<TrustedKey>>,
}

impl<'a> Keyring<'a> {
    pub(crate) const fn new(trust: &'a Trust, today: Date) -> Self {
        Self { trust, today, read: BTreeMap::new() }
    }

    /// The keys of those who may sign the plugin of a probe; none if no signature is asked for.
    pub(crate) fn of(&mut self, probe: &str) -> Result<Option<&[TrustedKey]>, TrustError> {
        let Some(names) = self.trust.signers(probe) else { return Ok(None) };
        if !self.read.contains_key(names) {
            let keys = keys(self.trust, names, self.today)?;
            self.read.insert(names.to_vec(), keys);
        }
        Ok(self.read.get(names).map(Vec::as_slice))
    }
}

/// Why a plugin is not taken for signed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureProblem {
    /// No signature of a trusted key.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The signature's file cannot be read.
    #[error("cannot read its signature")]
    File(#[source] FileError),
    /// Its descriptor lies beside it, where no signature covers it.
    #[error("its descriptor lies beside it, where the signature does not cover it: {}", beside.display())]
    Descriptor {
        /// Where.
        beside: PathBuf,
    },
}

impl Explain for SignatureProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Verify(error) => error.code(),
            Self::File(_) => "signature.file",
            Self::Descriptor { .. } => "signature.descriptor",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            // What was signed is the plugin here.
            Self::Verify(VerifyError::Expired { .. }) | Self::File(_) => Fault::Environment,
            Self::Verify(_) | Self::Descriptor { .. } => Fault::Plugin,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Verify(error) => error.help(),
            Self::File(_) => None,
            Self::Descriptor { .. } => {
                Some("`shipworthy plugin build` puts it into the component, which is then signed".to_owned())
            }
        }
    }
}

/// The path of a file's signature: the bundle beside it, else the bare signature; the bundle's if there is neither.
pub fn signature_file(file: &Path) -> PathBuf {
    let [bundle, bare] = files_beside(file);
    if !files::exists(&bundle) && files::exists(&bare) { bare } else { bundle }
}

/// Who signed a file, by the signature that lies beside it.
pub(crate) fn of_file(file: &Path, sha256: Sha256, keys: &[TrustedKey]) -> Result<Signer, SignatureProblem> {
    let limit = u64::try_from(LARGEST_SIGNATURE).unwrap_or(u64::MAX);
    match files::read(&signature_file(file), limit) {
        Ok(signature) => Ok(verify_digest(sha256, &signature, keys)?),
        Err(FileError::Missing { .. }) => Err(VerifyError::Unsigned.into()),
        Err(error) => Err(SignatureProblem::File(error)),
    }
}

/// Who signed a manifest, by the signatures that lie beside it in its registry.
///
/// # Errors
///
/// Why none of them counts.
pub fn of_manifest(
    manifest: Sha256,
    attached: &[registry::Attached],
    keys: &[TrustedKey],
) -> Result<Signer, VerifyError> {
    let attached: Vec<Attached<'_>> = attached
        .iter()
        .map(|attached| match attached {
            registry::Attached::Bundle(bytes) => Attached::Bundle(bytes),
            registry::Attached::SimpleSigning { payload, signature } => Attached::SimpleSigning { payload, signature },
        })
        .collect();
    verify_manifest(manifest, &attached, keys)
}
