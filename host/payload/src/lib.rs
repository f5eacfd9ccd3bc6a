//! The payload contract, checked natively from files alone (contract.md, part 2).
//!
//! Invariants: this crate asks no service and opens no socket; no file is read that lies outside an entry's
//! `artifact_root`, the manifest, its signature and the secret file excepted; nothing is written; a secret's value is neither kept
//! nor shown; and a broken rule is a result, never an error.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use shipworthy_contract::Policy;
//! use shipworthy_payload::{Choice, Demands, Limits, Request, Silent, check};
//!
//! let checked = check(&Request {
//!     manifest: Path::new("artifact.yml"),
//!     contract: Choice::Auto,
//!     policy: Policy::Strict,
//!     secret_env: None,
//!     artifact_sha256: None,
//!     demands: &Demands::default(),
//!     limits: &Limits::default(),
//!     progress: &Silent,
//! })?;
//! assert!(checked.results.iter().all(|result| !result.outcome.blocks()));
//! # Ok::<(), shipworthy_payload::PayloadError>(())
//! ```

mod basis;
mod check;
mod config_files;
mod coverage;
mod document;
mod entry;
mod entry_id;
mod environment;
mod field;
mod finding;
#[cfg(fuzzing)]
pub mod fuzzing;
mod generation;
mod hash;
mod manifest;
mod paths;
mod payload_manifest;
mod progress;
#[cfg(any(test, fuzzing))]
mod reference;
mod root;
mod runtime_meta;
mod secrets;
mod signature;
mod source;
mod source_template;
mod stack_requirement;
mod sums;
mod tree;
mod unknown_fields;
mod yaml;

pub use basis::Watched;
pub use check::{Checked, PayloadError, Request, check, read_requirement};
pub use environment::Demands;
pub use generation::{Choice, Generation, UnknownGeneration};
pub use progress::{Progress, Silent};
pub use root::RootFault;
pub use shipworthy_contract::PayloadLimits as Limits;
pub use source::SourceError;
pub use stack_requirement::Declared;
pub use tree::produce::{SumsError, SumsOf, sums_of};
