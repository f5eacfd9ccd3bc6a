//! What was masked when a part was written was judged by that part, by what it really is: that judgement counts. Judged
//! again, every secret would be like every other one.

use std::collections::HashMap;

use shipworthy_contract::{CheckResult, Class, Outcome, Policy, redact, rules};

/// What a result is about, whatever came of it.
type About<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<u32>);

fn about(result: &CheckResult) -> About<'_> {
    let location = result.location.as_ref();
    (
        result.service.as_ref().map(shipworthy_contract::Service::as_str),
        result.instance.as_deref(),
        location.and_then(|location| location.field.as_deref()),
        location.and_then(|location| location.line),
    )
}

/// The results with those that cannot be judged again as their part judged them; what no part judged is not determined.
pub(super) fn as_judged(results: Vec<CheckResult>, by_parts: &[CheckResult], policy: Policy) -> Vec<CheckResult> {
    if !results.iter().any(redact::is_masked) {
        return results;
    }
    // A part says of what it did not judge that it is skipped, and with whom it lies.
    let is_judged = |result: &&CheckResult| result.outcome != Outcome::Skip || result.class != Class::Skipped;
    let mut judged: HashMap<About<'_>, Vec<&CheckResult>> = HashMap::new();
    for result in by_parts.iter().filter(is_judged) {
        judged.entry(about(result)).or_default().push(result);
    }
    let settle = |result: CheckResult| {
        if !redact::is_masked(&result) {
            return result;
        }
        match judged.get(&about(&result)).map(Vec::as_slice) {
            // Several instances may be told by one question; that they agree is what lets one stand for it.
            Some([first, others @ ..]) if others.iter().all(|other| other.outcome == first.outcome) => (*first).clone(),
            Some(_) | None => undetermined(result, policy),
        }
    };
    results.into_iter().map(settle).collect()
}

fn undetermined(result: CheckResult, policy: Policy) -> CheckResult {
    if result.outcome == Outcome::Info || result.outcome == Outcome::Skip && result.class == Class::Skipped {
        return result;
    }
    let outcome = match policy {
        Policy::Strict => Outcome::Error,
        Policy::Warn => Outcome::Warn,
    };
    let message = "its value is masked in the reports of the parts, and cannot be judged from there";
    let mut unseen = CheckResult::new(rules::OBSERVATION, outcome, Class::Unreadable, message);
    unseen.hint = Some("check without `--partition`, or require nothing of what is a secret".to_owned());
    CheckResult {
        service: result.service,
        instance: result.instance,
        plugin: result.plugin,
        expected: result.expected,
        observed: result.observed,
        location: result.location,
        ..unseen
    }
}

#[cfg(test)]
mod tests {
    use shipworthy_contract::Location;

    use super::*;

    fn result(outcome: Outcome, observed: &str) -> CheckResult {
        let class = if outcome == Outcome::Pass { Class::Satisfied } else { Class::Violated };
        CheckResult {
            expected: Some("[secret]".to_owned()),
            observed: Some(observed.to_owned()),
            location: Some(Location { field: Some("facts.token".to_owned()), ..Location::default() }),
            ..CheckResult::new(rules::FACT, outcome, class, "fact `token`")
        }
    }

    #[test]
    fn what_is_masked_is_as_its_part_judged_it() {
        let pass = || vec![result(Outcome::Pass, "[secret]")];
        let outcome = |by_parts: &[CheckResult], policy| as_judged(pass(), by_parts, policy)[0].outcome;
        assert_eq!(outcome(&[result(Outcome::Fail, "[secret]")], Policy::Strict), Outcome::Fail);
        assert_eq!(outcome(&[result(Outcome::Pass, "[secret]")], Policy::Strict), Outcome::Pass);
        assert_eq!(outcome(&[], Policy::Strict), Outcome::Error);
        assert_eq!(outcome(&[], Policy::Warn), Outcome::Warn);
        let disagree = [result(Outcome::Fail, "[secret]"), result(Outcome::Pass, "[secret]")];
        assert_eq!(outcome(&disagree, Policy::Strict), Outcome::Error);
        let elsewhere = result(Outcome::Fail, "[secret]").skipped(Class::Skipped, "another part");
        assert_eq!(outcome(&[elsewhere], Policy::Strict), Outcome::Error);
        let waived = result(Outcome::Fail, "[secret]").skipped(Class::Waived, "until Friday");
        assert_eq!(outcome(&[waived], Policy::Strict), Outcome::Skip);
    }

    #[test]
    fn what_is_in_the_open_is_left_alone() {
        let mut open = result(Outcome::Pass, "8");
        open.expected = Some(">= 4".to_owned());
        assert_eq!(as_judged(vec![open.clone()], &[result(Outcome::Fail, "8")], Policy::Strict), [open]);
    }
}
