//! The stack side from environment to results: what is planned, what is observed, what is judged.

mod attempt;
pub(crate) mod components;
mod crew;
mod jobs;
mod observe;
mod only;
mod plan;
mod recording;
mod seed;
mod targets;

use shipworthy_contract::{
    CheckResult, Policy,
    evidence::ProbeRun,
    report::{ProjectRef, RecordingRef},
    requirement::Requirement,
};
use shipworthy_plugins::Environment;
use shipworthy_stack::{Case, Listed};

pub(crate) use plan::Plan;

use crate::{args::StackFlags, refusal::Refusal};

/// Runs every planned probe at once, and judges what they saw.
pub(crate) fn observe_and_judge(
    environment: &Environment,
    plan: &Plan,
    requirements: &[Requirement],
    project: Option<String>,
    flags: &StackFlags,
    policy: Policy,
) -> Result<Judged, Refusal> {
    let observed = observe::observe(environment, plan, project, flags)?;
    let (requirements, left_out) = only::narrow(requirements, &flags.only);
    let case = Case { requirements: &requirements, listed: &observed.listed, runs: &observed.runs, policy };
    let results = only::mark(shipworthy_stack::judge(&case), left_out, &flags.only);
    Ok(Judged { results, project: observed.project, recording: observed.recording })
}

/// What came of the stack side.
pub(crate) struct Judged {
    pub(crate) results: Vec<CheckResult>,
    /// The compose project whose containers were looked at.
    pub(crate) project: Option<ProjectRef>,
    /// What was read in place of a running stack.
    pub(crate) recording: Option<RecordingRef>,
}

/// What all probes saw, for who judges nothing.
pub(crate) struct Seen {
    /// The plan's list, with the instances that were found.
    pub(crate) listed: Vec<Listed>,
    pub(crate) runs: Vec<ProbeRun>,
    /// The compose project whose containers were looked at.
    pub(crate) project: Option<ProjectRef>,
    /// What was read in place of a running stack.
    pub(crate) recording: Option<RecordingRef>,
}

/// Runs every planned probe at once, and judges nothing.
pub(crate) fn look(environment: &Environment, plan: &Plan, flags: &StackFlags) -> Result<Seen, Refusal> {
    let observe::Observed { listed, runs, project, recording } = observe::observe(environment, plan, None, flags)?;
    Ok(Seen { listed, runs, project, recording })
}
