//! What an environment waives and a command line skips. Both stay in the report, with what they would have been.
//!
//! Invariant: a waiver covers no more than it names. What was skipped because of an earlier cause comes back when a
//! waiver covers the cause and not what rests on it.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use shipworthy_contract::{CheckResult, Class, Outcome, RuleId, Service, Side, rules};

use crate::{Date, tell};

/// One `[[waivers]]` of an environment. Everything that is set narrows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The rule whose violation is accepted.
    pub rule: RuleId,
    /// Of this service only. A stack-wide result is waived if no other service differs.
    pub service: Option<Service>,
    /// Of this instance only. Where an endpoint has one instance, that is named like its service.
    pub instance: Option<String>,
    /// At this path only: an item of a result that lists some, else its file or field. A result with several items is
    /// waived when waivers cover every one.
    pub path: Option<String>,
    /// With this observed text only, trimmed.
    pub observed: Option<String>,
    /// Why; shown.
    pub reason: String,
    /// The last day on which it holds, UTC.
    pub expires: Date,
    /// `waivable = true`: it may cover a payload failure.
    pub waivable_payload: bool,
    /// Where it stands, for messages: `environments/staging.toml:12`.
    pub at: String,
}

/// Takes out what is skipped by name (rule and reason), then what is waived. The order of the results stays.
///
/// Only warnings, failures and errors are waived. An expired waiver changes nothing, and the result names it.
pub fn apply(
    mut results: Vec<CheckResult>,
    waivers: &[Waiver],
    skips: &[(RuleId, String)],
    today: Date,
) -> Vec<CheckResult> {
    if waivers.is_empty() && skips.is_empty() {
        let told: HashSet<&str> = results.iter().filter_map(told_cause).collect();
        // Every cause is still told, so that nothing comes back.
        if results.iter().filter_map(rests_on).all(|cause| told.contains(cause)) {
            return results;
        }
    }
    // As they were told, before anything is taken out.
    let tellers = tellers(&results);
    for result in &mut results {
        take_out(result, waivers, skips, today);
    }
    if by_name(&rules::OBSERVATION, skips).is_some() {
        return results;
    }
    let of_a_cause = waivers.iter().any(|waiver| waiver.rule == rules::OBSERVATION);
    let mut live: HashSet<&str> = results.iter().filter_map(told_cause).collect();
    let mut back: Vec<(usize, CheckResult)> = Vec::new();
    for (at, result) in results.iter().enumerate() {
        let Some(cause) = rests_on(result) else { continue };
        // Nothing changes for what rests on a cause that is still told, unless a waiver covers it by itself.
        if !of_a_cause && live.contains(cause) {
            continue;
        }
        let restored = waive(restored(result, tellers.get(cause)), waivers, today);
        if restored.outcome == Outcome::Skip || live.insert(cause) {
            back.push((at, restored));
        }
    }
    for (at, restored) in back {
        if let Some(result) = results.get_mut(at) {
            *result = restored;
        }
    }
    results
}

/// Whether an outcome is one that a waiver is for.
const fn counts(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Warn | Outcome::Fail | Outcome::Error)
}

/// Why a rule is skipped by name.
fn by_name<'a>(rule: &RuleId, skips: &'a [(RuleId, String)]) -> Option<&'a str> {
    skips.iter().find(|(skipped, _)| skipped == rule).map(|(_, reason)| reason.as_str())
}

fn take_out(result: &mut CheckResult, waivers: &[Waiver], skips: &[(RuleId, String)], today: Date) {
    let by_name = by_name(&result.rule, skips);
    let is_taken = match by_name {
        Some(_) => result.outcome != Outcome::Skip,
        None => counts(result.outcome) && !waivers.is_empty(),
    };
    if !is_taken {
        return;
    }
    let nothing = CheckResult::new(result.rule.clone(), Outcome::Skip, Class::Skipped, String::new());
    let whole = std::mem::replace(result, nothing);
    *result = match by_name {
        Some(reason) => whole.skipped(Class::Skipped, &format!("skipped by name: {}", tell::clean(reason))),
        None => waive(whole, waivers, today),
    };
}

/// Whether what is missing can rest on a result of this rule.
fn may_be_a_cause(rule: &RuleId) -> bool {
    *rule == rules::OBSERVATION || *rule == rules::CERTIFICATE
}

/// What a result says was observed, if others can rest on it.
fn told_cause(result: &CheckResult) -> Option<&str> {
    result.observed.as_deref().filter(|_| may_be_a_cause(&result.rule) && counts(result.outcome))
}

/// The cause because of which a result was skipped. Cause and what rests on it have the observed text in common.
fn rests_on(result: &CheckResult) -> Option<&str> {
    let is_skipped =
        result.rule == rules::OBSERVATION && result.outcome == Outcome::Skip && result.class == Class::Skipped;
    result.observed.as_deref().filter(|_| is_skipped && result.would_be.is_some())
}

/// Whoever told a cause.
struct Teller {
    class: Class,
    hint: Option<String>,
}

