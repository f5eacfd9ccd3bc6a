//! The cache's folder: private to its user, or not used.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Why a folder is not used.
#[derive(Debug, thiserror::Error)]
pub enum NotPrivate {
    /// It, or a folder above it, cannot be looked at.
    #[error("cannot be read ({0})")]
    Unreadable(#[source] io::Error),
    /// It is something else.
    #[error("is not a folder")]
    NotAFolder,
    /// It is somebody else's.
    #[error("belongs to user {0}")]
    Owner(u32),
    /// Others may read or write it.
    #[error("is open to others (mode {0:o})")]
    Mode(u32),
    /// Others can put another folder in its place.
    #[error("lies in `{}`, where everybody may write", .0.display())]
    Above(PathBuf),
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
pub(super) fn check_private(folder: &Path) -> Result<(), NotPrivate> {
    use std::os::unix::fs::MetadataExt as _;

    let found = std::fs::symlink_metadata(folder).map_err(NotPrivate::Unreadable)?;
    let own = rustix::process::geteuid().as_raw();
    if !found.is_dir() {
        Err(NotPrivate::NotAFolder)
    } else if own != found.uid() {
        Err(NotPrivate::Owner(found.uid()))
    } else if found.mode() & 0o077 != 0 {
        Err(NotPrivate::Mode(found.mode() & 0o777))
    } else {
        check_ancestors(folder)
    }
}

/// Whoever can rename a folder above could put another one in our folder's place after it was checked.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn check_ancestors(folder: &Path) -> Result<(), NotPrivate> {
    use std::os::unix::fs::MetadataExt as _;

    const STICKY: u32 = 0o1000;
    let real = std::fs::canonicalize(folder).map_err(NotPrivate::Unreadable)?;
    for above in real.ancestors().skip(1) {
        let found = std::fs::metadata(above).map_err(NotPrivate::Unreadable)?;
        // Where the sticky bit is set, as in a temporary folder, only owners rename.
        if found.mode() & 0o002 != 0 && found.mode() & STICKY == 0 {
            return Err(NotPrivate::Above(above.to_owned()));
        }
    }
    Ok(())
}

/// The files in the folder with their sizes in bytes, in no order.
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
pub(super) fn files(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for found in std::fs::read_dir(folder)? {
        let found = found?;
        // Gone since it was listed, such as another writer's temporary file.
        let Ok(metadata) = found.metadata() else { continue };
        if !metadata.is_dir() {
            files.push((found.path(), metadata.len()));
        }
    }
    Ok(files)
}

/// Bytes that this user may still write where the folder is, or would be.
#[cfg(unix)]
pub(super) fn free(folder: &Path) -> Option<u64> {
    let found = folder.ancestors().find_map(|folder| rustix::fs::statvfs(folder).ok())?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// How long ago a file was last written to.
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
pub(super) fn age(file: &Path, now: SystemTime) -> Option<Duration> {
    now.duration_since(std::fs::symlink_metadata(file).ok()?.modified().ok()?).ok()
}

#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}

/// Removes a file; one that is gone already is no error.
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
pub(super) fn remove(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::Cache;

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
