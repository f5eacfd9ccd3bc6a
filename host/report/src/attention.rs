//! What of a report needs attention, worst first; for formats that have little room, or treat results by how bad they
//! are.

use shipworthy_contract::{
    CheckResult, Class, Outcome, Report,
    report::{FailOn, judge},
};

use crate::human::is_consequence;

/// How bad an outcome is: failures, what could not be determined, warnings, the rest.
pub(crate) const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 0,
        Outcome::Error => 1,
        Outcome::Warn => 2,
        Outcome::Skip => 3,
        Outcome::Info => 4,
        Outcome::Pass => 5,
    }
}

/// Failures, what could not be determined and warnings, worst first, otherwise in the report's order.
pub(crate) fn needed(report: &Report) -> Vec<&CheckResult> {
    let mut needed: Vec<&CheckResult> =
        report.results.iter().filter(|result| rank(result.outcome) <= rank(Outcome::Warn)).collect();
    needed.sort_by_key(|result| rank(result.outcome));
    needed
}

/// Whether warnings counted as failures (`--fail-on warn`). A report does not say so; where its verdict is not the one
/// that it has without, they did.
pub(crate) fn warnings_count(report: &Report) -> bool {
    judge(&report.results, FailOn::Fail) != (report.verdict, report.exit_code)
}

/// Why a result is `skip`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipped {
    /// Somebody accepts it: a waiver, or by name. What it would have been is known.
    Accepted,
    /// Not to be had because of another result, or not asked for.
    NotJudged,
}

/// Why a result is skipped; none if it is not.
pub(crate) fn skipped(result: &CheckResult) -> Option<Skipped> {
    if result.outcome != Outcome::Skip {
        return None;
    }
    let by_name = result.class == Class::Skipped && result.would_be.is_some() && !is_consequence(result);
    Some(if result.class == Class::Waived || by_name { Skipped::Accepted } else { Skipped::NotJudged })
}
