//! A look at the folder for who looks after a machine. Nothing is made, compiled or removed.

use std::{io, path::Path};

use super::{ENTRY, folder, folder::NotPrivate, has_extension};
use crate::WASMTIME;

/// What is in a folder.
#[derive(Debug, Default)]
pub struct Looked {
    /// Why it is not used; none where it is, or would be made when it is needed.
    pub refused: Option<NotPrivate>,
    /// Whether it is there.
    pub exists: bool,
    /// Compiled plugins of this version of wasmtime.
    pub entries: usize,
    /// Compiled plugins of other versions, which nobody reads any more.
    pub stale: usize,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Bytes that can still be written there, if that can be told.
    pub free: Option<u64>,
}

/// Looks at the folder.
pub fn look(folder: &Path) -> Looked {
    let mut looked = Looked { free: folder::free(folder), ..Looked::default() };
    match folder::check_private(folder) {
        Err(NotPrivate::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => return looked,
        Err(refused) => looked.refused = Some(refused),
        Ok(()) => {}
    }
    looked.exists = true;
    for (file, bytes) in folder::files(folder).unwrap_or_default() {
        if !has_extension(&file, ENTRY) {
            continue;
        }
        looked.bytes += bytes;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        // DIGEST-WASMTIME-SETTINGS.cwasm
        if name.split('-').nth(1) == Some(WASMTIME) { looked.entries += 1 } else { looked.stale += 1 }
    }
    looked
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::Cache;

    #[test]
    fn nothing_is_made_by_looking() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("deep/compiled");
        let looked = look(&path);
        assert!(!looked.exists && looked.refused.is_none() && looked.free.is_some());
        assert!(!look(&path).exists);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "sets up what is looked at")]
    fn entries_of_other_versions_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("compiled");
        Cache::open(&path).unwrap();
        for name in [format!("ab-{WASMTIME}-1.cwasm"), "ab-1.2.3-1.cwasm".to_owned(), "compiling.lock".to_owned()] {
            std::fs::write(path.join(name), "xyz").unwrap();
        }
        let looked = look(&path);
        assert_eq!((looked.entries, looked.stale, looked.bytes), (1, 1, 6));
    }
}
