//! One test: its stack is served, a check looks at it, and what was seen is held against what was expected.

use std::path::Path;

use shipworthy_contract::{
    Explain,
    evidence::{LogLine, ProbeRun, RequestRecord, RunEnd},
    quantity::{Bytes, Span},
};
use shipworthy_kit::{Case, Stage, case::Difference, evidence};
use shipworthy_plugins::{
    Plugin,
    config::Schemas,
    environment::{self, Limits},
};
use shipworthy_report::trials::{Compared, Differing, Mark, Trial, TrialOutcome, TrialRun, Used};

use crate::{
    args::{PluginFlags, StackFlags},
    progress::Shown,
    refusal::{Refusal, UsageError, chain},
    set::Set,
    stack::{self, Plan},
};

pub(super) fn run(case: &Case, plugin: &Plugin, component: &Path) -> Result<Trial, Refusal> {
    let stage = Stage::set(case, &plugin.descriptor, component)?;
    let told = |fault: String| UsageError::Staged { file: case.file.clone(), fault: stage.rename(&fault) };
    Schemas::begin();
    // Faults of the written environment are those of the test file, from which it was written key by key.
    let environment = environment::load(stage.environment())
        .map_err(|errors| Refusal::all(errors.into_vec().iter().map(|error| told(error.to_string()))))?;
    let flags = StackFlags {
        only: Vec::new(),
        timeout: None,
        record: None,
        replay: case.recording.clone(),
        plugins: PluginFlags::default(),
        partition: None,
    };
    let set = Set::alone(environment, true);
    let environment = &set.environment;
    let plan = Plan::new(&set, &flags)
        .map_err(|refusal| Refusal::all(refusal.errors.iter().map(|error| told(told_whole(&**error)))))?;
    let seen = stack::look(environment, &plan, &flags, Shown::Not)?;
    let limits = environment.probes.first().map(|probe| &probe.limits);
    let runs: Vec<TrialRun> = seen.runs.iter().map(|run| trial_run(case, &stage, run, limits)).collect();
    let unanswered = stage.unanswered();
    let ended_badly = |run: &ProbeRun| !matches!(run.end, RunEnd::Completed | RunEnd::Failed { .. });
    let differs = runs.iter().any(|run| !run.differences.is_empty());
    let outcome = if !unanswered.is_empty() || (differs && seen.runs.iter().any(ended_badly)) {
        TrialOutcome::Error
    } else if differs {
        TrialOutcome::Failed
    } else {
        TrialOutcome::Passed
    };
    Ok(Trial {
        name: case.name.clone(),
        file: case.file.display().to_string(),
        about: case.about.clone(),
        outcome,
        runs,
        unanswered,
        unused: stage.unused(),
    })
}

/// An error with its causes, and what to do.
fn told_whole(error: &dyn Explain) -> String {
    let text = chain(error);
    match error.help() {
        Some(help) => format!("{text}; {help}"),
        None => text,
    }
}

fn trial_run(case: &Case, stage: &Stage, run: &ProbeRun, limits: Option<&Limits>) -> TrialRun {
    let rename = |text: &str| stage.rename(text);
    let differences = case.expect.differences(run, &rename).into_iter();
    let requests = run.requests.iter().map(|request| RequestRecord {
        what: rename(&request.what),
        answer: rename(&request.answer),
        duration_ms: request.duration_ms,
    });
    TrialRun {
        instance: run.instance.clone(),
        evidence: evidence::lines(run).iter().map(|line| rename(line)).collect(),
        differences: differences
            .map(|(part, lines)| Differing { part, lines: lines.into_iter().map(compared).collect() })
            .collect(),
        stack: stack_of(&run.end),
        requests: requests.collect(),
        log: run.log.iter().map(|line| LogLine { level: line.level.clone(), text: rename(&line.text) }).collect(),
        notes: run.notes.iter().map(|note| rename(note)).collect(),
        used: limits.map(|limits| used(run, limits)).unwrap_or_default(),
        duration_ms: run.duration_ms,
    }
}

/// Where it trapped.
fn stack_of(end: &RunEnd) -> Vec<String> {
    if let RunEnd::Trapped { stack, .. } = end { stack.iter().map(ToString::to_string).collect() } else { Vec::new() }
}

fn compared(difference: Difference) -> Compared {
    match difference {
        Difference::Same(text) => Compared { mark: Mark::Same, text },
        Difference::Lacks(text) => Compared { mark: Mark::Lacks, text },
        Difference::Extra(text) => Compared { mark: Mark::Extra, text },
    }
}

/// What a run used of what it may.
fn used(run: &ProbeRun, limits: &Limits) -> Vec<Used> {
    let log: u64 = run.log.iter().map(|line| line.text.len() as u64 + 1).sum();
    let used = |what, used: String, limit: String| Used { what, used, limit };
    vec![
        used("time", format!("{}ms", run.duration_ms), Span(limits.deadline).to_string()),
        used("memory", rounded(run.memory_bytes), limits.memory.to_string()),
        used("requests", run.requests.len().to_string(), limits.requests.to_string()),
        used("log", Bytes(log).to_string(), limits.log.to_string()),
    ]
}

/// Memory grows by pages of 64 KiB.
fn rounded(bytes: u64) -> String {
    Bytes(bytes.next_multiple_of(1 << 10)).to_string()
}
