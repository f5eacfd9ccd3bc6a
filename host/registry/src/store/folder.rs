//! The store's folder: private to its user, or not used; files in it are written whole or not at all.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use shipworthy_plugins::files::{self, FileError};

use super::StoreError;

/// Where blobs lie.
pub(super) const BLOBS: &str = "blobs/sha256";

/// Where it stands what is attached to what.
pub(super) const ATTACHED: &str = "attached";

/// Where files are written before they have their names.
const UNFINISHED: &str = "tmp";

/// How long an unfinished file may belong to somebody who still writes.
const ABANDONED: Duration = Duration::from_hours(1);

/// Makes what is not there, and checks that nobody else can write to it.
#[expect(clippy::disallowed_methods, reason = "the door to the store's folder")]
pub(super) fn open(folder: &Path) -> Result<(), StoreError> {
    let wrong = |reason: String| StoreError::Folder { folder: folder.to_owned(), reason };
    let cannot = |error: io::Error| wrong(format!("cannot be made ({error})"));
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(cannot)?;
    }
    make(folder).map_err(cannot)?;
    check(folder).map_err(wrong)?;
    for inner in [BLOBS, ATTACHED, UNFINISHED] {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder.join(inner)).map_err(cannot)?;
    }
    Ok(())
}

fn make(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[expect(clippy::disallowed_methods, reason = "the door to the store's folder")]
fn check(folder: &Path) -> Result<(), String> {
    let found = fs::symlink_metadata(folder).map_err(|error| format!("cannot be read ({error})"))?;
    if !found.is_dir() {
        return Err("is not a folder".to_owned());
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!("belongs to user {}", found.uid()));
    }
    // What is read is held against its digest, so that others may read; whoever may write could take it away.
    if found.mode() & 0o022 != 0 {
        return Err(format!("can be written by others (mode {:o})", found.mode() & 0o777));
    }
    Ok(())
}

/// The file's bytes; none if it is not there. One that is larger is as good as damaged, and read as nothing.
pub(super) fn read(file: &Path, most: u64) -> Result<Option<Vec<u8>>, StoreError> {
    taken(file, most, Some(Vec::new()))
}

/// The file's bytes; none if it is not there, or is larger, as one may be that is kept for something else.
pub(super) fn read_small(file: &Path, most: u64) -> Result<Option<Vec<u8>>, StoreError> {
    taken(file, most, None)
}

fn taken(file: &Path, most: u64, larger: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
    match files::read(file, most) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(FileError::Missing { .. }) => Ok(None),
        Err(FileError::TooLarge { .. }) => Ok(larger),
        Err(FileError::Io { source, .. }) => Err(StoreError::Io { doing: "read", file: file.to_owned(), source }),
        Err(other @ (FileError::NotRegular { .. } | FileError::NotText { .. })) => {
            Err(StoreError::Io { doing: "read", file: file.to_owned(), source: io::Error::other(other.to_string()) })
        }
    }
}

/// What lies in the store, by its paths from there, sorted.
#[expect(clippy::disallowed_methods, reason = "the door to the store's folder")]
pub(super) fn files(folder: &Path) -> Result<Vec<String>, StoreError> {
    let mut paths = Vec::new();
    for inner in [BLOBS, ATTACHED] {
        let cannot = |source| StoreError::Io { doing: "read", file: folder.join(inner), source };
        for found in fs::read_dir(folder.join(inner)).map_err(cannot)? {
            let name = found.map_err(cannot)?.file_name();
            paths.push(format!("{inner}/{}", name.to_string_lossy()));
        }
    }
    paths.sort();
    Ok(paths)
}

/// Removes a file; one that is gone already is no error.
#[expect(clippy::disallowed_methods, reason = "the door to the store's folder")]
pub(super) fn remove(file: &Path) -> Result<(), StoreError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::Io { doing: "remove", file: file.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

/// Writes a file: under a name of its own, synced, then renamed.
#[expect(clippy::disallowed_methods, reason = "the door to the store's folder")]
pub(super) fn write(folder: &Path, file: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    // A name of its own for every writer, or one could rename what another has not finished.
    static WRITERS: AtomicU64 = AtomicU64::new(0);
    let unfinished = folder.join(UNFINISHED);
    tidy(&unfinished);
    let writer = WRITERS.fetch_add(1, Ordering::Relaxed);
    let temporary = unfinished.join(format!("{}-{writer}", std::process::id()));
    let written = (|| {
        // One that a process of the same number left behind is written over: it is nobody's.
        let mut options = fs::OpenOptions::new();
        let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        open.write_all(bytes)?;
        open.sync_all()?;
        fs::rename(&temporary, file)
    })();
    written.map_err(|source| {
        // It was not kept; a file that cannot be removed either is tidied up later.
        drop(fs::remove_file(&temporary));
        StoreError::Io { doing: "write", file: file.to_owned(), source }
    })
}

/// Removes what writers left behind that were killed.
#[expect(clippy::disallowed_methods, reason = "the door to the store's folder; how old a file is, the clock says")]
fn tidy(unfinished: &Path) {
    let now = std::time::SystemTime::now();
    for found in fs::read_dir(unfinished).into_iter().flatten().flatten() {
        let written = found.metadata().and_then(|metadata| metadata.modified()).ok();
        if written.and_then(|written| now.duration_since(written).ok()).is_some_and(|age| age > ABANDONED) {
            // It harms nothing where it stays.
            drop(fs::remove_file(found.path()));
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at what is written")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::{super::Store, *};

    #[test]
    fn the_folder_is_its_users_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("deep/store");
        Store::open(&folder).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(BLOBS))), (0o700, 0o700));
        let digest = Store::open(&folder).unwrap().put(b"x").unwrap();
        assert_eq!(mode(&folder.join(BLOBS).join(digest.to_string())), 0o600);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).unwrap();
        let error = Store::open(&folder).unwrap_err().to_string();
        assert!(error.ends_with("can be written by others (mode 770)"), "{error}");
    }

    #[test]
    fn a_link_and_a_file_are_refused() {
        let home = tempfile::tempdir().unwrap();
        Store::open(&home.path().join("real")).unwrap();
        let link = home.path().join("link");
        std::os::unix::fs::symlink(home.path().join("real"), &link).unwrap();
        assert!(Store::open(&link).unwrap_err().to_string().ends_with("is not a folder"));
        fs::write(home.path().join("file"), "x").unwrap();
        assert!(Store::open(&home.path().join("file")).is_err());
    }

    #[test]
    fn what_a_killed_writer_left_behind_goes_in_time() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("store")).unwrap();
        let unfinished = store.folder().join(UNFINISHED);
        let old = fs::File::create(unfinished.join("1-0")).unwrap();
        old.set_modified(std::time::SystemTime::now() - ABANDONED * 2).unwrap();
        fs::write(unfinished.join("2-0"), "half").unwrap();
        store.put(b"x").unwrap();
        let left: Vec<_> = fs::read_dir(&unfinished).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["2-0"]);
    }
}
