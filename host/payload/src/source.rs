//! The door to files that the user names: the manifest, its signature and the secret file. Bounded in size, and never waits: the
//! kind is looked at before anything is opened, and what is opened is opened without blocking.

use std::{
    fs::{File, FileType, Metadata, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileTypeExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;
use shipworthy_contract::quantity::Bytes;

/// Why a file that the user named cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing is there.
    #[error("it does not exist")]
    Missing,
    /// A folder.
    #[error("it is a folder")]
    Folder,
    /// A special file.
    #[error("it is {0}, not a regular file")]
    Kind(&'static str),
    /// More bytes than are read.
    #[error("it has more than {0}")]
    TooLarge(Bytes),
    /// The system says no.
    #[error("it cannot be opened or read")]
    Io(#[from] io::Error),
}

impl SourceError {
    /// The whole reason in one line, for a result: results have no chain of causes.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Io(cause) => format!("{self}: {cause}"),
            Self::Missing | Self::Folder | Self::Kind(_) | Self::TooLarge(_) => self.to_string(),
        }
    }
}

/// Reads a file that the user named; a link is followed, as the user meant it.
#[expect(clippy::disallowed_methods, reason = "the door: kind and size are checked here")]
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, SourceError> {
    regular(&std::fs::metadata(path).map_err(missing_or_io)?)?;
    let file = OpenOptions::new().read(true).custom_flags(flags()).open(path).map_err(missing_or_io)?;
    read_open(file, limit)
}

/// Where a file that the user named lies, without links on the way.
#[expect(clippy::disallowed_methods, reason = "the door: a place is looked up, nothing is opened")]
pub(crate) fn resolved(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// Reads a file that is open; what it is is looked at again, since it may have been replaced.
pub(crate) fn read_open(file: File, limit: u64) -> Result<Vec<u8>, SourceError> {
    let metadata = file.metadata()?;
    regular(&metadata)?;
    let too_large = || SourceError::TooLarge(Bytes(limit));
    if metadata.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // One more than the limit tells a file that grew from one that fits.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) { Ok(bytes) } else { Err(too_large()) }
}

/// Opening never waits for a FIFO's other end and never makes a terminal ours.
pub(crate) fn flags() -> i32 {
    // The bits of O_NONBLOCK and O_NOCTTY fit every platform's `int`.
    i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or_default()
}

/// Whether a path may have nothing behind it: also where a file stands in place of a folder.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput)
}

fn missing_or_io(error: io::Error) -> SourceError {
    if is_missing(&error) { SourceError::Missing } else { SourceError::Io(error) }
}

fn regular(metadata: &Metadata) -> Result<(), SourceError> {
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(SourceError::Folder)
    } else {
        Err(SourceError::Kind(kind(metadata.file_type())))
    }
}

fn kind(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
