//! What is required and could not be seen: never "incompatible", never "ok".

use std::borrow::Cow;

use shipworthy_contract::{
    CheckResult, Class, Fault, Service,
    evidence::{Evidence, Gap, RunEnd},
    rules,
    text::plural,
};

use super::{Bench, Group, stamp, trace};
use crate::{
    Listed,
    cause::{Cause, Told},
    compare,
    seen::Seen,
    tell,
    want::Want,
};

impl Bench<'_> {
    /// A want that no run of the whole stack gave evidence for.
    pub(super) fn unseen_stack_wide(&mut self, want: &Want, runs: &[Seen<'_>]) -> CheckResult {
        let missing = stated(want, || runs.iter(), |_| true);
        // A probe that completed and cannot show the fact is no cause; only if none completed is it theirs.
        let all_ended = runs.iter().all(|seen| seen.cause.is_some());
        let ended = || runs.iter().find_map(ended).filter(|_| all_ended);
        let noun = &want.noun;
        let (cause, by) = match missing.or_else(ended) {
            Some((cause, seen)) => (cause, Some(seen)),
            None if !runs.is_empty() => (Cow::Owned(Cause::unseen(no_probe_gave_it(runs))), None),
            None => {
                let nobody = || Cause::unseen("no probe is listed".to_owned());
                (Cow::Owned(self.listed.first().map_or_else(nobody, not_run)), None)
            }
        };
        self.unmet.entry(None).or_default().insert(want.what.name().to_owned());
        let message = format!("{noun} was not observed: {}", cause.detail);
        let mut result = self.undetermined_want(want, &cause, message, || noun.clone(), by);
        // Whoever could not look might have seen it: that is to be mended before anything is added or dropped.
        if by.is_none() && runs.iter().any(|seen| seen.cause.is_some()) {
            result.hint =
                result.hint.map(|hint| format!("mend first what kept these probes from looking; else {hint}"));
        }
        result
    }

    /// A want that no run of a group gave evidence for.
    pub(super) fn unseen(&mut self, want: &Want, service: &Service, group: Group<'_>) -> CheckResult {
        let (cause, by) = match stated(want, || group.runs(), |_| true).or_else(|| group.runs().find_map(ended)) {
            Some((cause, seen)) => (cause, Some(seen)),
            None => match group.runs().next() {
                None => (Cow::Owned(self.nobody_looks(service)), None),
                first => (Cow::Owned(Cause::unseen(format!("no probe of `{service}` gave it"))), first),
            },
        };
        let message = format!("{} was not observed: {}", want.noun, cause.detail);
        self.unseen_of(want, service, group, (&cause, by), message)
    }

    /// A digest that holds as far as it was seen, and was not seen everywhere.
    pub(super) fn unread_digest(&mut self, want: &Want, service: &Service, group: Group<'_>) -> Option<CheckResult> {
        let (cause, seen) = stated(want, || group.runs(), |why| why != Gap::NotOffered)?;
        let message = format!("{} was not observed everywhere: {}", want.noun, cause.detail);
        Some(self.unseen_of(want, service, group, (&cause, Some(seen)), message))
    }

    /// A service that is named and of which nothing else is required has to be there all the same.
    pub(super) fn absent(&mut self, service: &Service, runs: &[Seen<'_>]) -> Option<CheckResult> {
        if !runs.is_empty() || self.listed.iter().any(|listed| listed.service == *service) {
            return None;
        }
        let cause = self.nobody_looks(service);
        let message = format!("nothing of `{service}` was observed: {}", cause.detail);
        let mut result = self.undetermined_of(&cause, message);
        result.service = Some(service.clone());
        result.hint = Some(to_mend(&cause, service.as_str(), service.as_str(), None));
        Some(result)
    }

    /// A run that ended early, or gave nothing at all.
    pub(super) fn end(&mut self, seen: &Seen<'_>, cause: &Cause) -> CheckResult {
        let run = seen.run;
        let probe = tell::clean(&run.probe);
        let gave_something = run.evidence.iter().any(|evidence| !matches!(evidence, Evidence::Missing { .. }));
        let what = match &run.end {
            RunEnd::Completed if cause.class == Class::NotObserved => None,
            RunEnd::Completed => Some("gave nothing"),
            RunEnd::Failed { .. } if !gave_something => Some("could not see anything"),
            RunEnd::Failed { .. } => Some("could not see any more"),
            RunEnd::Trapped { .. } => Some("trapped"),
            RunEnd::Limit { .. } => Some("went over a limit"),
            RunEnd::NotStarted { .. } => Some("could not be started"),
            RunEnd::NotRecorded { .. } => Some("cannot be replayed"),
        };
        let mut message = match what {
            Some(what) => format!("probe `{probe}` {what}: {}", cause.detail),
            None => cause.detail.clone(),
        };
        match &run.end {
            RunEnd::Completed => {}
            RunEnd::NotRecorded { .. } if gave_something => message = format!("{message}; what it gave stands"),
            _ if gave_something => message = format!("{message}; what it gave before stands"),
            _ => {}
        }
        let mut result = self.undetermined_of(cause, message);
        result.observed = Some(cause.detail.clone());
        if let RunEnd::NotRecorded { questions, .. } = &run.end
            && questions.len() > 1
        {
            result.items = questions.iter().map(|question| tell::finding(question)).collect();
        }
        let who = || match seen.instance() {
            Some(instance) => format!("probe `{probe}` at `{}`", tell::clean(instance)),
            None => format!("probe `{probe}`"),
        };
        let result = seen.stamp(result);
        if let Some(earlier) = self.causes.tell(cause, who) {
            // The hint stands with the cause.
            return refer(result, &earlier);
        }
        let hint = to_mend(cause, run.service.as_str(), &probe, Some(&run.plugin.name));
        CheckResult { hint: Some(hint), stack: trace::stack(run), log: trace::log(run), ..result }
    }

    /// A probe that was listed and of which not every instance was looked at, by how many were `found`.
    pub(super) fn not_run(&mut self, listed: &Listed, found: usize) -> Option<CheckResult> {
        let wanted = listed.instances.max(1).saturating_sub(listed.elsewhere);
        if found >= wanted {
            return None;
        }
        let mut cause = not_run(listed);
        if found > 0 {
            let instances = plural(wanted, "instance");
            cause = Cause::unseen(format!("probe `{}` was run for {found} of {instances}", listed.probe));
        }
        self.causes.tell(&cause, || format!("probe `{}`", listed.probe));
        let message = cause.detail.clone();
        let mut result = self.undetermined_of(&cause, message);
        result.service = Some(listed.service.clone());
        result.plugin = Some(listed.plugin.clone());
        result.observed = Some(cause.detail.clone());
        result.hint = Some(format!("see that the endpoint of probe `{}` has instances", listed.probe));
        Some(result)
    }

    fn unseen_of(
        &mut self,
        want: &Want,
        service: &Service,
        group: Group<'_>,
        (cause, by): (&Cause, Option<&Seen<'_>>),
        message: String,
    ) -> CheckResult {
        self.unmet.entry(Some(service.clone())).or_default().insert(want.what.name().to_owned());
        let who = || format!("{} of `{service}`", want.noun);
        let result = self.undetermined_want(want, cause, message, who, by);
        stamp(result, service, group.instance, group.runs())
    }

    fn undetermined_want(
        &mut self,
        want: &Want,
        cause: &Cause,
        message: String,
        who: impl FnOnce() -> String,
        by: Option<&Seen<'_>>,
    ) -> CheckResult {
        let mut result = self.undetermined_of(cause, message);
        result.expected = Some(want.expected.clone());
        result.location = Some(want.by.clone());
        let earlier = self.causes.earlier(cause, who);
        // What a cause and all that rests on it have in common: waiving the one finds the others by it.
        if earlier.is_some() || cause.class != Class::NotObserved {
            result.observed = Some(cause.detail.clone());
        }
        match earlier {
            // The hint stands with the cause.
            Some(earlier) => refer(result, &earlier),
            None => CheckResult { hint: Some(to_see(want, cause, by)), ..result },
        }
    }

    /// A result of what could not be determined for this cause.
    fn undetermined_of(&self, cause: &Cause, message: String) -> CheckResult {
        let result = CheckResult::new(rules::OBSERVATION, self.undetermined(), cause.class, message);
        CheckResult { fault: Some(cause.fault()), ..result }
    }

    fn nobody_looks(&self, service: &Service) -> Cause {
        match self.listed.iter().find(|listed| listed.service == *service) {
            Some(listed) => not_run(listed),
            None => Cause::unseen(format!("no probe of `{service}` is listed")),
        }
    }
}

/// A result whose cause has been told.
pub(super) fn refer(mut result: CheckResult, earlier: &Told) -> CheckResult {
    // The cause has been told, perhaps in other words: they are not told again.
    let own = result.observed.replace(earlier.observed.clone()).filter(|own| *own != earlier.observed);
    if let Some(short) = own.and_then(|own| result.message.strip_suffix(&format!(": {own}")).map(str::to_owned)) {
        result.message = short;
    }
    result.skipped(Class::Skipped, &format!("same cause as {}", earlier.who))
}

/// Nobody gave it; with the probes that ended before they could have.
fn no_probe_gave_it(runs: &[Seen<'_>]) -> String {
    let blind: Vec<String> = runs
        .iter()
        .filter(|seen| seen.cause.is_some())
        .map(|seen| format!("`{}`", tell::clean(&seen.run.probe)))
        .collect();
    let blind: Vec<&str> = blind.iter().map(String::as_str).collect();
    match blind.as_slice() {
        [] => "no probe gave it".to_owned(),
        blind => format!("no probe gave it, and {} could not look", compare::some(blind)),
    }
}

fn not_run(listed: &Listed) -> Cause {
    Cause::unseen(format!("probe `{}` was not run", listed.probe))
}

/// The first reason that a probe states for a want; that a service has nothing of the kind only if nobody has another.
fn stated<'a, I: Iterator<Item = &'a Seen<'a>>>(
    want: &Want,
    runs: impl Fn() -> I,
    counts: impl Fn(Gap) -> bool,
) -> Option<(Cow<'a, Cause>, &'a Seen<'a>)> {
    let all = || runs().flat_map(|seen| seen.missing(&want.what).map(move |missing| (missing, seen)));
    all()
        .find(|((why, _), _)| *why != Gap::NotOffered)
        .or_else(|| all().next())
        .filter(|((why, _), _)| counts(*why))
        .map(|((why, detail), seen)| (Cow::Owned(Cause::of_gap(seen.run, why, detail)), seen))
}

/// What ended a run, if it ended early or gave nothing.
fn ended<'a>(seen: &'a Seen<'a>) -> Option<(Cow<'a, Cause>, &'a Seen<'a>)> {
    Some((Cow::Borrowed(seen.cause.as_ref()?), seen))
}

/// What would let a want be seen that could not be.
fn to_see(want: &Want, cause: &Cause, by: Option<&Seen<'_>>) -> String {
    let (noun, place) = (&want.noun, want.place());
    let service = by.map_or("the stack", |seen| seen.run.service.as_str());
    let probe = by.map(|seen| tell::clean(&seen.run.probe)).unwrap_or_default();
    match cause.class {
        Class::NotObserved => format!("list a probe that gives {noun}, or drop {place}"),
        // An answer, though perhaps of something else that listens there; whoever required it is told last.
        Class::NotOffered => {
            format!(
                "see that probe `{probe}` asks the right service; else list a probe that gives {noun}, or drop {place}"
            )
        }
        _ => to_mend(cause, service, &probe, by.map(|seen| &*seen.run.plugin.name)),
    }
}

/// A cause's hint, with whose it is to mend.
pub(super) fn to_mend(cause: &Cause, service: &str, probe: &str, plugin: Option<&str>) -> String {
    let what = cause.hint(service, probe, plugin);
    match cause.fault() {
        Fault::Plugin => format!("to mend in the plugin: {what}"),
        Fault::Service => format!("to mend at the service: {what}"),
        Fault::Environment => format!("to mend in the environment: {what}"),
        Fault::Host => format!("to mend in shipworthy: {what}"),
        Fault::Artifact => format!("to mend in the artifact: {what}"),
    }
}
