//! Which of the two contracts a rule belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two contracts. A rule belongs to exactly one (contract.md, part 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Is the artifact complete and unaltered? Evidence: files only.
    Payload,
    /// Does the running stack match what is required? Evidence: answers of running services only.
    Stack,
}

impl Side {
    /// The word used in reports and rule ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Stack => "stack",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
