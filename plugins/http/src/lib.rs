//! Turns HTTP answers into facts and capabilities, by configuration alone, so that a first probe needs no toolchain.
//!
//! The configuration is read whole before anything is asked: a wrong expression is the environment's fault, never a gap
//! of the service. `probe.json` describes each key.

mod pattern;
mod plan;
mod read;

use shipworthy_sdk::{Failure, Finding, Gap, NetworkError, Probe, Response, Stack, Target, serde_json::Value};

use crate::plan::Plan;

/// The probe.
pub struct Http;

impl Probe for Http {
    type Config = Value;

    fn observe(stack: &Stack<'_>, _target: &Target, config: Value) -> Result<(), Failure> {
        let plans = plan::read(&config)?;
        let answers = stack.http().send_many(plans.iter().map(|plan| plan.request.clone()).collect());
        if let Some(failure) = silence(&answers) {
            return Err(failure);
        }
        for (plan, answer) in plans.iter().zip(answers) {
            match answer {
                Ok(response) => report(stack, plan, &response),
                Err(error) => unseen(stack, plan, &Failure::from(error).at(&plan.request.what())),
            }
        }
        Ok(())
    }
}

shipworthy_sdk::export!(Http);

/// The one failure to tell where nothing answered. What the network says tells more than a missing grant does.
fn silence(answers: &[Result<Response, NetworkError>]) -> Option<Failure> {
    if answers.iter().any(Result::is_ok) {
        return None;
    }
    let errors = || answers.iter().filter_map(|answer| answer.as_ref().err());
    let told = errors().find(|error| error.gap() != Gap::NotGranted).or_else(|| errors().next());
    told.map(|error| error.clone().into())
}

/// Without an answer everything that the request was for is missing, its rule included.
fn unseen(stack: &Stack<'_>, plan: &Plan, failure: &Failure) {
    if !plan.expect.is_empty() {
        stack.missing("status", failure.clone());
    }
    let names = plan.facts.iter().map(|(name, _)| name).chain(plan.capabilities.iter().map(|(name, _)| name));
    for name in names {
        stack.missing(name, failure.clone());
    }
}

fn report(stack: &Stack<'_>, plan: &Plan, response: &Response) {
    let status = response.status();
    if !plan.expect.is_empty() {
        let expected: Vec<String> = plan.expect.iter().map(ToString::to_string).collect();
        let finding = Finding::new(plan.expect.contains(&status), response.what());
        stack.finding("status", &finding.expected(expected.join(" or ")).found(status.to_string()));
    }
    let as_expected =
        if plan.expect.is_empty() { (200..=299).contains(&status) } else { plan.expect.contains(&status) };
    let wrong = (!as_expected)
        .then(|| response.unexpected(if plan.expect.is_empty() { vec![200] } else { plan.expect.clone() }));
    for (key, from) in &plan.facts {
        match read::fact(response, from, wrong.as_ref()) {
            Ok((value, origin)) => stack.fact(key, value, origin),
            Err(failure) => stack.missing(key, failure),
        }
    }
    for (name, sign) in &plan.capabilities {
        match read::capability(response, sign, wrong.as_ref()) {
            Ok((present, origin)) => stack.capability(name, present, origin),
            Err(failure) => stack.missing(name, failure),
        }
    }
}

#[cfg(test)]
mod tests;
