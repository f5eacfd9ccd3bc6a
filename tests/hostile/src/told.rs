//! What a run told, and what it is held to.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::measure::Measured;

/// More than any run may take at its peak, in KiB. Honest ones take a tenth of it.
const BOUND_KIB: u64 = 512 << 10;

/// What a run left behind, held to what every run is held to: it ended by itself and in order, it is small, it printed
/// nothing that anybody would obey, and its healthy neighbour was judged.
#[derive(Debug)]
pub struct Told {
    /// From start to end.
    pub wall: Duration,
    /// Largest resident memory, in KiB.
    pub peak_kib: u64,
    /// What came of it, in a few words.
    pub outcome: String,
    measured: Measured,
    /// Standard output and error, those of a second run included.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    report: Option<Value>,
    folder: PathBuf,
}

impl Told {
    pub(crate) fn new(measured: Measured, stdout: Vec<u8>, stderr: Vec<u8>, folder: &Path) -> Result<Self> {
        let stdout = String::from_utf8(stdout).context("standard output is not UTF-8")?;
        let stderr = String::from_utf8(stderr).context("standard error is not UTF-8")?;
        let report = serde_json::from_str(&stdout).ok();
        let Measured { wall, peak_kib, .. } = measured;
        let folder = folder.to_owned();
        Ok(Self { wall, peak_kib, outcome: String::new(), measured, stdout, stderr, report, folder })
    }

    /// With what a second run printed for people, which must have ended in the same way.
    pub(crate) fn and_for_people(mut self, human: &Self) -> Result<Self> {
        let statuses = (self.measured.status, human.measured.status);
        ensure!(statuses.0 == statuses.1, "statuses differ between formats: {statuses:?}\n{}", human.shown());
        human.is_in_order()?;
        self.stdout.push_str(&human.stdout);
        self.stderr.push_str(&human.stderr);
        self.peak_kib = self.peak_kib.max(human.peak_kib);
        Ok(self)
    }

    /// Holds it to what every run is held to.
    pub(crate) fn harmless(self) -> Result<Self> {
        self.is_in_order()?;
        let Some(report) = &self.report else {
            ensure!(self.measured.status == Some(2), "no report, and the status is not 2\n{}", self.shown());
            return Ok(self);
        };
        let code = report.get("exit_code").and_then(Value::as_i64);
        ensure!(code == self.measured.status.map(i64::from), "the report says another status\n{}", self.shown());
        let neighbour = self.one("stack.version", "neighbour")?;
        ensure!(text(neighbour, "outcome") == "pass", "the neighbour was harmed\n{}", self.shown());
        every_text(report, &mut |text| is_plain(text).with_context(|| format!("in the report: {text:?}")))?;
        Ok(self)
    }

    fn is_in_order(&self) -> Result<()> {
        let Measured { status, killed, outlived, .. } = self.measured;
        ensure!(!killed, "it hung or took too much memory, and was killed after {:?}\n{}", self.wall, self.shown());
        ensure!(matches!(status, Some(0..=4)), "it ended with status {status:?}\n{}", self.shown());
        ensure!(!outlived, "a process that it started outlived it\n{}", self.shown());
        ensure!(self.peak_kib < BOUND_KIB, "it took {} KiB\n{}", self.peak_kib, self.shown());
        // A guest's own panic stands within a line of the log.
        let panicked = |line: &str| line.starts_with("thread '") && line.contains("panicked at");
        ensure!(!self.stderr.lines().any(panicked), "the host panicked\n{}", self.shown());
        for (stream, printed) in [("standard output", &self.stdout), ("standard error", &self.stderr)] {
            for line in printed.split('\n') {
                is_plain(line).with_context(|| format!("on {stream}: {line:?}"))?;
            }
        }
        Ok(())
    }

    /// The exit status.
    pub(crate) fn exits(mut self, status: i32) -> Result<Self> {
        ensure!(self.measured.status == Some(status), "expected exit status {status}\n{}", self.shown());
        if self.outcome.is_empty() {
            self.outcome = format!("exit {status}");
        }
        Ok(self)
    }

