//! `stack.version`: a range compares the leading numbers, anything else is equal text (contract.md, "Versions").

use shipworthy_contract::version::{VersionMatch, VersionRequirement};

use crate::{compare::Compared, outcome};

/// How it compares, and what of the observed text a range did not look at.
pub(super) fn check(required: &VersionRequirement, observed: &str) -> (Compared, String) {
    match required.check(observed) {
        VersionMatch::Satisfied { ignored } => (Compared::Same, ignored),
        VersionMatch::Violated { ignored } => (Compared::Differs(outcome::FIRST), ignored),
        VersionMatch::Incomparable => (Compared::Unreadable, String::new()),
    }
}
