//! A failure of each rule of the host, taken from a real run: what the case was, and the result. The file is written and
//! held against the binary by `tests/e2e/examples.rs`, so that no example outlives what it shows.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use shipworthy_contract::{CheckResult, Class, RuleId};

use super::ProbeRule;
use crate::{Look, human::example};

/// All of them, as JSON.
pub const EXAMPLES: &str = include_str!("examples.json");

/// A failure of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// What was asked of what, in a sentence.
    pub case: String,
    /// What became of it.
    pub result: CheckResult,
}

/// By rule. That each can be read is tested.
static BY_RULE: LazyLock<BTreeMap<String, Example>> =
    LazyLock::new(|| serde_json::from_str(EXAMPLES).unwrap_or_default());

/// The example of a rule of the host.
pub(super) fn of(id: &str) -> Option<&'static Example> {
    BY_RULE.get(id)
}

/// How a probe's own rule is told when it does not hold: what the probe says of it is not known before it has run.
pub(super) fn of_probe(rule: &ProbeRule) -> Example {
    let id = RuleId::of_probe(&rule.service, &rule.name);
    let message = format!("{}: (what the probe says)", rule.summary);
    let mut result = CheckResult::new(id, rule.severity, Class::Violated, message);
    result.service = Some(rule.service.clone());
    result.hint.clone_from(&rule.hint);
    Example { case: format!("The probe of {} finds that it does not hold.", rule.service), result }
}

/// The result's lines, as every report tells it.
pub(super) fn told(example: &Example, look: &Look) -> String {
    example::render(&example.result, look)
}
