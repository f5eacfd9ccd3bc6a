//! `shipworthy plugin inspect`: what a plugin is, and what it may do in an environment, for people and for machines.

mod held;
mod json;
mod page;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use shipworthy_contract::{Role, Service, Severity, Sha256, grant::Grant};

pub use self::{json::render as json, page::render};

/// A plugin, as it was read without running it. Its texts may be hostile; they are made safe here.
#[derive(Clone, Debug, PartialEq)]
pub struct Plugin {
    /// The file as it was named, or `builtin:NAME`.
    pub file: String,
    /// Bytes of the component.
    pub size_bytes: u64,
    /// Their digest.
    pub sha256: Sha256,
    /// The version of the WIT package that it is built for.
    pub wit_version: String,
    /// What it imports.
    pub imports: Vec<Import>,
    /// What it exports beside what a probe is called by.
    pub extra_exports: Vec<String>,
    /// What it says of itself.
    pub descriptor: Descriptor,
    /// The file that the descriptor was read from; none if the component carries it.
    pub descriptor_file: Option<String>,
    /// The keys that its config takes; none if that cannot be told in keys.
    pub config_keys: Option<Vec<ConfigKey>>,
    /// What it may do in an environment, if one was named.
    pub held: Option<Held>,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Import {
    /// As the component names it.
    pub name: String,
    /// What the host does with it.
    pub kind: ImportKind,
}

/// What the host does with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    /// An interface of Shipworthy's.
    Shipworthy,
    /// WASI that guests get.
    Wasi,
    /// WASI that refuses when it is called.
    Stubbed,
}

/// What a plugin says of itself, with the keys of its `probe.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Descriptor {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The services that it is for; empty for any.
    pub services: Vec<Service>,
    /// Its roles with their descriptions.
    pub roles: BTreeMap<Role, String>,
    /// Everything that it does.
    pub needs: Vec<Grant>,
    /// What of it it can do without.
    pub optional: Vec<Grant>,
    /// Rules of its own.
    pub rules: Vec<OwnRule>,
    /// JSON Schema of its config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Value>,
}

/// A rule of a plugin's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnRule {
    /// Its name.
    pub name: String,
    /// How hard a violation is taken.
    pub severity: Severity,
    /// What holds when it passes.
    pub summary: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A key of a plugin's config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigKey {
    /// The key.
    pub key: String,
    /// Whether it must be there.
    pub required: bool,
    /// What kind of value it takes.
    pub kind: Option<String>,
    /// What the schema says of it.
    pub description: Option<String>,
}

/// A plugin held against an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The environment's name.
    pub environment: String,
    /// Its file.
    pub file: String,
    /// Every probe that uses the plugin.
    pub probes: Vec<Probe>,
    /// Where none does, what one would take.
    pub draft: Option<Draft>,
}

/// A probe that uses the plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// Its name.
    pub probe: String,
    /// The service that it looks at.
    pub service: Service,
    /// Whether it can run so.
    pub usable: bool,
    /// Whether it finds the descriptor that is shown: a copy of a component may lie beside another one.
    pub same_descriptor: bool,
    /// Every need, and what became of it.
    pub needs: Vec<Need>,
    /// Every role, and its endpoint.
    pub roles: Vec<RoleOf>,
    /// Grants that no need asks for.
    pub unneeded_grants: Vec<Grant>,
    /// The whole `grants = [...]` to paste, where something is missing or not needed.
    pub grants_to_write: Option<String>,
    /// Why it cannot run.
    pub errors: Vec<String>,
}

/// A need that was held against an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Its line.
    pub line: Grant,
    /// Whether the plugin can do without it.
    pub optional: bool,
    /// What became of it.
    pub state: NeedState,
}

/// What became of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeedState {
    /// The probe may do it.
    Granted,
    /// No grant covers it.
    NotGranted,
    /// It is granted, and its role has no endpoint.
    NoEndpoint,
}

/// A role and what the environment maps to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleOf {
    /// The role.
    pub role: Role,
    /// The endpoint's name.
    pub endpoint: Option<String>,
    /// Whether the plugin cannot do without it.
    pub required: bool,
}

/// What a plugin would take in an environment that does not use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// The lines of a `[probes.NAME]`.
    pub text: String,
    /// Endpoints that they name and the environment does not have.
    pub new_endpoints: Vec<String>,
}
