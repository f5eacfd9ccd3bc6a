//! From evidence to what can be required of it: each value with where it was read, or why it is left out.
//!
//! What is kept holds against the very evidence that it was taken from: the judge is asked, so that a block never fails
//! on the stack that it describes.

use std::collections::{BTreeMap, BTreeSet};

use shipworthy_contract::{
    Outcome, Policy, Service, Sha256,
    evidence::{Evidence, Origin, ProbeRun, keys},
    node::Position,
    requirement::{Mode, Requirement, STACK_CONTRACT, Source, Wanted},
    version::{ApiVersion, VersionRequirement},
};
use shipworthy_stack::Case;

use super::{CaptureError, yaml};
use crate::stack::Seen;

/// Most services, instances or containers that a comment names of one place.
const MOST_NAMES: usize = 4;

/// Everything that was captured.
pub(super) struct Captured {
    /// Why the stack contract's version, which no block can do without, does not hold of this stack.
    pub(super) contract: Option<String>,
    /// `docker` or `containerd`.
    pub(super) mode: Line,
    /// `esb_version`, unless nobody saw one or they differ.
    pub(super) release: Held,
    /// Each service of which anything was seen.
    pub(super) services: BTreeMap<Service, Part>,
}

/// A value, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) value: String,
    pub(super) seen: Vec<String>,
}

/// What became of one thing that could be required.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Held {
    /// Nobody saw it.
    #[default]
    Unseen,
    /// It is so.
    Holds(Line),
    /// It was seen and is not required, with the reason.
    LeftOut(String),
}

/// What was captured of one service.
#[derive(Default)]
pub(super) struct Part {
    pub(super) version: Held,
    /// Only where the stack's releases differ.
    pub(super) release: Held,
    pub(super) api_version: Held,
    pub(super) capabilities: BTreeMap<String, Held>,
    /// By name, with every digest that was seen.
    pub(super) digests: BTreeMap<String, (Held, Vec<Sha256>)>,
    /// Keys of other facts.
    pub(super) facts: BTreeSet<String>,
    /// Whether the stack's mode or release was read of it.
    pub(super) is_stack_wide: bool,
}

/// One thing that could be required.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Mode,
    Release,
    Of(Service, Field),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Version,
    Release,
    ApiVersion,
    Capability(String),
    Digest(String),
}

/// What was read of a spot: value, whose where there are several, where.
struct Reading {
    value: String,
    /// A service, an instance, a container; none where there is one only.
    who: Option<String>,
    /// The same for a comment: what is stack-wide names its service alone.
    named: Option<String>,
    /// Where it was read.
    what: String,
}

/// One spot with all its readings, and what has been decided.
struct Candidate {
    spot: Spot,
    readings: Vec<Reading>,
    /// Why it is left out.
    out: Option<String>,
}

pub(super) fn gather(observed: &Seen) -> Result<Captured, CaptureError> {
    let (readings, facts) = read(&observed.runs);
    let mut candidates: Vec<Candidate> = readings
        .into_iter()
        .map(|(spot, readings)| Candidate { out: differs(&spot, &readings), spot, readings })
        .collect();
    let mode = mode(&candidates)?;
    for candidate in &mut candidates {
        let unfit = || unfit(&candidate.spot, &candidate.readings);
        candidate.out = candidate.out.take().or_else(unfit);
    }
    let contract = hold(observed, &mut candidates);
    Ok(Captured { contract, ..sort(mode, candidates, facts) })
}

type Readings = BTreeMap<Spot, Vec<Reading>>;
type Facts = BTreeMap<Service, BTreeSet<String>>;

