//! The parts of messages that depend on what is known.

use std::io;

use shipworthy_contract::text::excerpt;

use super::Tried;

/// What was shown, as the end of "and ...".
pub(super) fn shown(tried: &Tried) -> String {
    match tried {
        Tried::Nothing => "there are no credentials for it".to_owned(),
        Tried::Config(_) | Tried::Helper(_) => format!("does not take {tried}"),
    }
}

/// What a registry said, if it said anything.
pub(super) fn said(said: Option<&str>) -> String {
    said.map(|said| format!("; it says: {said}")).unwrap_or_default()
}

/// A size, if it is known.
pub(super) fn expected(size: Option<u64>) -> String {
    size.map_or_else(|| "more".to_owned(), super::plural_bytes)
}

/// What the system says, without the number that it has for it.
pub(super) fn io(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    excerpt(words, 160).to_lowercase()
}
