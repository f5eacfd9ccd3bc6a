//! `stack.release`: opaque text, compared trimmed; in practice an image tag, sometimes `latest`.

use crate::{compare::Compared, outcome};

pub(super) fn check(required: &str, observed: &str) -> Compared {
    if required.trim() == observed.trim() { Compared::Same } else { Compared::Differs(outcome::FIRST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_not_read_as_a_version() {
        for (required, observed, same) in
            [("v1", " v1 ", true), ("v1", "V1", false), ("1.0", "1.0.0", false), ("latest", "latest", true)]
        {
            assert_eq!(check(required, observed) == Compared::Same, same, "{required}, {observed}");
        }
    }
}
