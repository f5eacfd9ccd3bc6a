//! One entry's file: the code, and behind it a digest of key and code. Behind, so that the code itself can be mapped
//! into memory as it lies in the file.

use std::{
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

/// What stands behind the code: what it is, and its digest.
const MARK: &[u8; 8] = b"shpwrthy";

/// Bytes behind the code.
const TRAILER: usize = MARK.len() + 32;

/// Bytes that are read at a time.
const PIECE: usize = 64 << 10;

/// An entry that is what was written, held open.
pub(super) struct Opened {
    file: std::fs::File,
    path: PathBuf,
}

impl Opened {
    /// By which it can be opened again: the very file that was looked at, where the system has a name for it.
    pub(super) fn path(&self) -> PathBuf {
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd as _;

            let same = PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
            if same.exists() {
                return same;
            }
        }
        let _ = &self.file;
        self.path.clone()
    }
}

/// Opens an entry and holds it against its digest; none if there is no entry.
///
/// # Errors
/// In words, why what is there must not be used.
pub(super) fn open(path: &Path, key: &str) -> Result<Option<Opened>, &'static str> {
    let mut file = match open_file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err("it cannot be opened"),
    };
    let metadata = file.metadata().ok().ok_or("it cannot be looked at")?;
    if !is_own_file(&metadata) {
        return Err("it is no regular file of this user's alone");
    }
    let code = metadata.len().checked_sub(TRAILER as u64).ok_or("it is cut short")?;
    let found = digest(key, (&mut file).take(code)).ok().ok_or("it cannot be read")?;
    let mut trailer = [0; TRAILER];
    file.seek(SeekFrom::Start(code)).and_then(|_| file.read_exact(&mut trailer)).ok().ok_or("it cannot be read")?;
    if trailer.strip_prefix(MARK) == Some(found.as_slice()) {
        Ok(Some(Opened { file, path: path.to_owned() }))
    } else {
        Err("it is not what was written")
    }
}

/// Writes an entry to a new file, to the disk.
#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
pub(super) fn write(path: &Path, key: &str, code: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(code)?;
    file.write_all(MARK)?;
    file.write_all(&digest(key, code)?)?;
    file.sync_all()
}

fn digest(key: &str, mut code: impl io::Read) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update([0]);
    let mut piece = vec![0; PIECE];
    loop {
        match code.read(&mut piece) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(length) => hash.update(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Follows no link in the entry's place, and waits for nobody where it is a FIFO.
#[cfg(unix)]
fn open_file(path: &Path) -> io::Result<std::fs::File> {
    use rustix::fs::{Mode, OFlags};

    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

/// Whoever else could have written it could have it run anything.
#[cfg(unix)]
#[expect(clippy::filetype_is_file, reason = "exactly regular files are meant")]
fn is_own_file(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let own = metadata.uid() == rustix::process::geteuid().as_raw();
    metadata.file_type().is_file() && own && metadata.mode() & 0o022 == 0
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "damages what was written")]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_under_its_key_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entry");
        assert!(open(&path, "key").unwrap().is_none());
        write(&path, "key", b"the code").unwrap();
        assert!(open(&path, "key").unwrap().is_some());
        assert!(open(&path, "another").is_err(), "code of another component");
        let good = std::fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(&path, bad).unwrap();
            assert!(open(&path, "key").is_err(), "byte {at}");
            std::fs::write(&path, &good[..at]).unwrap();
            assert!(open(&path, "key").is_err(), "cut to {at}");
        }
        std::fs::write(&path, [&good[..], b"x"].concat()).unwrap();
        assert!(open(&path, "key").is_err(), "longer");
    }

    #[test]
    fn an_entry_that_is_no_file_or_that_others_may_write_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entry");
        write(&path, "key", b"the code").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(open(&link, "key").is_err(), "a link");
        assert!(open(folder.path(), "key").is_err(), "a folder");
        let fifo = folder.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(open(&fifo, "key").is_err(), "a FIFO, and it does not hang");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(open(&path, "key").is_err(), "open to others");
    }
}
