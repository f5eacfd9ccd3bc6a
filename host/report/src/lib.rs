//! Renderers of the one report, for people and for machines; of the rules; and of errors.
//!
//! Invariant: no IO. Everything is rendered to a `String` that the binary writes, so that each format is a function of
//! the report alone. One file is one format, and has a `render`.
//!
//! Invariant: what a service, a plugin or an artifact wrote is hostile. It passes `contract::text` once more at the
//! door of each format, however often it was cleaned before (`tests/it/hostile.rs`).

mod classes;
mod look;
mod page;

pub mod compared;
pub mod doctor;
pub mod error;
pub mod human;
pub mod json;
pub mod locked;
pub mod notice;
pub mod plugin;
pub mod rules;
pub mod sets;
pub mod since;
pub mod trials;

pub use classes::classes_markdown;
pub use json::REPORT_SCHEMA;
pub use look::Look;
