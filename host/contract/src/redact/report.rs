//! A report without secrets, before any format is made of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{is_secret_name, is_secret_value, lines, text};
use crate::{CheckResult, Report, secret::MASK};

/// Values shorter than this, in bytes, are not searched for elsewhere: masking every `1` would garble the report.
const SHORTEST: usize = 4;

/// Masks what has the shape of a secret, and each value that stands under a secret's name wherever it is told again.
pub fn report(report: &mut Report) {
    let known = known(report);
    let clean = |value: &mut String| clean(value, &known);
    // A name is no value: that a service is called as a secret is told nobody, and by names results are found again.
    for result in &mut report.results {
        clean(&mut result.message);
        for value in [&mut result.expected, &mut result.observed, &mut result.hint] {
            value.iter_mut().for_each(clean);
        }
        if let Some(location) = &mut result.location {
            location.field.iter_mut().chain(&mut location.file).for_each(shapes);
        }
        result.instance.iter_mut().for_each(shapes);
        // What a probe tells line by line is one text. A value that was cut ends one: what it began is not known to go on.
        lines(&mut result.items.iter_mut().collect::<Vec<_>>());
        lines(&mut result.log.iter_mut().map(|line| &mut line.text).collect::<Vec<_>>());
        for told in result.evidence.split_inclusive_mut(|line| line.value.ends_with('…')) {
            lines(&mut told.iter_mut().map(|line| &mut line.value).collect::<Vec<_>>());
        }
        result.items.iter_mut().for_each(clean);
        for line in &mut result.evidence {
            if is_named(&line.name) && is_secret_value(&line.value) {
                MASK.clone_into(&mut line.value);
            }
            shapes(&mut line.name);
            clean(&mut line.value);
            clean(&mut line.source);
            line.subject.iter_mut().for_each(clean);
        }
        for line in &mut result.log {
            shapes(&mut line.level);
            clean(&mut line.text);
        }
        result.stack.iter_mut().for_each(|frame| clean(&mut frame.function));
    }
    if let Some(artifact) = &mut report.artifact {
        clean(&mut artifact.path);
        clean(&mut artifact.contract_reason);
    }
    for difference in report.recording.iter_mut().flat_map(|recording| &mut recording.differences) {
        difference.recorded.iter_mut().chain(&mut difference.now).for_each(clean);
    }
    if let Some(part) = &mut report.part {
        material(&mut part.material, &clean);
    }
}

/// What a part hands on holds names by which it is put together again, which must stay; what is free text in it stands
/// under these keys.
const FREE: [&str; 14] = [
    "answer",
    "detail",
    "equal",
    "expected",
    "found",
    "message",
    "notes",
    "observed",
    "questions",
    "reason",
    "skips",
    "text",
    "value",
    "what",
];

/// Names of what was seen, which are a service's own words: their shape can be a secret's.
const NAMES: [&str; 4] = ["function", "key", "name", "subject"];

fn shapes(name: &mut String) {
    if let std::borrow::Cow::Owned(masked) = text(name) {
        *name = masked;
    }
}

/// Masks the free texts of what a part hands on.
fn material(value: &mut Value, clean: &impl Fn(&mut String)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| material(value, clean)),
        Value::Object(fields) => {
            for (key, value) in fields {
                unnumbered(value, clean);
                match key.as_str() {
                    key if FREE.contains(&key) => strings(value, clean),
                    key if NAMES.contains(&key) && value.is_string() => strings(value, &shapes),
                    _ => material(value, clean),
                }
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A number that is a secret becomes the text that masks it: of a mask there is no number.
fn unnumbered(value: &mut Value, clean: &impl Fn(&mut String)) {
    let Some(number) = value.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get("number"))
    else {
        return;
    };
    // A value, or a comparison with the number that is required.
    let (told, kind) = match number {
        Value::String(told) => (told, "text"),
        Value::Array(parts) => match parts.as_slice() {
            [_, Value::String(told)] => (told, "equal"),
            _ => return,
        },
        _ => return,
    };
    let mut masked = told.clone();
    clean(&mut masked);
    if masked != *told {
        *value = serde_json::json!({ kind: MASK });
    }
}

/// Whether something of a result is masked, by which it was judged: then another host cannot judge it again.
pub fn is_masked(result: &CheckResult) -> bool {
    let told = [&result.expected, &result.observed].into_iter().flatten().chain([&result.message]);
    let seen = result.evidence.iter().map(|line| &line.value);
    told.chain(&result.items).chain(seen).any(|text| text.contains(MASK))
}

/// Values that stand under a secret's name: of evidence, and of a fact that is required.
fn known(report: &Report) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut add = |value: &str| {
        if value.len() >= SHORTEST && is_secret_value(value) {
            known.insert(value.to_owned());
        }
    };
    for result in &report.results {
        result.evidence.iter().filter(|line| is_named(&line.name)).for_each(|line| add(&line.value));
        let field = result.location.as_ref().and_then(|location| location.field.as_deref());
        let (_, key) = field.and_then(|field| field.split_once(".facts.")).unwrap_or_default();
        if is_secret_name(key) {
            result.expected.iter().chain(&result.observed).for_each(|value| add(value));
        }
    }
    known
}

/// Whether what is seen under this name is a secret. A route such as `route:/token` is seen, and is none.
fn is_named(name: &str) -> bool {
    is_secret_name(name) && !name.contains([':', '/'])
}

fn clean(value: &mut String, known: &BTreeSet<String>) {
    // The longest first: what is left of a value must not be half of another one.
    let mut longest: Vec<&String> = known.iter().filter(|known| value.contains(known.as_str())).collect();
    longest.sort_by_key(|known| usize::MAX - known.len());
    for known in longest {
        *value = value.replace(known.as_str(), MASK);
    }
    if let std::borrow::Cow::Owned(masked) = text(value) {
        *value = masked;
    }
}

fn strings(value: &mut Value, clean: &impl Fn(&mut String)) {
    match value {
        Value::String(text) => clean(text),
        Value::Array(values) => values.iter_mut().for_each(|value| strings(value, clean)),
        Value::Object(fields) => fields.values_mut().for_each(|value| strings(value, clean)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
