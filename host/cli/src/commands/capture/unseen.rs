//! What could not be observed, one line for each cause.

use std::collections::BTreeMap;

use shipworthy_contract::{
    Class, Outcome,
    evidence::{Evidence, NOT_RECORDED, ProbeRun, RunEnd},
    text::excerpt,
};
use shipworthy_report::notice::Notice;

use crate::stack::Seen;

/// Longest reason that is shown, in characters.
const LONGEST: usize = 400;

/// What is missing for each cause: of whom, and what of it. Causes and services stand in the order in which they came.
#[derive(Default)]
struct Causes(Vec<Cause>);

struct Cause {
    class: Class,
    detail: String,
    missing: Vec<(String, Vec<String>)>,
}

/// A service, or one of its instances, of which a probe saw nothing or not all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unseen {
    pub(super) who: String,
    pub(super) why: String,
    /// Whether there might be something: that a service has nothing of the kind is an answer.
    pub(super) is_gap: bool,
}

/// Each run that ended early or gave nothing, and each probe that was not run.
pub(super) fn services(observed: &Seen) -> Vec<Unseen> {
    let mut services: Vec<Unseen> = Vec::new();
    let mut add = |who: &str, class: Class, detail: &str| {
        let detail = excerpt(detail, LONGEST);
        let why = if detail.is_empty() { class.as_str().to_owned() } else { detail };
        let unseen = Unseen { who: who.to_owned(), why, is_gap: class != Class::NotOffered };
        if !services.contains(&unseen) {
            services.push(unseen);
        }
    };
    for (who, run) in runs(observed) {
        if let Some((class, detail)) = ended(run).or_else(|| nothing(run)) {
            add(&who, class, &detail);
        }
    }
    for (service, detail) in not_run(observed) {
        add(service, Class::NotObserved, &detail);
    }
    services.sort_by(|a, b| a.who.cmp(&b.who));
    services
}

pub(super) fn notices(observed: &Seen) -> Vec<Notice> {
    let mut causes = Causes::default();
    for (who, run) in runs(observed) {
        causes.of_run(&who, run);
    }
    for (service, detail) in not_run(observed) {
        causes.add(Class::NotObserved, &detail, service, None);
    }
    causes.0.into_iter().map(|cause| notice(&cause)).collect()
}

/// Every run in the report's order, and whose it is: the service's, or one of several instances'.
fn runs(observed: &Seen) -> Vec<(String, &ProbeRun)> {
    let mut runs: Vec<&ProbeRun> = observed.runs.iter().collect();
    runs.sort_by_key(|run| (&run.service, &run.probe, &run.instance));
    let mut several: BTreeMap<&str, usize> = BTreeMap::new();
    for run in &runs {
        *several.entry(run.probe.as_str()).or_default() += 1;
    }
    let who = |run: &ProbeRun| {
        let alone = several.get(run.probe.as_str()).is_none_or(|count| *count == 1);
        if alone { run.service.to_string() } else { format!("{} {}", run.service, run.instance) }
    };
    runs.into_iter().map(|run| (who(run), run)).collect()
}

/// Services of probes that were not run, and why.
fn not_run(observed: &Seen) -> impl Iterator<Item = (&str, String)> {
    let was_run = |probe: &str| observed.runs.iter().any(|run| run.probe == probe);
    let listed = observed.listed.iter().filter(move |listed| !was_run(&listed.probe));
    listed.map(|listed| {
        let detail = format!("probe `{}` was not run: its endpoint has no instances", listed.probe);
        (listed.service.as_str(), detail)
    })
}

/// Why a run did not come to its end; none if it did.
fn ended(run: &ProbeRun) -> Option<(Class, String)> {
    let probe = &run.probe;
    match &run.end {
        RunEnd::Completed => None,
        RunEnd::Failed { why, detail } | RunEnd::NotStarted { why, detail } => Some((why.class(), detail.clone())),
        RunEnd::Trapped { message, .. } => Some((Class::Trapped, format!("probe `{probe}` trapped: {message}"))),
        RunEnd::NotRecorded { detail, .. } => Some((Class::NotRecorded, detail.clone())),
        RunEnd::Limit { name, limit, observed } => {
            let detail = format!("probe `{probe}` went over limit `{name}` of {limit}, found {observed}");
            Some((Class::Limit, detail))
        }
    }
}

/// Why a run gave nothing, in the words of the first thing that it missed; none if it gave something.
fn nothing(run: &ProbeRun) -> Option<(Class, String)> {
    let mut first = None;
    for evidence in &run.evidence {
        match evidence {
            Evidence::Missing { why, detail, .. } => {
                first.get_or_insert_with(|| (why.class(), detail.clone()));
            }
            // That a list is complete gives nothing that can be required.
            Evidence::Complete { .. } => {}
            _ => return None,
        }
    }
    let nothing = || (Class::NotObserved, format!("probe `{}` completed and gave nothing", run.probe));
    // A list that is known to be empty is an answer.
    first.or_else(|| run.evidence.is_empty().then(nothing))
}

