//! Renderers of the one report, for people and for machines; of the rules; and of errors.
//!
//! Invariant: no IO. Everything is rendered to a `String` that the binary writes, so that each format is a function of
//! the report alone. One file is one format, and has a `render`.
//!
//! Invariant: what a service, a plugin or an artifact wrote is hostile. It passes `contract::text` once more at the
//! door of each format, however often it was cleaned before (`tests/it/hostile.rs`).

mod attention;
mod classes;
mod identity;
mod look;
mod moment;
mod page;
mod xml;

pub mod compared;
pub mod doctor;
pub mod error;
pub mod github;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod locked;
pub mod markdown;
pub mod notice;
pub mod plugin;
pub mod rules;
pub mod sarif;
pub mod sets;
pub mod since;
pub mod trials;

pub use classes::classes_markdown;
pub use json::REPORT_SCHEMA;
pub use look::Look;
