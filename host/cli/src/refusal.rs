//! Why nothing was judged: usage or configuration, exit status 2.

use std::{io::ErrorKind, path::PathBuf};

use shipworthy_contract::{Explain, Fault, quantity::Bytes, text::excerpt};
use shipworthy_stack::Partition;

/// One or more errors that keep a run from beginning.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) errors: Vec<Box<dyn Explain>>,
}

impl Refusal {
    pub(crate) fn all<E: Explain + 'static>(errors: impl IntoIterator<Item = E>) -> Self {
        Self { errors: errors.into_iter().map(|error| Box::new(error) as Box<dyn Explain>).collect() }
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn Explain) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl<E: Explain + 'static> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::all([error])
    }
}

/// What the command line itself can find wrong after it was parsed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("the {what} cannot be written to `{}`", file.display())]
    Write {
        what: &'static str,
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("standard output cannot be written to")]
    StandardOutput(#[source] std::io::Error),
    #[error("standard error cannot be written to")]
    StandardError(#[source] std::io::Error),
    #[error("the recording `{}` cannot be read", file.display())]
    Recording {
        file: PathBuf,
        #[source]
        source: RecordingError,
    },
    #[error("`--only {service}` names a service that the environment has no probe for")]
    Only { service: String, known: String },
    #[error("a command after `--` cannot be started by {0} of a check: what the others see is not known here")]
    CommandOfAPart(Partition),
    #[error("`containers.socket` is no address")]
    Socket(#[source] shipworthy_capabilities::containers::engine::NotASocket),
    #[error("cannot use the test `{}`: {fault}", file.display())]
    Staged { file: PathBuf, fault: String },
    #[error("no asynchronous runtime can be started")]
    Runtime(#[source] std::io::Error),
    #[error("the current folder cannot be read")]
    Folder(#[source] std::io::Error),
}

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordingError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("it is not a recording ({0})")]
    Json(#[from] serde_json::Error),
    #[error("expected format `{expected}`, found: {found}{}", made_by(by.as_deref()))]
    Format { expected: &'static str, found: String, by: Option<String> },
    #[error("it is larger than {} unpacked", Bytes(*.0))]
    TooLarge(u64),
    #[error("it is damaged ({0})")]
    Damaged(std::io::Error),
}

/// What can be done where something cannot be written.
const fn help_to_write(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room there, or write it to another disk"
        }
        ErrorKind::IsADirectory => "name a file: this is a folder",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "name another folder: at this place is a file",
        ErrorKind::BrokenPipe => "start what reads the pipe before this, or name a file",
        ErrorKind::InvalidFilename => "give the file a shorter name",
        _ => "check that the folder is there and can be written",
    }
}

fn made_by(version: Option<&str>) -> String {
    version.map(|version| format!(", made by shipworthy {}", excerpt(version, 40))).unwrap_or_default()
}

impl Explain for UsageError {
    fn code(&self) -> &'static str {
        match self {
            Self::Write { .. } | Self::StandardOutput(_) | Self::StandardError(_) => "output.write",
            Self::Recording { .. } => "recording.unreadable",
            Self::Only { .. } => "usage.only",
            Self::CommandOfAPart(_) => "usage.partition",
            Self::Socket(_) => "env.socket",
            Self::Staged { .. } => "test.file",
            Self::Runtime(_) => "host.runtime",
            Self::Folder(_) => "usage.folder",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Runtime(_) => Fault::Host,
            Self::Staged { .. } => Fault::Plugin,
            Self::Write { .. }
            | Self::StandardOutput(_)
            | Self::StandardError(_)
            | Self::Recording { .. }
            | Self::Only { .. }
            | Self::CommandOfAPart(_)
            | Self::Socket(_)
            | Self::Folder(_) => Fault::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Write { source, .. } => Some(help_to_write(source.kind()).to_owned()),
            Self::StandardOutput(_) | Self::StandardError(_) => {
                Some("what was written is not whole: do not use it".to_owned())
            }
            Self::Recording { source: RecordingError::Format { .. }, .. } => {
                Some("replay it with the shipworthy that made it, or make one with `--record FILE`".to_owned())
            }
            Self::Recording { .. } => Some("make one with `--record FILE`".to_owned()),
            Self::CommandOfAPart(_) => Some(
                "write each part's report with `--output json=FILE`, and deploy after `shipworthy report merge`"
                    .to_owned(),
            ),
            Self::Only { known, .. } if known.is_empty() => {
                Some("the environment has no probes: list them in it, as `[probes.SERVICE]`".to_owned())
            }
            Self::Only { service, known } => {
                Some(match shipworthy_contract::suggest::nearest(service, known.split(", ")) {
                    Some(near) => format!("did you mean `{near}`? services with a probe: {known}"),
                    None => format!("services with a probe: {known}"),
                })
            }
            Self::Socket(_) => Some("write `unix:///PATH`, `tcp://HOST:PORT` or `http://HOST:PORT`".to_owned()),
            Self::Folder(_) => Some("change to a folder that is there".to_owned()),
            Self::Staged { .. } | Self::Runtime(_) => None,
        }
    }
}
