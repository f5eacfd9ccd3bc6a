//! The words of the contract, shared by both sides: rules, outcomes, the report, evidence, requirements, grants.
//!
//! Invariant: no IO. This crate opens no file, no socket and reads no clock, so that what is decided here can be
//! decided again from a recording.

pub mod bound;
pub mod certificate;
pub mod class;
pub mod endpoint;
pub mod evidence;
mod exact;
pub mod explain;
pub mod frame;
pub mod grant;
mod limits;
pub mod node;
pub mod outcome;
pub mod path;
pub mod policy;
pub mod quantity;
pub mod redact;
pub mod report;
pub mod requirement;
pub mod rule;
pub mod rules;
pub mod secret;
pub mod severity;
pub mod sha256;
pub mod side;
pub mod suggest;
pub mod text;
pub mod version;
pub mod wit;
pub mod words;

pub use class::Class;
pub use explain::{Explain, Fault};
pub use frame::Frame;
pub use limits::PayloadLimits;
pub use outcome::Outcome;
pub use policy::Policy;
pub use report::{CheckResult, Location, PluginRef, Report};
pub use rule::{Rule, RuleId};
pub use secret::Secret;
pub use severity::Severity;
pub use sha256::Sha256;
pub use side::Side;
pub use words::{Role, Service};
