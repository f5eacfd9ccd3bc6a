//! `shipworthy plugin test`: what a probe saw of a stack from a file, and what of it was expected.

mod json;
mod junit;
mod page;

use serde::Serialize;
use shipworthy_contract::{
    Sha256,
    evidence::{LogLine, RequestRecord},
};

pub use self::{json::render as json, junit::render as junit, page::render};

/// The tests of one plugin. Texts of guests may be hostile; they are made safe here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trials {
    /// Whose.
    pub plugin: Tested,
    /// One for each test file, in the order in which they were run.
    pub tests: Vec<Trial>,
}

/// The plugin that is tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its file, as it was named.
    pub file: String,
    /// Bytes of the component.
    pub size_bytes: u64,
    /// Their digest.
    pub sha256: Sha256,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// The file's name without its ending.
    pub name: String,
    /// The file, as it was named.
    pub file: String,
    /// What it is about.
    pub about: Option<String>,
    /// What came of it.
    pub outcome: TrialOutcome,
    /// One for each run: more than one only of a recording that has several.
    pub runs: Vec<TrialRun>,
    /// What was asked and the test has no answer to.
    pub unanswered: Vec<String>,
    /// Answers that nothing asked for.
    pub unused: Vec<String>,
}

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TrialOutcome {
    /// All of it is as expected.
    Passed,
    /// Something was seen that was not expected, or was not seen.
    Failed,
    /// It cannot be told: the probe trapped, went over a limit or was asked what the test has no answer to.
    Error,
}

/// One run of the probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialRun {
    /// Of which instance.
    pub instance: String,
    /// What it saw, a line each, and how it ended where it did not complete.
    pub evidence: Vec<String>,
    /// What differs from what was expected; empty if nothing does.
    pub differences: Vec<Differing>,
    /// Where it trapped, the innermost call first.
    pub stack: Vec<String>,
    /// What was asked for it.
    pub requests: Vec<RequestRecord>,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// Limits on one request that were hit, and undeclared uses that were refused.
    pub notes: Vec<String>,
    /// What it used of what it may.
    pub used: Vec<Used>,
    /// In milliseconds.
    pub duration_ms: u64,
}

/// A part of what was expected that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// Which: `evidence`, `contains`, `requests`, `end`.
    pub part: &'static str,
    /// Both side by side.
    pub lines: Vec<Compared>,
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Where it stands.
    pub mark: Mark,
    /// The line.
    pub text: String,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// It was expected, and came.
    Same,
    /// It was expected, and did not come.
    Lacks,
    /// It came, and was not expected.
    Extra,
}

/// Something that is limited, and how much of it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Used {
    /// What: `memory`.
    pub what: &'static str,
    /// How much, with its unit.
    pub used: String,
    /// The limit, with its unit.
    pub limit: String,
}

impl Trials {
    /// How many came out so.
    pub fn count(&self, outcome: TrialOutcome) -> usize {
        self.tests.iter().filter(|test| test.outcome == outcome).count()
    }

    /// The exit status, as of a check: 0 all passed, 3 one failed, 4 of one it cannot be told.
    pub fn exit_code(&self) -> u8 {
        if self.count(TrialOutcome::Failed) > 0 {
            return shipworthy_contract::report::EXIT_STACK;
        }
        if self.count(TrialOutcome::Error) > 0 {
            return shipworthy_contract::report::EXIT_UNDETERMINED;
        }
        shipworthy_contract::report::EXIT_PASSED
    }
}
