//! `stack.mode`: an observed mode is compared trimmed and without regard to case; a required one is lower case.

use shipworthy_contract::requirement::Mode;

use crate::{compare::Compared, outcome};

pub(super) fn check(required: Mode, observed: &str) -> Compared {
    let same = observed.trim().eq_ignore_ascii_case(required.as_str());
    if same { Compared::Same } else { Compared::Differs(outcome::FIRST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_do_not_count() {
        for (observed, same) in
            [("docker", true), ("DOCKER", true), (" docker ", true), ("podman", false), ("containerd", false)]
        {
            assert_eq!(check(Mode::Docker, observed) == Compared::Same, same, "{observed:?}");
        }
    }
}
