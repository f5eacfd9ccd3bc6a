//! SHA-256 of many files at once: every core reads and hashes two, within a fixed set of buffers.

pub(crate) mod crew;
pub(crate) mod files;
mod lane;
mod pair;
pub(crate) mod queue;
