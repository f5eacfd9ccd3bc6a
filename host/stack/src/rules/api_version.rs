//! `stack.api-version`: major versions must agree, minor ones should.

use shipworthy_contract::{
    evidence::{Origin, keys},
    requirement::STACK_CONTRACT,
    version::ApiVersion,
};

use crate::{
    compare::{Compared, Reading},
    outcome,
};

/// Whose the stack contract's version is; no service can be called that.
const OURS: &str = "shipworthy's stack contract";

pub(super) fn check(required: ApiVersion, observed: &str) -> Compared {
    match observed.parse::<ApiVersion>() {
        Ok(observed) => hold(required, observed),
        Err(_) => Compared::Unreadable,
    }
}

/// No service states the stack contract's version: it is the one that Shipworthy implements.
pub(super) fn of_stack_contract(required: ApiVersion) -> Reading {
    let origin = Origin { what: "implemented by shipworthy".to_owned(), subject: None };
    let value = STACK_CONTRACT.to_string();
    Reading::of(keys::API_VERSION, &value, Some(OURS), &origin, hold(required, STACK_CONTRACT))
}

fn hold(required: ApiVersion, observed: ApiVersion) -> Compared {
    if required.major != observed.major {
        Compared::Differs(outcome::FIRST)
    } else if required.minor != observed.minor {
        Compared::Differs(outcome::MINOR)
    } else {
        Compared::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_and_minor_differ_by_rows_of_their_own() {
        for (required, observed, expected) in [
            ("1.0", "1.0", Compared::Same),
            ("1.0", " 1 ", Compared::Same),
            ("1.0", "1.1", Compared::Differs(1)),
            ("1.1", "2.1", Compared::Differs(0)),
            ("1.0", "one", Compared::Unreadable),
            ("1.0", "1.0.0", Compared::Unreadable),
        ] {
            assert_eq!(check(required.parse().unwrap(), observed), expected, "{required}, {observed}");
        }
    }
}
