//! Outcomes are rows of the contract's table, looked up there and stated nowhere else.

use shipworthy_contract::{Outcome, Policy, RuleId, rules};

/// Row of every rule with one way to be broken, and the severest of those with more.
pub(crate) const FIRST: usize = 0;
/// `stack.api-version`: the minor version differs.
pub(crate) const MINOR: usize = 1;
/// `stack.certificate`: it ends soon.
pub(crate) const ENDS_SOON: usize = 1;
/// `stack.observation`: nobody requires it.
pub(crate) const NOT_REQUIRED: usize = 1;

/// What a row of a rule comes to under a policy. A row that the table does not have counts as the severest outcome.
pub(crate) fn of(rule: &RuleId, row: usize, policy: Policy) -> Outcome {
    let row = rules::find(rule.as_str()).and_then(|rule| rule.rows.get(row));
    row.map_or(Outcome::Fail, |row| match policy {
        Policy::Strict => row.strict,
        Policy::Warn => row.warn,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_ones_that_are_meant() {
        let when = |rule: RuleId, row: usize| rules::find(rule.as_str()).unwrap().rows[row].when;
        assert!(when(rules::API_VERSION, FIRST).contains("major"));
        assert!(when(rules::API_VERSION, MINOR).contains("minor"));
        assert!(when(rules::OBSERVATION, FIRST).contains("required fact was not observed"));
        assert!(when(rules::CERTIFICATE, FIRST).contains("expired"));
        assert!(when(rules::CERTIFICATE, ENDS_SOON).contains("14 days"));
        assert!(when(rules::OBSERVATION, NOT_REQUIRED).contains("nobody requires"));
    }
}
