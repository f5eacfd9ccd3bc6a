//! Rules of a probe's own that it says it could not judge: a rule that fails when it is violated must not pass because
//! nobody could look (design.md, idea 7).

use shipworthy_contract::{CheckResult, Class, Outcome, RuleId, evidence::Evidence, rules};

use super::{Bench, unseen};
use crate::{OwnRule, Severity, cause::Cause, seen::Seen, tell};

impl Bench<'_> {
    /// One `stack.observation` for each declared rule that the probe gave as missing: as serious as not being able to
    /// see what is required where a violation fails, a warning where it warns, information where it informs or the
    /// service has nothing of the kind.
    pub(super) fn unjudged(&mut self, seen: &Seen<'_>) -> Vec<CheckResult> {
        let mut results: Vec<CheckResult> = Vec::new();
        if !seen.has_gaps {
            return results;
        }
        for evidence in &seen.run.evidence {
            let Evidence::Missing { name, why, detail } = evidence else { continue };
            let Some(own) = own_rule(seen, name) else { continue };
            let cause = Cause::of_gap(seen.run, *why, detail);
            let result = seen.stamp(self.not_judged(seen, own, &cause));
            if !results.contains(&result) {
                results.push(result);
            }
        }
        results
    }

    fn not_judged(&mut self, seen: &Seen<'_>, own: &OwnRule, cause: &Cause) -> CheckResult {
        let rule = RuleId::of_probe(&seen.run.service, &own.name);
        let outcome = match own.severity {
            _ if cause.class == Class::NotOffered => Outcome::Info,
            Severity::Fail => self.undetermined(),
            Severity::Warn => Outcome::Warn,
            Severity::Info => Outcome::Info,
        };
        let message = format!("`{rule}` could not be judged: {}", cause.detail);
        let mut result = CheckResult::new(rules::OBSERVATION, outcome, cause.class, message);
        result.expected = Some(tell::clean(&own.summary));
        result.fault = Some(cause.fault());
        result.observed = Some(cause.detail.clone());
        if let Some(earlier) = self.causes.earlier(cause, || format!("`{rule}`")) {
            // The hint stands with the cause.
            return unseen::refer(result, &earlier);
        }
        let probe = tell::clean(&seen.run.probe);
        let hint = unseen::to_mend(cause, seen.run.service.as_str(), &probe, Some(&seen.run.plugin.name));
        CheckResult { hint: Some(hint), ..result }
    }
}

/// The declared rule that a missing name means.
pub(super) fn own_rule<'a>(seen: &'a Seen<'_>, name: &str) -> Option<&'a OwnRule> {
    seen.listed?.own_rules.iter().find(|own| own.name == name)
}
