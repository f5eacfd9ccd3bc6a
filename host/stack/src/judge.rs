//! The judge: every want against what was seen of it, every probe's own rules, and what could not be seen.

mod aside;
mod certificate;
mod group;
mod unjudged;
mod unseen;

use std::collections::BTreeSet;

use shipworthy_contract::{CheckResult, Class, Outcome, Policy, Service, rules};

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
        Bench { policy: case.policy, listed: case.listed, causes: Causes::default(), unmet: BTreeSet::new() };
    // Told before anything that is missing because of them; shown with their service.
    let certificates = bench.certificates(&seen);
    let ends = bench.ends(&seen);
    let mut results: Vec<CheckResult> = wants.stack.iter().map(|want| bench.stack_wide(want, &wants, &seen)).collect();
    let all: BTreeSet<&Service> = wants
        .services
        .keys()
        .chain(case.listed.iter().map(|listed| &listed.service))
        .chain(case.runs.iter().map(|run| &run.service))
        .collect();
    for service in all {
        let runs: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.run.service == *service).collect();
        let wanted = wants.services.get(service).map(Vec::as_slice).unwrap_or_default();
        let judged = wanted.iter().flat_map(|want| bench.of_service(want, service, &runs)).collect::<Vec<_>>();
        let (unseen, judged): (Vec<_>, Vec<_>) =
            judged.into_iter().partition(|result| result.rule == rules::OBSERVATION);
        results.extend(judged);
        results.extend(certificates.iter().filter(|(of, _)| of == service).map(|(_, result)| result.clone()));
        results.extend(runs.iter().flat_map(|seen| own_rule::check(seen, case.policy)));
        let unjudged: Vec<CheckResult> = runs.iter().flat_map(|seen| bench.unjudged(seen)).collect();
        results.extend(ends.iter().filter(|(of, _)| of == service).map(|(_, result)| result.clone()));
        results.extend(unseen);
        results.extend(unjudged);
        if wants.services.contains_key(service) && wanted.is_empty() {
            results.extend(bench.absent(service, &runs));
        }
        results.extend(runs.iter().flat_map(|seen| bench.aside(seen, &wants)));
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
    unmet: BTreeSet<(Option<Service>, String)>,
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
            let runs: Vec<&Seen<'_>> = seen.iter().collect();
            return self.unseen_stack_wide(want, &runs);
        }
        let weighed = weigh(&want.what, &observers, Scope::Stack);
        let mut result = self.result(want, weighed, None);
        if let [one] = observers.as_slice() {
            result.plugin = Some(one.run.plugin.clone());
        }
        result
    }

    /// One result for each instance that a probe of this want looks at.
    fn of_service(&mut self, want: &Want, service: &Service, runs: &[&Seen<'_>]) -> Vec<CheckResult> {
        group::of(&want.what, runs).iter().map(|group| self.of_group(want, service, group)).collect()
    }

    fn of_group(&mut self, want: &Want, service: &Service, group: &Group<'_>) -> CheckResult {
        let speaking: Vec<&Seen<'_>> =
            group.runs.iter().filter(|seen| seen.voice(&want.what) == Voice::Evidence).copied().collect();
        if speaking.is_empty() {
            return self.unseen(want, service, group);
        }
        let weighed = weigh(&want.what, &speaking, Scope::Service);
        if matches!((&want.what, &weighed), (What::Digest(..), Weighed::Holds(_))) {
            // Every digest of the name counts, so one that could not be read leaves the question open.
            if let Some(result) = self.unread_digest(want, service, group) {
                return result;
            }
        }
        let result = self.result(want, weighed, Some(service));
        stamp(result, service, group.instance, &speaking)
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
        result.expected = Some(want.what.expected());
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
    fn ends(&mut self, seen: &[Seen<'_>]) -> Vec<(Service, CheckResult)> {
        let mut ends: Vec<(Service, CheckResult)> = Vec::new();
        for seen in seen {
            if let Some(cause) = &seen.cause {
                ends.push((seen.run.service.clone(), self.end(seen, cause)));
            }
        }
        ends.extend(self.not_run(|listed| {
            let of_it = |seen: &&Seen<'_>| seen.run.probe == listed.probe && seen.run.service == listed.service;
            seen.iter().filter(of_it).count()
        }));
        ends
    }
}

/// Writes onto a result whom it is about and, if one run alone gave it, who looked.
fn stamp(result: CheckResult, service: &Service, instance: Option<&str>, runs: &[&Seen<'_>]) -> CheckResult {
    let mut result = match runs {
        [one] => one.stamp(result),
        _ => result,
    };
    result.service = Some(service.clone());
    result.instance = instance.map(str::to_owned);
    result
}

/// What would make a broken want hold.
fn hint(want: &Want, service: Option<&Service>) -> String {
    let (expected, place) = (want.what.expected(), want.place());
    let whom = service.map_or_else(|| "the stack".to_owned(), |service| format!("`{service}`"));
    let noun = want.what.noun();
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
