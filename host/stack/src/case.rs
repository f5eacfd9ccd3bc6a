//! What is laid before the judge.

use serde::{Deserialize, Serialize};
use shipworthy_contract::{PluginRef, Policy, Service, Severity, evidence::ProbeRun, requirement::Requirement};

/// One run's whole case.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What is required: the artifact's and the environment's, in that order. All must hold.
    pub requirements: &'a [Requirement],
    /// The probes that the environment lists. What is listed is required to give something.
    pub listed: &'a [Listed],
    /// What they saw, in any order.
    pub runs: &'a [ProbeRun],
    /// How hard a deviation is taken that the contract leaves open.
    pub policy: Policy,
}

/// A probe as the environment lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name in the environment.
    pub probe: String,
    /// The service it looks at.
    pub service: Service,
    /// Its plugin.
    pub plugin: PluginRef,
    /// The rules that its descriptor declares.
    pub own_rules: Vec<OwnRule>,
    /// How many instances its main endpoint has; one run each. With more than one, results name theirs.
    pub instances: usize,
    /// How many of them another part of the check looks at.
    pub elsewhere: usize,
}

/// A rule of a probe's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRule {
    /// Its name in the descriptor; its id is `stack.SERVICE.NAME`.
    pub name: String,
    /// How hard a violation is taken. The environment's override is already applied.
    pub severity: Severity,
    /// What holds when it passes, in one line.
    pub summary: String,
    /// How to mend it.
    pub hint: Option<String>,
}
