//! Where results gather. A broken rule is data: nothing here stops at the first.

use std::collections::{BTreeMap, BTreeSet};

use shipworthy_contract::{
    CheckResult, Class, Fault, Location, Outcome, Policy, RuleId,
    node::Position,
    report::EvidenceLine,
    rules,
    text::{excerpt, plural},
};

/// Results of one rule and outcome that are shown one by one. A hostile manifest can break a rule a million times; what is beyond
/// this is counted in one more result, so that a report stays readable and small.
const SHOWN_PER_RULE: usize = 500;

/// Longest text of the artifact that a result repeats, in characters.
const LONGEST_VALUE: usize = 120;

/// The first, often the only row of a rule in the table of contract.
pub(crate) const FIRST: usize = 0;
/// The second row of a rule: the milder one.
pub(crate) const SECOND: usize = 1;

/// A rule that does not hold somewhere.
#[derive(Debug)]
pub(crate) struct Finding(CheckResult, usize);

impl Finding {
    /// A violation of the rule's row; the outcome follows from the table and the policy.
    pub(crate) fn violated(rule: RuleId, row: usize, message: impl Into<String>) -> Self {
        Self(CheckResult::new(rule, Outcome::Fail, Class::Violated, message), row)
    }

    /// Something worth knowing, or judged otherwise than by reading a value.
    pub(crate) const fn class(mut self, class: Class) -> Self {
        self.0.class = class;
        self.0.fault = class.fault(self.0.side);
        self
    }

    /// Whose it is to mend, where it is not the artifact's.
    pub(crate) const fn fault(mut self, fault: Fault) -> Self {
        self.0.fault = Some(fault);
        self
    }

    pub(crate) fn expected(mut self, text: impl Into<String>) -> Self {
        self.0.expected = Some(text.into());
        self
    }

    /// Text of the artifact; cut and cleaned here.
    pub(crate) fn observed(mut self, text: &str) -> Self {
        self.0.observed = Some(shown(text));
        self
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        self.0.hint = Some(text.into());
        self
    }

    /// Paths or lines of the artifact that it is about, all of them.
    pub(crate) fn items(mut self, items: Vec<String>) -> Self {
        self.0.items = items;
        self
    }

    /// What was seen.
    pub(crate) fn evidence(mut self, lines: Vec<EvidenceLine>) -> Self {
        self.0.evidence = lines;
        self
    }

    pub(crate) fn at(mut self, location: Location) -> Self {
        self.0.location = Some(location);
        self
    }
}

/// Text of an artifact, safe to repeat.
pub(crate) fn shown(text: &str) -> String {
    excerpt(text, LONGEST_VALUE)
}

/// All results of a run, in the order of judging.
#[derive(Debug)]
pub(crate) struct Findings {
    policy: Policy,
    results: Vec<CheckResult>,
    counts: BTreeMap<(RuleId, Outcome), usize>,
    broken: BTreeSet<(RuleId, Option<usize>)>,
}

impl Findings {
    pub(crate) const fn new(policy: Policy) -> Self {
        Self { policy, results: Vec::new(), counts: BTreeMap::new(), broken: BTreeSet::new() }
    }

    /// Adds a violation, or information by the rule's row.
    pub(crate) fn push(&mut self, finding: Finding) {
        let Finding(mut result, row) = finding;
        result.outcome = outcome(&result.rule, row, self.policy);
        self.broken.insert((result.rule.clone(), entry_of(&result)));
        self.add(result);
    }

    /// Says that a rule was judged at a place and holds, unless something was found there.
    pub(crate) fn pass(&mut self, rule: RuleId, location: Location, message: impl Into<String>) {
        if !self.broken.contains(&(rule.clone(), location.entry)) {
            let mut result = CheckResult::new(rule, Outcome::Pass, Class::Satisfied, message);
            result.location = Some(location);
            self.add(result);
        }
    }

    /// Says that a rule could not be judged at a place, because of something that is a result already.
    pub(crate) fn skip(&mut self, rule: RuleId, location: Location, message: &str) {
        let mut result = CheckResult::new(rule, Outcome::Skip, Class::Skipped, message);
        result.location = Some(location);
        self.add(result);
    }

    /// Whether further information under a rule would only be counted.
    pub(crate) fn is_full(&self, rule: &RuleId) -> bool {
        self.counts.get(&(rule.clone(), Outcome::Info)).is_some_and(|count| *count >= SHOWN_PER_RULE)
    }

    /// Whether anything was found against a rule at an entry, or, without one, in the manifest itself.
    pub(crate) fn is_broken(&self, rule: &RuleId, entry: Option<usize>) -> bool {
        self.broken.contains(&(rule.clone(), entry))
    }

