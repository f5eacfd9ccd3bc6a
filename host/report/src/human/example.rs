//! One result as every report tells it, for who explains its rule.

use shipworthy_contract::CheckResult;

use super::{fleet::Fleets, group::Entry, line::Teller};
use crate::{Look, page::Page};

/// The result's lines, with a line break at the end.
pub(crate) fn render(result: &CheckResult, look: &Look) -> String {
    let mut page = Page::new(look);
    let fleets = Fleets::of(std::slice::from_ref(result));
    Teller::new(look, &fleets, false).entry(&mut page, &Entry::One { result, beneath: Vec::new() });
    page.finish()
}
