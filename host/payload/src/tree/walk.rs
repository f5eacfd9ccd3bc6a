//! Everything that lies beneath a folder, each step from the handle of the folder above it: no link is followed, so
//! nothing outside is reached, also if something is swapped while we walk.

use std::{
    ffi::{CStr, CString},
    io,
    os::fd::OwnedFd,
    sync::Arc,
};

use rustix::{
    fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat},
    io::Errno,
};
use sha2::Digest;

/// What lies in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A device.
    Device,
}

impl Kind {
    /// With its article.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a link",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device",
        }
    }

    fn of(kind: FileType) -> Option<Self> {
        match kind {
            FileType::RegularFile => Some(Self::File),
            FileType::Directory => Some(Self::Folder),
            FileType::Symlink => Some(Self::Link),
            FileType::Fifo => Some(Self::Fifo),
            FileType::Socket => Some(Self::Socket),
            FileType::CharacterDevice | FileType::BlockDevice => Some(Self::Device),
            FileType::Unknown => None,
        }
    }
}

/// The SHA-256 of a path by which it is looked up: two paths with the same one would break SHA-256 itself. In four
/// numbers, since two of them are compared in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PathKey([u64; 4]);

impl PathKey {
    /// Of a path relative to the tree's root.
    pub(crate) fn of(path: &[u8]) -> Self {
        Self::from_digest(sha2::Sha256::digest(path).into())
    }

    /// Its first bits, 16 at most.
    pub(crate) fn beginning(&self, bits: u32) -> usize {
        let [first, ..] = self.0;
        usize::try_from(first >> (64 - bits.clamp(1, 16))).unwrap_or_default()
    }

    fn from_digest(digest: [u8; 32]) -> Self {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(digest.as_chunks().0) {
            *word = u64::from_be_bytes(*bytes);
        }
        Self(words)
    }
}

/// A folder of the tree, held open.
#[derive(Debug)]
pub(crate) struct Folder {
    handle: OwnedFd,
    /// Relative to the root, with a `/` at its end; empty for the root itself.
    prefix: Vec<u8>,
    /// Has absorbed the prefix, so that the key of a file deep down costs no more than that of one at the top.
    hasher: sha2::Sha256,
}

impl Folder {
    /// The tree's root, which the caller has opened.
    pub(crate) fn root(handle: OwnedFd) -> Self {
        Self { handle, prefix: Vec::new(), hasher: sha2::Sha256::new() }
    }

    /// A folder in this one; a link is refused.
    pub(crate) fn open(&self, name: &CStr) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(&self.handle, name, flags, Mode::empty())?;
        let mut prefix = self.prefix.clone();
        prefix.extend_from_slice(name.to_bytes());
        prefix.push(b'/');
        let mut hasher = self.hasher.clone();
        hasher.update(name.to_bytes());
        hasher.update(b"/");
        Ok(Self { handle, prefix, hasher })
    }

    /// A file in this folder, opened for reading; a link is refused, and nothing is waited for.
    pub(crate) fn open_file(&self, name: &CStr) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.handle, name, flags, Mode::empty())?)
    }

    /// What is known of something in this folder without opening it.
    pub(crate) fn look(&self, name: &CStr) -> io::Result<Stat> {
        Ok(rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// The text of a link in this folder.
    pub(crate) fn link_text(&self, name: &CStr) -> io::Result<Vec<u8>> {
        Ok(rustix::fs::readlinkat(&self.handle, name, Vec::new())?.into_bytes())
    }

    /// The path of something in this folder, relative to the root.
    pub(crate) fn path_of(&self, name: &CStr) -> Vec<u8> {
        [&self.prefix, name.to_bytes()].concat()
    }

    /// The key of something in this folder.
    pub(crate) fn key_of(&self, name: &CStr) -> PathKey {
        let mut hasher = self.hasher.clone();
        hasher.update(name.to_bytes());
        PathKey::from_digest(hasher.finalize().into())
    }

    /// The folder's own path; empty for the root.
    pub(crate) fn path(&self) -> &[u8] {
        self.prefix.strip_suffix(b"/").unwrap_or_default()
    }

    /// Whether both are handles of one folder.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let id = |folder: &Self| rustix::fs::fstat(&folder.handle).map(|stat| (stat.st_dev, stat.st_ino));
        matches!((id(self), id(other)), (Ok(one), Ok(two)) if one == two)
    }

    /// The names in it, once more.
    pub(crate) fn names(&self) -> io::Result<impl Iterator<Item = io::Result<Vec<u8>>>> {
        let dir = Dir::read_from(&self.handle)?;
        Ok(dir.filter_map(|entry| match entry {
            Ok(entry) if is_own_or_above(entry.file_name()) => None,
            Ok(entry) => Some(Ok(entry.file_name().to_bytes().to_vec())),
            Err(error) => Some(Err(error.into())),
        }))
    }
}