fn read(runs: &[ProbeRun]) -> (Readings, Facts) {
    let mut readings = Readings::new();
    let mut facts = Facts::new();
    let mut runs: Vec<&ProbeRun> = runs.iter().collect();
    runs.sort_by_key(|run| (&run.service, &run.probe, &run.instance));
    for run in runs {
        let several = run.instance != run.service.as_str() && run.instance != run.probe;
        let whose = |origin: &Origin| origin.subject.clone().or_else(|| several.then(|| run.instance.clone()));
        let reading = |value: String, origin: &Origin| {
            let who = whose(origin);
            Reading { value, named: who.clone(), who, what: origin.what.clone() }
        };
        let stack_wide = |value: String, origin: &Origin| Reading {
            value,
            who: Some(whose(origin).map_or_else(|| run.service.to_string(), |who| format!("{} {who}", run.service))),
            named: Some(run.service.to_string()),
            what: origin.what.clone(),
        };
        let of = |field: Field| Spot::Of(run.service.clone(), field);
        let mut add = |spot: Spot, reading: Reading| readings.entry(spot).or_default().push(reading);
        for evidence in &run.evidence {
            match evidence {
                Evidence::Fact { key, value, origin } => {
                    let value = value.to_string().trim().to_owned();
                    match key.as_str() {
                        keys::MODE | keys::RELEASE | keys::VERSION | keys::API_VERSION if value.is_empty() => {}
                        keys::MODE => add(Spot::Mode, stack_wide(value.to_lowercase(), origin)),
                        keys::RELEASE => {
                            add(Spot::Release, stack_wide(value.clone(), origin));
                            add(of(Field::Release), reading(value, origin));
                        }
                        keys::VERSION => add(of(Field::Version), reading(value, origin)),
                        keys::API_VERSION => add(of(Field::ApiVersion), reading(value, origin)),
                        _ => drop(facts.entry(run.service.clone()).or_default().insert(key.clone())),
                    }
                }
                Evidence::Capability { name, present: true, origin } => {
                    add(of(Field::Capability(name.clone())), reading(name.clone(), origin));
                }
                Evidence::Digest { name, sha256, origin } => {
                    add(of(Field::Digest(name.clone())), reading(sha256.to_string(), origin));
                }
                Evidence::Capability { .. }
                | Evidence::Complete { .. }
                | Evidence::Missing { .. }
                | Evidence::Finding { .. } => {}
            }
        }
    }
    (readings, facts)
}

/// Several values where one is required. Any number of digests may be allowed.
fn differs(spot: &Spot, readings: &[Reading]) -> Option<String> {
    if matches!(spot, Spot::Of(_, Field::Digest(_))) {
        return None;
    }
    let mut distinct: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for reading in readings {
        let (names, who) = (distinct.entry(reading.value.as_str()).or_default(), reading.who.as_deref());
        let who = who.unwrap_or(&reading.what);
        if !names.contains(&who) {
            names.push(who);
        }
    }
    let told = distinct.iter().map(|(value, names)| format!("`{value}` ({})", names.join(", ")));
    (distinct.len() > 1).then(|| told.collect::<Vec<_>>().join(", "))
}

fn mode(candidates: &[Candidate]) -> Result<Line, CaptureError> {
    let found = candidates.iter().find(|candidate| candidate.spot == Spot::Mode).ok_or(CaptureError::NoMode)?;
    if let Some(values) = &found.out {
        return Err(CaptureError::Contradictory(values.clone()));
    }
    let line = line(&found.readings);
    match as_mode(&line.value) {
        Some(_) => Ok(line),
        None => Err(CaptureError::Unknown(format!("`{}`", line.value))),
    }
}

fn as_mode(text: &str) -> Option<Mode> {
    [Mode::Docker, Mode::Containerd].into_iter().find(|mode| mode.as_str() == text)
}

/// What a requirement cannot say.
fn unfit(spot: &Spot, readings: &[Reading]) -> Option<String> {
    let name = match spot {
        Spot::Of(_, Field::Digest(name)) => name,
        _ => &readings.first()?.value,
    };
    if !yaml::can_be_written(name) {
        return Some("it holds characters that cannot be written".to_owned());
    }
    match spot {
        Spot::Of(_, Field::Version) => match name.parse::<VersionRequirement>() {
            Ok(VersionRequirement::Exact(_)) => None,
            Ok(VersionRequirement::Range(..)) | Err(_) => {
                Some(format!("`{name}` would be read as a range and not as this version"))
            }
        },
        Spot::Of(_, Field::ApiVersion) if name.parse::<ApiVersion>().is_err() => {
            Some(format!("`{name}` is no api version `N` or `N.M`"))
        }
        _ => None,
    }
}

/// Leaves out what does not hold against its own evidence: a capability that one instance of several lacks, a digest
/// that could not be read everywhere. Gives why the stack contract's version does not hold, if so.
fn hold(observed: &Seen, candidates: &mut [Candidate]) -> Option<String> {
    let mut contract = None;
    let requirement = requirement(candidates);
    let requirements = [requirement];
    let case =
        Case { requirements: &requirements, listed: &observed.listed, runs: &observed.runs, policy: Policy::Strict };
    for result in shipworthy_stack::judge(&case) {
        if result.outcome == Outcome::Pass {
            continue;
        }
        // A requirement's line is its candidate's place in the list; the stack contract's comes after the last.
        let line = result.location.as_ref().and_then(|at| at.line).and_then(|line| usize::try_from(line).ok());
        let Some(at) = line.and_then(|line| line.checked_sub(1)) else { continue };
        let whose = result.instance.map(|instance| format!("{instance}: ")).unwrap_or_default();
        let why = format!("{whose}{}", result.message);
        match candidates.get_mut(at) {
            Some(candidate) => drop(candidate.out.get_or_insert(why)),
            None => drop(contract.get_or_insert(why)),
        }
    }
    contract
}

