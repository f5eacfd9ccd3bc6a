//! One file per command.

pub(crate) mod bundle;
pub(crate) mod cache;
pub(crate) mod capture;
pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod env;
mod harmless;
pub(crate) mod init;
pub(crate) mod manual;
pub(crate) mod plugin;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod sums;
