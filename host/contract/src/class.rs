//! Why a result is what it is, kept apart so that "no answer" is never read as "wrong answer".

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Fault, Side};

/// The class of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The rule holds.
    Satisfied,
    /// The rule was judged and does not hold.
    Violated,
    /// Nobody saw what is required.
    NotObserved,
    /// The service could not be reached.
    Unreachable,
    /// The service, or the probe, took longer than its limit.
    TimedOut,
    /// The service turned the probe away.
    Denied,
    /// TLS could not be set up.
    Tls,
    /// The answer, or the file, cannot be read.
    Unreadable,
    /// More than a limit allows.
    Limit,
    /// The probe trapped.
    Trapped,
    /// The environment does not grant it.
    NotGranted,
    /// The service has nothing of the kind, for instance in this mode.
    NotOffered,
    /// The probe's `config` fits its schema and still cannot be used.
    Config,
    /// A replay asked what its recording does not hold.
    NotRecorded,
    /// A waiver of the environment applies.
    Waived,
    /// Skipped by name, or because of an earlier cause.
    Skipped,
    /// Nothing was judged; worth knowing.
    Information,
    /// A defect of the probe, or of Shipworthy itself.
    Defect,
}

impl Class {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 18] = [
        Self::Satisfied,
        Self::Violated,
        Self::NotObserved,
        Self::Unreachable,
        Self::TimedOut,
        Self::Denied,
        Self::Tls,
        Self::Unreadable,
        Self::Limit,
        Self::Trapped,
        Self::NotGranted,
        Self::NotOffered,
        Self::Config,
        Self::NotRecorded,
        Self::Waived,
        Self::Skipped,
        Self::Information,
        Self::Defect,
    ];

    /// The word used in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Violated => "violated",
            Self::NotObserved => "not-observed",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed-out",
            Self::Denied => "denied",
            Self::Tls => "tls",
            Self::Unreadable => "unreadable",
            Self::Limit => "limit",
            Self::Trapped => "trapped",
            Self::NotGranted => "not-granted",
            Self::NotOffered => "not-offered",
            Self::Config => "config",
            Self::NotRecorded => "not-recorded",
            Self::Waived => "waived",
            Self::Skipped => "skipped",
            Self::Information => "information",
            Self::Defect => "defect",
        }
    }

    /// Whose it most often is to mend; who judges may know better. None where nothing is to be mended.
    pub const fn fault(self, side: Side) -> Option<Fault> {
        Some(match (self, side) {
            (Self::Satisfied | Self::Waived | Self::Skipped | Self::Information, _) => return None,
            // What files say is the artifact's, whatever is wrong with it.
            (Self::Violated | Self::Unreadable | Self::Limit | Self::NotObserved, Side::Payload) => Fault::Artifact,
            (Self::Violated | Self::Unreachable | Self::TimedOut | Self::Unreadable, _) => Fault::Service,
            // A run that goes over its limits does more than it has to.
            (Self::Limit | Self::Trapped | Self::Defect, _) => Fault::Plugin,
            // Credentials, CA, grants, `config`, and which probes are listed and what is required of whom.
            (Self::Denied | Self::Tls | Self::NotGranted | Self::Config, _) => Fault::Environment,
            (Self::NotObserved | Self::NotOffered | Self::NotRecorded, _) => Fault::Environment,
        })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_against_a_deploy_is_somebodys_to_mend() {
        let nobodys = [Class::Satisfied, Class::Waived, Class::Skipped, Class::Information];
        for (class, side) in Class::ALL.into_iter().flat_map(|class| [(class, Side::Payload), (class, Side::Stack)]) {
            assert_eq!(class.fault(side).is_none(), nobodys.contains(&class), "{class}");
        }
    }

    #[test]
    fn serde_and_display_agree() {
        for class in Class::ALL {
            assert_eq!(serde_json::to_string(&class).unwrap(), format!("\"{class}\""));
        }
    }
}
