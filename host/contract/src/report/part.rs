//! That a report is of a part of the stack side, of which others look at the rest.

use serde::{Deserialize, Serialize};

/// One part of several, which are judged together by `shipworthy report merge`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
    /// The version of the host that looked. Only the same one merges.
    pub shipworthy: String,
    /// What was seen and what it is to be held against. Its shape is that host's own.
    pub material: serde_json::Value,
}
