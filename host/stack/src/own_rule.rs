//! Rules of probes' own: what only the service's team can decide. The policy does not touch their severity.

use shipworthy_contract::{CheckResult, Class, Outcome, Policy, RuleId, evidence::Evidence, rules};

use crate::{OwnRule, outcome, seen::Seen, tell};

/// One result for each finding. A finding on a rule that the descriptor does not declare is the plugin's defect: its
/// severity is known to nobody.
pub(crate) fn check(seen: &Seen<'_>, policy: Policy) -> Vec<CheckResult> {
    let declared = seen.listed.map(|listed| listed.own_rules.as_slice()).unwrap_or_default();
    let mut results: Vec<CheckResult> = Vec::new();
    if !seen.has_findings {
        return results;
    }
    for evidence in &seen.run.evidence {
        let Evidence::Finding { rule, holds, message, expected, found } = evidence else { continue };
        let own = declared.iter().find(|own| own.name == *rule);
        let (expected, found) = (expected.as_deref().map(tell::finding), found.as_deref().map(tell::finding));
        let mut result = match own {
            Some(own) => {
                let message = match (holds, &expected, &found) {
                    (true, _, _) => passed(own, message),
                    (false, Some(expected), Some(found)) => format!("{message}: expected {expected}, found {found}"),
                    (false, _, _) => message.clone(),
                };
                judged(seen, own, *holds, &message)
            }
            None => undeclared(rule, policy),
        };
        (result.expected, result.observed) = (expected, found);
        let result = seen.stamp(result);
        if !results.contains(&result) {
            results.push(result);
        }
    }
    results
}

/// What holds, and what the probe says of it, which is often only where it looked.
fn passed(own: &OwnRule, message: &str) -> String {
    if message.trim().is_empty() { own.summary.clone() } else { format!("{}: {message}", own.summary) }
}

fn judged(seen: &Seen<'_>, own: &OwnRule, holds: bool, message: &str) -> CheckResult {
    let (outcome, class) =
        if holds { (Outcome::Pass, Class::Satisfied) } else { (own.severity.outcome(), Class::Violated) };
    let message = Some(tell::clean(message)).filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| tell::clean(&own.summary));
    let mut result = CheckResult::new(RuleId::of_probe(&seen.run.service, &own.name), outcome, class, message);
    result.hint = own.hint.as_deref().filter(|_| !holds).map(tell::clean);
    result
}

fn undeclared(rule: &str, policy: Policy) -> CheckResult {
    let message = format!("finding on rule `{}`, which the plugin's descriptor does not declare", tell::clean(rule));
    let outcome = outcome::of(&rules::OBSERVATION, outcome::FIRST, policy);
    let mut result = CheckResult::new(rules::OBSERVATION, outcome, Class::Defect, message);
    result.hint = Some("to mend in the plugin: declare the rule under `rules` of its descriptor".to_owned());
    result
}
