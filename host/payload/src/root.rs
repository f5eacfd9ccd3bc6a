//! An entry's root, and the files beneath it: nothing outside is ever opened, whatever links say.
//!
//! A path is resolved first and must lie beneath the resolved root; then it is opened by way of the root's own handle,
//! so that a link which is swapped in between leads nowhere either.

use std::{
    fs::File,
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::Arc,
};

use cap_std::{
    ambient_authority,
    fs::{Dir, FileTypeExt, Metadata, OpenOptions, OpenOptionsExt},
};

use rustix::fs::{Mode, OFlags};

use crate::{
    basis::Watch,
    paths::{RelPath, clean},
    source,
};

/// The folder that holds an entry's files, resolved once and held open.
#[derive(Debug)]
pub(crate) struct Root {
    dir: Dir,
    resolved: PathBuf,
    /// As it was named.
    named: PathBuf,
    shown: PathBuf,
    watch: Option<Arc<Watch>>,
}

/// Why a folder cannot be used as a root.
#[derive(Debug, thiserror::Error)]
pub enum RootFault {
    /// Nothing is there.
    #[error("does not exist")]
    Missing,
    /// It is a file or something else.
    #[error("is not a folder")]
    NotAFolder,
    /// The system says no.
    #[error("cannot be opened: {0}")]
    Io(io::Error),
}

/// A regular file that lies beneath its root. Only [`Root::open`] makes one.
#[derive(Debug)]
pub(crate) struct Beneath {
    /// Open for reading.
    pub(crate) file: File,
    /// Its size when it was opened.
    pub(crate) length: u64,
}

/// Why a file beneath a root cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeneathFault {
    /// Nothing is there, or a link that leads to nothing.
    #[error("does not exist")]
    Missing,
    /// A link leads out of the root.
    #[error("leads outside the root through a link")]
    Outside,
    /// It is a folder or a special file.
    #[error("is {0}, not a regular file")]
    NotAFile(&'static str),
    /// The system says no; a loop of links too.
    #[error("cannot be read: {0}")]
    Io(io::Error),
}

impl Root {
    /// Resolves `artifact_root`: absolute, or relative to the manifest's folder. It may be a link itself.
    pub(crate) fn resolve(folder: &Path, text: &str) -> Result<Self, RootFault> {
        let cleaned = clean(text.trim());
        let root = Self::open_folder(&folder.join(&cleaned))?;
        let shown = if cleaned == "." { folder.to_owned() } else { folder.join(cleaned) };
        Ok(Self { shown, ..root })
    }

    /// A folder that the user named. It may be a link itself.
    #[expect(clippy::disallowed_methods, reason = "the door: resolves the root, once")]
    pub(crate) fn open_folder(path: &Path) -> Result<Self, RootFault> {
        let resolved = std::fs::canonicalize(path).map_err(root_fault)?;
        let metadata = std::fs::metadata(&resolved).map_err(root_fault)?;
        if !metadata.is_dir() {
            return Err(RootFault::NotAFolder);
        }
        let dir = Dir::open_ambient_dir(&resolved, ambient_authority()).map_err(root_fault)?;
        Ok(Self { dir, resolved, named: path.to_owned(), shown: path.to_owned(), watch: None })
    }

    /// The same, and whatever is read beneath it is taken down.
    #[must_use]
    pub(crate) fn watched_by(self, watch: Option<&Arc<Watch>>) -> Self {
        Self { watch: watch.cloned(), ..self }
    }

    /// Who takes down what is read beneath it.
    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_deref()
    }

    /// The folder as it was named, links and all.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// The folder itself, without links on the way.
    pub(crate) fn resolved(&self) -> &Path {
        &self.resolved
    }

    /// The folder, opened once more by its own handle.
    pub(crate) fn handle(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.dir, ".", flags, Mode::empty())?)
    }

    /// A path below the root as the user would open it.
    pub(crate) fn shown(&self, path: &RelPath) -> String {
        self.shown.join(path.as_str()).display().to_string()
    }

    /// Opens a regular file beneath the root. Links are followed as long as they stay beneath.
    #[expect(clippy::disallowed_methods, reason = "the door: where a path leads is checked here")]
    pub(crate) fn open(&self, path: &RelPath) -> Result<Beneath, BeneathFault> {
        let resolved = std::fs::canonicalize(self.resolved.join(path.as_str())).map_err(beneath_fault)?;
        let Ok(inside) = resolved.strip_prefix(&self.resolved) else { return Err(BeneathFault::Outside) };
        if inside.as_os_str().is_empty() {
            return Err(BeneathFault::NotAFile("a folder"));
        }
        // Looked at before it is opened: opening alone can wake a device.
        let metadata = self.dir.metadata(inside).map_err(beneath_fault)?;
        if !metadata.is_file() {
            return Err(BeneathFault::NotAFile(kind(&metadata)));
        }
        let options = OpenOptions::new().read(true).custom_flags(source::flags()).clone();
        let file = self.dir.open_with(inside, &options).map_err(beneath_fault)?.into_std();
        let metadata = file.metadata().map_err(BeneathFault::Io)?;
        if !metadata.is_file() {
            return Err(BeneathFault::NotAFile("something else by now"));
        }
        Ok(Beneath { file, length: metadata.len() })
    }
}

fn root_fault(error: io::Error) -> RootFault {
    if source::is_missing(&error) { RootFault::Missing } else { RootFault::Io(error) }
}

fn beneath_fault(error: io::Error) -> BeneathFault {
    if source::is_missing(&error) { BeneathFault::Missing } else { BeneathFault::Io(error) }
}

fn kind(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if metadata.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
