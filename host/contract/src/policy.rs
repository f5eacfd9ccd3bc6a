//! How hard a deviation that the contract leaves open is taken.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// `strict` or `warn` (contract.md, the rule tables of parts 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// What the contract leaves open fails. The default.
    #[default]
    Strict,
    /// What the contract leaves open warns.
    Warn,
}

impl Policy {
    /// `Fail` under strict, `Warn` under warn.
    pub const fn fail_or_warn(self) -> Outcome {
        match self {
            Self::Strict => Outcome::Fail,
            Self::Warn => Outcome::Warn,
        }
    }

    /// `Error` under strict, `Warn` under warn: for what could not be determined.
    pub const fn error_or_warn(self) -> Outcome {
        match self {
            Self::Strict => Outcome::Error,
            Self::Warn => Outcome::Warn,
        }
    }

    /// The word used on the command line and in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Warn => "warn",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A policy's name that is neither `strict` nor `warn`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `strict` or `warn`, found: {0}")]
pub struct UnknownPolicy(pub String);

impl FromStr for Policy {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "strict" => Ok(Self::Strict),
            "warn" => Ok(Self::Warn),
            other => Err(UnknownPolicy(other.to_owned())),
        }
    }
}
