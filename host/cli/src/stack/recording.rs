//! What `--record` writes and `--replay` reads: everything that the probes of one run were told.

mod differences;
mod file;

use std::path::Path;

use serde::{Deserialize, Serialize};
use shipworthy_capabilities::RecordedRun;
use shipworthy_contract::{
    PluginRef, Service, Sha256,
    evidence::{ProbeRun, RunEnd},
    report::{ProjectRef, RecordingRef},
};
use shipworthy_plugins::Probe;

use super::plan::Planned;
use crate::{
    args::StackFlags,
    refusal::UsageError,
    replace::{Readers, replace},
};

pub(super) use file::ROOM;

/// The file's format. A reader of another one refuses it.
const FORMAT: &str = "shipworthy.recording/1";

/// One recording.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recording {
    format: String,
    /// The version of the host that made it.
    shipworthy: String,
    /// When it was made: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded: Option<String>,
    /// The environment's name.
    environment: String,
    /// The compose project that containers were looked for in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<ProjectRef>,
    /// One per probe and instance.
    runs: Vec<Recorded>,
}

/// What one probe was told of one instance, in its last attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recorded {
    pub(crate) probe: String,
    pub(crate) service: Service,
    pub(crate) instance: String,
    pub(crate) plugin: PluginRef,
    /// Of the config, as JSON. A config says what is asked, as the plugin does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) config_sha256: Option<Sha256>,
    pub(crate) project: Option<String>,
    /// Of the guest's random numbers, in hexadecimal.
    pub(crate) seed: String,
    /// None if it was not started.
    pub(crate) attempts: u32,
    /// How the run ended, where the host's clock decided it or it was not started: a replay has another clock.
    pub(crate) ended_by_host: Option<RunEnd>,
    pub(crate) told: RecordedRun,
}

impl Recorded {
    /// A run that was not started. It is told again as that.
    pub(crate) fn not_started(run: &ProbeRun, config: &str) -> Self {
        Self {
            probe: run.probe.clone(),
            service: run.service.clone(),
            instance: run.instance.clone(),
            plugin: run.plugin.clone(),
            config_sha256: Some(Sha256::of(config.as_bytes())),
            project: None,
            seed: String::new(),
            attempts: 0,
            ended_by_host: Some(run.end.clone()),
            told: RecordedRun::default(),
        }
    }

    /// How it ended before it began, if it was not started.
    pub(crate) fn ended_before(&self) -> Option<&RunEnd> {
        self.ended_by_host.as_ref().filter(|_| self.attempts == 0)
    }

    /// Whether a probe is the very one that was run then: then what it does is what it did.
    pub(crate) fn is_of(&self, plugin: &PluginRef, probe: &Probe) -> bool {
        self.plugin.sha256 == plugin.sha256 && self.has_config_of(probe)
    }

    fn has_config_of(&self, probe: &Probe) -> bool {
        self.config_sha256.is_none_or(|recorded| recorded == Sha256::of(probe.config.to_string().as_bytes()))
    }
}

impl Recording {
    pub(crate) fn new(environment: &str, at: String, project: Option<ProjectRef>, mut runs: Vec<Recorded>) -> Self {
        // Which run was done first is nobody's business.
        runs.sort_by(|a, b| (&a.probe, &a.instance).cmp(&(&b.probe, &b.instance)));
        Self {
            format: FORMAT.to_owned(),
            shipworthy: env!("CARGO_PKG_VERSION").to_owned(),
            recorded: Some(at),
            environment: environment.to_owned(),
            project,
            runs,
        }
    }

    /// The runs of one probe, in recorded order.
    pub(crate) fn of(&self, probe: &str) -> impl Iterator<Item = &Recorded> {
        self.runs.iter().filter(move |run| run.probe == probe)
    }

    /// The probes that it has runs of, each once.
    pub(crate) fn probes(&self) -> Vec<&str> {
        let mut probes: Vec<&str> = self.runs.iter().map(|run| run.probe.as_str()).collect();
        probes.sort_unstable();
        probes.dedup();
        probes
    }

    /// As the report tells of it.
    pub(super) fn told(&self, environment: &str, planned: &[Planned], flags: &StackFlags) -> RecordingRef {
        RecordingRef {
            file: flags.replay.clone().unwrap_or_default(),
            recorded: self.recorded.clone(),
            shipworthy: self.shipworthy.clone(),
            environment: self.environment.clone(),
            differences: differences::of(self, environment, planned, &flags.only),
        }
    }

    pub(crate) fn write(&self, file: &Path) -> Result<(), UsageError> {
        let written = replace(file, Readers::Owner, |out| file::write(self, out));
        written.map_err(|source| UsageError::Write { what: "recording", file: file.to_owned(), source })
    }

    pub(crate) fn read(file: &Path) -> Result<Self, UsageError> {
        file::read(file).map_err(|source| UsageError::Recording { file: file.to_owned(), source })
    }
}
