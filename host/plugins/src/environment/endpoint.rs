//! `[endpoints.X]`: where a service answers, and how to speak to it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use shipworthy_contract::{
    Secret, Service,
    endpoint::{Address, Endpoint, Http2, TlsSettings},
    explain::Place,
};

use super::{
    error::{EnvironmentError, Problem},
    header::{self, HeaderSpec},
    instances::{self, Instance, MOST_INSTANCES},
    reader::{Reader, Table},
    url::{Url, is_host},
};
use crate::document::{Item, Value};

pub(super) const KEYS: [&str; 12] = [
    "url",
    "container",
    "port",
    "scheme",
    "instances",
    "instances_from",
    "ca",
    "client_cert",
    "client_key",
    "server_name",
    "http2",
    "headers",
];

/// Keys that mean something with TLS only.
const TLS_KEYS: [&str; 4] = ["ca", "client_cert", "client_key", "server_name"];

/// Most endpoints of an environment: far more than a stack has services.
const MOST_ENDPOINTS: usize = 1_000;

/// An endpoint as the environment describes it: nothing is looked up yet, no secret fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSpec {
    /// Its name.
    pub name: String,
    /// Where it is described.
    pub at: Place,
    targets: Targets,
    tls: TlsSettings,
    http2: Http2,
    headers: Vec<HeaderSpec>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Targets {
    One(Url),
    Fleet(Vec<Instance>),
    /// `None` is standard input.
    FleetFrom(Option<PathBuf>),
}

/// A header whose value cannot be fetched.
#[derive(Debug)]
pub struct MissingSecret {
    /// The variable that it is to come from, if it is one.
    pub variable: Option<String>,
    /// Why not.
    pub error: EnvironmentError,
}