    /// Nothing was judged, and the message holds all these words.
    pub(crate) fn refused(mut self, words: &[&str]) -> Result<Self> {
        self = self.exits(2)?;
        ensure!(self.stdout.is_empty(), "something was judged\n{}", self.shown());
        // Long messages are wrapped.
        let said = self.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            ensure!(said.contains(word), "expected `{word}`\n{}", self.shown());
        }
        "exit 2, refused before anything runs".clone_into(&mut self.outcome);
        Ok(self)
    }

    /// A limit ended the hostile probe's run.
    pub(crate) fn limit(mut self, name: &str) -> Result<Self> {
        let message = self.ended("limit")?;
        ensure!(message.contains(&format!("limit `{name}` of ")), "expected the limit `{name}`\n{}", self.shown());
        self.outcome = format!("exit 4, `limit`: {name}");
        Ok(self)
    }

    /// A trap ended the hostile probe's run; the message holds these words.
    pub(crate) fn trapped(mut self, words: &str) -> Result<Self> {
        let message = self.ended("trapped")?;
        ensure!(message.contains(words), "expected `{words}`\n{}", self.shown());
        "exit 4, `trapped`".clone_into(&mut self.outcome);
        Ok(self)
    }

    /// The hostile probe failed, with a class and words.
    pub(crate) fn failed(mut self, class: &str, words: &str) -> Result<Self> {
        let message = self.ended(class)?;
        ensure!(message.contains(words), "expected `{words}`\n{}", self.shown());
        self.outcome = format!("exit 4, `{class}`");
        Ok(self)
    }

    /// The message with which a run ended that could not be completed.
    fn ended(&self, class: &str) -> Result<String> {
        ensure!(self.measured.status == Some(4), "expected exit status 4\n{}", self.shown());
        let ended: Vec<&Value> =
            self.of("stack.observation", "hostile").filter(|r| text(r, "outcome") == "error").collect();
        let [one] = ended.as_slice() else { bail!("expected one end of the hostile probe's run\n{}", self.shown()) };
        ensure!(text(one, "class") == class, "expected the class `{class}`\n{}", self.shown());
        Ok(text(one, "message").to_owned())
    }

    /// The hostile probe ran to its end.
    pub(crate) fn completed(mut self) -> Result<Self> {
        ensure!(self.report.is_some(), "nothing was judged\n{}", self.shown());
        let ended = self.of("stack.observation", "hostile").find(|result| text(result, "outcome") == "error");
        ensure!(ended.is_none(), "expected that the probe runs to its end\n{}", self.shown());
        let status = self.measured.status.unwrap_or(-1);
        self.outcome = format!("exit {status}, the probe ran to its end");
        Ok(self)
    }

    /// What the guest gave before is judged.
    pub(crate) fn seen_before(self) -> Result<Self> {
        self.fact("before")
    }

    /// The required fact was given, and is this.
    pub(crate) fn fact(self, value: &str) -> Result<Self> {
        let fact = self.one("stack.fact", "hostile")?;
        let given = (text(fact, "outcome"), text(fact, "observed"));
        ensure!(given == ("pass", value), "expected the fact `{value}`\n{}", self.shown());
        Ok(self)
    }

    /// What came of the steps of the guest in Rust, in their order: exactly as many, each beginning so.
    pub(crate) fn steps(self, expected: &[&str]) -> Result<Self> {
        let steps = self.all_steps();
        ensure!(steps.len() == expected.len(), "expected {} steps\n{}", expected.len(), self.shown());
        for (step, expected) in steps.iter().zip(expected) {
            ensure!(step.starts_with(expected), "expected `{expected}`, found `{step}`\n{}", self.shown());
        }
        Ok(self)
    }

    /// What came of all steps of the guest in Rust.
    pub(crate) fn all_steps(&self) -> Vec<String> {
        let message = |result: &Value| text(result, "message").to_owned();
        let told = self.of("stack.hostile.told", "hostile").map(message);
        told.map(|told| told.strip_prefix("what came of a step: ").map(str::to_owned).unwrap_or(told)).collect()
    }

    /// The report notes this of the hostile probe.
    pub(crate) fn notes(self, words: &str) -> Result<Self> {
        let noted = self
            .of("stack.observation", "hostile")
            .filter(|result| text(result, "outcome") == "info")
            .flat_map(|result| result.get("items").and_then(Value::as_array).into_iter().flatten())
            .any(|item| item.as_str().is_some_and(|item| item.contains(words)));
        ensure!(noted, "expected the note `{words}`\n{}", self.shown());
        Ok(self)
    }

    /// It is said somewhere.
    pub(crate) fn says(self, words: &str) -> Result<Self> {
        ensure!(self.stdout.contains(words) || self.stderr.contains(words), "expected `{words}`\n{}", self.shown());
        Ok(self)
    }

    /// It is said nowhere: not on a stream, and not in a file that the run wrote.
    pub(crate) fn lacks(self, words: &str) -> Result<Self> {
        ensure!(!self.stdout.contains(words), "`{words}` is on standard output\n{}", self.shown());
        ensure!(!self.stderr.contains(words), "`{words}` is on standard error\n{}", self.shown());
        Ok(self)
    }

    /// What came of it, where the usual words say too little.
    pub(crate) fn because(mut self, words: &str) -> Self {
        self.outcome = format!("{}; {words}", self.outcome);
        self
    }

    /// The results of a rule on a service.
    pub(crate) fn of<'a>(&'a self, rule: &'a str, service: &'a str) -> impl Iterator<Item = &'a Value> {
        let results = self.report.as_ref().and_then(|report| report.get("results")?.as_array());
        let fits = move |result: &&Value| text(result, "rule") == rule && text(result, "service") == service;
        results.into_iter().flatten().filter(fits)
    }

    /// The one result of a rule on a service.
    pub(crate) fn one<'a>(&'a self, rule: &'a str, service: &'a str) -> Result<&'a Value> {
        let found: Vec<&Value> = self.of(rule, service).collect();
        let [one] = found.as_slice() else { bail!("expected one {rule} of {service}\n{}", self.shown()) };
        Ok(one)
    }

    /// All of it, for whoever looks into a failure.
    fn shown(&self) -> String {
        let part = |text: &str| text.chars().take(6_000).collect::<String>().replace('\u{1b}', "\\e");
        let (stdout, stderr) = (part(&self.stdout), part(&self.stderr));
        let text = format!("{:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}", self.measured);
        text.replace(&*self.folder.to_string_lossy(), "[DIR]")
    }
}

/// A field's text; empty if it has none.
pub(crate) fn text<'a>(result: &'a Value, field: &str) -> &'a str {
    result.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Nothing in a line may be obeyed: by a terminal, by a reader's eye, or by a CI system.
fn is_plain(line: &str) -> Result<()> {
    let hidden = |c: &char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if let Some(found) = line.chars().find(hidden) {
        bail!("the character U+{:04X}", u32::from(found));
    }
    let begin = line.trim_start();
    ensure!(!begin.starts_with("::") && !begin.starts_with("##["), "a workflow command");
    Ok(())
}

fn every_text(value: &Value, look: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().try_for_each(|item| every_text(item, look)),
        Value::Object(entries) => entries.iter().try_for_each(|(key, value)| {
            look(key)?;
            every_text(value, look)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}
