//! A bundle: an environment, its lock and its plugins in one file, for where no registry is reached. Components are
//! portable: nothing that was compiled is taken along.
//!
//! The format is a POSIX archive (ustar) whose first entry is an index of all others. It is canonical: the same content
//! gives the same bytes, and other bytes are refused, so that nothing hides in it.

mod error;
mod path;
mod read;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shipworthy_contract::Sha256;

pub use self::{error::BundleError, read::read, write::write};

/// The format, in the index's `schema`.
pub const BUNDLE_SCHEMA: &str = "shipworthy.bundle/1";

/// The name of the index.
pub const INDEX_FILE: &str = "shipworthy-bundle.json";

/// Largest bundle, in bytes: ten plugins of the largest size.
pub const LARGEST_BUNDLE: u64 = 640 << 20;

/// Most files of a bundle.
const MOST_FILES: usize = 20_000;

/// What a bundle holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The version of the shipworthy that made it: the probes that are bundled with that one are not in here.
    pub host: String,
    /// The environment's name.
    pub environment: String,
    /// The path of its file in the bundle.
    pub file: String,
    /// Every file by its path: `/` between parts, none of which is empty, `.` or `..`.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The index.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    schema: String,
    host: String,
    environment: String,
    file: String,
    files: Vec<Listed>,
}

/// One file of the index.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    size: u64,
    sha256: Sha256,
}
