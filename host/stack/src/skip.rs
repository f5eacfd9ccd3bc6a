//! The stack side when it cannot be judged at all.

use std::collections::BTreeSet;

use shipworthy_contract::{CheckResult, Class, Outcome, RuleId, Service, Side, requirement::Requirement, rules};

use crate::{Listed, tell, want::Wants};

/// Every rule of the stack side as `skip`: what is known to be required one by one, the rest of the rules once each, and
/// the rules of listed probes. What each would have been is not known.
pub fn skip_all(requirements: &[Requirement], listed: &[Listed], reason: &str) -> Vec<CheckResult> {
    let reason = tell::clean(reason);
    let skip = |rule: RuleId, service: Option<&Service>, message: &str| {
        let mut result = CheckResult::new(rule, Outcome::Skip, Class::Skipped, format!("{message} ({reason})"));
        result.service = service.cloned();
        result
    };
    let wants = Wants::of(requirements);
    let of_stack = wants.stack.iter().map(|want| (None, want));
    let of_services =
        wants.services.iter().flat_map(|(service, wants)| wants.iter().map(move |want| (Some(service), want)));
    let mut results: Vec<CheckResult> = Vec::new();
    let mut told: BTreeSet<RuleId> = BTreeSet::new();
    for (service, want) in of_stack.chain(of_services) {
        let message = format!("{} was not judged", want.noun);
        let mut result = skip(want.what.rule(), service, &message);
        result.expected = Some(want.expected.clone());
        result.location = Some(want.by.clone());
        told.insert(result.rule.clone());
        results.push(result);
    }
    for rule in rules::all().filter(|rule| rule.side == Side::Stack) {
        if !told.contains(&rule.rule_id()) {
            results.push(skip(rule.rule_id(), None, &format!("not judged whether {}", rule.summary)));
        }
    }
    for probe in listed {
        for rule in &probe.own_rules {
            let message = format!("not judged: {}", tell::clean(&rule.summary));
            results.push(skip(RuleId::of_probe(&probe.service, &rule.name), Some(&probe.service), &message));
        }
    }
    results
}
