//! Compiled code, kept so that a plugin is compiled once per host. Deserialising is unsafe by nature: it runs what it
//! reads. So only what this host compiled is kept, in a folder that is private to its user, under a key that no other
//! component, wasmtime or setting shares, and with a digest over key and code. A bad entry is compiled anew, never
//! fatal; neither is a full disk nor a folder that cannot be written.

mod entry;
mod folder;
mod look;
mod turn;

use std::{
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use shipworthy_contract::Sha256;

use crate::{WASMTIME, error::LoadError};

pub use folder::NotPrivate;
pub use look::{Looked, look};
pub(crate) use turn::Turn;

/// What entries end with.
const ENTRY: &str = "cwasm";

/// What half-written entries end with. A writer that was killed leaves one behind.
const UNFINISHED: &str = "tmp";

/// How long an unfinished entry may belong to somebody who still writes: far longer than any compile takes.
const ABANDONED: Duration = Duration::from_mins(15);

/// A folder of compiled components.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// Where one component's code is, or would be.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    file: PathBuf,
    /// The file's name, which says of what the code is and for which engine.
    key: String,
}

/// What a folder held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Compiled components.
    pub entries: usize,
    /// Bytes of all that was removed.
    pub bytes: u64,
}

impl Cache {
    /// Opens the folder, and makes it if it is not there.
    ///
    /// # Errors
    /// [`LoadError::Cache`] if it cannot be made, belongs to somebody else, or is open to others.
    pub fn open(folder: &Path) -> Result<Self, LoadError> {
        let wrong = |reason: String| LoadError::Cache { folder: folder.to_owned(), reason };
        folder::make_private(folder).map_err(|error| wrong(format!("cannot be made ({error})")))?;
        folder::check_private(folder).map_err(|reason| wrong(reason.to_string()))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes every entry, finished or not; nothing else that lies in the folder. Whoever runs an entry's code at this
    /// moment goes on: what is open stays.
    ///
    /// # Errors
    /// What the system says of the first file that stays.
    pub fn clean(&self) -> io::Result<Cleaned> {
        let mut cleaned = Cleaned::default();
        for (file, bytes) in folder::files(&self.folder)? {
            let is_entry = has_extension(&file, ENTRY);
            if is_entry || has_extension(&file, UNFINISHED) {
                folder::remove(&file)?;
                cleaned.entries += usize::from(is_entry);
                cleaned.bytes += bytes;
            }
        }
        Ok(cleaned)
    }

    /// The place of one component as this engine would compile it.
    pub(crate) fn slot(&self, engine: &wasmtime::Engine, sha256: Sha256) -> Slot {
        let key = format!("{sha256}-{WASMTIME}-{:016x}", compatibility(engine));
        Slot { file: self.folder.join(format!("{key}.{ENTRY}")), key }
    }

    /// Waits for its turn to compile: one at a time on this host, since a large component takes hundreds of megabytes.
    /// None where the turn cannot be had, or not `within` this time.
    pub(crate) fn turn(&self, within: Duration) -> Option<Turn> {
        Turn::wait(&self.folder.join("compiling.lock"), within)
    }

    /// Removes what writers left behind that were killed.
    #[expect(clippy::disallowed_methods, reason = "how old a file is, is the system's clock's to say")]
    pub(crate) fn tidy(&self) {
        let now = SystemTime::now();
        for (file, _) in folder::files(&self.folder).unwrap_or_default() {
            let is_old = || folder::age(&file, now).is_some_and(|age| age > ABANDONED);
            if has_extension(&file, UNFINISHED) && is_old() {
                // It harms nothing where it stays.
                drop(folder::remove(&file));
            }
        }
    }
}

impl Slot {
    /// The code that was kept, if there is any and it is what was written: told by its digest, since running what is
    /// damaged or another component's would be running anything.
    pub(crate) fn load(&self, engine: &wasmtime::Engine) -> Option<wasmtime::component::Component> {
        let opened = match entry::open(&self.file, &self.key) {
            Ok(opened) => opened?,
            Err(reason) => {
                tracing::warn!(entry = %self.file.display(), reason, "a compiled plugin cannot be used; compiling it anew");
                return None;
            }
        };
        #[expect(unsafe_code, reason = "the one way to use compiled code")]
        // SAFETY: these bytes were written by this version of this host under a key of component, engine and settings
        // (`keep`), into a folder that only this user can write (`Cache::open`), and they still are those bytes
        // (`entry::open`); wasmtime checks its own version and settings again and refuses what does not fit.
        let loaded = unsafe { wasmtime::component::Component::deserialize_file(engine, opened.path()) };
        loaded
            .inspect_err(|error| {
                tracing::warn!(%error, entry = %self.file.display(), "a compiled plugin cannot be used; compiling it anew");
            })
            .ok()
    }

    /// Keeps code: a temporary file, synced, then renamed, so that no reader ever sees half of one.
    pub(crate) fn keep(&self, code: &[u8]) -> io::Result<()> {
        // A name of its own for every writer, or one could rename what another has not finished.
        static WRITERS: AtomicU64 = AtomicU64::new(0);
        let writer = WRITERS.fetch_add(1, Ordering::Relaxed);
        let temporary = self.file.with_extension(format!("{}-{writer}.{UNFINISHED}", std::process::id()));
        let written = entry::write(&temporary, &self.key, code).and_then(|()| folder::rename(&temporary, &self.file));
        if written.is_err() {
            // The entry was not kept; a temporary file that cannot be removed either is tidied up later.
            drop(folder::remove(&temporary));
        }
        written
    }
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
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
