//! The stack side from environment to results: what is planned, what is observed, what is judged.

mod attempt;
pub(crate) mod components;
mod crew;
mod jobs;
mod observe;
pub(crate) mod only;
mod plan;
mod recording;
mod seed;
mod targets;

use shipworthy_contract::{
    CheckResult, Policy, Service, Sha256,
    evidence::ProbeRun,
    report::{ProjectRef, RecordingRef},
    requirement::Requirement,
};
use shipworthy_plugins::Environment;
use shipworthy_stack::{Case, Listed};

pub(crate) use observe::variable;
pub(crate) use plan::Plan;

use crate::{args::StackFlags, progress::Shown, refusal::Refusal};

/// Runs every planned probe at once, and judges what they saw.
pub(crate) fn observe_and_judge(
    environment: &Environment,
    plan: &Plan,
    requirements: &[Requirement],
    project: Option<String>,
    flags: &StackFlags,
    shown: Shown,
    policy: Policy,
) -> Result<Judged, Refusal> {
    let observed = observe::observe(environment, plan, project, flags, shown)?;
    let probed = environment.probes.iter().map(|probe| &probe.service);
    let (requirements, left_out) = only::narrow(requirements, probed, &flags.only);
    let case = Case { requirements: &requirements, listed: &observed.listed, runs: &observed.runs, policy };
    let judged = match flags.partition {
        Some(part) => shipworthy_stack::judge_part(&case, part),
        None => shipworthy_stack::judge(&case),
    };
    let results = only::mark(judged, &left_out, &flags.only);
    let observe::Observed { listed, instances, mut runs, project, recording } = observed;
    // Which run was done first is nobody's business.
    runs.sort_by(|a, b| (&a.probe, &a.instance).cmp(&(&b.probe, &b.instance)));
    let seen = flags.partition.map(|_| Saw { requirements, left_out, listed, instances, runs });
    Ok(Judged { results, project, recording, seen })
}

/// What came of the stack side.
pub(crate) struct Judged {
    pub(crate) results: Vec<CheckResult>,
    /// The compose project whose containers were looked at.
    pub(crate) project: Option<ProjectRef>,
    /// What was read in place of a running stack.
    pub(crate) recording: Option<RecordingRef>,
    /// What a part of the check saw, to be judged with the others.
    pub(crate) seen: Option<Saw>,
}

/// What a part saw, and what is required of it.
#[derive(Default)]
pub(crate) struct Saw {
    pub(crate) requirements: Vec<Requirement>,
    /// Services that `--only` leaves out.
    pub(crate) left_out: Vec<Service>,
    pub(crate) listed: Vec<Listed>,
    pub(crate) instances: Vec<Sha256>,
    pub(crate) runs: Vec<ProbeRun>,
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
pub(crate) fn look(environment: &Environment, plan: &Plan, flags: &StackFlags, shown: Shown) -> Result<Seen, Refusal> {
    let observe::Observed { listed, runs, project, recording, .. } =
        observe::observe(environment, plan, None, flags, shown)?;
    Ok(Seen { listed, runs, project, recording })
}
