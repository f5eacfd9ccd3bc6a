//! A part of a check, and the whole that parts make.
//!
//! A part judges what it saw, and says of the rest that it was not judged here. It hands on what it saw as material; the
//! whole is judged from all of that anew, so that it cannot come out otherwise than if one had looked at everything.

mod mismatch;

use serde::{Deserialize, Serialize};
use shipworthy_contract::{
    CheckResult, Class, Outcome, RuleId, Service, Sha256, Side, evidence::ProbeRun, requirement::Requirement, rules,
};

pub use self::mismatch::Mismatch;
use crate::{Case, Date, Listed, Partition, Waiver, judge};

/// What one part saw, and what the whole is to be held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// What is required, as far as it is looked at.
    pub requirements: Vec<Requirement>,
    /// The services that `--only` names.
    pub only: Vec<Service>,
    /// Services of which something is required, and that `--only` leaves out.
    pub left_out: Vec<Service>,
    /// The environment's probes.
    pub listed: Vec<Listed>,
    /// For each of them, one digest of the names of all its instances.
    pub instances: Vec<Sha256>,
    /// What the part saw.
    pub runs: Vec<ProbeRun>,
    /// The environment's waivers.
    pub waivers: Vec<Waiver>,
    /// Rules that are skipped by name, with the reason.
    pub skips: Vec<(RuleId, String)>,
    /// The day on which it was judged.
    pub today: Date,
    /// Whether there was anything to judge by; not so where what the artifact requires could not be read.
    pub is_judged: bool,
}

/// Judges what a part saw: every run for itself, and what is required of each instance of which it has a run.
///
/// What another part could turn over is not judged here: of the whole stack only that something differs from what is
/// required, of a service only what a probe of this part gives evidence of.
pub fn judge_part(case: &Case<'_>, part: Partition) -> Vec<CheckResult> {
    let results = judge(case);
    let is_shared =
        |service: &Service| case.listed.iter().any(|listed| listed.service == *service && listed.elsewhere > 0);
    // A probe that gives evidence of a want is asked for it everywhere, also in the whole.
    let seen: Vec<(&Service, &CheckResult)> = results
        .iter()
        .filter(|result| result.rule != rules::OBSERVATION && is_want(result))
        .filter_map(|result| Some((result.service.as_ref()?, result)))
        .collect();
    let is_seen = |service: &Service, unseen: &CheckResult| {
        seen.iter()
            .any(|(of, seen)| *of == service && seen.location == unseen.location && seen.expected == unseen.expected)
    };
    let stands = |result: &CheckResult| match &result.service {
        None => result.class == Class::Violated,
        Some(service) if result.rule == rules::OBSERVATION && is_want(result) => {
            !is_shared(service) || is_seen(service, result)
        }
        Some(_) => true,
    };
    let stands: Vec<bool> = results.iter().map(stands).collect();
    let reason = format!("{part}: judged when the parts are merged");
    let judged = results.into_iter().zip(stands).map(|(result, stands)| {
        if stands {
            return result;
        }
        // Without what was observed: it rests on no cause that could come back. And without why it was not: others look.
        let message = match result.message.split_once(" was not observed") {
            Some((what, _)) if result.rule == rules::OBSERVATION => format!("{what} was not observed here"),
            _ => result.message.clone(),
        };
        let result = CheckResult { message, observed: None, hint: None, ..result };
        if result.outcome == Outcome::Skip {
            return CheckResult { message: format!("{} ({reason})", result.message), would_be: None, ..result };
        }
        CheckResult { would_be: None, ..result.skipped(Class::Skipped, &reason) }
    });
    judged.collect()
}

/// Whether a result is about something that is required at a place of its own.
fn is_want(result: &CheckResult) -> bool {
    result.side == Side::Stack && result.expected.is_some() && result.location.is_some()
}

/// Puts the material of all parts together, those of number 1 to the last in order.
///
/// # Errors
/// If they are not parts of one whole.
pub fn merge(parts: Vec<(Partition, Material)>) -> Result<Material, Mismatch> {
    let mut parts = parts.into_iter();
    let Some((first, mut whole)) = parts.next() else { return Err(Mismatch::Nothing) };
    stray(first, &whole)?;
    let others: Vec<(Partition, Material)> = parts.collect();
    for (part, other) in &others {
        mismatch::check(&whole, *part, other)?;
        stray(*part, other)?;
    }
    for (_, other) in others {
        whole.runs.extend(other.runs);
        // A waiver that ended meanwhile has ended.
        whole.today = whole.today.max(other.today);
    }
    for listed in &mut whole.listed {
        listed.elsewhere = 0;
    }
    Ok(whole)
}

/// Every run has to be one that is this part's to make.
fn stray(part: Partition, material: &Material) -> Result<(), Mismatch> {
    match material.runs.iter().find(|run| !part.has(&run.service, &run.instance)) {
        None => Ok(()),
        Some(run) => Err(Mismatch::Stray { part, probe: run.probe.clone(), instance: run.instance.clone() }),
    }
}
