//! The judge: every want against what was seen of it, every probe's own rules, and what could not be seen.

mod aside;
mod certificate;
mod group;
mod trace;
mod unjudged;
mod unseen;

use std::collections::{BTreeMap, BTreeSet};

use shipworthy_contract::{CheckResult, Class, Fault, Outcome, Policy, Service, rules};

use crate::{
    Case, Listed,
    cause::Causes,
    compare::{Told, Weighed},
    outcome, own_rule,
    rules::{Scope, weigh},
    seen::{self, Seen, Voice},
    want::{Want, Wants, What},
};
use group::Group;

/// Judges a case (contract.md, part 2, `runtime_stack` and additions).
///
/// Gives one result for each want and instance; a want that could not be observed gives `stack.observation` instead.
/// Stack-wide results come first, then those of each service by name: its wants, its probes' own rules, and what could
/// not be observed of it.
pub fn judge(case: &Case<'_>) -> Vec<CheckResult> {
    let wants = Wants::of(case.requirements);
    let seen = seen::all(case.runs, case.listed);
    let mut bench =
        Bench { policy: case.policy, listed: case.listed, causes: Causes::default(), unmet: BTreeMap::new() };
    // Told before anything that is missing because of them; shown with their service.
    let mut certificates = bench.certificates(&seen);
    let mut ends = bench.ends(&seen);
    let mut results: Vec<CheckResult> = wants.stack.iter().map(|want| bench.stack_wide(want, &wants, &seen)).collect();
    let of_service: BTreeMap<&Service, &[Seen<'_>]> = seen
        .chunk_by(|a, b| a.number.service == b.number.service)
        .filter_map(|runs| Some((&runs.first()?.run.service, runs)))
        .collect();
    let listed = case.listed.iter().map(|listed| &listed.service);
    let all: BTreeSet<&Service> = wants.services.keys().chain(listed).chain(of_service.keys().copied()).collect();
    for service in all {
        let runs = of_service.get(service).copied().unwrap_or_default();
        let wanted = wants.services.get(service).map(Vec::as_slice).unwrap_or_default();
        let mut unseen = Vec::new();
        for want in wanted {
            bench.of_service(want, service, runs, &mut results, &mut unseen);
        }
        results.extend(certificates.remove(service).unwrap_or_default());
        results.extend(runs.iter().flat_map(|seen| own_rule::check(seen, case.policy)));
        let unjudged: Vec<CheckResult> = runs.iter().flat_map(|seen| bench.unjudged(seen)).collect();
        results.extend(ends.remove(service).unwrap_or_default());
        results.append(&mut unseen);
        results.extend(unjudged);
        if wants.services.contains_key(service) && wanted.is_empty() {
            results.extend(bench.absent(service, runs));
        }
        results.extend(runs.iter().flat_map(|seen| bench.aside(seen, &wants.stack, wanted)));
    }
    results
}

/// What is kept while one case is judged.
struct Bench<'a> {
    policy: Policy,
    listed: &'a [Listed],
    causes: Causes,
    /// Names that a `stack.observation` was given for, so that they are not told again as information. Stack-wide ones
    /// have no service.
    unmet: BTreeMap<Option<Service>, BTreeSet<String>>,
}

