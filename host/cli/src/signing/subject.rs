//! What is signed: a file, or a manifest in a registry.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256 as Hasher};
use shipworthy_contract::Sha256;
use shipworthy_plugins::{
    Reference,
    bundle::LARGEST_BUNDLE,
    environment::PluginSource,
    files::{self, FileError},
    inspect,
};
use shipworthy_signatures::{LARGEST_SIGNATURE, files_beside};

use super::SigningError;
use crate::refusal::Refusal;

/// What the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    File(PathBuf),
    Manifest(Reference),
}

impl Subject {
    pub(crate) fn named(word: &Path) -> Result<Self, Refusal> {
        match inspect::named(word)? {
            PluginSource::File(file) => Ok(Self::File(file)),
            PluginSource::Oci(reference) => Ok(Self::Manifest(reference)),
            PluginSource::Builtin(name) => Err(SigningError::Builtin { name }.into()),
        }
    }
}

/// Bytes of a file that are in memory at a time.
const CHUNK: usize = 1 << 16;

/// The digest of a file of at most what a bundle may have, the largest that is signed.
pub(crate) fn digest(file: &Path) -> Result<Sha256, SigningError> {
    hashed(file, LARGEST_BUNDLE).map_err(|source| SigningError::File { what: "file", source })
}

/// Chunk by chunk, so that memory does not grow with the file. What a file says of itself (there, regular, readable) is
/// asked by the door of all files, which reads none of one that has more than nothing.
#[expect(clippy::disallowed_methods, reason = "the door to files that are larger than memory should hold")]
fn hashed(path: &Path, limit: u64) -> Result<Sha256, FileError> {
    match files::read(path, 0) {
        Ok(_) | Err(FileError::TooLarge { .. }) => {}
        Err(error) => return Err(error),
    }
    let failed = |source| FileError::Io { path: path.to_owned(), source };
    let mut file = fs::File::open(path).map_err(failed)?;
    let (mut hasher, mut left, mut chunk) = (Hasher::new(), limit, vec![0; CHUNK]);
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => return Ok(Sha256::from_bytes(hasher.finalize().into())),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        let bytes = chunk.get(..read).unwrap_or_default();
        left = u64::try_from(read)
            .ok()
            .and_then(|read| left.checked_sub(read))
            .ok_or_else(|| FileError::TooLarge { path: path.to_owned(), limit })?;
        hasher.update(bytes);
    }
}

/// Where the signature of a file is written to.
pub(crate) fn bundle_of(file: &Path) -> PathBuf {
    let [bundle, _] = files_beside(file);
    bundle
}

/// The signature of a file: the one that is named, else the first that lies beside it, else none.
pub(crate) fn signature_of(file: &Path, named: Option<&Path>) -> Result<Option<Vec<u8>>, SigningError> {
    let wrong = |source| SigningError::File { what: "signature", source };
    let read = |file: &Path| files::read(file, u64::try_from(LARGEST_SIGNATURE).unwrap_or(u64::MAX));
    if let Some(named) = named {
        return read(named).map(Some).map_err(wrong);
    }
    for beside in files_beside(file) {
        match read(&beside) {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(FileError::Missing { .. }) => {}
            Err(error) => return Err(wrong(error)),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "sets up what is hashed")]
    fn regular_files_within_the_limit_have_the_digest_of_their_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let (bytes, limit) = (vec![7; length], u64::try_from(length).unwrap());
            fs::write(&file, &bytes).unwrap();
            assert_eq!(hashed(&file, limit).unwrap(), Sha256::of(&bytes), "{length}");
            if let Some(less) = limit.checked_sub(1) {
                assert!(matches!(hashed(&file, less), Err(FileError::TooLarge { .. })), "{length}");
            }
        }
        assert!(matches!(hashed(folder.path(), 9), Err(FileError::NotRegular { kind: "a folder", .. })));
        assert!(matches!(hashed(Path::new("/dev/zero"), 9), Err(FileError::NotRegular { .. })));
        assert!(matches!(hashed(&file.join("below"), 9), Err(FileError::Missing { .. })));
    }
}
