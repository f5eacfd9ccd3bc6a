//! What an environment waives and a command line skips. Both stay in the report, with what they would have been.
//!
//! Invariant: a waiver covers no more than it names. What was skipped because of an earlier cause comes back when a
//! waiver covers the cause and not what rests on it.

use std::collections::BTreeSet;

use shipworthy_contract::{CheckResult, Class, Outcome, RuleId, Service, Side, rules};

use crate::{Date, tell};

/// One `[[waivers]]` of an environment. Everything that is set narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    results: Vec<CheckResult>,
    waivers: &[Waiver],
    skips: &[(RuleId, String)],
    today: Date,
) -> Vec<CheckResult> {
    let tellers: Vec<CheckResult> = results.iter().filter(|result| counts(result.outcome)).cloned().collect();
    let mut results: Vec<CheckResult> =
        results.into_iter().map(|result| take_out(result, waivers, skips, today)).collect();
    let mut live: BTreeSet<String> = results
        .iter()
        .filter(|result| may_be_a_cause(&result.rule) && counts(result.outcome))
        .filter_map(|result| result.observed.clone())
        .collect();
    if by_name(&rules::OBSERVATION, skips).is_some() {
        return results;
    }
    for result in &mut results {
        let Some(restored) = restored(result, &tellers) else { continue };
        let restored = waive(restored, waivers, today);
        let mut comes_back = || restored.observed.clone().is_some_and(|cause| live.insert(cause));
        if restored.outcome == Outcome::Skip || comes_back() {
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

fn take_out(result: CheckResult, waivers: &[Waiver], skips: &[(RuleId, String)], today: Date) -> CheckResult {
    match by_name(&result.rule, skips) {
        Some(_) if result.outcome == Outcome::Skip => result,
        Some(reason) => result.skipped(Class::Skipped, &format!("skipped by name: {}", tell::clean(reason))),
        None => waive(result, waivers, today),
    }
}

/// Whether what is missing can rest on a result of this rule.
fn may_be_a_cause(rule: &RuleId) -> bool {
    *rule == rules::OBSERVATION || *rule == rules::CERTIFICATE
}

/// What a result that was skipped because of an earlier cause is on its own. Cause and what rests on it have the
/// observed text in common.
fn restored(result: &CheckResult, tellers: &[CheckResult]) -> Option<CheckResult> {
    let rests_on_a_cause =
        result.rule == rules::OBSERVATION && result.outcome == Outcome::Skip && result.class == Class::Skipped;
    let (outcome, observed) = (result.would_be?, result.observed.as_ref()?);
    let teller =
        tellers.iter().find(|teller| may_be_a_cause(&teller.rule) && teller.observed.as_ref() == Some(observed));
    let hint = teller.and_then(|teller| teller.hint.clone());
    let class = match teller {
        // Whoever accepts an expired certificate is left with TLS that cannot be set up.
        Some(teller) if teller.rule == rules::CERTIFICATE => Class::Tls,
        Some(teller) => teller.class,
        // Whatever nobody tells any more is not passed over.
        None => Class::NotObserved,
    };
    rests_on_a_cause.then(|| CheckResult { hint, outcome, class, would_be: None, ..result.clone() })
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
