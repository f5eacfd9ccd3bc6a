//! What tells a result apart from all others, from one run to the next: CI systems keep a history by it.
//!
//! Nothing that changes from run to run is in it: no observed value, no time, no line. A line moves when somebody adds
//! another one above it; the field that stands there does not.

use std::collections::HashMap;

use shipworthy_contract::{CheckResult, Report, Service, rules, text::excerpt};

/// Longest part of a name, in characters. Longer ones are paths that nobody reads to their end.
const LONGEST: usize = 300;

/// For each result of a report, in their order, what tells it apart from the others of its rule and service: the
/// field or file, the instance. Empty where nothing does. Those that nothing tells apart are numbered.
pub(crate) fn of(report: &Report) -> Vec<String> {
    let mut seen: HashMap<(&str, Option<&str>, String), usize> = HashMap::new();
    let apart = |result| {
        let name = one(report, result);
        let key = (result.rule.as_str(), result.service.as_ref().map(Service::as_str), name.clone());
        let count = seen.entry(key).or_default();
        *count += 1;
        match (*count, name.is_empty()) {
            (1, _) => name,
            (number, true) => format!("number {number}"),
            (number, false) => format!("{name}, number {number}"),
        }
    };
    report.results.iter().map(apart).collect()
}

fn one(report: &Report, result: &CheckResult) -> String {
    let mut parts = Vec::new();
    if let Some(location) = &result.location {
        parts.extend(location.field.as_deref().map(|field| excerpt(field, LONGEST)));
        // Of the files, those that most results are about say nothing.
        let usual = |file: &str| {
            report.artifact.as_ref().is_some_and(|artifact| artifact.path == file)
                || report.environment.as_ref().is_some_and(|environment| environment.file.to_str() == Some(file))
        };
        parts.extend(location.file.as_deref().filter(|file| !usual(file)).map(|file| excerpt(file, LONGEST)));
        // A list of capabilities is one field with many wants.
        if location.field.as_deref().is_some_and(|field| field.ends_with(".capabilities"))
            || result.rule == rules::CAPABILITY
        {
            parts.extend(result.expected.as_deref().map(|name| format!("`{}`", excerpt(name, LONGEST))));
        }
    }
    let instance = result.instance.as_deref().filter(|instance| {
        // Where there is one instance it has its service's name.
        result.service.as_ref().is_none_or(|service| service.as_str() != *instance)
    });
    let place = parts.join(" ");
    match (place.is_empty(), instance.map(|instance| excerpt(instance, LONGEST))) {
        (_, None) => place,
        (true, Some(instance)) => format!("at {instance}"),
        (false, Some(instance)) => format!("{place} at {instance}"),
    }
}
