//! Why reports cannot be merged.

use std::path::PathBuf;

use shipworthy_contract::{Explain, Fault, text::excerpt};
use shipworthy_stack::{Mismatch, Partition};

use super::file::FileError;

/// Why there is no whole to judge.
#[derive(Debug, thiserror::Error)]
pub(super) enum MergeError {
    #[error("the part `{}` cannot be read", file.display())]
    Read {
        file: PathBuf,
        #[source]
        source: PartError,
    },
    #[error("`{}` is the report of a whole check, not of a part", file.display())]
    Whole { file: PathBuf },
    #[error("`{}` is of a check in {found} parts, and `{}` of one in {expected}", file.display(), first.display())]
    OtherCount { file: PathBuf, found: u32, first: PathBuf, expected: u32 },
    #[error("{} is missing", .missing.join(", "))]
    Missing { missing: Vec<String> },
    #[error("{part} is there twice: `{}` and `{}`", first.display(), second.display())]
    Twice { part: Partition, first: PathBuf, second: PathBuf },
    #[error("{part} was made by shipworthy {}, and this is {}", excerpt(found, 40), env!("CARGO_PKG_VERSION"))]
    Version { part: Partition, found: String },
    #[error("{part} was checked against environment {found}, and part 1 against {expected}")]
    Environment { part: Partition, found: String, expected: String },
    #[error("{part} is of the artifact with sha256 {found}, and part 1 of {expected}")]
    Artifact { part: Partition, found: String, expected: String },
    #[error("{part} was judged with policy {found}, and part 1 with {expected}")]
    Policy { part: Partition, found: &'static str, expected: &'static str },
    #[error("{part} found the payload otherwise than part 1: {found}, expected {expected}")]
    Payload { part: Partition, found: String, expected: String },
    #[error("{part} looked into compose project {found}, and an earlier part into {expected}")]
    Project { part: Partition, found: String, expected: String },
    #[error("{part} was judged from another recording than part 1")]
    Recording { part: Partition },
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
}

/// Why a file is no part's report.
#[derive(Debug, thiserror::Error)]
pub(super) enum PartError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("it is no report of this version ({0})")]
    Json(serde_json::Error),
    #[error("it names a part that there cannot be")]
    Number,
}

impl Explain for MergeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "merge.unreadable",
            Self::Whole { .. } => "merge.whole",
            Self::OtherCount { .. } => "merge.count",
            Self::Missing { .. } => "merge.missing",
            Self::Twice { .. } => "merge.twice",
            Self::Version { .. } => "merge.version",
            Self::Environment { .. } => "merge.environment",
            Self::Artifact { .. } => "merge.artifact",
            Self::Policy { .. } => "merge.policy",
            Self::Payload { .. } => "merge.payload",
            Self::Project { .. } => "merge.project",
            Self::Recording { .. } => "merge.recording",
            Self::Mismatch(mismatch) => match mismatch {
                Mismatch::Nothing => "merge.missing",
                Mismatch::Requirements(_) => "merge.requirements",
                Mismatch::Only(_) => "merge.only",
                Mismatch::Probes { .. } => "merge.probes",
                Mismatch::Plugin { .. } => "merge.plugin",
                Mismatch::Severity { .. } => "merge.severity",
                Mismatch::Instances { .. } => "merge.instances",
                Mismatch::Waivers(_) => "merge.waivers",
                Mismatch::Skips(_) => "merge.skips",
                Mismatch::Stray { .. } => "merge.stray",
            },
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some(
            match self {
                Self::Read { .. } | Self::Whole { .. } => {
                    "give the JSON report of each part: `--partition hash:K/N --output json=FILE`"
                }
                Self::Missing { .. } => {
                    "run the parts that are missing: a job that did not write its report has not looked"
                }
                Self::Twice { .. } => "give each part once; of one that was run again, the later report",
                Self::Version { .. } => "use one version of shipworthy in all jobs",
                Self::OtherCount { .. }
                | Self::Environment { .. }
                | Self::Artifact { .. }
                | Self::Policy { .. }
                | Self::Payload { .. }
                | Self::Project { .. }
                | Self::Recording { .. }
                | Self::Mismatch(_) => {
                    "run all parts with the same artifact, environment and flags but `--partition`; old reports may lie there"
                }
            }
            .to_owned(),
        )
    }
}
