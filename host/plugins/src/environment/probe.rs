//! `[probes.X]`: what is listed here is required.

use std::{collections::BTreeMap, path::PathBuf};

use shipworthy_contract::{
    Role, Service, Sha256,
    explain::Place,
    grant::Grant,
    suggest::nearest,
    text::{excerpt, plural},
};

use super::{
    bounds::{Limits, Retry, read_limits, read_retry},
    error::Problem,
    reader::{Reader, Table},
};
use crate::{Reference, Severity, document::Entry, grants::MOST_GRANTS, reference};

pub(super) const KEYS: [&str; 10] =
    ["service", "plugin", "sha256", "endpoint", "endpoints", "grants", "config", "limits", "retry", "severity"];

/// Most probes of an environment: far more than a stack has services. A fleet is one probe with many instances.
const MOST_PROBES: usize = 1_000;

/// Where a plugin comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PluginSource {
    /// `builtin:NAME`.
    Builtin(String),
    /// A file, as it is to be opened.
    File(PathBuf),
    /// `oci://HOST/REPOSITORY:TAG`, or with the manifest's digest.
    Oci(Reference),
}

/// One probe of the environment.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name: the key in `[probes]`.
    pub name: String,
    /// The service it looks at; its name by default.
    pub service: Service,
    /// Where its plugin comes from.
    pub plugin: PluginSource,
    /// The digest that the plugin must have.
    pub sha256: Option<Sha256>,
    /// Endpoints by role, all of which exist. `main` is `endpoint`; without it the endpoint of the service's name, if
    /// there is one.
    pub endpoints: BTreeMap<Role, String>,
    /// `grants`; `None` if the key is absent, which is not the same as an empty list.
    pub grants: Option<Vec<Grant>>,
    /// `config`; an empty object by default.
    pub config: serde_json::Value,
    /// `limits`.
    pub limits: Limits,
    /// `retry`.
    pub retry: Option<Retry>,
    /// Severities of the probe's own rules that the environment changes.
    pub severity: BTreeMap<String, Severity>,
    /// Where it stands.
    pub at: Place,
    /// Where the value of its `plugin` stands.
    pub plugin_at: Place,
}

/// `[probes]`, sorted by name.
pub(super) fn read_all(reader: &mut Reader, root: Table<'_>) -> Vec<Probe> {
    let Some(entry) = root.get("probes") else { return Vec::new() };
    let Some(table) = reader.any_table(&entry.item, "probes") else { return Vec::new() };
    let endpoints: Vec<&str> = root
        .get("endpoints")
        .map(|entry| entry.item.entries().iter().map(|entry| entry.key.as_str()).collect())
        .unwrap_or_default();
    if let Some(extra) = table.item.entries().get(MOST_PROBES) {
        reader.bad(extra.spot, "probes", &format!("expected at most {MOST_PROBES} probes, found more"));
    }
    let entries = table.item.entries().iter().take(MOST_PROBES);
    let mut probes: Vec<Probe> = entries.filter_map(|entry| read(reader, table, entry, &endpoints)).collect();
    probes.sort_by(|a, b| a.name.cmp(&b.name));
    probes
}

fn read(reader: &mut Reader, probes: Table<'_>, entry: &Entry, known: &[&str]) -> Option<Probe> {
    let path = probes.key(&entry.key);
    let table = reader.table(&entry.item, &path, &KEYS)?;
    let own: Option<Service> = match entry.key.parse() {
        Ok(service) => Some(service),
        Err(error) => {
            reader.bad(entry.spot, &path, &error);
            None
        }
    };
    let service = if table.get("service").is_some() { reader.parsed(table, "service") } else { own.clone() };
    let plugin = read_plugin(reader, table);
    let endpoints = read_endpoints(reader, table, known, service.as_ref());
    let probe = Probe {
        name: entry.key.clone(),
        sha256: reader.parsed(table, "sha256"),
        endpoints,
        grants: read_grants(reader, table),
        config: read_config(reader, table),
        limits: read_limits(reader, table),
        retry: read_retry(reader, table),
        severity: read_severity(reader, table),
        at: reader.place(entry.spot),
        plugin_at: reader.place(table.get("plugin").map_or(entry.spot, |plugin| plugin.item.spot)),
        service: service?,
        plugin: plugin?,
    };
    own.map(|_| probe)
}

