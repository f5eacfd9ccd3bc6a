//! What could not be observed, one line for each cause.

use std::collections::BTreeMap;

use shipworthy_contract::{
    Class, Outcome,
    evidence::{Evidence, ProbeRun, RunEnd},
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

pub(super) fn notices(observed: &Seen) -> Vec<Notice> {
    let mut causes = Causes::default();
    let mut runs: Vec<&ProbeRun> = observed.runs.iter().collect();
    runs.sort_by_key(|run| (&run.service, &run.probe, &run.instance));
    let mut several: BTreeMap<&str, usize> = BTreeMap::new();
    for run in &runs {
        *several.entry(run.probe.as_str()).or_default() += 1;
    }
    for run in runs {
        let alone = several.get(run.probe.as_str()).is_none_or(|count| *count == 1);
        let who = if alone { run.service.to_string() } else { format!("{} {}", run.service, run.instance) };
        causes.of_run(&who, run);
    }
    for listed in &observed.listed {
        if !several.contains_key(listed.probe.as_str()) {
            let detail = format!("probe `{}` was not run: its endpoint has no instances", listed.probe);
            causes.add(Class::NotObserved, &detail, listed.service.as_str(), None);
        }
    }
    causes.0.into_iter().map(|cause| notice(&cause)).collect()
}

impl Causes {
    fn of_run(&mut self, who: &str, run: &ProbeRun) {
        let probe = &run.probe;
        match &run.end {
            RunEnd::Completed if run.evidence.is_empty() => {
                self.add(Class::NotObserved, &format!("probe `{probe}` completed and gave nothing"), who, None);
            }
            RunEnd::Completed => {}
            RunEnd::Failed { why, detail } | RunEnd::NotStarted { why, detail } => {
                self.add(why.class(), detail, who, None);
            }
            RunEnd::Trapped { message } => {
                self.add(Class::Trapped, &format!("probe `{probe}` trapped: {message}"), who, None);
            }
            RunEnd::Limit { name, limit, observed } => {
                let detail = format!("probe `{probe}` went over limit `{name}` of {limit}, found {observed}");
                self.add(Class::Limit, &detail, who, None);
            }
        }
        for evidence in &run.evidence {
            if let Evidence::Missing { name, why, detail } = evidence {
                self.add(why.class(), detail, who, Some(name));
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