fn requirement(candidates: &[Candidate]) -> Requirement {
    let source = Source::Artifact { file: "artifact.yml".to_owned(), field: "runtime_stack".to_owned() };
    let mut requirement =
        Requirement { source, api_version: None, mode: None, release: None, services: BTreeMap::new() };
    let mut last = 0;
    for (line, candidate) in (1..).zip(candidates) {
        last = line;
        if candidate.out.is_some() {
            continue;
        }
        let at = Position { line, column: 1 };
        let value = candidate.readings.first().map(|reading| reading.value.clone()).unwrap_or_default();
        match &candidate.spot {
            Spot::Mode => requirement.mode = as_mode(&value).map(|value| Wanted { value, at }),
            Spot::Release => requirement.release = Some(Wanted { value, at }),
            Spot::Of(service, field) => {
                let service = requirement.services.entry(service.clone()).or_default();
                match field {
                    Field::Version => service.version = value.parse().ok().map(|value| Wanted { value, at }),
                    Field::Release => service.release = Some(Wanted { value, at }),
                    Field::ApiVersion => service.api_version = value.parse().ok().map(|value| Wanted { value, at }),
                    Field::Capability(name) => service.capabilities.push(Wanted { value: name.clone(), at }),
                    Field::Digest(name) => {
                        let allowed = Wanted { value: digests(&candidate.readings), at };
                        service.sha256.insert(name.clone(), allowed);
                    }
                }
            }
        }
    }
    let at = Position { line: last + 1, column: 1 };
    requirement.api_version = Some(Wanted { value: STACK_CONTRACT, at });
    requirement
}

fn digests(readings: &[Reading]) -> Vec<Sha256> {
    let distinct: BTreeSet<&str> = readings.iter().map(|reading| reading.value.as_str()).collect();
    distinct.into_iter().filter_map(|text| text.parse().ok()).collect()
}

/// The value, and each place with all who were seen there.
fn line(readings: &[Reading]) -> Line {
    let mut places: Vec<(&str, Vec<&str>)> = Vec::new();
    for reading in readings {
        let at = places.iter().position(|(what, _)| *what == reading.what).unwrap_or_else(|| {
            places.push((&reading.what, Vec::new()));
            places.len() - 1
        });
        let Some((_, names)) = places.get_mut(at) else { continue };
        names.extend(reading.named.as_deref().filter(|who| !names.contains(who)));
    }
    let in_words = |(what, names): &(&str, Vec<&str>)| {
        let told = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
        match names.len().saturating_sub(MOST_NAMES) {
            _ if names.is_empty() => (*what).to_owned(),
            0 => format!("{what} ({told})"),
            more => format!("{what} ({told} and {more} more)"),
        }
    };
    Line {
        value: readings.first().map(|reading| reading.value.clone()).unwrap_or_default(),
        seen: places.iter().map(in_words).collect(),
    }
}

/// Puts each candidate where it is rendered.
fn sort(mode: Line, candidates: Vec<Candidate>, facts: Facts) -> Captured {
    let mut release = Held::Unseen;
    let mut services: BTreeMap<Service, Part> = BTreeMap::new();
    let stack_wide = stack_wide(&candidates);
    for Candidate { spot, readings, out } in candidates {
        let mut held = out.map_or_else(|| Held::Holds(line(&readings)), Held::LeftOut);
        match spot {
            Spot::Mode => {}
            Spot::Release => release = held,
            Spot::Of(service, field) => {
                let part = services.entry(service).or_default();
                match field {
                    Field::Version => part.version = held,
                    Field::Release => part.release = held,
                    Field::ApiVersion => {
                        if let Held::Holds(line) = &mut held {
                            // As the contract writes it: `1` is `1.0`.
                            line.value =
                                line.value.parse::<ApiVersion>().map_or_else(|_| String::new(), |v| v.to_string());
                        }
                        part.api_version = held;
                    }
                    Field::Capability(name) => drop(part.capabilities.insert(name, held)),
                    Field::Digest(name) => drop(part.digests.insert(name, (held, digests(&readings)))),
                }
            }
        }
    }
    for (service, keys) in facts {
        services.entry(service).or_default().facts = keys;
    }
    if matches!(release, Held::Holds(_)) {
        for part in services.values_mut() {
            part.release = Held::Unseen;
        }
    }
    for (service, part) in &mut services {
        part.is_stack_wide = stack_wide.contains(service.as_str());
    }
    Captured { contract: None, mode, release, services }
}

/// Services of which something was read that is required of the whole stack.
fn stack_wide(candidates: &[Candidate]) -> BTreeSet<String> {
    let is_kept = |one: &&Candidate| matches!(one.spot, Spot::Mode | Spot::Release) && one.out.is_none();
    let readings = candidates.iter().filter(is_kept).flat_map(|one| &one.readings);
    readings.filter_map(|reading| reading.named.clone()).collect()
}
