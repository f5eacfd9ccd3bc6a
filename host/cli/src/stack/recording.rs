//! The file of `--record` and `--replay`: everything that the probes of one run were told.

use std::{io::Read as _, path::Path};

use serde::{Deserialize, Serialize};
use shipworthy_capabilities::RecordedRun;
use shipworthy_contract::{PluginRef, Service, evidence::RunEnd, report::ProjectRef};

use crate::{
    output::write_atomically,
    refusal::{RecordingError, UsageError},
};

/// The file's format. A reader of another one refuses it.
const FORMAT: &str = "shipworthy.recording/1";

/// Largest recording that is read, in bytes: a thousand runs of a few answers each are below it.
const LARGEST: u64 = 256 << 20;

/// Room for what all runs of one recording are told, in bytes: with the indentation around it, below [`LARGEST`], so that
/// what is written can be read again.
pub(super) const ROOM: u64 = LARGEST * 3 / 8;

/// One recording.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recording {
    format: String,
    /// The version of the host that made it.
    shipworthy: String,
    /// The environment's name.
    environment: String,
    /// The compose project that containers were looked for in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<ProjectRef>,
    /// One per probe and instance.
    runs: Vec<Recorded>,
}

/// What one probe was told of one instance, in its last attempt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recorded {
    pub(crate) probe: String,
    pub(crate) service: Service,
    pub(crate) instance: String,
    pub(crate) plugin: PluginRef,
    pub(crate) project: Option<String>,
    /// Of the guest's random numbers, in hexadecimal.
    pub(crate) seed: String,
    pub(crate) attempts: u32,
    /// How the run ended, where the host's clock decided it: a replay has another clock.
    pub(crate) ended_by_host: Option<RunEnd>,
    pub(crate) told: RecordedRun,
}

impl Recording {
    pub(crate) fn new(environment: &str, project: Option<ProjectRef>, runs: Vec<Recorded>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            shipworthy: env!("CARGO_PKG_VERSION").to_owned(),
            environment: environment.to_owned(),
            project,
            runs,
        }
    }

    /// The runs of one probe, in recorded order.
    pub(crate) fn of(&self, probe: &str) -> impl Iterator<Item = &Recorded> {
        self.runs.iter().filter(move |run| run.probe == probe)
    }

    pub(crate) fn write(&self, file: &Path) -> Result<(), UsageError> {
        // Serialising cannot fail: every key is a string and no writer is involved.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        write_atomically(file, &text, "recording")
    }

    pub(crate) fn read(file: &Path) -> Result<Self, UsageError> {
        read(file).map_err(|source| UsageError::Recording { file: file.to_owned(), source })
    }
}

#[expect(clippy::disallowed_methods, reason = "the door for the recording that the user names")]
fn read(file: &Path) -> Result<Recording, RecordingError> {
    let mut text = String::new();
    std::fs::File::open(file)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(RecordingError::TooLarge(LARGEST));
    }
    let recording: Recording = serde_json::from_str(&text)?;
    if recording.format != FORMAT {
        return Err(RecordingError::Format { expected: FORMAT, found: recording.format });
    }
    Ok(recording)
}
