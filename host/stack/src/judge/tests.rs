//! The judge as its caller sees it. `Bench` in these files is a small stack to lay before it.

mod causes;
mod certificates;
mod per_service;
mod properties;
mod report;
mod stack_wide;

use shipworthy_contract::{
    CheckResult, Outcome, PluginRef, Policy, Service, Sha256,
    evidence::{Evidence, Gap, Origin, ProbeRun, RunEnd, Value},
    node::{Key, Node, NodeValue, Position},
    requirement::{self, Demand, Requirement, Source},
};

use crate::{Case, Listed, OwnRule, Severity};

/// A requirement of an environment, written as `field = value` with dotted fields; a value of several words is a list.
pub(super) fn requires(fields: &[(&str, &str)]) -> Requirement {
    required_by(Source::Artifact { file: "artifact.yml".to_owned(), field: "runtime_stack".to_owned() }, fields)
}

pub(super) fn required_by(source: Source, fields: &[(&str, &str)]) -> Requirement {
    let at = Position { line: 7, column: 3 };
    let mut root = Node { at, value: NodeValue::Mapping(Vec::new()) };
    for (field, value) in fields {
        let mut node = &mut root;
        // A capability or a file name has dots of its own, so they are written `:` here.
        for part in field.split('.').map(|part| part.replace(':', ".")) {
            let NodeValue::Mapping(entries) = &mut node.value else { panic!("{field} is no map") };
            let index = entries.iter().position(|(key, _)| key.text == part).unwrap_or_else(|| {
                entries.push((Key { text: part, at }, Node { at, value: NodeValue::Mapping(Vec::new()) }));
                entries.len() - 1
            });
            node = &mut entries[index].1;
        }
        let scalar = |text: &str| Node { at, value: NodeValue::Scalar(text.to_owned()) };
        node.value = match *value {
            "{}" => NodeValue::Mapping(Vec::new()),
            list if field.ends_with("capabilities") => NodeValue::Sequence(list.split(' ').map(scalar).collect()),
            text => NodeValue::Scalar(text.to_owned()),
        };
    }
    let (requirement, faults) = requirement::read(&root, source, Demand::Nothing);
    assert_eq!(faults, []);
    requirement
}

pub(super) fn plugin(name: &str) -> PluginRef {
    PluginRef { name: name.into(), version: "0.1.0".into(), sha256: Sha256::of(name.as_bytes()) }
}

pub(super) fn service(name: &str) -> Service {
    name.parse().unwrap()
}

pub(super) fn run(probe: &str, evidence: Vec<Evidence>) -> ProbeRun {
    ProbeRun {
        probe: probe.to_owned(),
        service: service(probe),
        instance: probe.to_owned(),
        plugin: plugin(probe),
        evidence,
        end: RunEnd::Completed,
        certificates: Vec::new(),
        requests: Vec::new(),
        log: Vec::new(),
        notes: Vec::new(),
        duration_ms: 3,
        attempts: 1,
        memory_bytes: 0,
    }
}

pub(super) fn ended(probe: &str, evidence: Vec<Evidence>, end: RunEnd) -> ProbeRun {
    ProbeRun { end, ..run(probe, evidence) }
}

pub(super) fn down(detail: &str) -> RunEnd {
    RunEnd::Failed { why: Gap::Unreachable, detail: detail.to_owned() }
}

pub(super) fn instance(run: ProbeRun, name: &str) -> ProbeRun {
    ProbeRun { instance: name.to_owned(), ..run }
}

pub(super) fn origin(subject: Option<&str>) -> Origin {
    Origin { what: "GET /x".to_owned(), subject: subject.map(str::to_owned) }
}

pub(super) fn fact(key: &str, value: &str) -> Evidence {
    fact_of(key, value, None)
}

pub(super) fn fact_of(key: &str, value: &str, subject: Option<&str>) -> Evidence {
    Evidence::Fact { key: key.to_owned(), value: Value::Text(value.to_owned()), origin: origin(subject) }
}

pub(super) fn capability(name: &str, present: bool) -> Evidence {
    Evidence::Capability { name: name.to_owned(), present, origin: origin(None) }
}

pub(super) fn complete(prefix: &str) -> Evidence {
    Evidence::Complete { prefix: prefix.to_owned() }
}

pub(super) fn digest(name: &str, of: &str, subject: &str) -> Evidence {
    Evidence::Digest { name: name.to_owned(), sha256: Sha256::of(of.as_bytes()), origin: origin(Some(subject)) }
}

pub(super) fn missing(name: &str, why: Gap, detail: &str) -> Evidence {
    Evidence::Missing { name: name.to_owned(), why, detail: detail.to_owned() }
}

pub(super) fn finding(rule: &str, holds: bool) -> Evidence {
    Evidence::Finding {
        rule: rule.to_owned(),
        holds,
        message: "owners were counted".to_owned(),
        expected: Some("0".to_owned()),
        found: Some("2".to_owned()),
    }
}

/// One listed probe for each probe among the runs.
pub(super) fn listed(runs: &[ProbeRun]) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for run in runs {
        match listed.iter_mut().find(|listed| listed.probe == run.probe) {
            Some(listed) => listed.instances += 1,
            None => listed.push(Listed {
                probe: run.probe.clone(),
                service: run.service.clone(),
                plugin: run.plugin.clone(),
                own_rules: Vec::new(),
                instances: 1,
                elsewhere: 0,
            }),
        }
    }
    listed
}

pub(super) fn own_rule(name: &str, severity: Severity) -> OwnRule {
    OwnRule {
        name: name.to_owned(),
        severity,
        summary: "no owner is left".to_owned(),
        hint: Some("remove the owner".to_owned()),
    }
}

pub(super) fn judged(requirements: &[Requirement], runs: &[ProbeRun], policy: Policy) -> Vec<CheckResult> {
    super::judge(&Case { requirements, listed: &listed(runs), runs, policy })
}

/// `outcome rule class`, with what a skipped one would have been, for each result.
pub(super) fn short(results: &[CheckResult]) -> Vec<String> {
    let would = |result: &CheckResult| match result.would_be {
        Some(outcome) => format!("({outcome})"),
        None => String::new(),
    };
    let one = |result: &CheckResult| format!("{}{} {} {}", result.outcome, would(result), result.rule, result.class);
    results.iter().map(one).collect()
}

/// Both policies with the outcomes of one result that is expected to be the only one.
pub(super) fn under_both(requirements: &[Requirement], runs: &[ProbeRun]) -> (String, Outcome, Outcome) {
    let [strict, warn] = [Policy::Strict, Policy::Warn].map(|policy| {
        let mut results = judged(requirements, runs, policy);
        assert_eq!(results.len(), 1, "{results:#?}");
        results.remove(0)
    });
    assert_eq!((&strict.rule, strict.class), (&warn.rule, warn.class));
    (format!("{} {}", strict.rule, strict.class), strict.outcome, warn.outcome)
}
