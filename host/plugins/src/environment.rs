//! Environments: `environments/NAME.toml`, what they extend, and what they say (design.md, part 4).
//!
//! An [`Environment`] is whole or it is not there: [`load`] tells every fault of its files at once. No secret is
//! fetched here; [`EndpointSpec::resolve`] does that, when a probe is about to run.

mod bounds;
mod containers;
mod date;
mod endpoint;
mod error;
mod find;
mod header;
mod instances;
mod load;
mod packing;
mod payload;
mod probe;
pub(crate) mod reader;
mod registries;
mod show;
mod trust;
pub(crate) mod url;
mod waiver;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use shipworthy_contract::{Policy, explain::Place, requirement::Requirement};

use crate::document::{Item, Sources};

pub(crate) use self::load::syntax_errors;
pub use self::{
    bounds::{Limits, Retry},
    containers::Containers,
    endpoint::{EndpointSpec, MissingSecret},
    error::{EnvironmentError, EnvironmentErrors, Problem},
    find::{find, list},
    load::{excerpt, load},
    payload::PayloadDemands,
    probe::{PluginSource, Probe},
    registries::RegistrySpec,
    show::{Origin, Setting, show},
    trust::{Trust, TrustKey},
    waiver::WaiverSpec,
};

/// JSON Schema of an environment, for editors.
pub const ENVIRONMENT_SCHEMA: &str = include_str!("../schemas/environment.json");

/// What is in force where an artifact is to go.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The file's name without folder and ending.
    pub name: String,
    /// The file as it was named.
    pub file: PathBuf,
    /// `policy`; without it the command line's, else strict.
    pub policy: Option<Policy>,
    /// `deadline`: the whole stack side; 30 s by default.
    pub deadline: Duration,
    /// `[payload]`.
    pub payload: PayloadDemands,
    /// `[requirements]`, one for each file that says something of them, so that each value's place names its own file.
    /// They never speak of the same value twice: what a file overlays is not in the other's any more. All must hold.
    pub requirements: Vec<Requirement>,
    /// `[endpoints]` by name.
    pub endpoints: BTreeMap<String, EndpointSpec>,
    /// `[containers]`.
    pub containers: Containers,
    /// `[probes]`, in the order of their names.
    pub probes: Vec<Probe>,
    /// `[trust]`.
    pub trust: Trust,
    /// `[registries]` by host.
    pub registries: BTreeMap<String, RegistrySpec>,
    /// `[[waivers]]`, those of extended files first.
    pub waivers: Vec<WaiverSpec>,
    written: Written,
}

/// The files as they were written, for who asks where a value comes from. Shows nothing of them: they may hold what is
/// nobody's to see.
#[derive(Clone)]
struct Written {
    sources: Sources,
    document: Item,
}

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Written").finish_non_exhaustive()
    }
}

impl Environment {
    /// Where a setting such as `probes.agent.grants` stands; `None` for a default.
    pub fn place(&self, key: &str) -> Option<Place> {
        show(self).into_iter().find(|setting| setting.key == key).and_then(|setting| match setting.origin {
            Origin::Written(place) => Some(place),
            Origin::Default => None,
        })
    }
}
