//! Compiled code, kept so that a plugin is compiled once per host. Deserialising is unsafe by nature: it runs what it
//! reads. So only what this host compiled is kept, in a folder that is private to its user, under a key that no other
//! component, wasmtime or setting shares. A bad entry is compiled anew, never fatal.

use std::{
    hash::{Hash, Hasher},
    io::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use shipworthy_contract::Sha256;

use crate::{WASMTIME, error::LoadError};

/// A folder of compiled components.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Opens the folder, and makes it if it is not there.
    ///
    /// # Errors
    /// [`LoadError::Cache`] if it cannot be made, belongs to somebody else, or is open to others.
    pub fn open(folder: &Path) -> Result<Self, LoadError> {
        let wrong = |reason: String| LoadError::Cache { folder: folder.to_owned(), reason };
        make_private(folder).map_err(|error| wrong(format!("cannot be made ({error})")))?;
        check_private(folder).map_err(wrong)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The file of one component as this engine would compile it.
    pub(crate) fn entry(&self, engine: &wasmtime::Engine, sha256: Sha256) -> PathBuf {
        self.folder.join(format!("{sha256}-{WASMTIME}-{:016x}.cwasm", compatibility(engine)))
    }

    /// Keeps an entry: a temporary file, synced, then renamed, so that no reader ever sees half of one.
    pub(crate) fn keep(entry: &Path, code: &[u8]) -> std::io::Result<()> {
        // A name of its own for every writer, or one could rename what another has not finished.
        static WRITERS: AtomicU64 = AtomicU64::new(0);
        let writer = WRITERS.fetch_add(1, Ordering::Relaxed);
        let temporary = entry.with_extension(format!("{}-{writer}.tmp", std::process::id()));
        let written = write_synced(&temporary, code).and_then(|()| rename(&temporary, entry));
        if written.is_err() {
            remove(&temporary);
        }
        written
    }
}

/// What wasmtime says its compiled code depends on: version, target, CPU features, settings.
fn compatibility(engine: &wasmtime::Engine) -> u64 {
    // The hasher only has to give the same answer in every process of this binary's version.
    #[expect(deprecated, reason = "SipHasher is the one hasher of std that is the same in every process")]
    let mut hasher = std::hash::SipHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    hasher.finish()
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn check_private(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;

    let found = std::fs::symlink_metadata(folder).map_err(|error| format!("cannot be read ({error})"))?;
    let own = rustix::process::geteuid().as_raw();
    if !found.is_dir() {
        Err("is not a folder".to_owned())
    } else if own != found.uid() {
        Err(format!("belongs to user {}", found.uid()))
    } else if found.mode() & 0o077 != 0 {
        Err(format!("is open to others (mode {:o})", found.mode() & 0o777))
    } else {
        check_ancestors(folder)
    }
}

/// Whoever can rename a folder above could put another one in our folder's place after it was checked.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn check_ancestors(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;

    const STICKY: u32 = 0o1000;
    let real = std::fs::canonicalize(folder).map_err(|error| format!("cannot be resolved ({error})"))?;
    for above in real.ancestors().skip(1) {
        let found = std::fs::metadata(above).map_err(|error| format!("lies in `{}` ({error})", above.display()))?;
        // Where the sticky bit is set, as in a temporary folder, only owners rename.
        if found.mode() & 0o002 != 0 && found.mode() & STICKY == 0 {
            return Err(format!("lies in `{}`, where everybody may write", above.display()));
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn write_synced(file: &Path, code: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(file)?;
    file.write_all(code)?;
    file.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::rename(from, to)
}

#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn remove(file: &Path) {
    // The entry was not kept; a temporary file that cannot be removed either harms nothing.
    drop(std::fs::remove_file(file));
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_that_is_open_to_others_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("deep/compiled");
        assert!(Cache::open(&folder).is_ok());
        assert!(Cache::open(&folder).is_ok(), "an existing private folder is fine");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let error = Cache::open(&folder).unwrap_err().to_string();
        assert!(error.ends_with("is open to others (mode 755)"), "{error}");
    }

    #[test]
    fn a_folder_that_others_could_replace_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("open/compiled");
        assert!(Cache::open(&folder).is_ok());
        let above = home.path().join("open");
        std::fs::set_permissions(&above, std::fs::Permissions::from_mode(0o777)).unwrap();
        let error = Cache::open(&folder).unwrap_err().to_string();
        assert!(error.ends_with("where everybody may write"), "{error}");
        std::fs::set_permissions(&above, std::fs::Permissions::from_mode(0o1777)).unwrap();
        assert!(Cache::open(&folder).is_ok(), "nobody else can replace a folder where the sticky bit is set");
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("compiled");
        assert!(Cache::open(&folder).is_ok());
        // Only root can give a folder away; for anybody else the kernel refuses, and there is nothing to see.
        if std::os::unix::fs::chown(&folder, Some(12_345), None).is_ok() {
            let error = Cache::open(&folder).unwrap_err().to_string();
            assert!(error.ends_with("belongs to user 12345"), "{error}");
        }
    }

    #[test]
    fn a_link_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("real");
        assert!(Cache::open(&real).is_ok());
        let link = home.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert!(Cache::open(&link).unwrap_err().to_string().ends_with("is not a folder"));
    }
}
