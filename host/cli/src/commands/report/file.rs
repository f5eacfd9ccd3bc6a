//! A JSON report, read as far as it is of this version.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Explain, Fault, Report, quantity::Bytes, report::SCHEMA, text::excerpt};

/// Largest report that is read, in bytes: a thousand runs take a few megabytes.
const LARGEST: u64 = 256 << 20;

/// Why a file is no report.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("it is no report of this version ({0})")]
    Json(#[from] serde_json::Error),
    #[error("it is `{}`, expected `{SCHEMA}`", excerpt(.0, 60))]
    Other(String),
    #[error("it is larger than {}", Bytes(*.0))]
    TooLarge(u64),
}

/// A report that was named and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the report `{}` cannot be read", file.display())]
pub(super) struct UnreadableReport {
    pub(super) file: PathBuf,
    #[source]
    pub(super) source: FileError,
}

impl Explain for UnreadableReport {
    fn code(&self) -> &'static str {
        "report.unreadable"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some("give a file that `--output json=FILE` wrote, or `-` for standard input".to_owned())
    }
}

/// The report in a file.
#[expect(clippy::disallowed_methods, reason = "the door for the reports that the user names")]
pub(super) fn read(file: &Path) -> Result<Report, FileError> {
    parse(File::open(file)?)
}

/// The report in a file, or on standard input if it is `-`.
pub(super) fn read_or_standard_input(file: &Path) -> Result<Report, UnreadableReport> {
    let read = if file.as_os_str() == "-" { parse(std::io::stdin().lock()) } else { read(file) };
    read.map_err(|source| UnreadableReport { file: file.to_owned(), source })
}

fn parse(from: impl std::io::Read) -> Result<Report, FileError> {
    let mut text = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|length| length > LARGEST) {
        return Err(FileError::TooLarge(LARGEST));
    }
    let report: Report = serde_json::from_slice(&text)?;
    if report.schema == SCHEMA { Ok(report) } else { Err(FileError::Other(report.schema)) }
}