impl Bench<'_> {
    /// Mode and release hold when at least one run observed them and all that did agree. The api version holds against
    /// the stack contract as well, and needs no observation.
    fn stack_wide(&mut self, want: &Want, wants: &Wants, seen: &[Seen<'_>]) -> CheckResult {
        // A service with an api version required of its own is judged by that one alone.
        let own_version = |service: &Service| {
            let own = wants.services.get(service).map(Vec::as_slice).unwrap_or_default();
            own.iter().any(|own| matches!(own.what, What::ApiVersion(_)))
        };
        let is_version = matches!(want.what, What::ApiVersion(_));
        let observers: Vec<&Seen<'_>> = seen
            .iter()
            .filter(|seen| seen.voice(&want.what) == Voice::Evidence)
            .filter(|seen| !(is_version && own_version(&seen.run.service)))
            .collect();
        if observers.is_empty() && !is_version {
            return self.unseen_stack_wide(want, seen);
        }
        let weighed = weigh(want, &observers, Scope::Stack);
        let mut result = self.result(want, weighed, None);
        if observers.is_empty() {
            // Only the stack contract was compared, which no service states.
            result.fault = result.fault.map(|_| Fault::Artifact);
        }
        if let [one] = observers.as_slice() {
            result.plugin = Some(one.run.plugin.clone());
        }
        result
    }

    /// One result for each instance that a probe of this want looks at: what was judged, and apart from it what could
    /// not be seen.
    fn of_service(
        &mut self,
        want: &Want,
        service: &Service,
        runs: &[Seen<'_>],
        judged: &mut Vec<CheckResult>,
        unseen: &mut Vec<CheckResult>,
    ) {
        for group in group::of(&group::answering(&want.what, runs)) {
            let result = self.of_group(want, service, group);
            if result.rule == rules::OBSERVATION { unseen.push(result) } else { judged.push(result) }
        }
    }

    fn of_group(&mut self, want: &Want, service: &Service, group: Group<'_>) -> CheckResult {
        let speaking = group.speaking();
        if speaking.is_empty() {
            return self.unseen(want, service, group);
        }
        let weighed = weigh(want, &speaking, Scope::Service);
        if matches!((&want.what, &weighed), (What::Digest(..), Weighed::Holds(_))) {
            // Every digest of the name counts, so one that could not be read leaves the question open.
            if let Some(result) = self.unread_digest(want, service, group) {
                return result;
            }
        }
        let result = self.result(want, weighed, Some(service));
        stamp(result, service, group.instance, speaking.iter().copied())
    }

    fn result(&self, want: &Want, weighed: Weighed, service: Option<&Service>) -> CheckResult {
        let rule = want.what.rule();
        let (rule, outcome, class, told) = match weighed {
            Weighed::Holds(told) => (rule, Outcome::Pass, Class::Satisfied, told),
            Weighed::Broken(row, told) => {
                let outcome = outcome::of(&rule, row, self.policy);
                (rule, outcome, Class::Violated, told)
            }
            Weighed::Unreadable(told) => (rules::OBSERVATION, self.undetermined(), Class::Unreadable, told),
        };
        let Told { message, observed, items, evidence } = told;
        let mut result = CheckResult::new(rule, outcome, class, message);
        result.expected = Some(want.expected.clone());
        result.observed = Some(observed);
        result.items = items;
        result.evidence = evidence;
        result.location = Some(want.by.clone());
        result.hint = (outcome != Outcome::Pass).then(|| hint(want, service));
        result
    }

    /// The outcome of what is required and could not be determined.
    fn undetermined(&self) -> Outcome {
        outcome::of(&rules::OBSERVATION, outcome::FIRST, self.policy)
    }

    /// Every run that ended early or gave nothing, and every probe that was not run: each cause once.
    fn ends(&mut self, seen: &[Seen<'_>]) -> BTreeMap<Service, Vec<CheckResult>> {
        let mut ends: BTreeMap<Service, Vec<CheckResult>> = BTreeMap::new();
        let mut found: BTreeMap<(&Service, &str), usize> = BTreeMap::new();
        for seen in seen {
            let service = &seen.run.service;
            *found.entry((service, seen.run.probe.as_str())).or_default() += 1;
            if let Some(cause) = &seen.cause {
                let end = self.end(seen, cause);
                match ends.get_mut(service) {
                    Some(ends) => ends.push(end),
                    None => drop(ends.insert(service.clone(), vec![end])),
                }
            }
        }
        for (listed, found) in self.listed.iter().map(|one| (one, found.get(&(&one.service, one.probe.as_str())))) {
            let end = self.not_run(listed, found.copied().unwrap_or_default());
            ends.entry(listed.service.clone()).or_default().extend(end);
        }
        ends
    }
}

/// Writes onto a result whom it is about and, if one run alone gave it, who looked.
fn stamp<'a>(
    result: CheckResult,
    service: &Service,
    instance: Option<&str>,
    mut runs: impl Iterator<Item = &'a Seen<'a>>,
) -> CheckResult {
    let mut result = match (runs.next(), runs.next()) {
        (Some(one), None) => one.stamp(result),
        _ => result,
    };
    result.service = Some(service.clone());
    result.instance = instance.map(str::to_owned);
    result
}

/// What would make a broken want hold.
fn hint(want: &Want, service: Option<&Service>) -> String {
    let (noun, expected, place) = (&want.noun, &want.expected, want.place());
    let whom = service.map_or_else(|| "the stack".to_owned(), |service| format!("`{service}`"));
    match &want.what {
        What::ApiVersion(_) if service.is_none() => {
            format!("rebuild the artifact for the stack contract that runs, or upgrade the stack; required by {place}")
        }
        What::Mode(_) => format!("deploy to a stack in mode `{expected}`, or change {place}"),
        What::Capability(_) => format!("roll {whom} to a version with {noun}, or drop it from {place}"),
        What::Digest(..) => format!("rebuild what carries another {noun}, or allow it in {place}"),
        What::Fact(..) => format!("bring {noun} of {whom} to `{expected}`, or change {place}"),
        What::ApiVersion(_) | What::Version(_) | What::Release(_) => {
            format!("roll {whom} to {noun} `{expected}`, or change {place}")
        }
    }
}

#[cfg(test)]
mod tests;
