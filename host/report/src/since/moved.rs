//! What is another one now: the manifest, plugins, and what was seen of services.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shipworthy_contract::{CheckResult, Report};

/// Something that has another value than before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Move {
    /// Whose it is: a service, an instance of one, a probe, or the check itself.
    pub of: String,
    /// What: `version`, `plugin`, `manifest`.
    pub what: String,
    /// As it was; none if it was not seen.
    pub before: Option<String>,
    /// As it is; none if it is not seen any more.
    pub now: Option<String>,
}

pub(super) fn of(old: &Report, new: &Report) -> Vec<Move> {
    let mut moves = of_the_check(old, new);
    moves.extend(between(&plugins(&old.results), &plugins(&new.results), "probe of "));
    let (before, now) = (seen(&old.results), seen(&new.results));
    // What is seen on one side only is told by the results that rest on it.
    let both = |key: &&(String, String)| before.contains_key(*key) && now.contains_key(*key);
    moves.extend(before.keys().filter(both).filter_map(|key| {
        let (before, now) = (before.get(key)?, now.get(key)?);
        let told = |values: &BTreeSet<&str>| Some(values.iter().copied().collect::<Vec<_>>().join(", "));
        let (of, what) = key.clone();
        (before != now).then(|| Move { of, what, before: told(before), now: told(now) })
    }));
    moves
}

/// Something that a report says of the whole check.
type OfReport = fn(&Report) -> Option<String>;

fn of_the_check(old: &Report, new: &Report) -> Vec<Move> {
    let all: [(&str, OfReport); 5] = [
        ("environment", |report| report.environment.as_ref().map(|environment| environment.name.clone())),
        ("policy", |report| Some(report.policy.as_str().to_owned())),
        ("manifest", |report| report.artifact.as_ref()?.sha256.map(|sha256| sha256.to_string())),
        ("contract", |report| report.artifact.as_ref().map(|artifact| artifact.contract.clone())),
        ("shipworthy", |report| report.run.as_ref().map(|run| run.shipworthy.clone())),
    ];
    let of = |(what, value): (&str, OfReport)| {
        let (before, now) = (value(old), value(new));
        (before != now).then(|| Move { of: "the check".to_owned(), what: what.to_owned(), before, now })
    };
    all.into_iter().filter_map(of).collect()
}

fn between(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>, whose: &str) -> Vec<Move> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let of = |name: &String| {
        let (before, now) = (old.get(name).cloned(), new.get(name).cloned());
        (before != now).then(|| Move { of: format!("{whose}{name}"), what: "plugin".to_owned(), before, now })
    };
    names.into_iter().filter_map(of).collect()
}

/// By service, who looked at it.
fn plugins(results: &[CheckResult]) -> BTreeMap<String, String> {
    let of = |result: &CheckResult| {
        let plugin = result.plugin.as_ref()?;
        let told = format!("{} {} (sha256 {})", plugin.name, plugin.version, plugin.sha256);
        Some((result.service.as_ref()?.to_string(), told))
    };
    results.iter().filter_map(of).collect()
}

/// By service and name, what was seen of it at any instance. A fleet that is of one version and becomes one of another
/// moved once, not a thousand times.
fn seen(results: &[CheckResult]) -> BTreeMap<(String, String), BTreeSet<&str>> {
    let mut seen: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    for result in results {
        let Some(service) = &result.service else { continue };
        for line in &result.evidence {
            seen.entry((service.to_string(), line.name.clone())).or_default().insert(&line.value);
        }
    }
    seen
}
