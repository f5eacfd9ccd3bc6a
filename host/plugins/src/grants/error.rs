//! Why a plugin and an environment do not fit.

use std::fmt;

use shipworthy_contract::{
    Explain, Fault, Role, Service,
    explain::Place,
    grant::Grant,
    text::{excerpt, plural},
};

use super::Mark;
use crate::{Descriptor, Probe};

/// Why a plugin and an environment do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantError {
    probe: String,
    plugin: String,
    at: Place,
    problem: Box<GrantProblem>,
}

impl GrantError {
    pub(super) fn new(descriptor: &Descriptor, probe: &Probe, problem: GrantProblem) -> Self {
        let (probe, plugin, at) = (probe.name.clone(), descriptor.name.clone(), probe.at.clone());
        Self { probe, plugin, at, problem: Box::new(problem) }
    }

    /// What does not fit.
    pub fn problem(&self) -> &GrantProblem {
        &self.problem
    }
}

impl fmt::Display for GrantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the probe `{}` with the plugin `{}`: {}", self.probe, self.plugin, self.problem)
    }
}

impl std::error::Error for GrantError {}

/// The ways in which a plugin and an environment do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantProblem {
    /// The plugin needs what the environment does not grant.
    #[error("the environment does not grant {}: {}", needs(missing.len()), listed(missing))]
    NotGranted {
        /// The lines that are missing.
        missing: Vec<Grant>,
        /// The lines that are in force.
        given: Vec<Grant>,
    },
    /// A role is needed that no endpoint is mapped to.
    #[error("no endpoint is mapped to the role `{role}`{}", described(description.as_deref()))]
    NoEndpoint {
        /// The role.
        role: Role,
        /// What the plugin says of it.
        description: Option<String>,
        /// The probe's service.
        service: Service,
    },
    /// A role is mapped that the plugin does not have.
    #[error("the plugin has no role: {role}")]
    UnknownRole {
        /// The role.
        role: Role,
        /// The nearest that it has.
        nearest: Option<String>,
    },
    /// The plugin is for other services.
    #[error("the plugin is for {}, and the probe for: {service}", listed(services))]
    WrongService {
        /// The probe's service.
        service: Service,
        /// The plugin's.
        services: Vec<Service>,
    },
    /// A severity is set for a rule that the plugin does not have.
    #[error("the plugin has no rule: {}", excerpt(rule, 60))]
    UnknownRule {
        /// The rule.
        rule: String,
        /// The nearest that it has.
        nearest: Option<String>,
    },
}

fn needs(count: usize) -> String {
    plural(count, "need")
}

fn listed(items: &[impl fmt::Display]) -> String {
    items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
}

fn described(description: Option<&str>) -> String {
    description.map(|text| format!(" ({})", excerpt(text, 80))).unwrap_or_default()
}

impl Explain for GrantError {
    fn code(&self) -> &'static str {
        match &*self.problem {
            GrantProblem::NotGranted { .. } => "plugin.grants",
            GrantProblem::NoEndpoint { .. } => "plugin.endpoint",
            GrantProblem::UnknownRole { .. } => "plugin.role",
            GrantProblem::WrongService { .. } => "plugin.service",
            GrantProblem::UnknownRule { .. } => "plugin.severity",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        let probe = &self.probe;
        Some(match &*self.problem {
            GrantProblem::NotGranted { missing, given } => lines_to_add(probe, missing, given),
            GrantProblem::NoEndpoint { role, service, .. } if role.is_main() => {
                format!("write `[endpoints.{service}]` with a `url`, or `endpoint = \"NAME\"` in `[probes.{probe}]`")
            }
            GrantProblem::NoEndpoint { role, .. } => {
                format!("write `endpoints.{role} = \"NAME\"` in `[probes.{probe}]`")
            }
            GrantProblem::UnknownRole { nearest: Some(nearest), .. }
            | GrantProblem::UnknownRule { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            GrantProblem::UnknownRole { .. } => "roles stand in the plugin's descriptor, under `roles`".to_owned(),
            GrantProblem::UnknownRule { .. } => "rules stand in the plugin's descriptor, under `rules`".to_owned(),
            GrantProblem::WrongService { .. } => format!("set `service` in `[probes.{probe}]`, or name another plugin"),
        })
    }

    fn place(&self) -> Option<Place> {
        Some(self.at.clone())
    }
}

/// The whole list to paste, with what is granted already, since `grants` is replaced as a whole.
fn lines_to_add(probe: &str, missing: &[Grant], given: &[Grant]) -> String {
    let kept = given.iter().map(|grant| (grant, Mark::Kept));
    let added = missing.iter().map(|grant| (grant, Mark::Missing));
    format!("if it may do that, write in `[probes.{probe}]`:\n{}", super::listed(kept.chain(added)))
}
