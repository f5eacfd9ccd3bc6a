//! Files that the user names and that are written whole or not at all.

use std::{
    fs::{File, OpenOptions},
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::{self, Write},
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::{fs::OFlags, io::Errno};

use crate::interrupt::Unfinished;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever the user's umask lets.
    Usual,
    /// Its owner, whatever the umask and whoever might read the file that was there.
    Owner,
}

/// How long somebody is waited for who is to read a pipe, and may just be starting.
const READER_WITHIN: Duration = Duration::from_secs(1);

/// How often another name is tried where there is such a file already.
const TRIES: u32 = 16;

/// Writes a file beside its goal first, then renames it, so that nobody reads half of it and a link at its place is
/// replaced, not followed. What is no file, such as `/dev/stderr`, is written to as it is.
#[expect(clippy::disallowed_methods, reason = "the door for outputs that the user names")]
pub(crate) fn replace(
    file: &Path,
    readers: Readers,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let is_the_systems = is_the_systems(file);
    if keeps_nothing(file) {
        if readers == Readers::Owner && is_led_astray(file)? {
            return Err(io::Error::other("it is a link that another user made"));
        }
        let mut options = OpenOptions::new();
        // A stream that leads to a file has what was written to it before.
        options.write(true).append(is_the_systems);
        let is_pipe = std::fs::metadata(file).is_ok_and(|found| found.file_type().is_fifo());
        return write(&mut if is_pipe { open_pipe(&mut options, file)? } else { options.open(file)? });
    }
    let (temporary, mut open) = beside(file, readers)?;
    let written = write(&mut open).and_then(|()| open.sync_all());
    let written = written.and_then(|()| std::fs::rename(temporary.path(), file));
    if written.is_err() {
        drop(std::fs::remove_file(temporary.path()));
    }
    written
}

/// Whether what is written there replaces nothing: a stream of the system's, a device or a pipe.
#[expect(clippy::disallowed_methods, reason = "the door for outputs that the user names")]
pub(crate) fn keeps_nothing(file: &Path) -> bool {
    is_the_systems(file) || std::fs::metadata(file).is_ok_and(|found| !found.is_file())
}

