//! The reports of all parts: read, and held against each other as far as that needs no judging.

use std::path::{Path, PathBuf};

use shipworthy_contract::{
    CheckResult, Outcome, Report, RuleId, Sha256, Side,
    report::{ProjectRef, RecordingRef, Run},
    text::excerpt,
};
use shipworthy_stack::{Material, Partition};

use super::{
    error::{MergeError, PartError},
    file,
};

/// Missing parts that are named.
const MOST_NAMED: usize = 8;

/// All parts of one check.
pub(super) struct Parts {
    /// The report of part 1, with the run of all.
    pub(super) first: Report,
    /// The compose project that any part looked into.
    pub(super) project: Option<ProjectRef>,
    /// The stack side as each part judged it, before anything was masked.
    pub(super) judged: Vec<CheckResult>,
    /// What each part saw, in order.
    pub(super) materials: Vec<(Partition, Material)>,
}

/// One part's report.
struct One {
    file: PathBuf,
    partition: Partition,
    report: Report,
    material: serde_json::Value,
}

impl Parts {
    pub(super) fn read(files: &[PathBuf]) -> Result<Self, MergeError> {
        let mut parts: Vec<One> = files.iter().map(|file| One::read(file)).collect::<Result<_, _>>()?;
        complete(&mut parts)?;
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return Err(shipworthy_stack::Mismatch::Nothing.into()) };
        let mut project = project_of(&first.report).cloned();
        let mut materials = vec![first.material()?];
        let mut run = first.report.run.clone();
        let mut judged: Vec<CheckResult> = of_stack(&first.report).cloned().collect();
        for part in parts {
            part.fits(&first.report)?;
            match (&project, project_of(&part.report)) {
                (Some(expected), Some(found)) if expected.name != found.name => {
                    let [found, expected] = [&found.name, &expected.name].map(|name| quoted(name));
                    return Err(MergeError::Project { part: part.partition, found, expected });
                }
                (None, Some(found)) => project = Some(found.clone()),
                (Some(_) | None, _) => {}
            }
            materials.push(part.material()?);
            judged.extend(of_stack(&part.report).cloned());
            run = together(run, part.report.run);
        }
        let first = Report { run, ..first.report };
        Ok(Self { first, project, judged, materials })
    }
}

/// The run of several parts that ran side by side: from the first one's beginning, as long as the longest took.
fn together(one: Option<Run>, other: Option<Run>) -> Option<Run> {
    let (one, other) = (one?, other?);
    // Times of one form and zone are in the order of their texts.
    let started = one.started.min(other.started);
    Some(Run { started, duration_ms: one.duration_ms.max(other.duration_ms), ..one })
}

/// Puts the parts into order, if each is there once.
fn complete(parts: &mut [One]) -> Result<(), MergeError> {
    parts.sort_by_key(|part| part.partition.number());
    let Some(first) = parts.first() else { return Ok(()) };
    let of = first.partition.of();
    if let Some(other) = parts.iter().find(|part| part.partition.of() != of) {
        let (file, first) = (other.file.clone(), first.file.clone());
        return Err(MergeError::OtherCount { file, found: other.partition.of(), first, expected: of });
    }
    for pair in parts.windows(2) {
        if let [one, two] = pair
            && one.partition == two.partition
        {
            let (first, second) = (one.file.clone(), two.file.clone());
            return Err(MergeError::Twice { part: one.partition, first, second });
        }
    }
    let is_there = |number: &u32| parts.iter().any(|part| part.partition.number() == *number);
    let all: Vec<u32> = (1..=of).filter(|number| !is_there(number)).collect();
    if all.is_empty() {
        return Ok(());
    }
    let named = all.iter().take(MOST_NAMED).filter_map(|number| Partition::new(*number, of));
    let mut missing: Vec<String> = named.map(|part| part.to_string()).collect();
    let more = all.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        missing.push(format!("and {more} more"));
    }
    Err(MergeError::Missing { missing })
}

impl One {
    fn read(file: &Path) -> Result<Self, MergeError> {
        let unreadable = |source| MergeError::Read { file: file.to_owned(), source };
        let mut report = file::read(file).map_err(|source| unreadable(source.into()))?;
        let Some(part) = report.part.take() else { return Err(MergeError::Whole { file: file.to_owned() }) };
        let partition = Partition::new(part.number, part.of).ok_or_else(|| unreadable(PartError::Number))?;
        if part.shipworthy != env!("CARGO_PKG_VERSION") {
            return Err(MergeError::Version { part: partition, found: part.shipworthy });
        }
        Ok(Self { file: file.to_owned(), partition, report, material: part.material })
    }

