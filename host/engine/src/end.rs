//! How a run ended, from what the guest gave back or what stopped it.

use std::time::Duration;

use shipworthy_capabilities::Run;
use shipworthy_contract::{
    Frame,
    evidence::RunEnd,
    quantity::{Bytes, Span},
    redact, text,
};
use wasmtime::{Trap, component::ResourceTableError};

use crate::{
    addresses::Addresses,
    engine::WASM_STACK,
    frames,
    limits::{CALL_BYTES, HANDLES, INSTANCES, MEMORIES, TABLES},
    log::Log,
    state::Stop,
    versions::Failure,
};

/// Longest message of a trap, in characters.
const LONGEST: usize = 600;

/// Most lines of what was printed that stand in a message where they are of no known kind.
const LAST_LINES: usize = 3;

/// The wall clock ended a run that waited in the host.
pub(crate) fn waiting(deadline: Duration, run: &Run) -> RunEnd {
    // Most likely the one that is not answered; a guest may also wait for nothing but time.
    let last = run.records().last().map(|record| format!(", last request: {}", record.what)).unwrap_or_default();
    RunEnd::Limit {
        name: "deadline".to_owned(),
        limit: Span(deadline).to_string(),
        observed: format!("still waiting{last}"),
    }
}

/// The guest says that it cannot see anything, or anything more.
pub(crate) fn failed(Failure { why, detail }: Failure, run: &Run, addresses: &Addresses) -> RunEnd {
    // Masked before it is cut, since half a secret is not found; the end as a whole is masked once more.
    RunEnd::Failed { why, detail: addresses.restore(redact::excerpt(&run.masked(&detail), 1_000)) }
}

/// A trap, an exit, or a limit. Marks in the log what it is read from.
pub(crate) fn of_error(error: &wasmtime::Error, log: &mut Log, printed: &str, addresses: &Addresses) -> RunEnd {
    if let Some(Stop { name, limit, observed }) = stop(error) {
        return RunEnd::Limit { name, limit, observed };
    }
    let what = match (error.downcast_ref::<wasmtime_wasi::I32Exit>(), error.downcast_ref::<Trap>()) {
        (Some(exit), _) => format!("it exited with status {}", exit.0),
        (None, Some(trap)) => trap.to_string(),
        (None, None) => text::excerpt(&error.root_cause().to_string(), 400),
    };
    let (message, stack) = match log.last_words(printed) {
        Some(words) if words.stack.is_empty() => (words.message, frames::of(error, words.place)),
        Some(words) => (words.message, words.stack),
        None => (with_last_lines(&what, printed), frames::of(error, None)),
    };
    let message = if message.is_empty() { what } else { message };
    let restore = |text: String| addresses.restore(text);
    let stack = stack.into_iter().map(|frame| Frame { function: restore(frame.function), ..frame }).collect();
    RunEnd::Trapped { message: restore(message), stack }
}

/// The limit that an error tells of, if it does.
fn stop(error: &wasmtime::Error) -> Option<Stop> {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return Some(stop.clone());
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => return Some(Stop::limit("stack", &Bytes(WASM_STACK as u64), &"exhausted")),
        Some(Trap::AllocationTooLarge) => return Some(Stop::limit("memory", &"one allocation", &"too large")),
        _ => {}
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
        return Some(Stop::limit("handles", &HANDLES, &"one more"));
    }
    stop_in_words(&error.root_cause().to_string())
}

/// Limits of ours that wasmtime keeps itself and tells of in words only, without a type. Were its words to change, the
/// run would end as trapped, with these words for a message (and a test would say so).
fn stop_in_words(root: &str) -> Option<Stop> {
    if root.contains("fuel allocated for hostcalls has been exhausted") {
        return Some(Stop::limit("bytes of one call", &Bytes(CALL_BYTES as u64), &"more"));
    }
    let (kind, count) = root.strip_prefix("resource limit exceeded: ")?.split_once(" count too high at ")?;
    let (name, limit) = match kind {
        "instance" => ("instances", INSTANCES),
        "memory" => ("memories", MEMORIES),
        "table" => ("tables", TABLES),
        _ => return None,
    };
    Some(Stop::limit(name, &limit, &count))
}

/// What a runtime of no known kind printed last says more than `unreachable executed`.
fn with_last_lines(what: &str, printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
    if last.is_empty() { what.to_owned() } else { redact::excerpt(&format!("{} ({what})", last.join(" ")), LONGEST) }
}
