//! Words that several results share.

use shipworthy_contract::{redact, requirement::Comparison};

/// Longest text of a guest or a file in a result, in characters: enough for a path or a reason, one line of a log.
const LONGEST: usize = 240;

/// Longest of what a probe's own rule expects or found, in characters: the engine takes no more. The last lines of a log
/// are among it.
const LONGEST_FINDING: usize = 1_024;

/// The engine cleans what guests say; a recording may come from elsewhere, so it is cleaned again where it is shown.
pub(crate) fn clean(text: &str) -> String {
    redact::excerpt(text, LONGEST)
}

/// The same for what a probe's own rule expects or found.
pub(crate) fn finding(text: &str) -> String {
    redact::excerpt(text, LONGEST_FINDING)
}

/// The same for what a guest said last: a panic's message may quote what it was about.
pub(crate) fn last_words(text: &str) -> String {
    redact::excerpt(text, LONGEST_FINDING)
}

/// A comparison as it is written.
pub(crate) const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
        Comparison::Equal => "=",
    }
}
