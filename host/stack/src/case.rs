//! What is laid before the judge.

use std::{fmt, str::FromStr};

use shipworthy_contract::{Outcome, PluginRef, Policy, Service, evidence::ProbeRun, requirement::Requirement};

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// A rule of a probe's own.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// How hard a violation of a probe's own rule is taken, under any policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// The deploy may go on.
    Warn,
    /// It may not.
    Fail,
}

impl Severity {
    /// The outcome of a violation.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Info => Outcome::Info,
            Self::Warn => Outcome::Warn,
            Self::Fail => Outcome::Fail,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outcome().fmt(f)
    }
}

/// Text that is not a severity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `info`, `warn` or `fail`, found: {0}")]
pub struct NotASeverity(pub String);

impl FromStr for Severity {
    type Err = NotASeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Info, Self::Warn, Self::Fail]
            .into_iter()
            .find(|severity| severity.outcome().as_str() == text)
            .ok_or_else(|| NotASeverity(shipworthy_contract::text::excerpt(text, 40)))
    }
}
