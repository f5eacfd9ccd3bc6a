//! What a stack must be: the manifest's `runtime_stack` and an environment's `[requirements]`, read from the same
//! shape by the same code (contract.md, part 2).

mod read;

use std::collections::BTreeMap;

pub use read::{Demand, ShapeFault, read};

use serde::{Deserialize, Serialize};

use crate::{
    Service, Sha256,
    node::Position,
    version::{ApiVersion, VersionRequirement},
};

/// The stack contract that Shipworthy implements. No service states one (contract.md, part 2).
pub const STACK_CONTRACT: ApiVersion = ApiVersion { major: 1, minor: 0 };

/// A required value, with the place where it is required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted<T> {
    /// What is required.
    pub value: T,
    /// Where it stands in its file.
    pub at: Position,
}

/// How the stack runs functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Functions are Docker containers.
    Docker,
    /// Functions are containerd containers.
    Containerd,
}

impl Mode {
    /// As the contract writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Containerd => "containerd",
        }
    }
}

/// Where a requirement was read, for messages: `artifact.yml`, `environments/staging.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The manifest's requirement.
    Artifact {
        /// The manifest as the user named it.
        file: String,
        /// The name under which it stands there, of the two that are read.
        field: String,
    },
    /// An environment's `[requirements]`.
    Environment {
        /// The environment's file.
        file: String,
    },
}

/// What one source requires of the stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requirement {
    /// Who requires it.
    pub source: Source,
    /// The stack contract's version.
    pub api_version: Option<Wanted<ApiVersion>>,
    /// Stack-wide.
    pub mode: Option<Wanted<Mode>>,
    /// `esb_version`; stack-wide, opaque text, trimmed.
    pub release: Option<Wanted<String>>,
    /// Per service, by name.
    pub services: BTreeMap<Service, ServiceRequirement>,
}

/// What is required of one service, for each of its instances.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceRequirement {
    /// The service's own version.
    pub version: Option<Wanted<VersionRequirement>>,
    /// The release it runs, as opaque text, trimmed.
    pub release: Option<Wanted<String>>,
    /// Its api version.
    pub api_version: Option<Wanted<ApiVersion>>,
    /// The mode it runs in.
    pub mode: Option<Wanted<Mode>>,
    /// Capabilities it must have, in written order.
    pub capabilities: Vec<Wanted<String>>,
    /// Allowed digests by the digest's name.
    pub sha256: BTreeMap<String, Wanted<Vec<Sha256>>>,
    /// Facts by key.
    pub facts: BTreeMap<String, Wanted<FactRequirement>>,
}

impl ServiceRequirement {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a fact must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactRequirement {
    /// Equal: as a number if both are numbers, else as trimmed text.
    Equal(String),
    /// A number that compares so.
    Number(Comparison, #[serde(with = "crate::exact")] f64),
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
}
