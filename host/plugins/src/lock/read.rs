//! Reads a lock: strictly, since it is what a gate goes by.

use std::path::Path;

use shipworthy_contract::{Sha256, grant::Grant, text::excerpt};

use super::{Entry, LOCK_VERSION, Lock, LockFile};
use crate::{
    document::{Item, Sources, Value, parse},
    environment::{
        EnvironmentError, EnvironmentErrors, Problem,
        reader::{Reader, Table},
        syntax_errors,
    },
    files::{self, FileError},
};

/// Largest lock, in bytes: room for ten thousand probes.
const LARGEST_LOCK: u64 = 16 << 20;

/// Most probes of all environments of a folder.
const MOST_ENTRIES: usize = 10_000;

const KEYS: [&str; 2] = ["version", "environments"];
const ENTRY_KEYS: [&str; 12] = [
    "name",
    "version",
    "service",
    "source",
    "manifest",
    "sha256",
    "size",
    "descriptor",
    "wit",
    "needs",
    "optional",
    "grants",
];

/// Those of them that an entry may lack.
const OPTIONAL_KEYS: [&str; 2] = ["manifest", "descriptor"];

/// The lock at a path; none if there is no file.
///
/// # Errors
///
/// Every fault of it, each with its place.
pub fn load(file: &Path) -> Result<Option<LockFile>, EnvironmentErrors> {
    let text = match files::read_text(file, LARGEST_LOCK) {
        Ok(text) => text,
        // A link that leads nowhere is no lock that is not there.
        Err(FileError::Missing { .. }) if !files::is_link(file) => return Ok(None),
        Err(error) => return Err(EnvironmentError::from(Problem::File(error)).into()),
    };
    let mut sources = Sources::default();
    let id = sources.add(file, text);
    let document = parse(&mut sources, id).map_err(|faults| syntax_errors(&sources, faults))?;
    let mut reader = Reader::new(sources);
    let lock = read(&mut reader, &document);
    match EnvironmentErrors::collect(reader.into_errors()) {
        Some(errors) => Err(errors),
        None => Ok(lock.map(|lock| LockFile { file: file.to_owned(), lock })),
    }
}

fn read(reader: &mut Reader, document: &Item) -> Option<Lock> {
    let root = reader.table(document, "", &KEYS)?;
    match root.get("version").map(|entry| (&entry.item, &entry.item.value)) {
        Some((_, Value::Integer(_, Some(LOCK_VERSION)))) => {}
        Some((item, _)) => {
            let found = item.scalar().map_or_else(|| item.kind().to_owned(), |text| excerpt(&text, 40));
            let reason = format!("expected {LOCK_VERSION}, found: {found}; another shipworthy wrote this lock");
            reader.bad(item.spot, "version", &reason);
        }
        None => reader.missing(root, "version", "`version = 1`"),
    }
    let mut entries: Vec<Entry> = Vec::new();
    if let Some(environments) = root.get("environments") {
        let environments = reader.any_table(&environments.item, "environments")?;
        for environment in environments.item.entries() {
            let path = environments.key(&environment.key);
            let Some(probes) = reader.any_table(&environment.item, &path) else { continue };
            for probe in probes.item.entries() {
                if entries.len() == MOST_ENTRIES {
                    reader.bad(probe.spot, &path, &format!("expected at most {MOST_ENTRIES} probes, found more"));
                    return None;
                }
                let path = probes.key(&probe.key);
                entries.extend(read_entry(reader, &probe.item, &path, &environment.key, &probe.key));
            }
        }
    }
    Some(Lock::default().with(&[], entries))
}

fn read_entry(reader: &mut Reader, item: &Item, path: &str, environment: &str, probe: &str) -> Option<Entry> {
    let table = reader.table(item, path, &ENTRY_KEYS)?;
    for key in ENTRY_KEYS.into_iter().filter(|key| !OPTIONAL_KEYS.contains(key)) {
        if table.get(key).is_none() {
            reader.missing(table, key, "what `shipworthy plugin lock` writes");
        }
    }
    Some(Entry {
        environment: environment.to_owned(),
        probe: probe.to_owned(),
        manifest: read_manifest(reader, table),
        needs: read_lines(reader, table, "needs"),
        optional: read_lines(reader, table, "optional"),
        grants: read_lines(reader, table, "grants"),
        name: reader.word(table, "name")?,
        version: reader.word(table, "version")?,
        service: reader.parsed(table, "service")?,
        source: reader.word(table, "source")?,
        sha256: reader.parsed(table, "sha256")?,
        size: read_size(reader, table)?,
        descriptor: reader.parsed(table, "descriptor"),
        wit: reader.word(table, "wit")?,
    })
}

fn read_manifest(reader: &mut Reader, table: Table<'_>) -> Option<Sha256> {
    let text = reader.word(table, "manifest")?;
    let digest = text.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
    if let (None, Some(entry)) = (digest, table.get("manifest")) {
        let reason = format!("expected `sha256:` and 64 lowercase digits, found: {}", excerpt(&text, 80));
        reader.bad(entry.item.spot, &table.key("manifest"), &reason);
    }
    digest
}

fn read_size(reader: &mut Reader, table: Table<'_>) -> Option<u64> {
    let entry = table.get("size")?;
    if let Value::Integer(_, Some(number)) = entry.item.value
        && let Ok(size) = u64::try_from(number)
    {
        return Some(size);
    }
    reader.kind(&entry.item, &table.key("size"), "a number of bytes");
    None
}

fn read_lines(reader: &mut Reader, table: Table<'_>, key: &str) -> Vec<Grant> {
    let Some(items) = reader.list(table, key) else { return Vec::new() };
    let path = table.key(key);
    items.iter().filter_map(|item| reader.item_parsed(item, &path)).collect()
}
