//! The manifest once more, for the lines that the report points to.

use std::{fs::File, io::Read as _};

use shipworthy_contract::Report;
use shipworthy_report::human::Source;

/// Largest manifest that is read for this, in bytes. What is larger is told without its lines.
const LARGEST: u64 = 4 << 20;

/// Its text, if a result points into it and it is still what was judged.
#[expect(clippy::disallowed_methods, reason = "the manifest that was judged, of which lines are shown")]
pub(super) fn source(report: &Report) -> Option<Source> {
    let artifact = report.artifact.as_ref().filter(|artifact| artifact.sha256.is_some())?;
    // What is no file could be waited for.
    let is_file = || std::fs::metadata(&artifact.path).is_ok_and(|found| found.is_file() && found.len() <= LARGEST);
    if !Source::is_wanted(report) || !is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(&artifact.path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Source::of(report, &bytes)
}
