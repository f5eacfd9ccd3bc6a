//! `[trust]`: whose signatures count, and for what.

use std::{collections::BTreeMap, path::PathBuf};

use shipworthy_contract::{explain::Place, suggest::nearest};
use time::Date;

use super::{
    date,
    error::Problem,
    reader::{Reader, Table},
};
use crate::document::{Item, Value};

pub(super) const KEYS: [&str; 4] = ["keys", "plugins", "probes", "artifact"];
pub(super) const KEY_KEYS: [&str; 2] = ["file", "expires"];

/// Most keys, and most names of a list: more nobody looks after.
const MOST: usize = 100;

/// Whose signatures count. What is not named here needs none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Public keys by name.
    pub keys: BTreeMap<String, TrustKey>,
    /// Who may sign a plugin that is not bundled. An empty list is nobody, which is not the same as no list.
    pub plugins: Option<Vec<String>>,
    /// Who may sign the plugin of one probe, in place of `plugins`.
    pub probes: BTreeMap<String, Vec<String>>,
    /// Who may sign an artifact's manifest.
    pub artifact: Option<Vec<String>>,
}

/// A public key that the environment knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustKey {
    /// Its PEM file.
    pub file: PathBuf,
    /// The last day on which its signatures count, in UTC.
    pub expires: Option<Date>,
    /// Where it stands.
    pub at: Place,
}

impl Trust {
    /// Who may sign the plugin of a probe; none if no signature is asked for.
    pub fn signers(&self, probe: &str) -> Option<&[String]> {
        self.probes.get(probe).or(self.plugins.as_ref()).map(Vec::as_slice)
    }
}

/// `probes` are the names of `[probes]`.
pub(super) fn read(reader: &mut Reader, root: Table<'_>) -> Trust {
    let Some(entry) = root.get("trust") else { return Trust::default() };
    let Some(table) = reader.table(&entry.item, "trust", &KEYS) else { return Trust::default() };
    let keys = read_keys(reader, table);
    Trust {
        plugins: read_names(reader, table, "plugins", &keys),
        artifact: read_names(reader, table, "artifact", &keys),
        probes: read_probes(reader, root, table, &keys),
        keys,
    }
}

fn read_keys(reader: &mut Reader, trust: Table<'_>) -> BTreeMap<String, TrustKey> {
    let mut keys = BTreeMap::new();
    let Some(entry) = trust.get("keys") else { return keys };
    let Some(table) = reader.any_table(&entry.item, "trust.keys") else { return keys };
    if let Some(extra) = table.item.entries().get(MOST) {
        reader.bad(extra.spot, "trust.keys", &format!("expected at most {MOST} keys, found more"));
    }
    for entry in table.item.entries().iter().take(MOST) {
        if let Some(key) = read_key(reader, &table.key(&entry.key), &entry.item) {
            keys.insert(entry.key.clone(), key);
        }
    }
    keys
}

/// `"FILE"`, or `{ file = "FILE", expires = DATE }`.
fn read_key(reader: &mut Reader, path: &str, item: &Item) -> Option<TrustKey> {
    let at = reader.place(item.spot);
    if let Value::Text(file) = &item.value {
        let file = reader.sources.resolve(item.spot.file, file);
        return Some(TrustKey { file, expires: None, at });
    }
    let table = reader.table(item, path, &KEY_KEYS)?;
    let expires = date::read(reader, table, "expires");
    let Some(file) = table.get("file") else {
        reader.missing(table, "file", "`file = \"keys/release.pub\"`");
        return None;
    };
    let name = reader.word(table, "file")?;
    Some(TrustKey { file: reader.sources.resolve(file.item.spot.file, &name), expires, at })
}

/// Names of keys, all of which there are.
fn read_names(
    reader: &mut Reader,
    table: Table<'_>,
    key: &str,
    keys: &BTreeMap<String, TrustKey>,
) -> Option<Vec<String>> {
    let items = reader.list(table, key)?;
    let path = table.key(key);
    if let Some(extra) = items.get(MOST) {
        reader.bad(extra.spot, &path, &format!("expected at most {MOST} names, found more"));
    }
    let mut names: Vec<String> = Vec::new();
    for item in items.iter().take(MOST) {
        let Some(name) = reader.item_text(item, &path) else { continue };
        if !keys.contains_key(name) {
            let nearest = nearest(name, keys.keys().map(String::as_str)).map(str::to_owned);
            let what = "a key of `[trust.keys]`";
            reader.fault(item.spot, Problem::UnknownName { key: path.clone(), what, name: name.to_owned(), nearest });
        } else if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Some(names)
}

fn read_probes(
    reader: &mut Reader,
    root: Table<'_>,
    trust: Table<'_>,
    keys: &BTreeMap<String, TrustKey>,
) -> BTreeMap<String, Vec<String>> {
    let mut probes = BTreeMap::new();
    let Some(entry) = trust.get("probes") else { return probes };
    let Some(table) = reader.any_table(&entry.item, "trust.probes") else { return probes };
    let known: Vec<&str> = root
        .get("probes")
        .map(|entry| entry.item.entries().iter().map(|entry| entry.key.as_str()).collect())
        .unwrap_or_default();
    for entry in table.item.entries() {
        let name = entry.key.as_str();
        if !known.contains(&name) {
            let nearest = nearest(name, known.iter().copied()).map(str::to_owned);
            let (key, what) = (table.key(name), "a probe of this environment");
            reader.fault(entry.spot, Problem::UnknownName { key, what, name: name.to_owned(), nearest });
        }
        if let Some(names) = read_names(reader, table, name, keys) {
            probes.insert(name.to_owned(), names);
        }
    }
    probes
}
