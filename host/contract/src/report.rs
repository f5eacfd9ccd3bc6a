//! The report: what `--format json` prints, and what every renderer reads (design.md, part 4).

mod judge;
mod part;
mod recording;
mod run;

use std::{fmt, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

pub use judge::{FailOn, judge, summarize};
pub use part::Part;
pub use recording::{Difference, Differing, RecordingRef};
pub use run::Run;

use crate::{Class, Fault, Frame, Outcome, Policy, RuleId, Service, Sha256, Side, evidence::LogLine};

/// The report's format, in its field `schema`.
pub const SCHEMA: &str = "shipworthy.report/1";

/// Exit status: passed, warnings allowed.
pub const EXIT_PASSED: u8 = 0;
/// Exit status: the payload contract failed.
pub const EXIT_PAYLOAD: u8 = 1;
/// Exit status: usage or configuration; nothing was judged.
pub const EXIT_USAGE: u8 = 2;
/// Exit status: the stack is incompatible.
pub const EXIT_STACK: u8 = 3;
/// Exit status: could not be determined.
pub const EXIT_UNDETERMINED: u8 = 4;
/// Exit status of `check -- COMMAND`: the command was not started, because of the verdict or of usage.
pub const EXIT_NOT_STARTED: u8 = 125;
/// Exit status of `check -- COMMAND`: the command was found and cannot be run.
pub const EXIT_CANNOT_RUN: u8 = 126;
/// Exit status of `check -- COMMAND`: the command was not found.
pub const EXIT_NOT_FOUND: u8 = 127;

/// The whole run in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything that was required holds.
    Pass,
    /// It may go ahead, and something deserves a look.
    Warn,
    /// A rule does not hold.
    Fail,
    /// Something required could not be determined.
    Error,
}

impl Verdict {
    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The whole run in one word.
    pub verdict: Verdict,
    /// The status that the process exits with on account of the verdict.
    pub exit_code: u8,
    /// The artifact, where one was named.
    pub artifact: Option<Artifact>,
    /// The environment, where one was named.
    pub environment: Option<EnvironmentRef>,
    /// When it was made, and by which host; none in a report of an older host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// The recording that the stack side was judged from; none where services were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingRef>,
    /// Which part of the stack side was looked at, and what the whole is judged by; none where all of it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The policy in force.
    pub policy: Policy,
    /// How many results had which outcome.
    pub summary: Summary,
    /// One result per rule and location.
    pub results: Vec<CheckResult>,
}

/// The artifact that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Artifact {
    /// The manifest as the user named it.
    pub path: String,
    /// The manifest's own digest, if it could be read.
    pub sha256: Option<Sha256>,
    /// The generation of the contract it was judged by: `1.0`, `1.1`, `1.2` or `1.3`.
    pub contract: String,
    /// Why that one.
    pub contract_reason: String,
    /// One per entry that has a payload manifest that was verified.
    pub trees: Vec<Tree>,
}

/// A tree whose every byte was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// Index of the entry in `artifacts`, from 0.
    pub entry: usize,
    /// Its root, as resolved.
    pub root: String,
    /// One digest for all of it.
    pub digest: Sha256,
}

/// The environment in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRef {
    /// Its name: the file's, without folder and ending.
    pub name: String,
    /// The file it was read from.
    pub file: PathBuf,
    /// The compose project whose containers were looked at; none where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectRef>,
}

/// A compose project, and why it is that one (contract.md, part 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRef {
    /// Its name.
    pub name: String,
    /// Who named it.
    pub by: ProjectSource,
}

/// Who says which compose project is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProjectSource {
    /// The environment's `[containers]`.
    Environment,
    /// The manifest, of generation 1.0 or 1.1.
    Artifact,
    /// Nobody: it is the only one that holds a gateway or an agent.
    Found,
}

impl ProjectSource {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "named by the environment",
            Self::Artifact => "named by the artifact",
            Self::Found => "found: the only one with a gateway or an agent",
        }
    }
}

/// How many results had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Results that hold.
    pub pass: usize,
    /// Results worth knowing.
    pub info: usize,
    /// Warnings.
    pub warn: usize,
    /// Failures.
    pub fail: usize,
    /// Waived, skipped, or not to be had.
    pub skip: usize,
    /// Required, and not determined.
    pub error: usize,
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PluginRef {
    /// The descriptor's name.
    pub name: Arc<str>,
    /// The descriptor's version.
    pub version: Arc<str>,
    /// Of the component's bytes.
    pub sha256: Sha256,
}

/// Where in the artifact, or in which file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Index of the entry in `artifacts`, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<usize>,
    /// The field, such as `artifacts[0].source_template.path`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The file as the user would open it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// A value that a result rests on, with its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceLine {
    /// `version`, `route:/health`, `sitecustomize.py`.
    pub name: String,
    /// As seen.
    pub value: String,
    /// `GET /openapi.json info.version`.
    pub source: String,
    /// Which instance or container, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// What became of one rule at one place. Serialised without what it does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which rule.
    pub rule: RuleId,
    /// The rule's side.
    pub side: Side,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub class: Class,
    /// Whose it is to mend; none where nothing is. What is waived, or missing because of an earlier cause, keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The service, on the stack side; none for what is stack-wide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// The instance, where the endpoint has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The plugin whose evidence it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<PluginRef>,
    /// One line for a person.
    pub message: String,
    /// What is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Paths, keys or names, where the rule is about several.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub items: Vec<String>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<EvidenceLine>,
    /// For a probe that trapped, where it was, innermost call first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub stack: Vec<Frame>,
    /// For a probe that trapped or went over a limit, the last lines of its log.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub log: Vec<LogLine>,
    /// For a skipped result, what it would have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_be: Option<Outcome>,
    /// How long finding it out took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// How often the service was asked, where retrying is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
}

impl CheckResult {
    /// A result that has only what every result has. The side follows from the rule, and whose it is to mend from the
    /// class; a result that passes is nobody's.
    pub fn new(rule: RuleId, outcome: Outcome, class: Class, message: impl Into<String>) -> Self {
        let side = rule.side();
        Self {
            side,
            rule,
            outcome,
            class,
            fault: class.fault(side),
            service: None,
            instance: None,
            plugin: None,
            message: message.into(),
            expected: None,
            observed: None,
            hint: None,
            location: None,
            items: Vec::new(),
            evidence: Vec::new(),
            stack: Vec::new(),
            log: Vec::new(),
            would_be: None,
            duration_ms: None,
            attempts: None,
        }
    }

    /// Turns it into a skipped one that remembers what it was. The class says by what.
    #[must_use]
    pub fn skipped(mut self, class: Class, reason: &str) -> Self {
        self.would_be = Some(self.outcome);
        self.outcome = Outcome::Skip;
        self.class = class;
        self.message = format!("{} ({reason})", self.message);
        self
    }
}
