//! The host's secrets, masked in what a guest says. What it was answered is masked already; but a service may write a
//! secret in a way that no mask knows, and a guest that reads it tells it plain.

use shipworthy_capabilities::Run;
use shipworthy_contract::{
    Frame,
    evidence::{Evidence, LogLine, Origin, RunEnd, Value},
};

/// One piece of evidence, before it is kept.
pub(crate) fn evidence(run: &Run, evidence: Evidence) -> Evidence {
    let text = |text: String| run.masked(&text);
    let maybe = |text: Option<String>| text.map(|text| run.masked(&text));
    let origin = |Origin { what, subject }: Origin| Origin { what: text(what), subject: maybe(subject) };
    match evidence {
        Evidence::Fact { key, value: found, origin: at } => {
            Evidence::Fact { key: text(key), value: value(run, found), origin: origin(at) }
        }
        Evidence::Capability { name, present, origin: at } => {
            Evidence::Capability { name: text(name), present, origin: origin(at) }
        }
        Evidence::Complete { prefix } => Evidence::Complete { prefix: text(prefix) },
        Evidence::Digest { name, sha256, origin: at } => {
            Evidence::Digest { name: text(name), sha256, origin: origin(at) }
        }
        Evidence::Missing { name, why, detail } => Evidence::Missing { name: text(name), why, detail: text(detail) },
        Evidence::Finding { rule, holds, message, expected, found } => Evidence::Finding {
            rule: text(rule),
            holds,
            message: text(message),
            expected: maybe(expected),
            found: maybe(found),
        },
    }
}

/// A secret may be a number.
fn value(run: &Run, value: Value) -> Value {
    let shown = value.to_string();
    let masked = run.masked(&shown);
    if masked == shown { value } else { Value::Text(masked) }
}

/// How a run ended, once more where its words were put together.
pub(crate) fn end(run: &Run, end: RunEnd) -> RunEnd {
    match end {
        RunEnd::Failed { why, detail } => RunEnd::Failed { why, detail: run.masked(&detail) },
        RunEnd::Trapped { message, stack } => {
            let frame = |frame: Frame| Frame {
                function: run.masked(&frame.function),
                file: frame.file.map(|file| run.masked(&file)),
                ..frame
            };
            RunEnd::Trapped { message: run.masked(&message), stack: stack.into_iter().map(frame).collect() }
        }
        RunEnd::Limit { name, limit, observed } => RunEnd::Limit { name, limit, observed: run.masked(&observed) },
        RunEnd::Completed | RunEnd::NotStarted { .. } | RunEnd::NotRecorded { .. } => end,
    }
}

/// Lines of the log: a secret may stand whole only where a line was made safe.
pub(crate) fn log(run: &Run, lines: Vec<LogLine>) -> Vec<LogLine> {
    lines.into_iter().map(|line| LogLine { text: run.masked(&line.text), ..line }).collect()
}
