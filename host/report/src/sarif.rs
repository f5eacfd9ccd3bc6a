//! The report as SARIF 2.1.0 (OASIS standard): `--format sarif`, for code scanning.
//!
//! A result has its place in the manifest or, on the stack side, where it is required; else in the environment's file,
//! because a consumer such as GitHub's code scanning shows no result without a file. Which service and instance it is
//! about stands in its logical locations.

mod place;
mod result;
mod rule;

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use shipworthy_contract::{CheckResult, Report, Side, report::Verdict, text::excerpt};

use crate::{attention, identity, moment};

/// Most results of one run: GitHub's code scanning refuses a file with more.
const MOST_RESULTS: usize = 25_000;

/// Longest text, in characters. GitHub's code scanning shows 1,024 of a message, and takes no longer ones of a rule.
const LONGEST: usize = 1_000;

/// The report as indented JSON with a line break at its end.
///
/// Beyond 25,000 results the mildest are left out; `properties.leftOut` of the run says how many.
pub fn render(report: &Report) -> String {
    let names = identity::of(report);
    let mut results: Vec<(&CheckResult, &str)> = report.results.iter().zip(names.iter().map(String::as_str)).collect();
    if results.len() > MOST_RESULTS {
        results.sort_by_key(|(result, _)| attention::rank(result.outcome));
        results.truncate(MOST_RESULTS);
    }
    let rules = rule::Rules::of(results.iter().map(|(result, _)| *result));
    let shown: Vec<Value> =
        results.iter().map(|(result, apart)| result::value(report, &rules, result, apart)).collect();
    let mut run = json!({
        "tool": { "driver": driver(report, &rules) },
        "automationDetails": { "id": category(report) },
        "invocations": [invocation(report)],
        "originalUriBaseIds": { place::ROOT: { "description": { "text": "The folder that the check ran in." } } },
        "columnKind": "unicodeCodePoints",
        "results": shown,
    });
    if let Some(run) = run.as_object_mut() {
        run.insert("properties".to_owned(), properties(report, report.results.len() - results.len()));
    }
    crate::json::pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }))
}

fn driver(report: &Report, rules: &rule::Rules) -> Value {
    let mut driver = json!({ "name": "shipworthy" });
    if let (Some(driver), Some(run)) = (driver.as_object_mut(), &report.run) {
        driver.insert("version".to_owned(), excerpt(&run.shipworthy, 100).into());
        driver.insert("semanticVersion".to_owned(), excerpt(&run.shipworthy, 100).into());
    }
    if let Some(driver) = driver.as_object_mut() {
        driver.insert("rules".to_owned(), rules.values());
    }
    driver
}

/// Runs of one category replace each other: the same sides of the same environment.
fn category(report: &Report) -> String {
    let has = |side| report.results.iter().any(|result| result.side == side);
    let command = match (has(Side::Payload), has(Side::Stack)) {
        (true, false) => "payload",
        (false, true) => "stack",
        _ => "check",
    };
    let mut category = format!("shipworthy/{command}/");
    if let Some(environment) = &report.environment {
        category.push_str(&excerpt(&environment.name, 100).replace('/', "-"));
        category.push('/');
    }
    if let Some(part) = &report.part {
        write!(category, "part-{}-of-{}/", part.number, part.of).unwrap_or_default();
    }
    category
}

fn invocation(report: &Report) -> Value {
    let mut invocation = Map::new();
    // Whether the tool came to a verdict, not which.
    invocation.insert("executionSuccessful".to_owned(), (report.verdict != Verdict::Error).into());
    invocation.insert("exitCode".to_owned(), report.exit_code.into());
    let words = crate::human::verdict_in_words(report);
    invocation.extend(words.first().map(|words| ("exitCodeDescription".to_owned(), excerpt(words, LONGEST).into())));
    if let Some(run) = &report.run {
        let times = [("startTimeUtc", 0), ("endTimeUtc", run.duration_ms)];
        let times =
            times.into_iter().filter_map(|(name, ms)| Some((name.to_owned(), moment::after(&run.started, ms)?)));
        invocation.extend(times.map(|(name, at)| (name, at.into())));
    }
    invocation.into()
}

fn properties(report: &Report, left_out: usize) -> Value {
    let mut properties = json!({
        "verdict": report.verdict,
        "policy": report.policy,
        "summary": report.summary,
    });
    let Some(all) = properties.as_object_mut() else { return properties };
    if let Some(artifact) = &report.artifact {
        let value = json!({
            "path": excerpt(&artifact.path, LONGEST),
            "sha256": artifact.sha256,
            "contract": excerpt(&artifact.contract, 40),
        });
        all.insert("artifact".to_owned(), value);
    }
    if let Some(environment) = &report.environment {
        all.insert("environment".to_owned(), excerpt(&environment.name, LONGEST).into());
    }
    if let Some(recording) = &report.recording {
        all.insert("recording".to_owned(), excerpt(&recording.file.to_string_lossy(), LONGEST).into());
    }
    if left_out > 0 {
        all.insert("leftOut".to_owned(), left_out.into());
    }
    properties
}