fn read_plugin(reader: &mut Reader, table: Table<'_>) -> Option<PluginSource> {
    let Some(entry) = table.get("plugin") else {
        reader.missing(table, "plugin", "`plugin = \"builtin:gateway\"`");
        return None;
    };
    let text = reader.word(table, "plugin")?;
    let fault = if let Some(name) = text.strip_prefix("builtin:") {
        if name.parse::<Service>().is_ok() {
            return Some(PluginSource::Builtin(name.to_owned()));
        }
        format!("expected `builtin:` and the name of a bundled probe, found: {}", excerpt(&text, 60))
    } else if text.starts_with(reference::SCHEME) {
        match text.parse::<Reference>() {
            Ok(reference) => return Some(PluginSource::Oci(reference)),
            Err(error) => error.to_string(),
        }
    } else if let Some((scheme, _)) = text.split_once("://") {
        format!("expected `builtin:NAME`, a file or `oci://HOST/REPO:TAG`, found: {}://", excerpt(scheme, 20))
    } else {
        return Some(PluginSource::File(reader.sources.resolve(entry.item.spot.file, &text)));
    };
    reader.bad(entry.item.spot, &table.key("plugin"), &fault);
    None
}

fn read_endpoints(
    reader: &mut Reader,
    table: Table<'_>,
    known: &[&str],
    service: Option<&Service>,
) -> BTreeMap<Role, String> {
    let mut endpoints = BTreeMap::new();
    if let Some(entry) = table.get("endpoints") {
        let path = table.key("endpoints");
        if let Some(roles) = reader.any_table(&entry.item, &path) {
            for entry in roles.item.entries() {
                let key = roles.key(&entry.key);
                match entry.key.parse::<Role>() {
                    Err(error) => reader.bad(entry.spot, &key, &error),
                    Ok(role) if role.is_main() && table.get("endpoint").is_some() => {
                        let reason = "`endpoint` and `endpoints.main` are the same".to_owned();
                        reader.fault(entry.spot, Problem::Conflict { table: table.name(), reason });
                    }
                    Ok(role) => {
                        if let Some(name) = read_endpoint(reader, roles, &entry.key, known) {
                            endpoints.insert(role, name);
                        }
                    }
                }
            }
        }
    }
    if table.get("endpoint").is_some() {
        if let Some(name) = read_endpoint(reader, table, "endpoint", known) {
            endpoints.insert(Role::main(), name);
        }
    } else if let Some(service) = service.filter(|service| known.contains(&service.as_str())) {
        endpoints.entry(Role::main()).or_insert_with(|| service.as_str().to_owned());
    }
    endpoints
}

fn read_endpoint(reader: &mut Reader, table: Table<'_>, key: &str, known: &[&str]) -> Option<String> {
    let name = reader.word(table, key)?;
    if known.contains(&name.as_str()) {
        return Some(name);
    }
    let nearest = nearest(&name, known.iter().copied()).map(str::to_owned);
    let problem = Problem::UnknownName { key: table.key(key), what: "an endpoint of this environment", name, nearest };
    reader.fault(table.get(key)?.item.spot, problem);
    None
}

fn read_grants(reader: &mut Reader, table: Table<'_>) -> Option<Vec<Grant>> {
    let items = reader.list(table, "grants")?;
    let key = table.key("grants");
    if let Some(extra) = items.get(MOST_GRANTS) {
        reader.bad(extra.spot, &key, &format!("expected at most {}, found more", plural(MOST_GRANTS, "line")));
    }
    let mut grants: Vec<Grant> = Vec::new();
    for item in items.iter().take(MOST_GRANTS) {
        let Some(grant) = reader.item_parsed::<Grant>(item, &key) else { continue };
        if let Some(reason) = crate::grants::wildcard_fault(&grant) {
            reader.bad(item.spot, &key, &format!("`{grant}`: {reason}"));
        } else if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    Some(grants)
}

fn read_config(reader: &mut Reader, table: Table<'_>) -> serde_json::Value {
    let empty = || serde_json::Value::Object(serde_json::Map::new());
    let Some(entry) = table.get("config") else { return empty() };
    let path = table.key("config");
    if reader.any_table(&entry.item, &path).is_none() {
        return empty();
    }
    match entry.item.to_json() {
        Ok(config) => config,
        Err(spot) => {
            reader.bad(spot, &path, &"expected numbers that JSON can write, found one that it cannot");
            empty()
        }
    }
}

fn read_severity(reader: &mut Reader, table: Table<'_>) -> BTreeMap<String, Severity> {
    let mut severities = BTreeMap::new();
    let Some(entry) = table.get("severity") else { return severities };
    let path = table.key("severity");
    let Some(rules) = reader.any_table(&entry.item, &path) else { return severities };
    for entry in rules.item.entries() {
        if let Some(severity) = reader.item_parsed(&entry.item, &rules.key(&entry.key)) {
            severities.insert(entry.key.clone(), severity);
        }
    }
    severities
}
