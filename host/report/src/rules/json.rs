//! The rules for machines: `rules --format json` and `explain RULE --format json`.

use serde::Serialize;
use shipworthy_contract::{Outcome, Rule, Side, rules};

use super::{Found, ProbeRule, UnknownRule, can_count, counts, examples, examples::Example, find, waiver};
use crate::json::pretty;

/// The format of both, in its field `schema`.
const SCHEMA: &str = "shipworthy.rules/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rules: Vec<RuleRecord<'a>>,
}

/// One rule. What only one kind of rule has is null in the other.
#[derive(Serialize)]
struct RuleRecord<'a> {
    id: String,
    side: Side,
    summary: &'a str,
    evidence: Option<&'a str>,
    clause: Option<&'a str>,
    outcomes: Vec<RowRecord<'a>>,
    explanation: Option<&'a str>,
    hint: Option<&'a str>,
    service: Option<&'a str>,
    plugin: Option<&'a str>,
    /// A failure of it, with the result as a report has it; of a probe's own rule, without what only the probe can say.
    example: Option<Example>,
    /// The block that waives it, with the day to be filled in by whoever pastes it.
    waiver: Option<String>,
}

#[derive(Serialize)]
struct RowRecord<'a> {
    when: &'a str,
    strict: Outcome,
    warn: Outcome,
}

/// All rules as indented JSON.
pub fn list(own: &[ProbeRule], expires: &str) -> String {
    let host = rules::all().map(|rule| host(rule, expires));
    let rules = host.chain(own.iter().map(|rule| probe(rule, expires))).collect();
    pretty(&Document { schema: SCHEMA, rules })
}

/// One rule as indented JSON, in the form of [`list`].
pub fn explain(id: &str, own: &[ProbeRule], expires: &str) -> Result<String, UnknownRule> {
    let rule = match find(id, own)? {
        Found::Host(rule) => host(rule, expires),
        Found::Probe(rule) => probe(rule, expires),
    };
    Ok(pretty(&Document { schema: SCHEMA, rules: vec![rule] }))
}

fn host(rule: &'static Rule, expires: &str) -> RuleRecord<'static> {
    RuleRecord {
        id: rule.id.to_owned(),
        side: rule.side,
        summary: rule.summary,
        evidence: Some(rule.evidence),
        clause: Some(rule.clause),
        outcomes: rule
            .rows
            .iter()
            .map(|row| RowRecord { when: row.when, strict: row.strict, warn: row.warn })
            .collect(),
        explanation: Some(rule.explanation),
        hint: Some(rule.hint),
        service: None,
        plugin: None,
        example: examples::of(rule.id).cloned(),
        waiver: can_count(rule).then(|| block(&waiver(rule.id, rule.side, None, expires))),
    }
}

fn probe<'a>(rule: &'a ProbeRule, expires: &str) -> RuleRecord<'a> {
    let id = rule.id();
    let waiver = counts(rule.severity).then(|| block(&waiver(&id, Side::Stack, Some(&rule.service), expires)));
    RuleRecord {
        id,
        side: Side::Stack,
        summary: &rule.summary,
        evidence: None,
        clause: None,
        outcomes: vec![RowRecord {
            when: "the probe finds that it does not hold",
            strict: rule.severity,
            warn: rule.severity,
        }],
        explanation: None,
        hint: rule.hint.as_deref(),
        service: Some(rule.service.as_str()),
        plugin: Some(&rule.plugin),
        example: Some(examples::of_probe(rule)),
        waiver,
    }
}

fn block(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}
