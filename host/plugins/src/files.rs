//! The one door through which this crate reads files: bounded, regular files only, nothing is written.

use std::{
    fs, io,
    io::Read,
    path::{Component, Path, PathBuf},
};

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not there.
    #[error("cannot find the file: {}", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// It is a folder, a FIFO, a socket or a device.
    #[error("expected a regular file, found {kind}: {}", path.display())]
    NotRegular {
        /// Which.
        path: PathBuf,
        /// What it is instead.
        kind: &'static str,
    },
    /// It is larger than it may be.
    #[error("expected at most {limit} bytes, found more: {}", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// It is not UTF-8.
    #[error("expected UTF-8 text, found other bytes at offset {offset}: {}", path.display())]
    NotText {
        /// Which.
        path: PathBuf,
        /// Offset of the first byte that is not text.
        offset: usize,
    },
    /// Anything else that the system says.
    #[error("cannot read {}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl FileError {
    fn io(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            // A path through a file that is no folder does not exist either.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing { path: path.to_owned() },
            _ => Self::Io { path: path.to_owned(), source },
        }
    }
}

/// The bytes of a regular file of at most `limit` bytes; links are followed.
///
/// # Errors
///
/// Every way in which that can go wrong. The kind is tested before the file is opened, so that a FIFO does not hang.
#[expect(clippy::disallowed_methods, reason = "the door of this crate: kind and size are checked here")]
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let metadata = fs::metadata(path).map_err(|error| FileError::io(path, error))?;
    if !is_regular(&metadata) {
        return Err(FileError::NotRegular { path: path.to_owned(), kind: kind_of(&metadata) });
    }
    if metadata.len() > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    let file = fs::File::open(path).map_err(|error| FileError::io(path, error))?;
    read_all(file, path, limit)
}

/// The text of a regular file of at most `limit` bytes, without a byte order mark.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    into_text(read(path, limit)?, path)
}

/// The text on standard input, of at most `limit` bytes.
pub(crate) fn read_standard_input(limit: u64) -> Result<String, FileError> {
    let path = Path::new("-");
    into_text(read_all(io::stdin().lock(), path, limit)?, path)
}

/// Whether something that can be opened as a file is there.
#[expect(clippy::disallowed_methods, reason = "the door of this crate: looks for environment files by name")]
pub fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
}

/// How many bytes a regular file has.
#[expect(clippy::disallowed_methods, reason = "the door of this crate: tells files apart without reading them")]
pub(crate) fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(is_regular).map(|metadata| metadata.len())
}

/// Whether a link stands there, wherever it leads.
#[expect(clippy::disallowed_methods, reason = "the door of this crate: tells a lost lock from none")]
pub(crate) fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// An absolute path without `.` and `..`, by its text alone: links are followed when it is opened.
pub fn normal(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut out = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}

/// Whether it is a folder.
#[expect(clippy::disallowed_methods, reason = "the door of this crate: looks for environment files by name")]
pub(crate) fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Two paths to one file give one answer; a path that cannot be resolved is its own answer.
#[expect(clippy::disallowed_methods, reason = "the door of this crate: tells a cycle of files from a chain")]
pub fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Names of the entries of a folder, sorted; none if it cannot be read.
#[expect(clippy::disallowed_methods, reason = "the door of this crate: lists the environments")]
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).take(MOST_NAMES).collect();
    names.sort();
    names
}

/// Most entries of a folder that are looked at when environments are listed: more are not kept by people.
const MOST_NAMES: usize = 10_000;

fn read_all(source: impl Read, path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    // One byte more than the limit shows that there is more, whatever size was declared.
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| FileError::io(path, error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(FileError::TooLarge { path: path.to_owned(), limit })
    }
}

fn into_text(bytes: Vec<u8>, path: &Path) -> Result<String, FileError> {
    let text = String::from_utf8(bytes)
        .map_err(|error| FileError::NotText { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[expect(clippy::filetype_is_file, reason = "exactly regular files are meant")]
fn is_regular(metadata: &fs::Metadata) -> bool {
    metadata.file_type().is_file()
}

fn kind_of(metadata: &fs::Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a FIFO, a socket or a device" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "sets up what is read")]
    fn only_regular_files_within_the_limit_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert!(matches!(read(&file, 4), Err(FileError::TooLarge { limit: 4, .. })));
        assert!(matches!(read(folder.path(), 4), Err(FileError::NotRegular { kind: "a folder", .. })));
        assert!(matches!(read(&file.join("below"), 4), Err(FileError::Missing { .. })));
        let device = Path::new("/dev/zero");
        assert!(matches!(read(device, 4), Err(FileError::NotRegular { .. })));
        fs::write(&file, b"a\xff").unwrap();
        assert!(matches!(read_text(&file, 5), Err(FileError::NotText { offset: 1, .. })));
    }
}
