//! The table of all rules: the one place where a rule is stated. `rules`, `explain`, the documentation and the schema
//! read it; nobody writes an id again.

mod payload;
mod stack;

pub use payload::{
    CONFIG_FILE, COVERAGE, ENTRY_FIELD, ENTRY_ID, ENVIRONMENT, HOOKS_DIGEST, LIMIT, MANIFEST_DIGEST, MANIFEST_FIELD,
    MANIFEST_UNREADABLE, PATH, RUNTIME_META_API, SCHEMA_VERSION, SECRET_ENV, SIGNATURE, STACK_REQUIREMENT,
    TEMPLATE_RENDERER, TREE_DIGEST, TREE_FILE, TREE_LINK, TREE_MODE, TREE_NAME, TREE_SPECIAL, UNKNOWN_FIELD,
};
pub use stack::{API_VERSION, CAPABILITY, CERTIFICATE, DIGEST, FACT, MODE, OBSERVATION, RELEASE, VERSION};

use crate::{Outcome, Rule, rule::Row};

/// Every rule of the host, payload side first, in the order in which they are documented. A probe's own rules stand in
/// its descriptor.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    payload::RULES.iter().chain(stack::RULES)
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

const fn row(when: &'static str, strict: Outcome, warn: Outcome) -> Row {
    Row { when, strict, warn }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Side;

    #[test]
    fn ids_are_unique_and_carry_their_side() {
        let mut seen = BTreeSet::new();
        for rule in all() {
            assert!(seen.insert(rule.id), "{} stands twice", rule.id);
            let side = if rule.id.starts_with("payload.") { Side::Payload } else { Side::Stack };
            assert_eq!(rule.side, side, "{}", rule.id);
            assert_eq!(rule.rule_id().side(), side);
            assert_eq!(rule.id.parse::<crate::RuleId>(), Ok(rule.rule_id()));
        }
    }

    #[test]
    fn every_rule_explains_itself() {
        for rule in all() {
            for (what, text) in [
                ("summary", rule.summary),
                ("evidence", rule.evidence),
                ("clause", rule.clause),
                ("explanation", rule.explanation),
                ("hint", rule.hint),
            ] {
                assert!(text.len() > 10, "{}: {what}", rule.id);
            }
            assert!(!rule.rows.is_empty(), "{}", rule.id);
        }
    }
}
