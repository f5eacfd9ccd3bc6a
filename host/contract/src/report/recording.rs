//! That a stack was judged from a recording, which one, and what is not as it was then.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A recording that was judged in place of a running stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingRef {
    /// The file as the user named it.
    pub file: PathBuf,
    /// When it was made, in RFC 3339, UTC; none if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// The version of the host that made it.
    pub shipworthy: String,
    /// The name of the environment that it was made with.
    pub environment: String,
    /// What is not as it was then.
    pub differences: Vec<Difference>,
}

/// Something that is not as it was when a recording was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is.
    pub what: Differing,
    /// Of which probe; none where it is of no probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// As it was then; none if it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// As it is now; none if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

/// What can differ from when a recording was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Differing {
    /// The environment's name.
    Environment,
    /// The host's version.
    Shipworthy,
    /// Whether there is such a probe; its plugin's name and version.
    Probe,
    /// A probe's plugin: name, version and digest.
    Plugin,
    /// A probe's config, by its digest.
    Config,
}

impl Differing {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Shipworthy => "shipworthy",
            Self::Probe => "probe",
            Self::Plugin => "plugin",
            Self::Config => "config",
        }
    }
}
