//! Environments, descriptors and where plugins come from.
//!
//! Everything here is decided before a probe runs, and decided from data: no guest code runs, nothing is compiled, no
//! socket is opened. What does not hold together ends with exit status 2 and judges nothing.
//!
//! Invariant: files are opened by [`files`] only, secrets are fetched by [`EndpointSpec::resolve`] only
//! ([`environment::EndpointSpec`]); so an environment can be listed, shown and checked without any of its secrets.
//!
//! [`EndpointSpec::resolve`]: environment::EndpointSpec::resolve

pub mod bundle;
pub mod component;
pub mod config;
pub mod descriptor;
mod document;
pub mod environment;
pub mod files;
pub mod grants;
pub mod inspect;
pub mod limits;
pub mod lock;
pub mod masking;
pub mod reference;
pub mod registry;
pub mod source;
mod strict_json;
pub mod trust;

pub use descriptor::Descriptor;
pub use environment::{Environment, EnvironmentError, EnvironmentErrors, Probe};
pub use reference::Reference;
pub use shipworthy_contract::Severity;
pub use source::{Bundled, Plugin, PluginError};
