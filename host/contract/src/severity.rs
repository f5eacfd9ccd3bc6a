//! How hard a violated rule of a probe's own is taken.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// A rule's severity: its author's, unless the environment says otherwise. Policy does not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Deserves a look.
    Warn,
    /// Stops the deploy.
    Fail,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warn, Self::Fail];

    /// The word used in descriptors and environments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// The outcome of a rule of this severity that is violated.
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
        f.write_str(self.as_str())
    }
}

/// A word that is not a severity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `info`, `warn` or `fail`, found: {0}")]
pub struct NotASeverity(pub String);

impl FromStr for Severity {
    type Err = NotASeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == text)
            .ok_or_else(|| NotASeverity(crate::text::excerpt(text, 40)))
    }
}
