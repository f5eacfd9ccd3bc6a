//! The manifest's own words, for results that point to a line of it. A report does not hold them.

use shipworthy_contract::{CheckResult, Outcome, Report, Sha256, Side};

/// A manifest's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    file: String,
    lines: Vec<String>,
}

impl Source {
    /// The text of the report's manifest; none if these are not the bytes that were judged.
    pub fn of(report: &Report, bytes: &[u8]) -> Option<Self> {
        let artifact = report.artifact.as_ref().filter(|artifact| artifact.sha256 == Some(Sha256::of(bytes)))?;
        let lines = String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect();
        Some(Self { file: artifact.path.clone(), lines })
    }

    /// Whether any result of a report would show a line of it.
    pub fn is_wanted(report: &Report) -> bool {
        report.results.iter().any(|result| place(result).is_some())
    }

    /// The line that a result points to, with its number and column.
    pub(super) fn of_result(&self, result: &CheckResult) -> Option<(&str, u32, Option<u32>)> {
        let (file, line, column) = place(result)?;
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        let text = self.lines.get(index).filter(|_| file == self.file)?;
        // A blank line shows nothing.
        (!text.trim().is_empty()).then_some((text, line, column))
    }
}

/// Where a result of the artifact is wrong.
fn place(result: &CheckResult) -> Option<(&str, u32, Option<u32>)> {
    let is_wrong = matches!(result.outcome, Outcome::Fail | Outcome::Warn | Outcome::Error);
    let location = result.location.as_ref().filter(|_| is_wrong && result.side == Side::Payload)?;
    Some((location.file.as_deref()?, location.line?, location.column))
}
