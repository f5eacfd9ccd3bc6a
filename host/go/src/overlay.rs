//! Files that Go sees below the project, and that lie elsewhere.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{bindings::FOLDER, error::BuildError};

/// What `go build -overlay` reads.
#[derive(Debug, Serialize)]
struct Overlay {
    #[serde(rename = "Replace")]
    replace: BTreeMap<PathBuf, PathBuf>,
}

/// Writes the files to `build`, so that Go sees them in the project's folder, and returns the overlay's own file.
pub(crate) fn write(build: &Path, project: &Path, files: &[(String, String)]) -> Result<PathBuf, BuildError> {
    let mut replace = BTreeMap::new();
    for (name, text) in files {
        let file = build.join(FOLDER).join(name);
        write_file(&file, text.as_bytes())?;
        replace.insert(project.join(FOLDER).join(name), file);
    }
    let file = build.join("overlay.json");
    let json = serde_json::to_vec_pretty(&Overlay { replace }).map_err(BuildError::Overlay)?;
    write_file(&file, &json)?;
    Ok(file)
}

#[expect(clippy::disallowed_methods, reason = "the build folder is for these files")]
fn write_file(file: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let wrong = |source| BuildError::Write { file: file.to_owned(), source };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(wrong)?;
    }
    std::fs::write(file, bytes).map_err(wrong)
}

/// Writes the component beside its place first, then renames it, so that nobody reads half of it.
#[expect(clippy::disallowed_methods, reason = "the door for the output that the user names")]
pub(crate) fn replace_file(file: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let unfinished = file.with_file_name(name);
    let written = std::fs::File::create(&unfinished)
        .and_then(|mut open| open.write_all(bytes).and_then(|()| open.sync_all()))
        .and_then(|()| std::fs::rename(&unfinished, file));
    if written.is_err() {
        drop(std::fs::remove_file(&unfinished));
    }
    written.map_err(|source| BuildError::Write { file: file.to_owned(), source })
}
