//! `[registries."HOST"]`: how a registry is reached. Credentials are not written here: they are docker's.

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    reader::{Reader, Table},
    url,
};

pub(super) const KEYS: [&str; 2] = ["ca", "plain_http"];

/// Most registries of an environment: more than it has plugins.
const MOST: usize = 100;

/// How one registry is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrySpec {
    /// PEM file of the authorities that its certificate may be of; the system's without it.
    pub ca: Option<PathBuf>,
    /// Whether it is spoken to without TLS.
    pub plain_http: bool,
}

/// By `HOST` or `HOST:PORT`, in lower case.
pub(super) fn read_all(reader: &mut Reader, root: Table<'_>) -> BTreeMap<String, RegistrySpec> {
    let mut registries = BTreeMap::new();
    let Some(entry) = root.get("registries") else { return registries };
    let Some(table) = reader.any_table(&entry.item, "registries") else { return registries };
    if let Some(extra) = table.item.entries().get(MOST) {
        reader.bad(extra.spot, "registries", &format!("expected at most {MOST} registries, found more"));
    }
    for entry in table.item.entries().iter().take(MOST) {
        let path = format!("registries.\"{}\"", entry.key);
        if !url::is_authority(&entry.key) {
            let found = shipworthy_contract::text::excerpt(&entry.key, 80);
            reader.bad(entry.spot, &path, &format!("expected `HOST` or `HOST:PORT`, found: {found}"));
            continue;
        }
        let Some(registry) = reader.table(&entry.item, &path, &KEYS) else { continue };
        let ca = reader.word(registry, "ca");
        let ca = ca.zip(registry.get("ca")).map(|(ca, entry)| reader.sources.resolve(entry.item.spot.file, &ca));
        let plain_http = reader.boolean(registry, "plain_http").unwrap_or(false);
        if let (Some(_), true, Some(entry)) = (&ca, plain_http, registry.get("ca")) {
            let reason = "`ca` is of no use with `plain_http = true`: there is no certificate";
            reader.bad(entry.item.spot, &registry.key("ca"), &reason);
        }
        registries.insert(entry.key.to_ascii_lowercase(), RegistrySpec { ca, plain_http });
    }
    registries
}
