//! The report for CI systems that show tests: `--format junit`, as `JUnit`'s Ant task wrote it and Jenkins, GitLab and
//! others read it.
//!
//! A suite is a side, or a service of the stack side; a case is a result. Its name holds nothing that changes from run
//! to run, so that a history can be kept. Warnings pass, unless `--fail-on warn` made them count.

pub(crate) mod document;

use std::time::Duration;

use shipworthy_contract::{CheckResult, Outcome, Report, Service, Side, text::excerpt};

use self::document::{Case, Document, Status, Suite};
use crate::{attention, identity};

/// Longest line that is told, in characters.
const LONGEST: usize = 1_000;

/// Most items, lines of evidence or of a log that are told of one result. All of them stand in `--format json`.
const MOST_LINES: usize = 50;

/// The report as a document of `JUnit` with a line break at its end.
pub fn render(report: &Report) -> String {
    let mut suites: Vec<(Key<'_>, Suite)> = Vec::new();
    let warnings_count = attention::warnings_count(report);
    for (result, apart) in report.results.iter().zip(identity::of(report)) {
        let key = (result.side, result.service.as_ref());
        let case = case(result, &apart, warnings_count);
        match suites.iter_mut().find(|(known, _)| *known == key) {
            Some((_, suite)) => suite.cases.push(case),
            None => suites.push((key, Suite { name: name(key), cases: vec![case], ..Suite::default() })),
        }
    }
    if suites.is_empty() {
        suites.push(((Side::Stack, None), Suite { name: "shipworthy".to_owned(), ..Suite::default() }));
    }
    let properties = properties(report);
    let plugins = |key: Key<'_>| plugins(report, key);
    let suites = suites.into_iter().map(|(key, suite)| Suite {
        timestamp: report.run.as_ref().map(|run| excerpt(run.started.trim_end_matches('Z'), 40)),
        properties: properties.iter().cloned().chain(plugins(key)).collect(),
        ..suite
    });
    let time = report.run.as_ref().map(|run| Duration::from_millis(run.duration_ms));
    document::write(&Document { name: "shipworthy".to_owned(), time, suites: suites.collect() })
}

type Key<'a> = (Side, Option<&'a Service>);

fn name((side, service): Key<'_>) -> String {
    match service {
        Some(service) => format!("{side}: {service}"),
        None => side.to_string(),
    }
}

fn case(result: &CheckResult, apart: &str, warnings_count: bool) -> Case {
    let message = excerpt(&result.message, LONGEST);
    let detailed = |message: &str| Some(std::iter::once(message.to_owned()).chain(details(result)).collect::<Vec<_>>());
    let mut out = None;
    let status = match result.outcome {
        Outcome::Fail => Status::Failure,
        Outcome::Error => Status::Error,
        Outcome::Warn if warnings_count => Status::Failure,
        Outcome::Skip => Status::Skipped,
        Outcome::Warn | Outcome::Info => {
            out = detailed(&format!("{}: {message}", result.outcome));
            Status::Passed
        }
        Outcome::Pass => Status::Passed,
    };
    let (kind, text) = match status {
        Status::Passed => (None, None),
        Status::Skipped => (Some(result.class.to_string()), None),
        Status::Failure | Status::Error => (Some(result.class.to_string()), detailed(&message)),
    };
    let log = result.log.iter().take(MOST_LINES).map(|line| {
        let level = excerpt(&line.level, 20);
        format!("{level}: {}", excerpt(&line.text, LONGEST))
    });
    Case {
        name: if apart.is_empty() { result.rule.to_string() } else { format!("{}: {apart}", result.rule) },
        classname: class_name(result),
        time: result.duration_ms.map(Duration::from_millis),
        status,
        message: (status != Status::Passed).then_some(message),
        kind,
        text: text.map(|lines| lines.join("\n")),
        out: out.map(|lines| lines.join("\n")),
        err: Some(log.collect::<Vec<_>>().join("\n")).filter(|log| !log.is_empty()),
    }
}

