//! Which runs answer for which instance.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    seen::{Seen, Voice},
    want::What,
};

/// Runs that answer for one instance together: those of all probes that look at it.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The instance; none where the endpoint has one only.
    pub(super) instance: Option<&'a str>,
    /// The runs. Empty if nobody looks at the service.
    pub(super) runs: Vec<&'a Seen<'a>>,
}

/// The groups that a want is judged for, at least one.
///
/// Only those probes answer that have the best answer of all probes of the service: a probe that sees digests is not
/// asked for the version that another one sees. Each then answers for all of its instances, so one instance that stays
/// silent is not covered by its neighbours.
pub(super) fn of<'a>(what: &What, runs: &[&'a Seen<'a>]) -> Vec<Group<'a>> {
    let best = runs.iter().map(|seen| seen.voice(what)).max().unwrap_or(Voice::Silent);
    let answering: BTreeSet<&str> =
        runs.iter().filter(|seen| seen.voice(what) == best).map(|seen| seen.run.probe.as_str()).collect();
    let mut groups: BTreeMap<Option<&str>, Vec<&Seen<'_>>> = BTreeMap::new();
    for seen in runs.iter().filter(|seen| answering.contains(seen.run.probe.as_str())) {
        groups.entry(seen.instance()).or_default().push(seen);
    }
    if groups.is_empty() {
        groups.insert(None, Vec::new());
    }
    groups.into_iter().map(|(instance, runs)| Group { instance, runs }).collect()
}
