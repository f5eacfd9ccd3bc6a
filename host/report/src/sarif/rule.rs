//! The rules that a run's results are of.

use serde_json::{Value, json};
use shipworthy_contract::{CheckResult, Outcome, Rule, RuleId, rules};

/// Rules in the order in which results name them.
pub(super) struct Rules(Vec<RuleId>);

impl Rules {
    pub(super) fn of<'a>(results: impl Iterator<Item = &'a CheckResult>) -> Self {
        let mut seen = std::collections::HashSet::new();
        Self(results.map(|result| &result.rule).filter(|rule| seen.insert(*rule)).cloned().collect())
    }

    pub(super) fn index(&self, rule: &RuleId) -> Option<usize> {
        self.0.iter().position(|known| known == rule)
    }

    pub(super) fn values(&self) -> Value {
        self.0.iter().map(value).collect()
    }
}

fn value(id: &RuleId) -> Value {
    match rules::find(id.as_str()) {
        Some(rule) => known(rule),
        None => of_a_probe(id),
    }
}

fn known(rule: &Rule) -> Value {
    let evidence = format!("It is judged from: {}.", rule.evidence);
    let mend = format!("To mend it: {}.", rule.hint);
    let more = format!("shipworthy explain {}", rule.id);
    json!({
        "id": rule.id,
        "name": name(rule.id),
        "shortDescription": { "text": sentence(rule.summary) },
        "fullDescription": { "text": rule.explanation },
        "help": {
            "text": format!("{}\n{evidence}\n{mend}\nMore: {more}", rule.explanation),
            "markdown": format!("{}\n\n{evidence}\n\n{mend}\n\nMore: `{more}`", rule.explanation),
        },
        "defaultConfiguration": { "level": level(rule) },
        "properties": { "tags": [rule.side], "clause": rule.clause },
    })
}

/// A rule that a plugin's descriptor declares; what it says of it is not in the report.
fn of_a_probe(id: &RuleId) -> Value {
    let what = format!("A rule of the service's own probe: {id}.");
    json!({
        "id": id.as_str(),
        "name": name(id.as_str()),
        "shortDescription": { "text": what },
        "fullDescription": { "text": format!("{what} The plugin's descriptor says what it means.") },
        "help": { "text": "See `shipworthy plugin inspect` of the plugin that the result names." },
        "defaultConfiguration": { "level": "error" },
        "properties": { "tags": [id.side()] },
    })
}

/// The worst that can come of it under the strict policy.
fn level(rule: &Rule) -> &'static str {
    let has = |outcome| rule.rows.iter().any(|row| row.strict == outcome);
    match (has(Outcome::Fail) || has(Outcome::Error), has(Outcome::Warn)) {
        (true, _) => "error",
        (false, true) => "warning",
        (false, false) => "note",
    }
}

/// `PayloadTreeLink` of `payload.tree-link`.
fn name(id: &str) -> String {
    let words = id.split(|c: char| !c.is_alphanumeric());
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
        })
        .collect()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_what_code_scanning_asks_for() {
        for rule in rules::all() {
            let value = known(rule);
            for text in ["shortDescription", "fullDescription", "help"] {
                let text = value[text]["text"].as_str().unwrap_or_default();
                assert!((1..=1_024).contains(&text.chars().count()), "{}: {text}", rule.id);
            }
        }
        assert_eq!(name("payload.tree-link"), "PayloadTreeLink");
    }
}
