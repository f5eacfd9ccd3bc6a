//! One result.

use serde_json::{Map, Value, json};
use shipworthy_contract::{CheckResult, Class, Outcome, Report, Sha256, text::excerpt};

use super::{LONGEST, place, rule::Rules};
use crate::attention::{Skipped, skipped};

/// Most items and lines of evidence of one result. All of them stand in `--format json`.
const MOST_LINES: usize = 100;

pub(super) fn value(report: &Report, rules: &Rules, result: &CheckResult, apart: &str) -> Value {
    let (kind, level) = kind_and_level(result);
    let mut location = Map::new();
    location.extend(place::physical(report, result).map(|place| ("physicalLocation".to_owned(), place)));
    let logical = place::logical(result);
    if !logical.is_empty() {
        location.insert("logicalLocations".to_owned(), logical.into());
    }
    let mut value = json!({
        "ruleId": result.rule.as_str(),
        "ruleIndex": rules.index(&result.rule),
        "kind": kind,
        "level": level,
        "message": { "text": message(result) },
        "locations": if location.is_empty() { json!([]) } else { json!([location]) },
        "partialFingerprints": fingerprints(result, apart),
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if skipped(result) == Some(Skipped::Accepted) {
        // The message says why: it is the only place where the reason stands.
        let why = excerpt(&result.message, LONGEST);
        let suppression = json!({ "kind": "external", "status": "accepted", "justification": why });
        fields.insert("suppressions".to_owned(), json!([suppression]));
    }
    fields.insert("properties".to_owned(), properties(result));
    value
}

/// Kind and level (3.27.9 and 3.27.10): only what failed has a level. What could not be determined is a failure of
/// `stack.observation`, which says that what is required was seen; what was not judged because of that is `open`.
fn kind_and_level(result: &CheckResult) -> (&'static str, &'static str) {
    let failed = |outcome: Option<Outcome>| match outcome {
        Some(Outcome::Warn) => ("fail", "warning"),
        Some(Outcome::Info) => ("informational", "none"),
        _ => ("fail", "error"),
    };
    match (result.outcome, skipped(result)) {
        (Outcome::Pass, _) => ("pass", "none"),
        (Outcome::Info, _) => ("informational", "none"),
        (Outcome::Warn | Outcome::Fail | Outcome::Error, _) => failed(Some(result.outcome)),
        (Outcome::Skip, Some(Skipped::Accepted)) => match result.would_be {
            Some(Outcome::Pass) => ("pass", "none"),
            would_be => failed(would_be),
        },
        (Outcome::Skip, _) if result.class == Class::NotOffered => ("notApplicable", "none"),
        (Outcome::Skip, _) => ("open", "none"),
    }
}

/// What a person reads where nothing else of the result is shown.
fn message(result: &CheckResult) -> String {
    let mut text = excerpt(&result.message, LONGEST);
    let shown = |label: &str, value: &Option<String>| {
        let value = value.as_deref().filter(|value| !value.is_empty() && !result.message.contains(*value));
        value.map(|value| format!("{label} {}", excerpt(value, 200)))
    };
    if result.outcome != Outcome::Pass {
        let values = [shown("expected", &result.expected), shown("observed", &result.observed)];
        let values: Vec<String> = values.into_iter().flatten().collect();
        if !values.is_empty() {
            text = format!("{text} ({})", values.join(", "));
        }
        if let Some(hint) = &result.hint {
            text = format!("{text}. To mend it: {}", excerpt(hint, 300));
        }
    }
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    escaped(&text)
}

/// A text in which nothing is a placeholder (3.11.5) or an embedded link (3.11.6), no longer than is shown.
fn escaped(text: &str) -> String {
    let text = excerpt(text, LONGEST);
    let mut escaped = String::new();
    let mut length = 0;
    for c in text.chars() {
        let written: &[char] = match c {
            '{' => &['{', '{'],
            '}' => &['}', '}'],
            '[' => &['\\', '['],
            ']' => &['\\', ']'],
            '\\' => &['\\', '\\'],
            _ => &[c],
        };
        length += written.len();
        if length >= LONGEST {
            escaped.push('…');
            break;
        }
        escaped.extend(written);
    }
    escaped
}

/// By these a consumer knows a result again. GitHub's code scanning reads the second name only; it is no hash of a
/// line here, since lines move and many results are at one.
fn fingerprints(result: &CheckResult, apart: &str) -> Value {
    let service = result.service.as_ref().map_or("", |service| service.as_str());
    let digest = Sha256::of(format!("{}\n{service}\n{apart}", result.rule).as_bytes()).to_string();
    let short = digest.get(..32).unwrap_or_default();
    json!({ "shipworthy/v1": short, "primaryLocationLineHash": format!("{short}:1") })
}

fn properties(result: &CheckResult) -> Value {
    let mut properties = Map::new();
    let mut add = |name: &str, value: Value| drop(properties.insert(name.to_owned(), value));
    let text = |text: &str| Value::from(excerpt(text, LONGEST));
    add("outcome", json!(result.outcome));
    add("class", json!(result.class));
    add("side", json!(result.side));
    if let Some(service) = &result.service {
        add("service", service.as_str().into());
    }
    for (name, value) in [
        ("instance", &result.instance),
        ("expected", &result.expected),
        ("observed", &result.observed),
        ("hint", &result.hint),
    ] {
        if let Some(value) = value {
            add(name, text(value));
        }
    }
    if let Some(fault) = result.fault {
        add("fault", json!(fault));
    }
    if let Some(would_be) = result.would_be {
        add("wouldBe", json!(would_be));
    }
    if let Some(plugin) = &result.plugin {
        let (name, version) = (text(&plugin.name), text(&plugin.version));
        add("plugin", json!({ "name": name, "version": version, "sha256": plugin.sha256 }));
    }
    if !result.items.is_empty() {
        add("items", result.items.iter().take(MOST_LINES).map(|item| text(item)).collect());
    }
    if !result.evidence.is_empty() && result.outcome != Outcome::Pass {
        let seen = result.evidence.iter().take(MOST_LINES);
        let seen = seen.map(|seen| text(&format!("{} = {} ({})", seen.name, seen.value, seen.source)));
        add("evidence", seen.collect());
    }
    if let Some(attempts) = result.attempts {
        add("attempts", attempts.into());
    }
    if let Some(duration) = result.duration_ms {
        add("durationMs", duration.into());
    }
    properties.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_neither_a_link_nor_a_placeholder() {
        for (text, shown) in [
            ("plain `text`", "plain `text`"),
            ("[click](https://evil.example)", r"\[click\](https://evil.example)"),
            ("route:/orders/{0}", "route:/orders/{{0}}"),
            (r"a\[b", r"a\\\[b"),
        ] {
            assert_eq!(escaped(text), shown);
        }
        let long = escaped(&"[".repeat(5_000));
        assert!(long.chars().count() <= LONGEST && long.ends_with(r"\[…"), "{long}");
    }
}