impl EndpointSpec {
    /// The endpoint's instances, ready to be reached: `instances_from` is read and secrets are fetched here, from
    /// `variables` or files. Standard input can be read once, so resolve an endpoint once.
    ///
    /// # Errors
    ///
    /// A secret that is not there, or a file of instances that cannot be used.
    pub fn resolve(&self, variables: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Endpoint>, EnvironmentError> {
        let header = |header: &HeaderSpec| header.resolve(&self.name, variables).map_err(|error| error.or_at(&self.at));
        let headers: Vec<_> = self.headers.iter().map(header).collect::<Result<_, _>>()?;
        self.instances(&headers)
    }

    /// The endpoint's instances without the headers whose values are secrets: enough to see whether certificates and
    /// keys can be read, where the secrets are not at hand. Standard input is not read; its instances are left out.
    ///
    /// # Errors
    ///
    /// A file of instances that cannot be used.
    pub fn outline(&self) -> Result<Vec<Endpoint>, EnvironmentError> {
        if self.targets == Targets::FleetFrom(None) {
            return Ok(Vec::new());
        }
        let headers: Vec<_> = self.headers.iter().filter_map(HeaderSpec::plain).collect();
        self.instances(&headers)
    }

    /// What is wrong with its secrets where `variables` are those of a run; empty if each can be fetched. None is kept.
    pub fn missing_secrets(&self, variables: &dyn Fn(&str) -> Option<String>) -> Vec<MissingSecret> {
        let missing = |header: &HeaderSpec| {
            let error = header.resolve(&self.name, variables).err()?.or_at(&self.at);
            Some(MissingSecret { variable: header.variable().map(str::to_owned), error })
        };
        self.headers.iter().filter_map(missing).collect()
    }

    /// Its TLS, if it names any files for it.
    pub const fn tls(&self) -> &TlsSettings {
        &self.tls
    }

    fn instances(&self, headers: &[(String, Secret)]) -> Result<Vec<Endpoint>, EnvironmentError> {
        let endpoint = |instance: &str, url: &Url| Endpoint {
            name: self.name.clone(),
            instance: instance.to_owned(),
            address: url.address.clone(),
            tls: url.https.then(|| self.tls.clone()),
            http2: self.http2,
            headers: headers.to_vec(),
        };
        let fleet =
            |instances: &[Instance]| instances.iter().map(|instance| endpoint(&instance.name, &instance.url)).collect();
        match &self.targets {
            Targets::One(url) => Ok(vec![endpoint(&self.name, url)]),
            Targets::Fleet(instances) => Ok(fleet(instances)),
            Targets::FleetFrom(path) => {
                let instances = instances::read_file(path.as_deref(), &self.name);
                Ok(fleet(&instances.map_err(|error| error.or_at(&self.at))?))
            }
        }
    }

    /// Files that it names and that are nobody's secret.
    pub(super) fn public_files(&self) -> impl Iterator<Item = &Path> {
        let fleet = if let Targets::FleetFrom(Some(path)) = &self.targets { Some(path) } else { None };
        self.tls.ca.iter().chain(fleet).map(PathBuf::as_path)
    }

    /// Every file that it names, to be changed.
    pub(super) fn for_each_path(&mut self, change: &mut dyn FnMut(&mut PathBuf)) {
        let TlsSettings { ca, client_cert, client_key, server_name: _ } = &mut self.tls;
        let fleet = if let Targets::FleetFrom(path) = &mut self.targets { path.as_mut() } else { None };
        let of_tls = [ca, client_cert, client_key].into_iter().filter_map(Option::as_mut);
        of_tls.chain(fleet).for_each(&mut *change);
        for header in &mut self.headers {
            if let header::ValueSource::File(path) = &mut header.value {
                change(path);
            }
        }
    }

    /// Where the endpoint is, in words and without looking anything up.
    pub fn describe(&self) -> String {
        match &self.targets {
            Targets::One(Url { address: Address::Container { service, port }, https }) => {
                let scheme = if *https { "https" } else { "http" };
                format!("{scheme}, container {service}, port {port}")
            }
            Targets::One(Url { address, https }) => Endpoint {
                name: String::new(),
                instance: String::new(),
                address: address.clone(),
                tls: https.then(TlsSettings::default),
                http2: self.http2,
                headers: Vec::new(),
            }
            .url(),
            Targets::Fleet(instances) => shipworthy_contract::text::plural(instances.len(), "instance"),
            Targets::FleetFrom(None) => "instances on standard input".to_owned(),
            Targets::FleetFrom(Some(path)) => format!("instances in {}", path.display()),
        }
    }
}

/// `[endpoints]`.
pub(super) fn read_all(reader: &mut Reader, root: Table<'_>) -> BTreeMap<String, EndpointSpec> {
    let mut endpoints = BTreeMap::new();
    let Some(entry) = root.get("endpoints") else { return endpoints };
    let Some(table) = reader.any_table(&entry.item, "endpoints") else { return endpoints };
    let mut standard_input = None;
    for entry in table.item.entries().iter().take(MOST_ENDPOINTS) {
        let path = table.key(&entry.key);
        if let Err(error) = entry.key.parse::<Service>() {
            reader.bad(entry.spot, &path, &error);
            continue;
        }
        let at = reader.place(entry.spot);
        let Some(spec) = read(reader, &entry.item, &path, &entry.key, at) else { continue };
        if spec.targets == Targets::FleetFrom(None) {
            if let Some(other) = &standard_input {
                let reason = format!("`instances_from = \"-\"` is that of `{other}` already, and can be read once");
                reader.fault(entry.spot, Problem::Conflict { table: format!("`[{path}]`"), reason });
            }
            standard_input.get_or_insert_with(|| entry.key.clone());
        }
        endpoints.insert(entry.key.clone(), spec);
    }
    if let Some(extra) = table.item.entries().get(MOST_ENDPOINTS) {
        reader.bad(extra.spot, "endpoints", &format!("expected at most {MOST_ENDPOINTS} endpoints, found more"));
    }
    endpoints
}

fn read(reader: &mut Reader, item: &Item, path: &str, name: &str, at: Place) -> Option<EndpointSpec> {
    let table = reader.table(item, path, &KEYS)?;
    let targets = read_targets(reader, table);
    let tls = read_tls(reader, table);
    let http2 = read_http2(reader, table);
    let headers = header::read_all(reader, table);
    let targets = targets?;
    let speaks_tls = match &targets {
        Targets::One(url) => url.https,
        Targets::Fleet(instances) => instances.iter().any(|instance| instance.url.https),
        Targets::FleetFrom(_) => true,
    };
    if let Some(entry) = TLS_KEYS.iter().find_map(|key| table.get(key)).filter(|_| !speaks_tls) {
        let reason = format!(
            "`{0}` has no effect without `https`: write `https://` in the address, or leave `{0}` out",
            entry.key
        );
        reader.fault(entry.spot, Problem::Conflict { table: table.name(), reason });
    }
    Some(EndpointSpec { name: name.to_owned(), at, targets, tls, http2, headers })
}

fn read_targets(reader: &mut Reader, table: Table<'_>) -> Option<Targets> {
    let given: Vec<&str> = ["url", "container", "instances", "instances_from"]
        .into_iter()
        .filter(|key| table.get(key).is_some())
        .collect();
    let conflict = |reader: &mut Reader, key: &str, reason: String| {
        let spot = table.get(key).map_or(table.item.spot, |entry| entry.spot);
        reader.fault(spot, Problem::Conflict { table: table.name(), reason });
    };
    for key in ["port", "scheme"] {
        if table.get(key).is_some() && !given.contains(&"container") {
            conflict(reader, key, format!("`{key}` goes with `container` only; a URL has its own"));
        }
    }
    match given.as_slice() {
        [] => {
            reader.missing(
                table,
                "url",
                "`url = \"https://127.0.0.1:8443\"`, or `container`, `instances` or `instances_from`",
            );
            None
        }
        ["url"] => read_url(reader, table).map(Targets::One),
        ["container"] => read_container(reader, table).map(Targets::One),
        ["instances"] => read_fleet(reader, table).map(Targets::Fleet),
        ["instances_from"] => {
            let path = reader.word(table, "instances_from")?;
            let file = table.get("instances_from")?.item.spot.file;
            Some(Targets::FleetFrom((path != "-").then(|| reader.sources.resolve(file, &path))))
        }
        [.., last] => {
            let names: Vec<String> = given.iter().map(|key| format!("`{key}`")).collect();
            conflict(reader, last, format!("expected one of {}, found all of them", names.join(", ")));
            None
        }
    }
}

fn read_url(reader: &mut Reader, table: Table<'_>) -> Option<Url> {
    let text = reader.text(table, "url")?;
    match text.trim().parse::<Url>() {
        Ok(url) => Some(url),
        Err(error) => {
            let problem = Problem::Url { key: table.key("url"), reason: error.to_string() };
            reader.fault(table.get("url")?.item.spot, problem);
            None
        }
    }
}

fn read_container(reader: &mut Reader, table: Table<'_>) -> Option<Url> {
    let service = reader.parsed::<Service>(table, "container");
    let https = match table.get("scheme") {
        // Nobody gives a CA or a certificate to speak in plain text.
        None => TLS_KEYS.iter().any(|key| table.get(key).is_some()),
        Some(entry) => match reader.text(table, "scheme") {
            Some("https") => true,
            Some("http") | None => false,
            Some(other) => {
                let found = shipworthy_contract::text::excerpt(other, 40);
                reader.bad(
                    entry.item.spot,
                    &table.key("scheme"),
                    &format!("expected `https` or `http`, found: {found}"),
                );
                false
            }
        },
    };
    let Some(entry) = table.get("port") else {
        reader.missing(table, "port", "`port = 50051`");
        return None;
    };
    let Value::Integer(_, number) = &entry.item.value else {
        reader.kind(&entry.item, &table.key("port"), "a whole number from 1 to 65535");
        return None;
    };
    let port = number.and_then(|number| u16::try_from(number).ok()).filter(|port| *port > 0);
    if port.is_none() {
        let found = entry.item.scalar().unwrap_or_default();
        let reason = format!("expected a port from 1 to 65535, found: {found}");
        reader.bad(entry.item.spot, &table.key("port"), &reason);
    }
    Some(Url { address: Address::Container { service: service?, port: port? }, https })
}

fn read_fleet(reader: &mut Reader, table: Table<'_>) -> Option<Vec<Instance>> {
    let items = reader.list(table, "instances")?;
    let key = table.key("instances");
    let mut fleet: Vec<Instance> = Vec::new();
    let mut names = std::collections::BTreeSet::new();
    for item in items.iter().take(MOST_INSTANCES) {
        let Some(text) = reader.item_text(item, &key) else { continue };
        match instances::parse(text) {
            Ok(instance) if names.insert(instance.name.clone()) => fleet.push(instance),
            Ok(instance) => {
                reader.bad(item.spot, &key, &format!("expected each instance once, found again: {}", instance.name));
            }
            Err(reason) => reader.fault(item.spot, Problem::Url { key: key.clone(), reason }),
        }
    }
    if items.is_empty() || items.len() > MOST_INSTANCES {
        let reason = format!("expected 1 to {MOST_INSTANCES} instances, found {}", items.len());
        reader.bad(table.get("instances")?.item.spot, &key, &reason);
    }
    (!fleet.is_empty()).then_some(fleet)
}

fn read_tls(reader: &mut Reader, table: Table<'_>) -> TlsSettings {
    let path = |reader: &mut Reader, key: &str| {
        let text = reader.word(table, key)?;
        table.get(key).map(|entry| reader.sources.resolve(entry.item.spot.file, &text))
    };
    let settings = TlsSettings {
        ca: path(reader, "ca"),
        client_cert: path(reader, "client_cert"),
        client_key: path(reader, "client_key"),
        server_name: read_server_name(reader, table),
    };
    let pair = [table.get("client_cert"), table.get("client_key")];
    if let [Some(entry), None] | [None, Some(entry)] = pair {
        let reason = "`client_cert` and `client_key` go together".to_owned();
        reader.fault(entry.spot, Problem::Conflict { table: table.name(), reason });
    }
    settings
}

fn read_server_name(reader: &mut Reader, table: Table<'_>) -> Option<String> {
    let name = reader.word(table, "server_name")?;
    if is_host(&name) || name.parse::<std::net::IpAddr>().is_ok() {
        return Some(name.to_ascii_lowercase());
    }
    let found = shipworthy_contract::text::excerpt(&name, 80);
    let reason = format!("expected a host name or an IP address, found: {found}");
    reader.bad(table.get("server_name")?.item.spot, &table.key("server_name"), &reason);
    None
}

fn read_http2(reader: &mut Reader, table: Table<'_>) -> Http2 {
    let Some(entry) = table.get("http2") else { return Http2::default() };
    match reader.text(table, "http2") {
        Some("auto") | None => Http2::Auto,
        Some("only") => Http2::Only,
        Some("off") => Http2::Off,
        Some(other) => {
            let found = shipworthy_contract::text::excerpt(other, 40);
            let reason = format!("expected `auto`, `only` or `off`, found: {found}");
            reader.bad(entry.item.spot, &table.key("http2"), &reason);
            Http2::default()
        }
    }
}
