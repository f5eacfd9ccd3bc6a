//! The stack side from environment to results: what is planned, what is observed, what is judged.

mod attempt;
mod observe;
mod only;
mod plan;
mod recording;
mod seed;
mod targets;

use shipworthy_contract::{CheckResult, Policy, requirement::Requirement};
use shipworthy_plugins::Environment;
use shipworthy_stack::Case;

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
) -> Result<Vec<CheckResult>, Refusal> {
    let observed = observe::observe(environment, plan, project, flags)?;
    let (requirements, left_out) = only::narrow(requirements, &flags.only);
    let case = Case { requirements: &requirements, listed: &observed.listed, runs: &observed.runs, policy };
    let results = shipworthy_stack::judge(&case);
    Ok(only::mark(results, left_out, &flags.only))
}