impl Causes {
    fn of_run(&mut self, who: &str, run: &ProbeRun) {
        // What was missed is told by name below.
        let empty = || run.evidence.is_empty().then(|| nothing(run)).flatten();
        if let Some((class, detail)) = ended(run).or_else(empty) {
            self.add(class, &detail, who, None);
        }
        for evidence in &run.evidence {
            if let Evidence::Missing { name, why, detail } = evidence {
                // What its recording does not hold is no gap of the service's.
                let is_unrecorded = matches!(run.end, RunEnd::NotRecorded { .. }) && detail.contains(NOT_RECORDED);
                let class = if is_unrecorded { Class::NotRecorded } else { why.class() };
                self.add(class, detail, who, Some(name));
            }
        }
    }

    fn add(&mut self, class: Class, detail: &str, who: &str, name: Option<&str>) {
        let mut detail = excerpt(detail, LONGEST);
        if detail.is_empty() {
            class.as_str().clone_into(&mut detail);
        }
        let names: Vec<String> = name.map(|name| excerpt(name, 80)).into_iter().collect();
        let Some(cause) = self.0.iter_mut().find(|cause| cause.class == class && cause.detail == detail) else {
            self.0.push(Cause { class, detail, missing: vec![(who.to_owned(), names)] });
            return;
        };
        match cause.missing.iter_mut().find(|(of, _)| of == who) {
            Some((_, known)) => known.extend(names),
            None => cause.missing.push((who.to_owned(), names)),
        }
    }
}

fn notice(cause: &Cause) -> Notice {
    let whose = cause.missing.iter().map(|(who, names)| {
        let mut names = names.clone();
        names.dedup();
        if names.is_empty() { who.clone() } else { format!("{who} ({})", names.join(", ")) }
    });
    let whose = whose.collect::<Vec<_>>().join(", ");
    // That a service has nothing of the kind is an answer, and what is not granted is the environment's choice.
    let chosen = matches!(cause.class, Class::NotOffered | Class::NotGranted);
    let outcome = if chosen { Outcome::Info } else { Outcome::Error };
    Notice::new(outcome, format!("not observed: {whose}: {} [{}]", cause.detail, cause.class.as_str()))
}

#[cfg(test)]
mod tests {
    use shipworthy_contract::{
        Sha256,
        evidence::{Gap, Origin, Value},
        report::PluginRef,
    };

    use super::*;

    fn run(evidence: Vec<Evidence>, end: RunEnd) -> ProbeRun {
        ProbeRun {
            probe: "api".to_owned(),
            service: "api".parse().unwrap(),
            instance: "api".to_owned(),
            plugin: PluginRef { name: "p".into(), version: "1".into(), sha256: Sha256::of(b"p") },
            evidence,
            end,
            requests: Vec::new(),
            certificates: Vec::new(),
            log: Vec::new(),
            notes: Vec::new(),
            duration_ms: 1,
            attempts: 1,
            memory_bytes: 0,
        }
    }

    #[test]
    fn a_run_that_ended_early_or_gave_nothing_is_a_gap_unless_the_service_has_nothing_of_the_kind() {
        let fact = || Evidence::Fact {
            key: "a".to_owned(),
            value: Value::Text("b".to_owned()),
            origin: Origin { what: "c".to_owned(), subject: None },
        };
        let missing =
            |why| Evidence::Missing { name: "n".to_owned(), why, detail: "no answer\n  mode: docker".to_owned() };
        let complete = || Evidence::Complete { prefix: String::new() };
        let failed = |why| RunEnd::Failed { why, detail: String::new() };
        for (evidence, end, expected) in [
            (vec![fact()], RunEnd::Completed, None),
            (vec![missing(Gap::Denied), fact()], RunEnd::Completed, None),
            (vec![complete()], RunEnd::Completed, None),
            (vec![complete(), missing(Gap::Denied)], RunEnd::Completed, Some(("no answer   mode: docker", true))),
            (vec![], RunEnd::Completed, Some(("probe `api` completed and gave nothing", true))),
            (vec![missing(Gap::Denied)], RunEnd::Completed, Some(("no answer   mode: docker", true))),
            (vec![missing(Gap::NotOffered)], RunEnd::Completed, Some(("no answer   mode: docker", false))),
            (vec![fact()], failed(Gap::Unreachable), Some(("unreachable", true))),
            (vec![], failed(Gap::NotOffered), Some(("not-offered", false))),
            (
                vec![fact()],
                RunEnd::NotRecorded { detail: "the recording does not hold GET /x".to_owned(), questions: Vec::new() },
                Some(("the recording does not hold GET /x", true)),
            ),
            (
                vec![fact()],
                RunEnd::Trapped { message: "unreachable".to_owned(), stack: Vec::new() },
                Some(("probe `api` trapped: unreachable", true)),
            ),
        ] {
            let seen = Seen { listed: Vec::new(), runs: vec![run(evidence, end)], project: None, recording: None };
            let expected: Vec<Unseen> = expected
                .map(|(why, is_gap)| Unseen { who: "api".to_owned(), why: why.to_owned(), is_gap })
                .into_iter()
                .collect();
            assert_eq!(services(&seen), expected);
        }
    }
}
