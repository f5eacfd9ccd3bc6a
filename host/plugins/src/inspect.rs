//! What a plugin is, and what it may do in an environment: `shipworthy plugin inspect`. Nothing of it is run or
//! compiled; what is wrong inside its modules shows when it is compiled.

mod config;
mod draft;
mod held;

use std::path::{Path, PathBuf};

use shipworthy_contract::Sha256;

pub use self::{
    config::{ConfigKey, ConfigKeys, config_keys},
    draft::{Draft, draft},
    held::{Held, HeldNeed, HeldRole, NeedState, all_roles, hold},
};
use crate::{
    Bundled, Plugin, PluginError, Probe, Reference,
    component::{self, Import, LARGEST_COMPONENT},
    environment::PluginSource,
    files, reference,
    registry::Registry,
    source::{self, Elsewhere, Opened, PluginProblem},
};

/// A plugin as it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspected {
    /// Where it was looked for.
    pub source: PluginSource,
    /// Its bytes, their digest and its descriptor.
    pub plugin: Plugin,
    /// The release of the WIT package that it is built for: of several, the newest that this host serves.
    pub wit_version: String,
    /// What it imports, in its order.
    pub imports: Vec<Import>,
    /// What it exports beside what a probe is called by.
    pub extra_exports: Vec<String>,
    /// The file that its descriptor was read from; none if the component carries it.
    pub descriptor_file: Option<PathBuf>,
}

/// What a word of the command line names: `builtin:NAME`, `oci://...` or a file.
///
/// # Errors
///
/// A reference into a registry that is none.
pub fn named(word: &Path) -> Result<PluginSource, PluginError> {
    let text = word.to_string_lossy();
    match text.strip_prefix("builtin:") {
        Some(name) => Ok(PluginSource::Builtin(name.to_owned())),
        None if text.starts_with(reference::SCHEME) => {
            text.parse().map(PluginSource::Oci).map_err(|error| PluginError::alone(PluginProblem::Reference(error)))
        }
        None => Ok(PluginSource::File(word.to_owned())),
    }
}

/// Looks at a plugin. `bundled` are those that the binary brings along.
///
/// # Errors
///
/// Why it cannot be used, as [`source::Finder::resolve`] tells it of a probe's.
pub fn inspect(source: PluginSource, bundled: &[Bundled], registry: &dyn Registry) -> Result<Inspected, PluginError> {
    let opened = match &source {
        PluginSource::Builtin(name) => builtin(name, bundled),
        PluginSource::File(path) => source::open_file(path),
        PluginSource::Oci(reference) => fetched(reference, registry),
    };
    let Opened { plugin, inspection, beside } = opened.map_err(PluginError::alone)?;
    Ok(Inspected {
        source,
        plugin,
        wit_version: inspection.wit_version,
        imports: inspection.imports,
        extra_exports: inspection.extra_exports,
        descriptor_file: beside,
    })
}

/// What a reference means now.
fn fetched(reference: &Reference, registry: &dyn Registry) -> Result<Opened, PluginProblem> {
    let manifest = reference.digest.map_or_else(|| registry.digest(reference), Ok);
    let bytes = manifest.and_then(|manifest| registry.fetch(reference, manifest)).map_err(Elsewhere)?;
    source::open(bytes, reference.to_string(), None)
}

fn builtin(name: &str, bundled: &[Bundled]) -> Result<Opened, PluginProblem> {
    let plugin = source::open_builtin(name, bundled)?;
    let inspection = component::inspect(&plugin.bytes)
        .map_err(|source| PluginProblem::Component { origin: plugin.source.clone(), source })?;
    Ok(Opened { plugin, inspection, beside: None })
}

impl Inspected {
    /// Whether a probe uses this plugin: the same file, the same bytes, the same bundled name, or pinned to it.
    pub fn is_used_by(&self, probe: &Probe, bundled: &[Bundled]) -> bool {
        self.is_pinned(probe.sha256)
            || match (&probe.plugin, &self.source) {
                (PluginSource::Builtin(name), PluginSource::Builtin(own)) if name == own => true,
                (PluginSource::Builtin(name), _) => {
                    bundled.iter().any(|bundled| bundled.name == name && bundled.sha256 == self.plugin.sha256)
                }
                (PluginSource::File(path), PluginSource::File(own))
                    if files::identity(path) == files::identity(own) =>
                {
                    true
                }
                (PluginSource::File(path), _) => self.has_bytes_of(path),
                (PluginSource::Oci(_), _) => false,
            }
    }

    fn is_pinned(&self, pin: Option<Sha256>) -> bool {
        pin == Some(self.plugin.sha256)
    }

    /// Most files are told apart by their size, so that few are read.
    fn has_bytes_of(&self, path: &Path) -> bool {
        let own = &*self.plugin.bytes;
        files::size(path).is_some_and(|size| usize::try_from(size) == Ok(own.len()))
            && files::read(path, LARGEST_COMPONENT).is_ok_and(|bytes| bytes == own)
    }
}
