//! How far a long check has come, for whoever wants to show it.

use std::fmt;

/// Is told, on any thread, what is to be read and what was.
pub trait Progress: fmt::Debug + Sync {
    /// A tree is about to be read: so many files, so many bytes.
    fn begin(&self, files: u64, bytes: u64);

    /// More bytes were read.
    fn advance(&self, bytes: u64);

    /// The tree is read.
    fn end(&self);
}

/// Nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _files: u64, _bytes: u64) {}

    fn advance(&self, _bytes: u64) {}

    fn end(&self) {}
}
