//! Evidence in lines, as the testing parts of all SDKs write it.

use shipworthy_contract::evidence::{Evidence, Gap, Origin, ProbeRun, RunEnd, Value};

/// Everything that a run saw, a line each, and how it ended where it did not complete.
pub fn lines(run: &ProbeRun) -> Vec<String> {
    run.evidence.iter().map(line).chain(end(&run.end)).collect()
}

fn line(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Fact { key, value, origin } => {
            let value = match value {
                Value::Text(text) => format!("{text:?}"),
                Value::Number(number) => number.to_string(),
                Value::Boolean(boolean) => boolean.to_string(),
            };
            format!("fact {key} = {value}{}", from(origin))
        }
        Evidence::Capability { name, present, origin } => {
            format!("capability {name} {}{}", if *present { "present" } else { "absent" }, from(origin))
        }
        Evidence::Complete { prefix } => format!("complete {prefix:?}"),
        Evidence::Digest { name, sha256, origin } => format!("digest {name} = {sha256}{}", from(origin)),
        Evidence::Missing { name, why, detail } => format!("missing {name}: {}: {detail}", word(*why)),
        Evidence::Finding { rule, holds, message, expected, found } => {
            let mut line = format!("finding {rule} {}: {message}", if *holds { "holds" } else { "broken" });
            for (word, text) in [("expected", expected), ("found", found)] {
                if let Some(text) = text {
                    line = format!("{line}, {word} {text}");
                }
            }
            line
        }
    }
}

fn from(origin: &Origin) -> String {
    let of = origin.subject.as_ref().map(|subject| format!(" of {subject}")).unwrap_or_default();
    format!(", from {}{of}", origin.what)
}

/// The line of a run's end; none where it completed.
pub fn end(end: &RunEnd) -> Option<String> {
    Some(match end {
        RunEnd::Completed => return None,
        RunEnd::Failed { why, detail } => format!("failed {}: {detail}", word(*why)),
        RunEnd::Trapped { message, .. } => format!("trapped: {message}"),
        RunEnd::Limit { name, limit, observed } => format!("limit of {name}: {limit}, reached {observed}"),
        RunEnd::NotRecorded { detail, .. } => format!("not recorded: {detail}"),
        RunEnd::NotStarted { why, detail } => format!("not started {}: {detail}", word(*why)),
    })
}

/// A gap has the word of its class.
const fn word(gap: Gap) -> &'static str {
    gap.class().as_str()
}
