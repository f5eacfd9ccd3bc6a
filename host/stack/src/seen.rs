//! What one run saw, ready to be asked for.

use std::collections::BTreeMap;

use shipworthy_contract::{
    CheckResult, Service, Sha256,
    evidence::{Evidence, Gap, Origin, ProbeRun, Value, keys},
};

use crate::{Listed, cause::Cause, want::What};

/// One run, with what judging it takes.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    /// The run.
    pub run: &'a ProbeRun,
    /// As the environment lists the probe; none for a run of a probe that is not listed.
    pub listed: Option<&'a Listed>,
    /// Whether the endpoint has several instances.
    several: bool,
    /// The number of its service, of its probe and of its instance, as they are ordered: a fleet is put into order once,
    /// and not by name for each want.
    pub number: Number,
    /// Whether it says of anything that it could not be seen.
    pub has_gaps: bool,
    /// Whether it says of any rule of its own whether that holds.
    pub has_findings: bool,
    /// Why it gave nothing, or not all.
    pub cause: Option<Cause>,
}

/// Numbers that stand for names. Runs of which one is the same have the same name there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    /// Of the service.
    pub service: usize,
    /// Of the probe, among those of all services.
    pub probe: usize,
    /// Of the instance, among those of the service.
    instance: usize,
}

/// How much a run says about a want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Voice {
    /// Nothing.
    Silent,
    /// That it could not be seen.
    Missing,
    /// Evidence.
    Evidence,
}

/// A value under a key, and who saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample<'a> {
    /// Who.
    pub seen: &'a Seen<'a>,
    /// What.
    pub value: &'a Value,
    /// Where.
    pub origin: &'a Origin,
}

/// All runs in an order that does not depend on who was first: by service, probe and instance.
pub(crate) fn all<'a>(runs: &'a [ProbeRun], listed: &'a [Listed]) -> Vec<Seen<'a>> {
    let mut by_probe: BTreeMap<(&Service, &str), Vec<&ProbeRun>> = BTreeMap::new();
    for run in runs {
        by_probe.entry((&run.service, run.probe.as_str())).or_default().push(run);
    }
    let mut seen: Vec<Seen<'_>> = Vec::with_capacity(runs.len());
    for (at, ((service, probe), mut runs)) in by_probe.into_iter().enumerate() {
        let listed = listed.iter().find(|listed| listed.probe == probe && listed.service == *service);
        let several = listed.map_or(0, |listed| listed.instances).max(runs.len()) > 1;
        runs.sort_by_key(|run| run.instance.as_str());
        let of_service = match seen.last() {
            Some(last) if last.run.service == *service => last.number.service,
            last => last.map_or(0, |last| last.number.service + 1),
        };
        let number = Number { service: of_service, probe: at, instance: 0 };
        seen.extend(runs.into_iter().map(|run| Seen {
            run,
            listed,
            several,
            number,
            has_gaps: run.evidence.iter().any(|evidence| matches!(evidence, Evidence::Missing { .. })),
            has_findings: run.evidence.iter().any(|evidence| matches!(evidence, Evidence::Finding { .. })),
            cause: Cause::of(run),
        }));
    }
    for of_service in seen.chunk_by_mut(|a, b| a.number.service == b.number.service) {
        number_instances(of_service);
    }
    seen
}