/// What a walk meets, in this order: a folder is met as an entry of the one above it, entered, and left once all that
/// is in it was met.
#[derive(Debug)]
pub(crate) enum Met {
    /// A folder whose entries come next.
    Entered,
    /// Something in a folder.
    Entry(Entry),
    /// The folder that was entered last, with how much was met directly in it.
    Left(Arc<Folder>, u64),
    /// Something that cannot be looked at, or a folder that cannot be listed to its end.
    Unreadable(Vec<u8>, io::Error),
    /// A folder that lies too deep to be walked.
    TooDeep(Vec<u8>),
}

/// Something in a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) folder: Arc<Folder>,
    pub(crate) name: CString,
    pub(crate) kind: Kind,
}

impl Entry {
    /// Relative to the root.
    pub(crate) fn path(&self) -> Vec<u8> {
        self.folder.path_of(&self.name)
    }

    /// The key of its path.
    pub(crate) fn key(&self) -> PathKey {
        self.folder.key_of(&self.name)
    }
}

/// A walk through a tree, depth first, that holds one folder open per level.
#[derive(Debug)]
pub(crate) struct Walk {
    levels: Vec<Level>,
    /// Most folders above a file.
    depth: usize,
    /// What was met last and comes next: a folder to be entered.
    next: Option<Result<Folder, Met>>,
}

#[derive(Debug)]
struct Level {
    folder: Arc<Folder>,
    dir: Dir,
    entries: u64,
}

impl Walk {
    /// Begins at a root; at most `depth` folders lie above a file.
    pub(crate) const fn new(root: Folder, depth: usize) -> Self {
        Self { levels: Vec::new(), depth, next: Some(Ok(root)) }
    }

    /// The next regular file, past everything else.
    pub(crate) fn next_file(&mut self) -> Option<Entry> {
        self.find_map(|met| match met {
            Met::Entry(entry) if entry.kind == Kind::File => Some(entry),
            Met::Entry(_) | Met::Entered | Met::Left(..) | Met::Unreadable(..) | Met::TooDeep(_) => None,
        })
    }

    /// Ends it here.
    pub(crate) fn end(&mut self) {
        self.levels.clear();
        self.next = None;
    }

    fn enter(&mut self, folder: Folder) -> Met {
        match Dir::read_from(&folder.handle) {
            Ok(dir) => {
                self.levels.push(Level { folder: Arc::new(folder), dir, entries: 0 });
                Met::Entered
            }
            Err(error) => Met::Unreadable(folder.path().to_vec(), error.into()),
        }
    }

    fn leave(&mut self) -> Option<Met> {
        self.levels.pop().map(|level| Met::Left(level.folder, level.entries))
    }

    /// What follows on a folder that was just met: it is entered, or told why not.
    fn below(&self, entry: &Entry) -> Result<Folder, Met> {
        if self.levels.len() > self.depth {
            return Err(Met::TooDeep(entry.path()));
        }
        entry.folder.open(&entry.name).map_err(|error| Met::Unreadable(entry.path(), error))
    }
}

impl Iterator for Walk {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        match self.next.take() {
            Some(Ok(folder)) => return Some(self.enter(folder)),
            Some(Err(met)) => return Some(met),
            None => {}
        }
        let level = self.levels.last_mut()?;
        let entry = loop {
            match level.dir.read() {
                None => return self.leave(),
                Some(Err(error)) => {
                    // After an error the folder reads as ended, so it is left next.
                    return Some(Met::Unreadable(level.folder.path().to_vec(), error.into()));
                }
                Some(Ok(entry)) if is_own_or_above(entry.file_name()) => {}
                Some(Ok(entry)) => break entry,
            }
        };
        level.entries += 1;
        let (folder, name) = (Arc::clone(&level.folder), entry.file_name().to_owned());
        // Some file systems do not say what a name is.
        let kind = match Kind::of(entry.file_type()) {
            Some(kind) => kind,
            None => match folder.look(&name) {
                Ok(stat) => Kind::of(FileType::from_raw_mode(stat.st_mode)).unwrap_or(Kind::Device),
                Err(error) => return Some(Met::Unreadable(folder.path_of(&name), error)),
            },
        };
        let entry = Entry { folder, name, kind };
        if kind == Kind::Folder {
            self.next = Some(self.below(&entry));
        }
        Some(Met::Entry(entry))
    }
}

fn is_own_or_above(name: &CStr) -> bool {
    matches!(name.to_bytes(), b"." | b"..")
}

/// Whether an error says that a link stands where none is followed.
pub(crate) fn is_link_refused(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::LOOP | Errno::MLINK | Errno::NOTDIR))
}
