//! Why a question about containers has no answer, and how that is kept and told.

use serde::{Deserialize, Serialize};
use shipworthy_contract::{
    Explain, Fault,
    evidence::{Gap, NOT_RECORDED},
};

use crate::{mask::Masks, run::Trouble, tape::Answered};

/// Why a question about containers has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum ContainersError {
    /// The line of the environment that it would take.
    #[error("not granted; it takes: {0}")]
    NotGranted(String),
    /// Nobody answers at the engine's socket. The text is the same for every probe, so that it can be told once.
    #[error("{0}")]
    EngineUnreachable(String),
    /// It was asked in a replay, whose recording does not hold it: the question, with the nearest that it holds.
    #[error("{NOT_RECORDED} {0}")]
    NotRecorded(String),
    /// Not an id that `find` gave in this run, or gone since.
    #[error("no such container: {0}")]
    NoSuchContainer(String),
    /// The path leads to nothing.
    #[error("no such file: {0}")]
    NoSuchFile(String),
    /// Links, folders and special files are not read.
    #[error("not a regular file: {0}")]
    NotAFile(String),
    /// Several projects could be meant.
    #[error("several compose projects fit, and the environment names none: {}", .0.join(", "))]
    AmbiguousProject(Vec<String>),
    /// More than so many bytes.
    #[error("the limit of {0} bytes is exceeded")]
    TooLarge(u64),
    /// The engine did not answer within so many milliseconds.
    #[error("the container engine did not answer within {0}ms")]
    TimedOut(u64),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl ContainersError {
    /// The gap that it leaves in what is seen.
    pub const fn gap(&self) -> Gap {
        match self {
            Self::NotGranted(_) => Gap::NotGranted,
            // The nearest that the WIT has; the host knows better, and tells it.
            Self::EngineUnreachable(_) | Self::NotRecorded(_) => Gap::Unreachable,
            Self::NoSuchContainer(_) | Self::NoSuchFile(_) => Gap::NotOffered,
            Self::NotAFile(_) | Self::Other(_) => Gap::Unreadable,
            Self::AmbiguousProject(_) => Gap::Config,
            Self::TooLarge(_) => Gap::Limit,
            Self::TimedOut(_) => Gap::TimedOut,
        }
    }
}

impl Explain for ContainersError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotGranted(_) => "containers.not-granted",
            Self::EngineUnreachable(_) => "containers.engine-unreachable",
            Self::NotRecorded(_) => "containers.not-recorded",
            Self::NoSuchContainer(_) => "containers.no-such-container",
            Self::NoSuchFile(_) => "containers.no-such-file",
            Self::NotAFile(_) => "containers.not-a-file",
            Self::AmbiguousProject(_) => "containers.ambiguous-project",
            Self::TooLarge(_) => "containers.too-large",
            Self::TimedOut(_) => "containers.timed-out",
            Self::Other(_) => "containers.other",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NotGranted(_) | Self::EngineUnreachable(_) | Self::NotRecorded(_) => Fault::Environment,
            Self::AmbiguousProject(_) => Fault::Environment,
            Self::TimedOut(_) | Self::Other(_) => Fault::Environment,
            Self::NoSuchContainer(_) => Fault::Plugin,
            Self::NoSuchFile(_) | Self::NotAFile(_) | Self::TooLarge(_) => Fault::Service,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotGranted(line) => Some(format!("add `{line}` to the probe in the environment, if it may")),
            Self::EngineUnreachable(_) => Some("start the container engine, or correct `containers.socket`".to_owned()),
            Self::NotRecorded(_) => Some("record a run anew with `--record FILE`".to_owned()),
            Self::AmbiguousProject(_) => Some("set `containers.project` in the environment".to_owned()),
            Self::NoSuchContainer(_)
            | Self::NoSuchFile(_)
            | Self::NotAFile(_)
            | Self::TooLarge(_)
            | Self::TimedOut(_)
            | Self::Other(_) => None,
        }
    }
}

impl Trouble for ContainersError {
    fn over_total(limit: u32) -> Self {
        Self::Other(format!("the limit of {limit} for the requests per run is exceeded"))
    }

    fn over_answers(limit: u64) -> Self {
        Self::Other(format!("the limit of {limit} bytes for the answers per run is exceeded"))
    }

    fn not_recorded(question: &str) -> Self {
        Self::NotRecorded(question.to_owned())
    }

    fn masked(self, masks: &Masks) -> Self {
        match self {
            Self::NotGranted(text) => Self::NotGranted(masks.text(&text)),
            Self::EngineUnreachable(text) => Self::EngineUnreachable(masks.text(&text)),
            Self::NotRecorded(text) => Self::NotRecorded(masks.text(&text)),
            Self::NoSuchContainer(text) => Self::NoSuchContainer(masks.text(&text)),
            Self::NoSuchFile(text) => Self::NoSuchFile(masks.text(&text)),
            Self::NotAFile(text) => Self::NotAFile(masks.text(&text)),
            Self::Other(text) => Self::Other(masks.text(&text)),
            kept @ (Self::AmbiguousProject(_) | Self::TooLarge(_) | Self::TimedOut(_)) => kept,
        }
    }

    fn keep(&self) -> Answered {
        Answered::ContainersError(self.clone())
    }

    fn load(answered: Answered) -> Option<Self> {
        if let Answered::ContainersError(error) = answered { Some(error) } else { None }
    }

    fn is_noteworthy(&self) -> bool {
        match self {
            Self::NotGranted(_) | Self::TooLarge(_) => true,
            Self::EngineUnreachable(_)
            | Self::NotRecorded(_)
            | Self::NoSuchContainer(_)
            | Self::NoSuchFile(_)
            | Self::NotAFile(_)
            | Self::AmbiguousProject(_)
            | Self::TimedOut(_)
            | Self::Other(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_text_gap_and_owner() {
        let rows: Vec<String> = [
            ContainersError::NotGranted("container agent".to_owned()),
            ContainersError::EngineUnreachable("cannot reach the container engine".to_owned()),
            ContainersError::NotRecorded("containers.find agent".to_owned()),
            ContainersError::NoSuchContainer("../secrets".to_owned()),
            ContainersError::NoSuchFile("/opt/x".to_owned()),
            ContainersError::NotAFile("/opt/x".to_owned()),
            ContainersError::AmbiguousProject(vec!["a".to_owned(), "b".to_owned()]),
            ContainersError::TooLarge(7),
            ContainersError::TimedOut(7),
            ContainersError::Other("it is odd".to_owned()),
        ]
        .iter()
        .map(|error| format!("{} [{}, {:?}] {error}", error.code(), error.fault(), error.gap()))
        .collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        containers.not-granted [environment, NotGranted] not granted; it takes: container agent
        containers.engine-unreachable [environment, Unreachable] cannot reach the container engine
        containers.not-recorded [environment, Unreachable] the recording does not hold containers.find agent
        containers.no-such-container [plugin, NotOffered] no such container: ../secrets
        containers.no-such-file [service, NotOffered] no such file: /opt/x
        containers.not-a-file [service, Unreadable] not a regular file: /opt/x
        containers.ambiguous-project [environment, Config] several compose projects fit, and the environment names none: a, b
        containers.too-large [service, Limit] the limit of 7 bytes is exceeded
        containers.timed-out [environment, TimedOut] the container engine did not answer within 7ms
        containers.other [environment, Unreadable] it is odd
        ");
    }
}