/// Numbers the instances of one service by name, whichever probe looks at them.
fn number_instances(seen: &mut [Seen<'_>]) {
    let mut by_name: Vec<&mut Seen<'_>> = seen.iter_mut().collect();
    by_name.sort_by_key(|seen| seen.run.instance.as_str());
    let mut number = 0;
    let mut before: Option<&str> = None;
    for seen in by_name {
        let name = seen.run.instance.as_str();
        number += usize::from(before.is_some_and(|before| before != name));
        before = Some(name);
        seen.number.instance = number;
    }
}

impl<'a> Seen<'a> {
    /// The instance, where the endpoint has several.
    pub(crate) fn instance(&self) -> Option<&'a str> {
        self.several.then_some(self.run.instance.as_str())
    }

    /// What stands for [`Seen::instance`], in the same order.
    pub(crate) fn instance_number(&self) -> Option<usize> {
        self.several.then_some(self.number.instance)
    }

    /// Who saw it, for what is stack-wide: `gateway`, `gateway gw-1`.
    pub(crate) fn who(&self) -> String {
        match self.instance() {
            Some(instance) => format!("{} {instance}", self.run.service),
            None => self.run.service.to_string(),
        }
    }

    /// Writes onto a result whom it is about and who looked.
    pub(crate) fn stamp(&self, mut result: CheckResult) -> CheckResult {
        result.service = Some(self.run.service.clone());
        result.instance = self.instance().map(str::to_owned);
        result.plugin = Some(self.run.plugin.clone());
        result.duration_ms = Some(self.run.duration_ms);
        result.attempts = Some(self.run.attempts).filter(|attempts| *attempts > 1);
        result
    }

    /// How much it says about a want.
    pub(crate) fn voice(&self, what: &What) -> Voice {
        let evidence = match what {
            What::Capability(name) => self.capability(name).next().is_some() || self.complete(name).is_some(),
            What::Digest(name, _) => self.digests(name).next().is_some(),
            _ => self.facts(what.name()).next().is_some(),
        };
        if evidence {
            Voice::Evidence
        } else if self.missing(what).next().is_some() {
            Voice::Missing
        } else {
            Voice::Silent
        }
    }

    /// Values under a key. A blank value of a well-known key says nothing.
    pub(crate) fn facts(&'a self, key: &'a str) -> impl Iterator<Item = Sample<'a>> {
        let known = matches!(key, keys::MODE | keys::RELEASE | keys::VERSION | keys::API_VERSION);
        self.run.evidence.iter().filter_map(move |evidence| match evidence {
            Evidence::Fact { key: found, value, origin } if found == key => {
                let blank = matches!(value, Value::Text(text) if text.trim().is_empty());
                (!known || !blank).then_some(Sample { seen: self, value, origin })
            }
            _ => None,
        })
    }

    /// What was said about a capability: whether it is there, and where that was seen.
    pub(crate) fn capability(&self, name: &str) -> impl Iterator<Item = (bool, &'a Origin)> {
        self.run.evidence.iter().filter_map(move |evidence| match evidence {
            Evidence::Capability { name: found, present, origin } if found == name => Some((*present, origin)),
            _ => None,
        })
    }

    /// A prefix of this name that the probe read a complete list of.
    pub(crate) fn complete(&self, name: &str) -> Option<&'a str> {
        self.run.evidence.iter().find_map(|evidence| match evidence {
            Evidence::Complete { prefix } if name.starts_with(prefix.as_str()) => Some(prefix.as_str()),
            _ => None,
        })
    }

    /// Digests of a name.
    pub(crate) fn digests(&self, name: &str) -> impl Iterator<Item = (Sha256, &'a Origin)> {
        self.run.evidence.iter().filter_map(move |evidence| match evidence {
            Evidence::Digest { name: found, sha256, origin } if found == name => Some((*sha256, origin)),
            _ => None,
        })
    }

    /// What the probe says it could not see of a want. A capability may be missing with all that begin alike: a probe
    /// that could not read the list of routes says `route:`.
    pub(crate) fn missing(&self, what: &What) -> impl Iterator<Item = (Gap, &'a str)> {
        let is_capability = matches!(what, What::Capability(_));
        self.run.evidence.iter().filter_map(move |evidence| match evidence {
            Evidence::Missing { name, why, detail } => {
                let prefix = is_capability && name.ends_with(':') && what.name().starts_with(name.as_str());
                (name == what.name() || prefix).then_some((*why, detail.as_str()))
            }
            _ => None,
        })
    }
}