    fn material(&self) -> Result<(Partition, Material), MergeError> {
        let unreadable = |error| MergeError::Read { file: self.file.clone(), source: PartError::Json(error) };
        Ok((self.partition, serde_json::from_value(self.material.clone()).map_err(unreadable)?))
    }

    /// Whether it is of the same check as the first part. Where files lay is nobody's business.
    fn fits(&self, first: &Report) -> Result<(), MergeError> {
        let part = self.partition;
        let [found, expected] = [&self.report, first].map(environment);
        if found != expected {
            return Err(MergeError::Environment { part, found, expected });
        }
        let [found, expected] = [&self.report, first].map(artifact);
        if found != expected {
            return Err(MergeError::Artifact { part, found, expected });
        }
        if self.report.policy != first.policy {
            let (found, expected) = (self.report.policy.as_str(), first.policy.as_str());
            return Err(MergeError::Policy { part, found, expected });
        }
        payload(part, &self.report, first)?;
        if recording(&self.report) == recording(first) { Ok(()) } else { Err(MergeError::Recording { part }) }
    }
}

/// Holds what was found of the payload against that of the first part: each has read its own copy.
fn payload(part: Partition, report: &Report, first: &Report) -> Result<(), MergeError> {
    let [mut found, mut expected] = [report, first].map(|report| of_payload(report).fuse());
    loop {
        let pair = (found.next(), expected.next());
        match pair {
            (None, None) => break,
            (found, expected) if found != expected => {
                let told = |found: Option<Found<'_>>| {
                    found.map_or_else(|| "nothing more".to_owned(), |(rule, outcome, ..)| format!("{rule} {outcome}"))
                };
                return Err(MergeError::Payload { part, found: told(found), expected: told(expected) });
            }
            (Some(_) | None, _) => {}
        }
    }
    if trees(report) == trees(first) {
        return Ok(());
    }
    let told = |report| {
        let digests = trees(report).into_iter().map(|(entry, digest)| format!("entry {entry}: {digest}"));
        let digests: Vec<String> = digests.collect();
        if digests.is_empty() { "no tree".to_owned() } else { digests.join(", ") }
    };
    Err(MergeError::Payload { part, found: told(report), expected: told(first) })
}

/// What a result of the payload side says wherever the artifact lies.
type Found<'a> = (&'a RuleId, Outcome, Option<usize>, Option<&'a str>, Option<u32>, &'a [String]);

fn of_payload(report: &Report) -> impl Iterator<Item = Found<'_>> {
    report.results.iter().filter(|result| result.side == Side::Payload).map(|result: &CheckResult| {
        let place = result.location.as_ref();
        let (entry, field) = (place.and_then(|place| place.entry), place.and_then(|place| place.field.as_deref()));
        let line = place.and_then(|place| place.line);
        (&result.rule, result.outcome, entry, field, line, result.items.as_slice())
    })
}

fn of_stack(report: &Report) -> impl Iterator<Item = &CheckResult> {
    report.results.iter().filter(|result| result.side == Side::Stack)
}

fn trees(report: &Report) -> Vec<(usize, Sha256)> {
    let trees = report.artifact.iter().flat_map(|artifact| &artifact.trees);
    trees.map(|tree| (tree.entry, tree.digest)).collect()
}

fn environment(report: &Report) -> String {
    report.environment.as_ref().map_or_else(|| "none".to_owned(), |environment| quoted(&environment.name))
}

fn artifact(report: &Report) -> String {
    match &report.artifact {
        None => "none".to_owned(),
        Some(artifact) => {
            let digest = artifact.sha256.map_or_else(|| "none".to_owned(), |sha256| sha256.to_string());
            format!("{digest}, contract {}", excerpt(&artifact.contract, 20))
        }
    }
}

fn project_of(report: &Report) -> Option<&ProjectRef> {
    report.environment.as_ref()?.project.as_ref()
}

fn recording(report: &Report) -> Option<RecordingRef> {
    report.recording.clone().map(|recording| RecordingRef { file: PathBuf::new(), ..recording })
}

fn quoted(name: &str) -> String {
    format!("`{}`", excerpt(name, 80))
}
