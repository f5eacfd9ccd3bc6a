//! The doors of this crate to the file system.

#![expect(clippy::disallowed_methods, reason = "the door of this crate: projects are read and written here")]

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Largest file of a project that is read, in bytes: as large as a component may be.
const LARGEST: u64 = 64 << 20;

/// Most files of a project that are looked at for changes.
const MOST_FILES: usize = 20_000;

/// Folders that hold no sources, whatever the language.
const NO_SOURCES: [&str; 6] = ["target", "node_modules", "__pycache__", "venv", "dist", "build"];

pub(crate) fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

pub(crate) fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}

pub(crate) fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_dir())
}

pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    // A FIFO would be waited for, and a device has no end.
    let found = fs::metadata(path)?;
    if !found.is_file() || found.len() > LARGEST {
        let why = format!("expected a regular file of at most {LARGEST} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    fs::read(path)
}

pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

/// Whether it is a folder with something in it, or no folder at all.
pub(crate) fn is_taken(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Writes a file and the folders above it; beside its goal first, so that nobody reads half of it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut beside, bytes)?;
    // A temporary file is private; what is written here is meant to be read by others as any file is.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        beside.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

pub(crate) fn changed_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

pub(crate) fn absolute(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Files of a folder with this ending, sorted; none if it cannot be read.
pub(crate) fn with_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == ending) && is_file(path)).collect();
    found.sort();
    found
}

/// When each source of a project was last changed, in the order of the names: what builds leave and what hides is passed
/// over, and so are links.
pub(crate) fn sources(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') || found.len() >= MOST_FILES {
                continue;
            }
            if kind.is_dir() && !NO_SOURCES.contains(&&*name) {
                folders.push(entry.path());
            } else if !kind.is_dir()
                && is_file(&entry.path())
                && !name.ends_with(".wasm")
                && let Some(changed) = changed_at(&entry.path())
            {
                found.push((entry.path(), changed));
            }
        }
    }
    found.sort();
    found
}
