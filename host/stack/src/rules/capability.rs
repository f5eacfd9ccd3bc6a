//! `stack.capability`: given is there; said to be absent, or not on a list that is complete, is absent.

use shipworthy_contract::report::EvidenceLine;

use crate::{
    compare::{self, Told, Weighed},
    outcome,
    seen::Seen,
    tell,
};

pub(super) fn check(name: &str, runs: &[&Seen<'_>]) -> Weighed {
    let shown = tell::clean(name);
    let line = |present: bool, source: &str, subject: Option<&str>| EvidenceLine {
        name: shown.clone(),
        value: state(present).to_owned(),
        source: tell::clean(source),
        subject: subject.map(tell::clean),
    };
    let given: Vec<_> = runs.iter().flat_map(|seen| seen.capability(name)).collect();
    let lines =
        compare::lines(given.iter().map(|(present, origin)| line(*present, &origin.what, origin.subject.as_deref())));
    let told = |present: bool, message: String, evidence| Told {
        message,
        observed: state(present).to_owned(),
        items: Vec::new(),
        evidence,
    };
    if let Some((_, origin)) = given.iter().find(|(present, _)| !present) {
        let message = format!("expected capability `{shown}`, found it absent: {}", tell::clean(&origin.to_string()));
        return Weighed::Broken(outcome::FIRST, told(false, message, lines));
    }
    if !given.is_empty() {
        return Weighed::Holds(told(true, format!("capability `{shown}` is present"), lines));
    }
    let prefix = tell::clean(runs.iter().find_map(|seen| seen.complete(name)).unwrap_or_default());
    let message = format!("expected capability `{shown}`, found it absent from the complete list of `{prefix}`");
    let source = format!("complete list of `{prefix}`");
    Weighed::Broken(outcome::FIRST, told(false, message, vec![line(false, &source, None)]))
}

const fn state(present: bool) -> &'static str {
    if present { "present" } else { "absent" }
}
