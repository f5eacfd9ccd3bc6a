//! What a rule is. The table of all rules is [`crate::rules`].

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Outcome, Service, Side};

/// The stable id of a rule; it carries its side: `payload.path`, `stack.mode`, `stack.gateway.healthy`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(Cow<'static, str>);

/// Text that is not a rule's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a rule such as `payload.path` or `stack.mode`, found: {0}")]
pub struct NotARule(pub String);

impl RuleId {
    /// The id of a rule of the table.
    pub(crate) const fn known(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The id of a probe's own rule: `stack.SERVICE.NAME`.
    pub fn of_probe(service: &Service, name: &str) -> Self {
        Self(Cow::Owned(format!("stack.{service}.{name}")))
    }

    /// The side that it carries.
    pub fn side(&self) -> Side {
        if self.0.starts_with("payload.") { Side::Payload } else { Side::Stack }
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for RuleId {
    type Err = NotARule;

    /// Accepts every id of the table and every `stack.SERVICE.NAME`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = crate::rules::find(text).is_some();
        let own = text
            .strip_prefix("stack.")
            .and_then(|rest| rest.split_once('.'))
            .is_some_and(|(service, name)| service.parse::<Service>().is_ok() && !name.is_empty());
        if known || own { Ok(Self(Cow::Owned(text.to_owned()))) } else { Err(NotARule(crate::text::excerpt(text, 80))) }
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One way in which a rule can come out, under each policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What was found.
    pub when: &'static str,
    /// Outcome under `strict`.
    pub strict: Outcome,
    /// Outcome under `warn`.
    pub warn: Outcome,
}

/// A rule: one row of the table that `rules`, `explain` and the documentation are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable id.
    pub id: &'static str,
    /// The side it belongs to.
    pub side: Side,
    /// What holds when it passes, in one line.
    pub summary: &'static str,
    /// What it is judged from.
    pub evidence: &'static str,
    /// Where contract.md or design.md states it.
    pub clause: &'static str,
    /// Ways it can come out other than `pass`.
    pub rows: &'static [Row],
    /// What it means, and why it is there.
    pub explanation: &'static str,
    /// How to mend it.
    pub hint: &'static str,
}

impl Rule {
    /// The rule's id as a value.
    pub const fn rule_id(&self) -> RuleId {
        RuleId::known(self.id)
    }
}
