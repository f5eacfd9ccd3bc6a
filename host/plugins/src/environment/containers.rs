//! `[containers]`: which container engine, which compose project, which groups.

use std::collections::BTreeMap;

use shipworthy_contract::{Service, endpoint::Address};

use super::{
    error::Problem,
    reader::{Reader, Table},
    url::Url,
};

pub(super) const KEYS: [&str; 3] = ["socket", "project", "groups"];

/// Most groups, and most labels of a group: more than anybody names.
const MOST: usize = 100;

/// How containers are found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Containers {
    /// `unix:///PATH`, `tcp://HOST:PORT` or `http://HOST:PORT`; without it the engine's usual socket.
    pub socket: Option<String>,
    /// The compose project; without it contract.md, part 3.
    pub project: Option<String>,
    /// Containers by labels, outside the project too: group, then label, then value.
    pub groups: BTreeMap<Service, BTreeMap<String, String>>,
}

pub(super) fn read(reader: &mut Reader, root: Table<'_>) -> Containers {
    let Some(entry) = root.get("containers") else { return Containers::default() };
    let Some(table) = reader.table(&entry.item, "containers", &KEYS) else { return Containers::default() };
    Containers {
        socket: read_socket(reader, table),
        project: reader.word(table, "project"),
        groups: read_groups(reader, table),
    }
}

fn read_socket(reader: &mut Reader, table: Table<'_>) -> Option<String> {
    let text = reader.word(table, "socket")?;
    // `tcp://` is what the engine's own tools write for HTTP without TLS.
    let as_http = text.strip_prefix("tcp://").map(|rest| format!("http://{rest}"));
    let fault = match as_http.as_deref().unwrap_or(&text).parse::<Url>() {
        Ok(Url { address: Address::Unix(_), .. }) => return Some(text),
        Ok(Url { https: false, .. }) => return Some(text),
        Ok(_) => "expected `unix:///PATH`, `tcp://HOST:PORT` or `http://HOST:PORT`, found `https://`, which is not offered by this version".to_owned(),
        Err(error) => error.to_string(),
    };
    reader.fault(table.get("socket")?.item.spot, Problem::Url { key: table.key("socket"), reason: fault });
    None
}

fn read_groups(reader: &mut Reader, table: Table<'_>) -> BTreeMap<Service, BTreeMap<String, String>> {
    let mut groups = BTreeMap::new();
    let Some(entry) = table.get("groups") else { return groups };
    let path = table.key("groups");
    let Some(all) = reader.any_table(&entry.item, &path) else { return groups };
    for entry in all.item.entries().iter().take(MOST) {
        let path = all.key(&entry.key);
        let name = match entry.key.parse::<Service>() {
            Ok(name) => name,
            Err(error) => {
                reader.bad(entry.spot, &path, &error);
                continue;
            }
        };
        let Some(labels) = reader.any_table(&entry.item, &path) else { continue };
        if labels.item.entries().is_empty() {
            reader.bad(
                entry.item.spot,
                &path,
                &"expected one label or more, found none: that would be every container",
            );
        }
        let mut wanted = BTreeMap::new();
        for label in labels.item.entries().iter().take(MOST) {
            if let Some(value) = reader.item_text(&label.item, &labels.key(&label.key)) {
                wanted.insert(label.key.clone(), value.to_owned());
            }
        }
        groups.insert(name, wanted);
    }
    if let Some(extra) = all.item.entries().get(MOST) {
        reader.bad(extra.spot, &path, &format!("expected at most {MOST} groups, found more"));
    }
    groups
}
