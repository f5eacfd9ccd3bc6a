//! Writes the file that is made, and never over one that is there unless that is asked for.

use std::{io::Write as _, path::Path};

use super::InitError;
use crate::{output::write_atomically, refusal::Refusal};

#[expect(clippy::disallowed_methods, reason = "the door for the environment that is made")]
pub(super) fn exists(file: &Path) -> bool {
    // A link that leads nowhere is there as well.
    std::fs::symlink_metadata(file).is_ok()
}

#[expect(clippy::disallowed_methods, reason = "the door for the environment that is made")]
pub(super) fn write(file: &Path, text: &str, over: bool) -> Result<(), Refusal> {
    let failed = |source| InitError::Write { file: file.to_owned(), source };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    if over {
        return Ok(write_atomically(file, text, "environment")?);
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut open) => Ok(open.write_all(text.as_bytes()).and_then(|()| open.sync_all()).map_err(failed)?),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(InitError::Exists(file.to_owned()).into())
        }
        Err(error) => Err(failed(error).into()),
    }
}
