//! Reads a bundle, and finds everything that is not as its index says.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read as _},
};

use shipworthy_contract::{Sha256, text::excerpt};

use super::{BUNDLE_SCHEMA, Bundle, BundleError, INDEX_FILE, Index, LARGEST_BUNDLE, MOST_FILES, path, write};

/// What a ustar header has, and where.
const MAGIC: (&[u8], usize) = (b"ustar", 257);

/// The content of a bundle.
///
/// # Errors
///
/// If it is none, or if anything in it is not what its index says.
pub fn read(bytes: &[u8]) -> Result<Bundle, BundleError> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST_BUNDLE {
        return Err(BundleError::TooLarge { limit: LARGEST_BUNDLE });
    }
    if bytes.get(MAGIC.1..).is_none_or(|rest| !rest.starts_with(MAGIC.0)) {
        return Err(BundleError::NotABundle { found: "other bytes than an archive's".to_owned() });
    }
    let damaged = |source| BundleError::Archive { source };
    let mut archive = tar::Archive::new(Cursor::new(bytes));
    let mut index: Option<Index> = None;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if index.is_none() && name != INDEX_FILE {
            return Err(BundleError::NotABundle { found: excerpt(&name, 80) });
        }
        if entry.header().entry_type() != tar::EntryType::Regular || !path::is_plain(&name) {
            return Err(BundleError::Path { path: excerpt(&name, 120) });
        }
        if files.len() >= MOST_FILES {
            return Err(BundleError::TooMany { limit: MOST_FILES });
        }
        // Bounded by the archive's own bytes, which are at hand.
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(damaged)?;
        if index.is_none() {
            index = Some(read_index(&content)?);
        } else if files.insert(name.clone(), content).is_some() {
            return Err(BundleError::Twice { path: name });
        }
    }
    let Some(index) = index else { return Err(BundleError::NotABundle { found: "nothing".to_owned() }) };
    hold(&index, &files)?;
    let bundle = Bundle { host: index.host, environment: index.environment, file: index.file, files };
    // What an archive can carry beside its files: names of owners, times, bytes behind its end.
    if write(&bundle)? == bytes { Ok(bundle) } else { Err(BundleError::NotCanonical) }
}

fn read_index(content: &[u8]) -> Result<Index, BundleError> {
    let index: Index = serde_json::from_slice(content).map_err(|source| BundleError::Index { source })?;
    if index.schema != BUNDLE_SCHEMA {
        return Err(BundleError::Format { found: excerpt(&index.schema, 80), host: excerpt(&index.host, 40) });
    }
    Ok(index)
}

fn hold(index: &Index, files: &BTreeMap<String, Vec<u8>>) -> Result<(), BundleError> {
    // Before anything is hashed: an index may list one file a thousand times.
    if !index.files.iter().map(|listed| &listed.path).eq(files.keys()) {
        let listed: BTreeSet<&String> = index.files.iter().map(|listed| &listed.path).collect();
        if let Some(path) = listed.iter().find(|path| !files.contains_key(**path)) {
            return Err(BundleError::Missing { path: excerpt(path, 120) });
        }
        if let Some(path) = files.keys().find(|path| !listed.contains(path)) {
            return Err(BundleError::Unlisted { path: path.clone() });
        }
        return Err(BundleError::NotCanonical);
    }
    for (listed, bytes) in index.files.iter().zip(files.values()) {
        let found = Sha256::of(bytes);
        if found != listed.sha256 {
            return Err(BundleError::Altered { path: excerpt(&listed.path, 120), expected: listed.sha256, found });
        }
    }
    if !files.contains_key(&index.file) {
        return Err(BundleError::Missing { path: excerpt(&index.file, 120) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bundle() -> Bundle {
        let files = [("environments/staging.toml", "policy = \"warn\"\n"), ("plugins/own.wasm", "\0asm")];
        Bundle {
            host: "0.1.0".to_owned(),
            environment: "staging".to_owned(),
            file: "environments/staging.toml".to_owned(),
            files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read_and_written_the_same() {
        let bytes = write(&bundle()).unwrap();
        assert_eq!(bytes, write(&bundle()).unwrap());
        assert_eq!(read(&bytes).unwrap(), bundle());
    }

    #[test]
    fn no_changed_byte_goes_unseen() {
        let bytes = write(&bundle()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            // What the index says of itself is covered by a signature of the bundle alone.
            assert!(
                read(&changed).map_or(true, |found| found.files == bundle().files && found != bundle()),
                "byte {at}"
            );
        }
        for cut in [0, 1, 511, 512, bytes.len() - 1] {
            assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let mut longer = bytes.clone();
        longer.extend([0; 512]);
        assert!(matches!(read(&longer), Err(BundleError::NotCanonical)));
    }

    #[test]
    fn each_fault_has_its_own_word() {
        let bytes = write(&bundle()).unwrap();
        let text = b"policy = \"warn\"";
        let at = bytes.windows(text.len()).position(|part| part == text).unwrap();
        let mut changed = bytes.clone();
        changed[at] = b'P';
        assert!(matches!(read(&changed), Err(BundleError::Altered { path, .. }) if path.ends_with("staging.toml")));
        assert!(matches!(read(b"{}"), Err(BundleError::NotABundle { .. })));
        let mut gone = bundle();
        gone.file = "environments/other.toml".to_owned();
        assert!(matches!(read(&write(&gone).unwrap()), Err(BundleError::Missing { .. })));
        // Whatever an index lists in another order, twice or in vain is refused before it costs anything.
        let index = |files: &str| {
            let text = format!(
                "{{\"schema\":\"{BUNDLE_SCHEMA}\",\"host\":\"h\",\"environment\":\"e\",\"file\":\"a\",\"files\":[{files}]}}"
            );
            serde_json::from_str::<Index>(&text).unwrap()
        };
        let listed = |path: &str| format!("{{\"path\":\"{path}\",\"size\":1,\"sha256\":\"{}\"}}", Sha256::of(b"x"));
        let files = BTreeMap::from([("a".to_owned(), b"x".to_vec())]);
        assert!(hold(&index(&listed("a")), &files).is_ok());
        for (names, told) in [("a,a", "beside its files"), ("a,b", "`b` is listed"), ("", "`a` is in it")] {
            let names: Vec<String> = names.split(',').filter(|name| !name.is_empty()).map(listed).collect();
            let error = hold(&index(&names.join(",")), &files).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let mut upwards = bundle();
        upwards.files.insert("../x".to_owned(), Vec::new());
        assert!(matches!(write(&upwards), Err(BundleError::Path { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
            prop_assert!(read(&bytes).is_err());
        }
    }
}
