//! What is not as it was when a recording was made.

use shipworthy_contract::{
    PluginRef, Service,
    report::{Difference, Differing},
};

use super::{Recorded, Recording};
use crate::stack::plan::Planned;

/// Everything that makes a replay another question than the one that was asked then. Where only some services are looked
/// at, what the recording has of others is left out on purpose.
pub(super) fn of(recording: &Recording, environment: &str, planned: &[Planned], only: &[Service]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut add = |what, probe: Option<&str>, recorded: Option<String>, now: Option<String>| {
        let difference = Difference { what, probe: probe.map(str::to_owned), recorded, now };
        // Instances of one probe differ in the same way.
        if recorded_differently(&difference) && !differences.contains(&difference) {
            differences.push(difference);
        }
    };
    add(Differing::Environment, None, Some(recording.environment.clone()), Some(environment.to_owned()));
    let version = env!("CARGO_PKG_VERSION").to_owned();
    add(Differing::Shipworthy, None, Some(recording.shipworthy.clone()), Some(version));
    for Planned { probe, listed, .. } in planned {
        let now = &listed.plugin;
        let mut runs = recording.of(&probe.name).peekable();
        if runs.peek().is_none() {
            add(Differing::Probe, Some(&probe.name), None, Some(name(now)));
        }
        for run in runs {
            add(Differing::Plugin, Some(&probe.name), Some(exactly(&run.plugin)), Some(exactly(now)));
            let config = shipworthy_contract::Sha256::of(probe.config.to_string().as_bytes());
            let recorded = run.config_sha256.unwrap_or(config);
            add(Differing::Config, Some(&probe.name), Some(recorded.to_string()), Some(config.to_string()));
        }
    }
    let is_left_out = |run: &&Recorded| {
        let is_listed = planned.iter().any(|planned| planned.probe.name == run.probe);
        !is_listed && (only.is_empty() || only.contains(&run.service))
    };
    for run in recording.runs.iter().filter(is_left_out) {
        add(Differing::Probe, Some(&run.probe), Some(name(&run.plugin)), None);
    }
    differences
}

fn recorded_differently(difference: &Difference) -> bool {
    difference.recorded != difference.now
}

fn name(plugin: &PluginRef) -> String {
    format!("{} {}", plugin.name, plugin.version)
}

fn exactly(plugin: &PluginRef) -> String {
    format!("{} {}, sha256 {}", plugin.name, plugin.version, plugin.sha256)
}
