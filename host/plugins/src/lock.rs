//! `shipworthy.lock`: every plugin of every environment of a folder, by its bytes and by what it may do. Once it is there,
//! nothing else runs.
//!
//! The lock says what was reviewed; the environment says what is wanted. Where they differ, nothing is judged: neither
//! wins over the other.

mod change;
mod draft;
mod error;
mod hold;
mod read;
mod write;

use std::path::{Path, PathBuf};

use shipworthy_contract::{Service, Sha256, grant::Grant};

pub use self::{
    change::{Change, ChangeKind, Replaced, changes},
    draft::{Update, draft},
    error::{LockError, Measured},
    read::load,
};
use crate::{Environment, environment::PluginSource};
pub(crate) use hold::{hold_bytes, hold_descriptor, hold_source};

/// The name of the file, which lies beside the environment files that it is about.
pub const LOCK_FILE: &str = "shipworthy.lock";

/// The format, in the file's `version`.
pub const LOCK_VERSION: i64 = 1;

/// JSON Schema of the file, for editors.
pub const LOCK_SCHEMA: &str = include_str!("../schemas/lock.json");

/// What a folder's environments may run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// Sorted by environment, then probe.
    pub entries: Vec<Entry>,
}

/// One probe of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The environment's name.
    pub environment: String,
    /// The probe's name in it.
    pub probe: String,
    /// The service that it looks at: what `.` means in its lines.
    pub service: Service,
    /// The descriptor's name.
    pub name: String,
    /// The descriptor's version.
    pub version: String,
    /// `plugin` of the environment; a file's path is relative to the lock.
    pub source: String,
    /// The digest of a registry's manifest.
    pub manifest: Option<Sha256>,
    /// Of the component's bytes.
    pub sha256: Sha256,
    /// How many bytes these are.
    pub size: u64,
    /// The digest of the descriptor that lies beside the component; none if the component carries it.
    pub descriptor: Option<Sha256>,
    /// The release of the WIT package that it is built for.
    pub wit: String,
    /// What its descriptor says that it needs.
    pub needs: Vec<Grant>,
    /// What of it it can do without.
    pub optional: Vec<Grant>,
    /// What it may do.
    pub grants: Vec<Grant>,
}

/// A lock that was read, and where.
#[derive(Clone, Debug)]
pub struct LockFile {
    /// Its path.
    pub file: PathBuf,
    /// What it holds.
    pub lock: Lock,
}

impl Lock {
    /// The entry of a probe.
    pub fn entry(&self, environment: &str, probe: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.environment == environment && entry.probe == probe)
    }

    /// The same lock with other entries for some environments.
    #[must_use]
    pub fn with(&self, environments: &[&str], entries: Vec<Entry>) -> Self {
        let kept = self.entries.iter().filter(|entry| !environments.contains(&entry.environment.as_str())).cloned();
        let mut entries: Vec<Entry> = kept.chain(entries).collect();
        entries.sort_by(|a, b| (&a.environment, &a.probe).cmp(&(&b.environment, &b.probe)));
        Self { entries }
    }
}

/// Where the lock of an environment lies.
pub fn path_of(environment: &Path) -> PathBuf {
    environment.with_file_name(LOCK_FILE)
}

/// A plugin's source as a lock writes it.
pub fn source_of(plugin: &PluginSource, environment: &Environment) -> String {
    match plugin {
        PluginSource::Builtin(name) => format!("builtin:{name}"),
        PluginSource::Oci(reference) => reference.to_string(),
        PluginSource::File(path) => {
            let folder = environment.file.parent().unwrap_or(Path::new(""));
            path.strip_prefix(folder).unwrap_or(path).display().to_string()
        }
    }
}
