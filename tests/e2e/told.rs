//! What a JSON report tells, found by rule and service, so that a test says only what it is about.

use anyhow::{Context as _, Result};
use serde_json::Value;
use shipworthy_stand_ins::{Output, Sandbox};

/// One run with `--format json`.
pub(crate) struct Told {
    pub(crate) output: Output,
    pub(crate) report: Value,
}

impl Told {
    /// Runs the binary; whatever it exits with, it must have printed a report that says the same.
    pub(crate) fn by(sandbox: &Sandbox, words: &[&str]) -> Result<Self> {
        let output = sandbox.run(&[words, &["--format", "json"]].concat())?;
        let report = output.json()?;
        assert_eq!(report["exit_code"].as_i64(), output.status.map(i64::from), "{}", output.snapshot());
        says_whose_it_is(&report);
        Ok(Self { output, report })
    }

    /// The exit status.
    pub(crate) fn exit(&self) -> Option<i32> {
        self.output.status
    }

    /// All results, in their order.
    pub(crate) fn results(&self) -> impl Iterator<Item = &Value> {
        self.report["results"].as_array().into_iter().flatten()
    }

    /// The results of a rule.
    pub(crate) fn of(&self, rule: &str) -> Vec<&Value> {
        self.results().filter(|result| result["rule"] == rule).collect()
    }

    /// The one result of a rule on a service; an empty service means the stack as a whole.
    pub(crate) fn one(&self, rule: &str, service: &str) -> Result<&Value> {
        let found: Vec<&Value> = self
            .of(rule)
            .into_iter()
            .filter(|result| result["service"].as_str().unwrap_or_default() == service)
            .collect();
        assert_eq!(found.len(), 1, "{rule} of `{service}` in {}", self.output.snapshot());
        found.first().copied().context("one result")
    }

    /// Rule and service of all results with this outcome, in their order: `stack.observation gateway`.
    pub(crate) fn with(&self, outcome: &str) -> Vec<String> {
        let name = |result: &Value| format!("{} {}", text(result, "rule"), text(result, "service")).trim().to_owned();
        self.results().filter(|result| result["outcome"] == outcome).map(name).collect()
    }
}

/// A field's text; empty if it has none.
pub(crate) fn text<'a>(result: &'a Value, field: &str) -> &'a str {
    result[field].as_str().unwrap_or_default()
}

/// Every result that counts says whose it is to mend, and none that passes does.
pub(crate) fn says_whose_it_is(report: &Value) {
    for result in report["results"].as_array().into_iter().flatten() {
        let fault = result["fault"].as_str();
        match result["outcome"].as_str() {
            Some("fail" | "warn" | "error") => assert!(fault.is_some(), "nobody's: {result}"),
            Some("pass") => assert!(fault.is_none(), "somebody's: {result}"),
            _ => {}
        }
    }
}

/// A report without when it was made and how long things took.
pub(crate) fn timeless(report: &Value) -> Value {
    let mut report = report.clone();
    report.as_object_mut().and_then(|report| report.remove("run"));
    for result in report["results"].as_array_mut().into_iter().flatten() {
        result.as_object_mut().and_then(|result| result.remove("duration_ms"));
    }
    report
}
