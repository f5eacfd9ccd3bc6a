//! Plugins in registries: a client of the OCI distribution specification 1.1, and the store that keeps what it fetched.
//!
//! Whatever a registry sends is bounded in size and time, and is used only if it has the digest by which it was asked
//! for. Credentials go to the registry's own address and to the token server that it names, never to where a redirect
//! leads. Nothing of a component is compiled or run here, and no signature is verified: those that are attached to an
//! artifact are handed on as they are ([`Attached`]).
//!
//! Invariant: sockets are opened by `wire`, files by `store::folder` and `files`, a process (docker's credential
//! helper) is started by `credentials::helper`, and by nothing else.

mod artifact;
mod attached;
mod client;
mod credentials;
mod error;
mod host;
mod limits;
mod manifest;
mod options;
mod store;
mod wire;

pub use attached::{Attached, AttachedKind, Attachments};
pub use client::{Client, Pulled, Pushed};
pub use error::{ArtifactProblem, CredentialProblem, Problem, RegistryError, Tried};
pub use options::{RegistryAccess, RegistryOptions, TimeLimits};
pub use store::{Store, StoreError};