/// The first that told each cause, of the causes that anything rests on.
fn tellers(results: &[CheckResult]) -> HashMap<String, Teller> {
    let mut needed: HashSet<&str> = results.iter().filter_map(rests_on).collect();
    let mut tellers = HashMap::new();
    for result in results {
        let Some(cause) = told_cause(result).filter(|cause| needed.remove(cause)) else { continue };
        // Whoever accepts an expired certificate is left with TLS that cannot be set up.
        let class = if result.rule == rules::CERTIFICATE { Class::Tls } else { result.class };
        tellers.insert(cause.to_owned(), Teller { class, hint: result.hint.clone() });
    }
    tellers
}

/// What a result that was skipped because of an earlier cause is on its own.
fn restored(result: &CheckResult, teller: Option<&Teller>) -> CheckResult {
    // Whatever nobody tells any more is not passed over.
    let class = teller.map_or(Class::NotObserved, |teller| teller.class);
    let hint = teller.and_then(|teller| teller.hint.clone());
    let outcome = result.would_be.unwrap_or(result.outcome);
    CheckResult { hint, outcome, class, would_be: None, ..result.clone() }
}

fn waive(mut result: CheckResult, waivers: &[Waiver], today: Date) -> CheckResult {
    if !counts(result.outcome) {
        return result;
    }
    let parts = parts(&result);
    let near = waivers
        .iter()
        .filter(|waiver| waiver.rule == result.rule && parts.iter().any(|part| covers(waiver, part)))
        .collect::<Vec<_>>();
    let needs_leave = result.side == Side::Payload && result.outcome == Outcome::Fail;
    let (valid, expired): (Vec<&Waiver>, Vec<&Waiver>) = near.iter().partition(|waiver| today <= waiver.expires);
    let (valid, forbidden): (Vec<&Waiver>, Vec<&Waiver>) =
        valid.into_iter().partition(|waiver| !needs_leave || waiver.waivable_payload);
    if let Some(reason) = covered(&parts, &valid) {
        return result.skipped(Class::Waived, &reason);
    }
    for waiver in expired {
        result.message =
            format!("{} (waiver `{}` expired on {})", result.message, tell::clean(&waiver.at), waiver.expires);
    }
    for waiver in forbidden {
        let at = tell::clean(&waiver.at);
        let advice = format!("waiver `{at}` needs `waivable = true` to cover a failure of the payload");
        result.hint = Some(result.hint.map_or_else(|| advice.clone(), |hint| format!("{hint}; {advice}")));
    }
    result
}

/// What a waiver can be about: a result, or one of the things that it lists.
struct Part<'a> {
    service: Option<&'a str>,
    instance: Option<&'a str>,
    places: Vec<&'a str>,
    observed: Vec<&'a str>,
}

/// The parts of a result, at least one. All of them have to be covered for it to be waived.
fn parts<'a>(result: &'a CheckResult) -> Vec<Part<'a>> {
    let service = result.service.as_ref().map(Service::as_str);
    let location = result.location.as_ref();
    let located = || {
        let file = location.and_then(|location| location.file.as_deref());
        file.into_iter().chain(location.and_then(|location| location.field.as_deref()))
    };
    let part = |places: Vec<_>| Part {
        service,
        instance: result.instance.as_deref().or(service),
        places,
        observed: result.observed.as_deref().into_iter().collect(),
    };
    if result.items.is_empty() {
        return vec![part(located().collect())];
    }
    let of_item = |item: &'a str| match (result.side, service, item.split_once(": ")) {
        (Side::Payload, _, _) => part(vec![item]),
        // What is stack-wide lists who differs: `agent: v2`, `agent agent-1: v2`.
        (Side::Stack, None, Some((who, value))) => {
            let mut words = who.split(' ');
            let service = words.next();
            let mut part = part(located().chain([item]).collect());
            part.service = service;
            part.instance = words.next().or(service);
            part.observed.push(value);
            part
        }
        (Side::Stack, _, _) => part(located().chain([item]).collect()),
    };
    result.items.iter().map(|item| of_item(item)).collect()
}

fn covers(waiver: &Waiver, part: &Part<'_>) -> bool {
    waiver.service.as_ref().is_none_or(|wanted| Some(wanted.as_str()) == part.service)
        && waiver.instance.as_ref().is_none_or(|wanted| Some(wanted.as_str()) == part.instance)
        && waiver.path.as_ref().is_none_or(|wanted| part.places.contains(&wanted.as_str()))
        && waiver.observed.as_ref().is_none_or(|wanted| part.observed.iter().any(|seen| seen.trim() == wanted.trim()))
}

/// Why a result is waived: every part of it is covered.
fn covered(parts: &[Part<'_>], waivers: &[&Waiver]) -> Option<String> {
    let told = |waiver: &&Waiver| format!("waived until {}: {}", waiver.expires, tell::clean(&waiver.reason));
    let by = |part: &Part<'_>| waivers.iter().find(|waiver| covers(waiver, part)).map(told);
    let reasons: BTreeSet<String> = parts.iter().map(by).collect::<Option<_>>()?;
    (!reasons.is_empty()).then(|| reasons.into_iter().collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests;
