//! Which signatures were attached to what. Who signed is not told here: whoever uses them verifies them.

use serde::{Deserialize, Serialize};
use shipworthy_contract::Sha256;

use super::{
    Store, StoreError,
    folder::{self, ATTACHED},
};
use crate::{Attached, AttachedKind, Attachments, limits::MOST_SIGNATURES};

/// The format of the file, which a reader that knows another one takes for nothing.
const FORMAT: u32 = 1;

/// Largest file, in bytes: the names of a few signatures, and what stands beside them.
const LARGEST: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    attached: Vec<Entry>,
    left_out: usize,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    kind: AttachedKind,
    sha256: Sha256,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

pub(super) fn read(store: &Store, manifest: Sha256) -> Result<Option<Attachments>, StoreError> {
    let Some(text) = folder::read(&path(store, manifest), LARGEST)? else { return Ok(None) };
    let Some(file) = serde_json::from_slice::<File>(&text).ok().filter(|file| file.format == FORMAT) else {
        return Ok(None);
    };
    // A store can come from elsewhere: one that names the same blob again and again would fill the memory with it.
    if file.attached.len() > MOST_SIGNATURES {
        return Ok(None);
    }
    let mut signatures = Vec::new();
    for entry in file.attached {
        let Some(bytes) = store.signature(entry.sha256)? else { return Ok(None) };
        signatures.push(Attached { kind: entry.kind, bytes, signature: entry.signature });
    }
    Ok(Some(Attachments { signatures, left_out: file.left_out }))
}

pub(super) fn write(store: &Store, manifest: Sha256, attachments: &Attachments) -> Result<(), StoreError> {
    let mut attached = Vec::new();
    for one in &attachments.signatures {
        attached.push(Entry { kind: one.kind, sha256: store.put(&one.bytes)?, signature: one.signature.clone() });
    }
    let file = File { format: FORMAT, attached, left_out: attachments.left_out };
    let path = path(store, manifest);
    let text = serde_json::to_vec(&file).map_err(|error| StoreError::Io {
        doing: "write",
        file: path.clone(),
        source: error.into(),
    })?;
    // Most often nothing changed since it was last looked.
    if folder::read(&path, LARGEST)?.is_some_and(|kept| kept == text) {
        return Ok(());
    }
    folder::write(store.folder(), &path, &text)
}

fn path(store: &Store, manifest: Sha256) -> std::path::PathBuf {
    store.folder().join(format!("{ATTACHED}/{manifest}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LARGEST_SIGNATURE;

    #[test]
    fn what_is_attached_is_remembered_whole_or_not_at_all() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("store")).unwrap();
        let manifest = Sha256::of(b"manifest");
        assert_eq!(store.attached(manifest).unwrap(), None);
        let attachments = Attachments {
            signatures: vec![
                Attached { kind: AttachedKind::Bundle, bytes: b"bundle".to_vec(), signature: None },
                Attached {
                    kind: AttachedKind::SimpleSigning,
                    bytes: b"simple".to_vec(),
                    signature: Some("c2ln".to_owned()),
                },
            ],
            left_out: 3,
        };
        store.keep_attached(manifest, &attachments).unwrap();
        assert_eq!(store.attached(manifest).unwrap(), Some(attachments));
        let none = Attachments { signatures: Vec::new(), left_out: 0 };
        let other = Sha256::of(b"unsigned");
        store.keep_attached(other, &none).unwrap();
        assert_eq!(store.attached(other).unwrap(), Some(none));
        let bundle = store.file(Sha256::of(b"bundle"));
        #[expect(clippy::disallowed_methods, reason = "damages what was kept")]
        std::fs::write(&bundle, "bundl3").unwrap();
        assert_eq!(store.attached(manifest).unwrap(), None, "one that was altered is not passed on");
        assert!(!bundle.exists());
    }

    #[test]
    fn what_names_more_than_is_fetched_is_not_read() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("store")).unwrap();
        let manifest = Sha256::of(b"manifest");
        let largest = vec![b' '; usize::try_from(LARGEST_SIGNATURE).unwrap()];
        let larger = [largest.as_slice(), b" "].concat();
        for (bytes, count, expected) in
            [(&largest, MOST_SIGNATURES, true), (&largest, MOST_SIGNATURES + 1, false), (&larger, 1, false)]
        {
            let digest = store.put(bytes).unwrap();
            let entry = format!(r#"{{"kind":"bundle","sha256":"{digest}"}}"#);
            let entries = vec![entry; count].join(",");
            let text = format!(r#"{{"format":1,"attached":[{entries}],"left_out":0}}"#);
            folder::write(store.folder(), &path(&store, manifest), text.as_bytes()).unwrap();
            let read = store.attached(manifest).unwrap();
            assert_eq!(read.map(|read| read.signatures.len()), expected.then_some(count), "{} bytes", bytes.len());
            assert_eq!(store.blob(digest).unwrap().as_ref(), Some(bytes), "what is no signature may be something else");
        }
    }
}
