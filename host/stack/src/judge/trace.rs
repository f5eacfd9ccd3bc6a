//! Where a probe was when it trapped, and the last lines of its log: for its author.

use shipworthy_contract::{
    Frame,
    evidence::{LogLine, ProbeRun, RunEnd},
    frame::MOST_FRAMES,
};

use crate::tell;

/// Most lines of a log in one result: those before them seldom say why, and a fleet has thousands of results.
const MOST_LINES: usize = 50;

/// The stack of a run that trapped.
pub(super) fn stack(run: &ProbeRun) -> Vec<Frame> {
    let RunEnd::Trapped { stack, .. } = &run.end else { return Vec::new() };
    let clean = |frame: &Frame| Frame {
        function: tell::clean(&frame.function),
        file: frame.file.as_deref().map(tell::clean),
        ..*frame
    };
    stack.iter().take(MOST_FRAMES).map(clean).collect()
}

/// The last lines of the log of a run that trapped or went over a limit. Who fails says why, and completes what it says.
pub(super) fn log(run: &ProbeRun) -> Vec<LogLine> {
    match &run.end {
        RunEnd::Trapped { .. } | RunEnd::Limit { .. } => {}
        RunEnd::Completed | RunEnd::Failed { .. } | RunEnd::NotStarted { .. } | RunEnd::NotRecorded { .. } => {
            return Vec::new();
        }
    }
    let from = run.log.len().saturating_sub(MOST_LINES);
    let clean = |line: &LogLine| LogLine { level: tell::clean(&line.level), text: tell::last_words(&line.text) };
    run.log.iter().skip(from).map(clean).collect()
}
