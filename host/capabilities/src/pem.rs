//! The one door to the files that an endpoint names: certificates and keys in PEM.

use std::{io, path::Path};

/// Largest PEM file, in bytes. The roots that a Linux distribution ships take 220 KiB.
const LARGEST: u64 = 4 << 20;

/// Reads a PEM file. What is not a regular file is refused before it is opened, because a FIFO would block.
#[expect(clippy::disallowed_methods, reason = "the door to the certificates and keys that an environment names")]
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > LARGEST {
        return Err(io::Error::other(format!("it is larger than {LARGEST} bytes")));
    }
    std::fs::read(path)
}