/// A named pipe that somebody reads: to open it otherwise would wait for ever.
#[expect(clippy::disallowed_methods, reason = "the door for outputs that the user names")]
fn open_pipe(options: &mut OpenOptions, file: &Path) -> io::Result<File> {
    let no_wait = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
    let until = Instant::now() + READER_WITHIN;
    loop {
        match options.custom_flags(no_wait).open(file) {
            Ok(open) => {
                // Whoever reads may be slow.
                rustix::fs::fcntl_setfl(&open, rustix::fs::fcntl_getfl(&open)? - OFlags::NONBLOCK)?;
                return Ok(open);
            }
            Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
                if Instant::now() >= until {
                    return Err(io::Error::new(io::ErrorKind::BrokenPipe, "it is a pipe, and nobody reads it"));
                }
                std::thread::sleep(READER_WITHIN / 20);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether a name is one of the system's own, such as `/dev/stderr`: root could put a file in its place.
fn is_the_systems(file: &Path) -> bool {
    (file.starts_with("/dev") && !file.starts_with("/dev/shm")) || file.starts_with("/proc")
}

/// A file of nobody else's in a folder that others may write to, such as the system's for temporary ones.
pub(crate) fn private(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let (unfinished, open) = beside(&folder.join(name), Readers::Owner)?;
    Ok((unfinished.path().to_owned(), open))
}

/// Whether somebody else's link leads to where something private is to be written: a pipe of theirs would read it. Those
/// in `/dev` are the system's, and those in `/proc` the user's own.
#[expect(clippy::disallowed_methods, reason = "the door for outputs that the user names")]
fn is_led_astray(file: &Path) -> io::Result<bool> {
    let found = std::fs::symlink_metadata(file)?;
    Ok(found.is_symlink() && found.uid() != 0 && found.uid() != rustix::process::geteuid().as_raw())
}

/// A file of a name that nobody knew before, which nobody else made.
#[expect(clippy::disallowed_methods, reason = "the door for outputs that the user names")]
fn beside(file: &Path, readers: Readers) -> io::Result<(Unfinished, File)> {
    let mut options = OpenOptions::new();
    // Without following what stands there: it must not be there at all.
    options.write(true).create_new(true);
    if readers == Readers::Owner {
        options.mode(0o600);
    }
    let mut tries = 0;
    loop {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:016x}.tmp", RandomState::new().build_hasher().finish()));
        let temporary = Unfinished::new(file.with_file_name(name));
        match options.open(temporary.path()) {
            Ok(open) => {
                if readers == Readers::Owner {
                    // A umask may have taken more than others' rights.
                    open.set_permissions(std::fs::Permissions::from_mode(0o600))?;
                }
                return Ok((temporary, open));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write and read what is replaced")]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o7777
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_for_its_owner_is_so_from_the_first_byte_on_also_where_a_wider_file_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.json");
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        replace(&file, Readers::Owner, |out| {
            out.write_all(b"after")?;
            let beside = names(folder.path());
            assert_eq!(beside.len(), 2, "{beside:?}");
            for name in beside.iter().filter(|name| *name != "run.json") {
                assert_eq!(mode(&folder.path().join(name)), 0o600);
            }
            assert_eq!(fs::read(&file).unwrap(), b"before", "it is replaced when it is whole");
            Ok(())
        })
        .unwrap();
        assert_eq!((mode(&file), fs::read(&file).unwrap().as_slice()), (0o600, b"after".as_slice()));
        assert_eq!(names(folder.path()), ["run.json"]);
    }

    #[test]
    fn a_link_is_replaced_and_what_it_leads_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "precious").unwrap();
        symlink(&target, &link).unwrap();
        for readers in [Readers::Owner, Readers::Usual] {
            replace(&link, readers, |out| out.write_all(b"new")).unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"precious");
            assert!(!link.is_symlink());
            fs::remove_file(&link).unwrap();
            symlink(&target, &link).unwrap();
        }
        // One that leads to nothing makes nothing there.
        symlink(folder.path().join("nothing"), folder.path().join("dangling")).unwrap();
        replace(&folder.path().join("dangling"), Readers::Owner, |out| out.write_all(b"new")).unwrap();
        assert!(!folder.path().join("nothing").exists());
    }

    #[test]
    fn what_cannot_be_written_whole_leaves_all_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        fs::write(&file, "before").unwrap();
        let failed = replace(&file, Readers::Usual, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(fs::read(&file).unwrap(), b"before");
        assert_eq!(names(folder.path()), ["report.json"]);
        assert!(replace(folder.path(), Readers::Usual, |out| out.write_all(b"x")).is_err(), "a folder is no file");
    }

    #[test]
    fn a_pipe_is_written_to_if_somebody_reads_it_and_never_waited_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        let refused = replace(&pipe, Readers::Usual, |out| out.write_all(b"x")).unwrap_err();
        assert_eq!(refused.to_string(), "it is a pipe, and nobody reads it");
        // More than a pipe holds.
        let text = vec![b'x'; 1 << 20];
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        replace(&pipe, Readers::Usual, |out| out.write_all(&text)).unwrap();
        assert_eq!(reader.join().unwrap(), text);
    }

    #[test]
    fn a_device_is_written_to_as_it_is_also_through_ones_own_link() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("/dev/null", &link).unwrap();
        replace(&link, Readers::Owner, |out| out.write_all(b"x")).unwrap();
        assert!(link.is_symlink());
        // As root a link can be given away.
        if std::os::unix::fs::lchown(&link, Some(65_534), None).is_ok() && rustix::process::geteuid().is_root() {
            let refused = replace(&link, Readers::Owner, |out| out.write_all(b"x")).unwrap_err();
            assert_eq!(refused.to_string(), "it is a link that another user made");
            replace(&link, Readers::Usual, |out| out.write_all(b"x")).unwrap();
        }
    }
}
