//! What a lock would hold of an environment as it is now.

use super::{Entry, Lock, source_of};
use time::Date;

use crate::{
    Bundled, Environment, Plugin, PluginError, Probe, component,
    environment::PluginSource,
    grants,
    registry::Registry,
    source::{Finder, PluginProblem},
};

/// Whose tags are looked up anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// Nobody's: what was locked stays, as long as the environment names the same source.
    Nothing,
    /// These probes'.
    Probes(Vec<String>),
    /// All.
    Everything,
}

impl Update {
    fn covers(&self, probe: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Probes(probes) => probes.iter().any(|known| known == probe),
            Self::Everything => true,
        }
    }
}

/// The entries of an environment. A tag means what it meant in the lock `before`, unless it is to be looked up anew.
///
/// # Errors
///
/// Every probe whose plugin cannot be had or used.
pub fn draft(
    environment: &Environment,
    before: &Lock,
    update: &Update,
    bundled: &[Bundled],
    registry: &dyn Registry,
    today: Date,
) -> Result<Vec<Entry>, Vec<PluginError>> {
    let mut finder = Finder::new(environment, bundled, registry, today);
    let mut entries = Vec::new();
    let mut errors = Vec::new();
    for probe in &environment.probes {
        match entry(environment, probe, before, update, &mut finder) {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
}

fn entry(
    environment: &Environment,
    probe: &Probe,
    before: &Lock,
    update: &Update,
    finder: &mut Finder<'_>,
) -> Result<Entry, PluginError> {
    let source = source_of(&probe.plugin, environment);
    let manifest = match &probe.plugin {
        PluginSource::Oci(reference) => {
            let known = before.entry(&environment.name, &probe.name).filter(|known| known.source == source);
            let known = known.and_then(|known| known.manifest).filter(|_| !update.covers(&probe.name));
            Some(match reference.digest.or(known) {
                Some(digest) => digest,
                None => finder.digest(probe, reference)?,
            })
        }
        PluginSource::Builtin(_) | PluginSource::File(_) => None,
    };
    let plugin = finder.resolve_at(probe, manifest)?;
    let wit = wit_of(&plugin).map_err(|problem| PluginError::new(probe, problem))?;
    Ok(Entry {
        environment: environment.name.clone(),
        probe: probe.name.clone(),
        service: probe.service.clone(),
        name: plugin.descriptor.name.clone(),
        version: plugin.descriptor.version.clone(),
        source,
        manifest,
        sha256: plugin.sha256,
        size: size_of(&plugin),
        descriptor: plugin.beside,
        wit,
        needs: plugin.descriptor.needs.clone(),
        optional: plugin.descriptor.optional.clone(),
        grants: grants::given(&plugin.descriptor, probe, plugin.bundled).to_vec(),
    })
}

fn size_of(plugin: &Plugin) -> u64 {
    u64::try_from(plugin.bytes.len()).unwrap_or(u64::MAX)
}

fn wit_of(plugin: &Plugin) -> Result<String, PluginProblem> {
    let inspection = component::inspect(&plugin.bytes)
        .map_err(|source| PluginProblem::Component { origin: plugin.source.clone(), source })?;
    Ok(inspection.wit_version)
}
