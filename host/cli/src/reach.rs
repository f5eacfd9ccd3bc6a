//! Whoever brings what lies in a registry.

use shipworthy_contract::{Explain, Fault, Sha256};
use shipworthy_plugins::{
    Reference,
    environment::RegistrySpec,
    registry::{Fetched, Registry, RegistryFault},
};
use std::collections::BTreeMap;

/// The registries of an environment.
pub(crate) struct Reach {}

#[derive(Debug, thiserror::Error)]
#[error("not connected: {0}")]
struct Not(String);
impl Explain for Not {
    fn code(&self) -> &'static str {
        "x"
    }
    fn fault(&self) -> Fault {
        Fault::Host
    }
    fn help(&self) -> Option<String> {
        None
    }
}

impl Reach {
    pub(crate) fn new(_registries: &BTreeMap<String, RegistrySpec>, _offline: bool) -> Self {
        Self {}
    }
}

impl Registry for Reach {
    fn digest(&self, reference: &Reference) -> Result<Sha256, RegistryFault> {
        Err(Box::new(Not(reference.to_string())))
    }
    fn fetch(&self, reference: &Reference, _: Sha256, _: bool) -> Result<Fetched, RegistryFault> {
        Err(Box::new(Not(reference.to_string())))
    }
    fn tags(&self, reference: &Reference) -> Result<Vec<String>, RegistryFault> {
        Err(Box::new(Not(reference.to_string())))
    }
}
