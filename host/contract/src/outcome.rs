//! What became of one rule at one place.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The outcome of one result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The rule was judged and holds.
    Pass,
    /// Worth knowing; never counts against the deploy.
    Info,
    /// The rule does not hold, and the policy lets the deploy go on.
    Warn,
    /// The rule does not hold.
    Fail,
    /// Waived, skipped by name, or not to be had because of an earlier cause.
    Skip,
    /// Something required could not be determined.
    Error,
}

impl Outcome {
    /// Every outcome, mildest first where that has a meaning.
    pub const ALL: [Self; 6] = [Self::Pass, Self::Info, Self::Warn, Self::Fail, Self::Skip, Self::Error];

    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Error => "error",
        }
    }

    /// Whether it keeps the deploy from going ahead.
    pub const fn blocks(self) -> bool {
        matches!(self, Self::Fail | Self::Error)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
