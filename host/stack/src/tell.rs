//! Words that several results share.

use shipworthy_contract::{requirement::Comparison, text};

/// Longest text of a guest or a file in a result, in characters: enough for a path or a reason, one line of a log.
const LONGEST: usize = 240;

/// The engine cleans what guests say; a recording may come from elsewhere, so it is cleaned again where it is shown.
pub(crate) fn clean(text: &str) -> String {
    text::excerpt(text, LONGEST)
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
