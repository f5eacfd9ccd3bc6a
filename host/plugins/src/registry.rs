//! How plugins that lie in a registry are brought here. This crate opens no socket: whoever asks it hands it somebody who
//! does.

use shipworthy_contract::{Explain, Fault, Sha256};

use crate::Reference;

/// Why a registry did not give what it was asked for.
pub type RegistryFault = Box<dyn Explain + Send + Sync>;

/// Somebody who brings plugins.
pub trait Registry {
    /// The digest of the manifest that a reference names: its own, or what its tag means now.
    ///
    /// # Errors
    ///
    /// If there is none, or the registry cannot be asked.
    fn digest(&self, reference: &Reference) -> Result<Sha256, RegistryFault>;

    /// The component of a manifest, whose bytes are those that the manifest names.
    ///
    /// # Errors
    ///
    /// If it cannot be had whole.
    fn fetch(&self, reference: &Reference, manifest: Sha256) -> Result<Vec<u8>, RegistryFault>;

    /// The signatures that lie beside a manifest, as they are: nothing of them was verified.
    ///
    /// # Errors
    ///
    /// If the registry cannot be asked, and nobody looked before.
    fn signatures(
        &self,
        reference: &Reference,
        manifest: Sha256,
        looked: Looked,
    ) -> Result<Vec<Attached>, RegistryFault>;

    /// The repository's tags, in no order.
    ///
    /// # Errors
    ///
    /// If the registry cannot be asked.
    fn tags(&self, reference: &Reference) -> Result<Vec<String>, RegistryFault>;
}

/// When signatures are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Before, if some were found then.
    Before,
    /// Now, if the registry can be reached.
    Now,
}

/// A signature that lies beside a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attached {
    /// A Sigstore bundle.
    Bundle(Vec<u8>),
    /// A payload of simple signing, and its signature in base64.
    SimpleSigning {
        /// The payload.
        payload: Vec<u8>,
        /// The signature, from the layer's annotation.
        signature: String,
    },
}

/// Nobody: for whoever runs plugins that are here already.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

/// Why nobody brings a plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no registry is reached from here: {0}")]
pub struct NotReached(String);

impl NotReached {
    fn of(reference: &Reference) -> RegistryFault {
        Box::new(Self(reference.to_string()))
    }
}

impl Explain for NotReached {
    fn code(&self) -> &'static str {
        "registry.not-reached"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        None
    }
}

impl Registry for Nobody {
    fn digest(&self, reference: &Reference) -> Result<Sha256, RegistryFault> {
        Err(NotReached::of(reference))
    }

    fn fetch(&self, reference: &Reference, _: Sha256) -> Result<Vec<u8>, RegistryFault> {
        Err(NotReached::of(reference))
    }

    fn signatures(&self, reference: &Reference, _: Sha256, _: Looked) -> Result<Vec<Attached>, RegistryFault> {
        Err(NotReached::of(reference))
    }

    fn tags(&self, reference: &Reference) -> Result<Vec<String>, RegistryFault> {
        Err(NotReached::of(reference))
    }
}