/// `shipworthy.payload`, `shipworthy.stack.gateway`: CI systems take it apart at its dots.
fn class_name(result: &CheckResult) -> String {
    match &result.service {
        Some(service) => format!("shipworthy.{}.{service}", result.side),
        None => format!("shipworthy.{}", result.side),
    }
}

/// What else is known of a result, a line each.
fn details(result: &CheckResult) -> Vec<String> {
    let line = |label: &str, text: &str| format!("{label}: {}", excerpt(text, LONGEST));
    let mut lines = Vec::new();
    lines.extend(result.expected.as_deref().map(|text| line("expected", text)));
    lines.extend(result.observed.as_deref().map(|text| line("observed", text)));
    lines.extend(result.hint.as_deref().map(|text| line("help", text)));
    lines.extend(result.location.as_ref().and_then(place).map(|text| line("at", &text)));
    lines.extend(result.attempts.filter(|attempts| *attempts > 1).map(|attempts| format!("attempts: {attempts}")));
    let mut many = |label: &str, all: &mut dyn ExactSizeIterator<Item = String>| {
        let more = all.len().saturating_sub(MOST_LINES);
        lines.extend(all.take(MOST_LINES).map(|text| line(label, &text)));
        if more > 0 {
            lines.push(format!("and {more} more (all in --format json)"));
        }
    };
    many("item", &mut result.items.iter().cloned());
    many("seen", &mut result.evidence.iter().map(|seen| format!("{} = {} ({})", seen.name, seen.value, seen.source)));
    many("called from", &mut result.stack.iter().map(ToString::to_string));
    lines
}

/// `artifact.yml:7:5`.
fn place(location: &shipworthy_contract::Location) -> Option<String> {
    let mut place = location.file.clone()?;
    for number in [location.line, location.column].into_iter().map_while(|number| number) {
        place.push(':');
        place.push_str(&number.to_string());
    }
    Some(place)
}

/// What is so of the whole run, on each suite: most consumers show a suite's properties and no document's.
fn properties(report: &Report) -> Vec<(String, String)> {
    let mut properties = Vec::new();
    let mut add = |name: &str, value: String| properties.push((name.to_owned(), excerpt(&value, LONGEST)));
    add("verdict", report.verdict.to_string());
    add("exit_code", report.exit_code.to_string());
    add("policy", report.policy.to_string());
    if let Some(artifact) = &report.artifact {
        add("artifact", artifact.path.clone());
        if let Some(sha256) = artifact.sha256 {
            add("artifact.sha256", sha256.to_string());
        }
        add("contract", artifact.contract.clone());
    }
    if let Some(environment) = &report.environment {
        add("environment", environment.name.clone());
        if let Some(project) = &environment.project {
            add("project", project.name.clone());
        }
    }
    if let Some(recording) = &report.recording {
        add("recording", recording.file.to_string_lossy().into_owned());
    }
    if let Some(part) = &report.part {
        add("part", format!("{} of {}", part.number, part.of));
    }
    if let Some(run) = &report.run {
        add("shipworthy", run.shipworthy.clone());
    }
    properties
}

/// The plugins that a suite's results rest on, with their digests.
fn plugins(report: &Report, key: Key<'_>) -> Vec<(String, String)> {
    let mut plugins: Vec<(String, String)> = Vec::new();
    let of_suite = report.results.iter().filter(|result| (result.side, result.service.as_ref()) == key);
    for plugin in of_suite.filter_map(|result| result.plugin.as_ref()) {
        let name = format!("plugin.{}", excerpt(&plugin.name, 100));
        let property = (name, format!("{}, sha256 {}", excerpt(&plugin.version, 100), plugin.sha256));
        if !plugins.contains(&property) {
            plugins.push(property);
        }
    }
    plugins
}
