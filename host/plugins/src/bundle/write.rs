//! Writes a bundle: sorted, and without anything that says when, where or by whom it was made.

use std::io;

use shipworthy_contract::Sha256;

use super::{BUNDLE_SCHEMA, Bundle, BundleError, INDEX_FILE, Index, LARGEST_BUNDLE, Listed, MOST_FILES, path};

/// The bundle's bytes.
///
/// # Errors
///
/// A path that cannot be written, or more than a bundle may hold.
pub fn write(bundle: &Bundle) -> Result<Vec<u8>, BundleError> {
    if bundle.files.len() > MOST_FILES {
        return Err(BundleError::TooMany { limit: MOST_FILES });
    }
    if let Some(path) = bundle.files.keys().find(|path| !path::is_plain(path)) {
        return Err(BundleError::Path { path: path.clone() });
    }
    let size_of = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if bundle.files.values().map(|bytes| size_of(bytes)).fold(0, u64::saturating_add) > LARGEST_BUNDLE {
        return Err(BundleError::TooLarge { limit: LARGEST_BUNDLE });
    }
    let listed = bundle.files.iter().map(|(path, bytes)| Listed {
        path: path.clone(),
        size: size_of(bytes),
        sha256: Sha256::of(bytes),
    });
    let index = Index {
        schema: BUNDLE_SCHEMA.to_owned(),
        host: bundle.host.clone(),
        environment: bundle.environment.clone(),
        file: bundle.file.clone(),
        files: listed.collect(),
    };
    let mut index = serde_json::to_vec_pretty(&index).unwrap_or_default();
    index.push(b'\n');
    let mut archive = tar::Builder::new(Vec::new());
    let entries = std::iter::once((INDEX_FILE, index.as_slice()));
    let entries = entries.chain(bundle.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
    for (path, bytes) in entries {
        append(&mut archive, path, bytes).map_err(|source| BundleError::Archive { source })?;
    }
    archive.into_inner().map_err(|source| BundleError::Archive { source })
}

fn append(archive: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    archive.append(&header, bytes)
}
