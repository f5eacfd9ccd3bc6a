//! `--only SERVICE`: what is left out stays in the report as skipped.

use shipworthy_contract::{CheckResult, Class, Outcome, Service, evidence::NOT_ASKED, requirement::Requirement, rules};

/// The requirements without those of services that are not looked at, and these services with those that have a probe.
pub(super) fn narrow<'a>(
    requirements: &[Requirement],
    probed: impl Iterator<Item = &'a Service>,
    only: &[Service],
) -> (Vec<Requirement>, Vec<Service>) {
    let mut left_out: Vec<Service> = Vec::new();
    let mut narrowed = requirements.to_vec();
    if !only.is_empty() {
        left_out.extend(probed.filter(|service| !only.contains(service)).cloned());
        for requirement in &mut narrowed {
            left_out.extend(requirement.services.keys().filter(|service| !only.contains(service)).cloned());
            requirement.services.retain(|service, _| only.contains(service));
        }
    }
    left_out.sort();
    left_out.dedup();
    (narrowed, left_out)
}

/// Adds what was left out; a stack-wide fact that nobody saw may be one that a left-out probe would have shown.
pub(crate) fn mark(results: Vec<CheckResult>, left_out: &[Service], only: &[Service]) -> Vec<CheckResult> {
    if only.is_empty() {
        return results;
    }
    let names: Vec<&str> = only.iter().map(Service::as_str).collect();
    let reason = format!("only {} was looked at", names.join(" and "));
    let unseen = |result: &CheckResult| {
        result.rule == rules::OBSERVATION
            && result.service.is_none()
            && matches!(result.outcome, Outcome::Error | Outcome::Warn)
    };
    let kept = results.into_iter().map(|result| {
        if !unseen(&result) {
            return result;
        }
        // Without what was observed: it rests on what was not looked at, and on no cause that could come back.
        CheckResult { observed: None, ..result.skipped(Class::Skipped, &reason) }
    });
    let skipped = left_out.iter().map(|service| {
        let message = format!("`{service}` {NOT_ASKED}: {reason}");
        let mut result = CheckResult::new(rules::OBSERVATION, Outcome::Skip, Class::Skipped, message);
        result.service = Some(service.clone());
        result
    });
    kept.chain(skipped).collect()
}

#[cfg(test)]
mod tests {
    use shipworthy_stack::{Date, waiver};

    use super::*;

    #[test]
    fn a_service_that_nothing_is_required_of_is_left_out_too() {
        let [gateway, agent]: [Service; 2] = ["gateway", "agent"].map(|name| name.parse().unwrap());
        let probed = [gateway.clone(), agent.clone(), agent.clone()];
        assert_eq!(narrow(&[], probed.iter(), std::slice::from_ref(&gateway)).1, std::slice::from_ref(&agent));
        assert_eq!(narrow(&[], probed.iter(), &[]).1, []);
        let told = mark(vec![], std::slice::from_ref(&agent), &[gateway]);
        assert_eq!((told[0].outcome, told[0].service.as_ref()), (Outcome::Skip, Some(&agent)));
    }

    #[test]
    fn what_a_left_out_probe_might_have_shown_stays_skipped() {
        let mut unseen =
            CheckResult::new(rules::OBSERVATION, Outcome::Error, Class::NotOffered, "mode was not observed");
        unseen.observed = Some("its image has no tag".to_owned());
        let only: Service = "gateway".parse().unwrap();
        let marked = mark(vec![unseen], &[], &[only]);
        let told = waiver::apply(marked, &[], &[], Date::LAST);
        assert_eq!((told[0].outcome, told[0].would_be), (Outcome::Skip, Some(Outcome::Error)));
    }
}
