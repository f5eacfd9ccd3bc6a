//! What was fetched, kept under the digest of its bytes and shared by all processes of a user.
//!
//! ```text
//! blobs/sha256/HEX      manifests, components, signatures: as in an OCI image layout
//! attached/HEX.json     which signatures were attached to the manifest HEX when it was last looked
//! tmp/                  what is being written
//! ```
//!
//! Every read verifies the digest. What does not have it is removed, and is as if it had never been there.

mod folder;
mod signatures;

use std::{
    io,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Explain, Fault, Sha256};
use shipworthy_plugins::component::LARGEST_COMPONENT;

use crate::{
    Attachments, Pulled,
    limits::{LARGEST_MANIFEST, LARGEST_SIGNATURE},
    manifest::Manifest,
};

/// A folder of what was fetched. Several processes may use it at once, and any of them may be killed.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder is not this user's alone.
    #[error("the folder `{}` {reason}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file in it cannot be read or written.
    #[error("cannot {doing} `{}`", file.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Which.
        file: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl Store {
    /// Opens the folder, and makes it if it is not there.
    ///
    /// # Errors
    /// It cannot be made, belongs to somebody else, or is open to others.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        folder::open(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bytes of this digest; none if they are not there, or what is there is something else, which is removed.
    /// At most the largest component's size is read.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn blob(&self, digest: Sha256) -> Result<Option<Vec<u8>>, StoreError> {
        let file = self.file(digest);
        let most = LARGEST_COMPONENT.max(LARGEST_MANIFEST);
        Self::whole(&file, digest, folder::read(&file, most)?)
    }

    /// As [`Self::blob`], for what may be a signature: anything larger is not read, and stays where it is.
    fn signature(&self, digest: Sha256) -> Result<Option<Vec<u8>>, StoreError> {
        let file = self.file(digest);
        Self::whole(&file, digest, folder::read_small(&file, LARGEST_SIGNATURE)?)
    }

    /// What was read, if it has its digest; else its file is removed.
    fn whole(file: &Path, digest: Sha256, read: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(bytes) = read else { return Ok(None) };
        if Sha256::of(&bytes) == digest {
            return Ok(Some(bytes));
        }
        tracing::warn!(file = %file.display(), "damaged, and removed");
        folder::remove(file)?;
        Ok(None)
    }

    /// Keeps bytes, and gives their digest. Where they are already and whole, nothing is written.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn put(&self, bytes: &[u8]) -> Result<Sha256, StoreError> {
        let digest = Sha256::of(bytes);
        let file = self.file(digest);
        // Reading costs a fraction of what it takes to get anything onto a disk for good.
        let kept = folder::read(&file, bytes.len() as u64)?;
        if kept.is_none_or(|kept| kept != bytes) {
            folder::write(&self.folder, &file, bytes)?;
        }
        Ok(digest)
    }

    /// The artifact of this manifest, if all of it is there. No registry is asked.
    ///
    /// # Errors
    /// A file is there and cannot be read.
    pub fn pulled(&self, manifest: Sha256) -> Result<Option<Pulled>, StoreError> {
        let Some(text) = self.blob(manifest)? else { return Ok(None) };
        // What was kept as a manifest can be anything that has this digest.
        let component = Manifest::read(&text, None).and_then(|read| read.component()?.sha256());
        let Ok(component) = component else { return Ok(None) };
        let Some(bytes) = self.blob(component)? else { return Ok(None) };
        Ok(Some(Pulled { manifest, component, size: bytes.len() as u64, bytes, requests: 0 }))
    }

    /// The signatures that were attached to a manifest when it was last looked; none if it was never looked, one of
    /// them is no longer there, or they are more or larger than a registry is asked for.
    ///
    /// # Errors
    /// A file is there and cannot be read.
    pub fn attached(&self, manifest: Sha256) -> Result<Option<Attachments>, StoreError> {
        signatures::read(self, manifest)
    }

    /// Keeps what is attached to a manifest, in the place of what was kept before.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep_attached(&self, manifest: Sha256, attachments: &Attachments) -> Result<(), StoreError> {
        signatures::write(self, manifest, attachments)
    }

    /// The paths of all that is in it, relative to its folder and sorted.
    ///
    /// # Errors
    /// A folder of it cannot be read.
    pub fn files(&self) -> Result<Vec<String>, StoreError> {
        folder::files(&self.folder)
    }

    fn file(&self, digest: Sha256) -> PathBuf {
        self.folder.join(format!("{}/{digest}", folder::BLOBS))
    }
}

impl Explain for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "store.folder",
            Self::Io { .. } => "store.io",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::Folder { .. } => {
                "let it belong to this user alone (mode 700), or set `XDG_CACHE_HOME` to another place"
            }
            Self::Io { .. } => "see that the disk has room and that the folder can be written",
        };
        Some(text.to_owned())
    }
}