    /// Whether anything was found against a rule anywhere.
    pub(crate) fn is_broken_anywhere(&self, rule: &RuleId) -> bool {
        self.broken.iter().any(|(broken, _)| broken == rule)
    }

    /// All results; what was not shown one by one is counted at the end, with the outcome that it has.
    pub(crate) fn into_results(self) -> Vec<CheckResult> {
        let mut results = self.results;
        for ((rule, outcome), count) in self.counts {
            let hidden = count.saturating_sub(SHOWN_PER_RULE);
            if hidden > 0 {
                let message = format!("{} of this kind not shown one by one", plural(hidden, "more result"));
                results.push(CheckResult::new(rule, outcome, class_of(outcome), message));
            }
        }
        results
    }

    fn add(&mut self, result: CheckResult) {
        let count = self.counts.entry((result.rule.clone(), result.outcome)).or_default();
        *count += 1;
        if *count <= SHOWN_PER_RULE {
            self.results.push(result);
        }
    }
}

fn entry_of(result: &CheckResult) -> Option<usize> {
    result.location.as_ref().and_then(|location| location.entry)
}

/// The class of many results at once.
const fn class_of(outcome: Outcome) -> Class {
    match outcome {
        Outcome::Pass => Class::Satisfied,
        Outcome::Info => Class::Information,
        Outcome::Skip => Class::Skipped,
        Outcome::Warn | Outcome::Fail => Class::Violated,
        Outcome::Error => Class::NotObserved,
    }
}

/// A row that is not in the table counts as a failure: closed, not open.
pub(crate) fn outcome(rule: &RuleId, row: usize, policy: Policy) -> Outcome {
    rules::find(rule.as_str()).and_then(|rule| rule.rows.get(row)).map_or(Outcome::Fail, |row| match policy {
        Policy::Strict => row.strict,
        Policy::Warn => row.warn,
    })
}

/// A place in a file.
pub(crate) fn location(file: &str, entry: Option<usize>, field: Option<String>, at: Option<Position>) -> Location {
    Location { entry, field, file: Some(file.to_owned()), line: at.map(|at| at.line), column: at.map(|at| at.column) }
}

#[cfg(test)]
mod tests {
    use Outcome::{Fail, Info, Warn};

    use super::*;

    #[test]
    fn outcomes_follow_the_table() {
        for (rule, row, strict, warn) in [
            (rules::PATH, FIRST, Fail, Fail),
            (rules::RUNTIME_META_API, FIRST, Fail, Fail),
            (rules::RUNTIME_META_API, SECOND, Fail, Warn),
            (rules::HOOKS_DIGEST, FIRST, Fail, Warn),
            (rules::TEMPLATE_RENDERER, FIRST, Warn, Warn),
            (rules::STACK_REQUIREMENT, FIRST, Fail, Fail),
            (rules::STACK_REQUIREMENT, SECOND, Warn, Warn),
            (rules::UNKNOWN_FIELD, FIRST, Info, Info),
            (rules::COVERAGE, FIRST, Info, Info),
            (rules::COVERAGE, 7, Fail, Fail),
        ] {
            assert_eq!(outcome(&rule, row, Policy::Strict), strict, "{rule} {row}");
            assert_eq!(outcome(&rule, row, Policy::Warn), warn, "{rule} {row}");
        }
    }

    #[test]
    fn a_million_results_become_a_few_and_a_count() {
        let mut findings = Findings::new(Policy::Strict);
        for entry in 0..SHOWN_PER_RULE + 7 {
            findings.push(Finding::violated(rules::UNKNOWN_FIELD, FIRST, "unknown"));
            findings.push(Finding::violated(rules::PATH, FIRST, "bad"));
            findings.pass(rules::ENTRY_ID, location("", Some(entry), None, None), "good");
        }
        findings.push(Finding::violated(rules::ENTRY_ID, FIRST, "bad"));
        assert!(findings.is_full(&rules::UNKNOWN_FIELD) && !findings.is_full(&rules::PATH));
        let results = findings.into_results();
        assert_eq!(results.len(), 3 * SHOWN_PER_RULE + 1 + 3);
        let hidden: Vec<_> = results.iter().filter(|result| result.message.starts_with("7 more results")).collect();
        let found: Vec<_> = hidden.iter().map(|result| (result.rule.as_str(), result.outcome)).collect();
        assert_eq!(
            found,
            [("payload.entry-id", Outcome::Pass), ("payload.path", Fail), ("payload.unknown-field", Info)]
        );
        let told = results.iter().any(|result| result.rule == rules::ENTRY_ID && result.outcome == Fail);
        assert!(told, "passes must not crowd out a failure");
    }
}
