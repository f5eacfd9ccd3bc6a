//! Where plugins come from: the binary itself, a file or a registry; and whether what came is what was meant.
//!
//! The order is that of trust: of bytes that are not those that were pinned and locked, nothing is read.

mod error;
mod open;

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map},
    path::PathBuf,
    sync::Arc,
};

use shipworthy_contract::Sha256;
use shipworthy_signatures::Signer;
use time::Date;

pub use self::error::{Elsewhere, PluginError, PluginProblem};
pub(crate) use self::open::{Opened, open, open_builtin, open_file};
use self::open::{find_builtin, read_component};
use crate::{
    Descriptor, Environment, Probe, Reference,
    component::{self, LARGEST_COMPONENT},
    environment::PluginSource,
    files, grants,
    lock::{self, Entry, LockError, LockFile},
    registry::{Looked, Registry},
    trust::{self, Keyring, SignatureProblem},
};

/// A plugin that the binary brings along.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// The name behind `builtin:`.
    pub name: &'static str,
    /// The component, as it was built.
    pub component: &'static [u8],
    /// The component's digest, so that nothing is hashed at start.
    pub sha256: Sha256,
    /// Its descriptor's JSON, so that nothing is inspected at start.
    pub descriptor: &'static str,
}

/// A plugin that was found and is what the environment says it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Plugin {
    /// The component.
    pub bytes: Cow<'static, [u8]>,
    /// The digest of these very bytes.
    pub sha256: Sha256,
    /// Who it is.
    pub descriptor: Descriptor,
    /// The digest of the file that its descriptor was read from; none if the component carries it.
    pub beside: Option<Sha256>,
    /// Whether the binary brings it along.
    pub bundled: bool,
    /// Where it comes from, in words: `builtin:agent`, `plugins/own.wasm`.
    pub source: String,
}

/// What says which bytes were reviewed.
#[derive(Clone, Debug)]
pub enum Pins<'a> {
    /// The environment alone.
    Environment,
    /// A lock beside it.
    Lock(&'a LockFile),
    /// A lock that is not there, at this path: what is not bundled is refused.
    Missing(PathBuf),
}

/// Finds the plugins of an environment's probes, each plugin once.
pub struct Finder<'a> {
    environment: &'a Environment,
    bundled: &'a [Bundled],
    registry: &'a dyn Registry,
    pins: Pins<'a>,
    keys: Keyring<'a>,
    known: BTreeMap<(String, Option<Sha256>), Found>,
    /// By probe: the name of the key that signed its plugin.
    signers: BTreeMap<String, String>,
}

/// Bytes that are at hand, and what is known of them.
struct Found {
    /// Until they were read: the plugin has them then.
    bytes: Cow<'static, [u8]>,
    size: u64,
    sha256: Sha256,
    origin: String,
    kind: Kind,
    /// Once they were read.
    plugin: Option<Arc<Plugin>>,
}

/// What stands for the bytes.
enum Kind {
    /// The binary; with the descriptor's JSON.
    Bundled(&'static str),
    /// A file.
    File(PathBuf),
    /// The manifest of an artifact.
    Registry(Reference, Sha256),
}

impl<'a> Finder<'a> {
    /// For an environment, whose own pins are held. `bundled` are the plugins that the binary brings along.
    /// Keys are trusted as they are `today`, in UTC.
    pub const fn new(
        environment: &'a Environment,
        bundled: &'a [Bundled],
        registry: &'a dyn Registry,
        today: Date,
    ) -> Self {
        Self {
            environment,
            bundled,
            registry,
            pins: Pins::Environment,
            keys: Keyring::new(&environment.trust, today),
            known: BTreeMap::new(),
            signers: BTreeMap::new(),
        }
    }

    /// The same, with something that says which bytes were reviewed.
    #[must_use]
    pub fn with_pins(self, pins: Pins<'a>) -> Self {
        Self { pins, ..self }
    }

    /// A probe's plugin, which is what was pinned, locked and signed.
    ///
    /// # Errors
    ///
    /// Why there is no such plugin; nothing of it has run.
    pub fn resolve(&mut self, probe: &Probe) -> Result<Arc<Plugin>, PluginError> {
        self.held(probe).map_err(|problem| PluginError::new(probe, problem))
    }

    /// The name of the key that signed a probe's plugin, once that was found; none where no signature is asked for.
    pub fn signer(&self, probe: &Probe) -> Option<&str> {
        self.signers.get(&probe.name).map(String::as_str)
    }

    fn held(&mut self, probe: &Probe) -> Result<Arc<Plugin>, PluginProblem> {
        let locked = match &self.pins {
            Pins::Environment => None,
            Pins::Lock(file) => Some((*file, lock::hold_source(file, self.environment, probe)?)),
            Pins::Missing(path) => match &probe.plugin {
                PluginSource::Builtin(_) => None,
                PluginSource::File(_) | PluginSource::Oci(_) => {
                    return Err(LockError::NoLock { lock: path.clone() }.into());
                }
            },
        };
        let manifest = match &probe.plugin {
            PluginSource::Builtin(_) | PluginSource::File(_) => None,
            PluginSource::Oci(reference) => {
                let digest = reference.digest.or_else(|| locked.and_then(|(_, entry)| entry.manifest));
                let unpinned = || PluginProblem::Unpinned { reference: reference.to_string() };
                Some(digest.ok_or_else(unpinned)?)
            }
        };
        self.at(probe, manifest, locked)
    }

    /// A probe's plugin, whatever a lock says of it.
    pub(crate) fn resolve_at(&mut self, probe: &Probe, manifest: Option<Sha256>) -> Result<Arc<Plugin>, PluginError> {
        self.at(probe, manifest, None).map_err(|problem| PluginError::new(probe, problem))
    }

    /// What a probe's reference means now.
    pub(crate) fn digest(&self, probe: &Probe, reference: &Reference) -> Result<Sha256, PluginError> {
        let found = self.registry.digest(reference);
        found.map_err(|fault| PluginError::new(probe, Elsewhere(fault).into()))
    }

    fn at(
        &mut self,
        probe: &Probe,
        manifest: Option<Sha256>,
        locked: Option<(&LockFile, &Entry)>,
    ) -> Result<Arc<Plugin>, PluginProblem> {
        let found = match self.known.entry((origin(&probe.plugin), manifest)) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(free) => free.insert(bring(&probe.plugin, manifest, self.bundled, self.registry)?),
        };
        check_pin(probe.sha256, found.sha256, &found.origin)?;
        if let Some((file, entry)) = locked {
            lock::hold_bytes(file, entry, found.sha256, found.size)?;
        }
        if let Some(signer) = found.signer(self.registry, &mut self.keys, &probe.name)? {
            self.signers.insert(probe.name.clone(), signer.name);
        }
        let plugin = found.read()?;
        if let Some((file, entry)) = locked {
            let given = grants::given(&plugin.descriptor, probe, plugin.bundled);
            lock::hold_descriptor(file, entry, &plugin, probe, given)?;
        }
        Ok(plugin)
    }
}

impl Found {
    fn new(bytes: Cow<'static, [u8]>, sha256: Sha256, origin: String, kind: Kind) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { bytes, size, sha256, origin, kind, plugin: None }
    }

    /// Who signed the bytes, of those who may; none where no signature is asked for. What the binary brings along is
    /// what its own signature covers.
    fn signer(
        &self,
        registry: &dyn Registry,
        keys: &mut Keyring<'_>,
        probe: &str,
    ) -> Result<Option<Signer>, PluginProblem> {
        if let Kind::Bundled(_) = self.kind {
            return Ok(None);
        }
        let Some(keys) = keys.of(probe)? else { return Ok(None) };
        let signer = match &self.kind {
            Kind::Bundled(_) => return Ok(None),
            Kind::File(path) => trust::of_file(path, self.sha256, keys),
            Kind::Registry(reference, manifest) => {
                let attached = |looked| registry.signatures(reference, *manifest, looked).map_err(Elsewhere);
                let before = attached(Looked::Before)?;
                match trust::of_manifest(*manifest, &before, keys) {
                    // Somebody may have signed it since.
                    Err(_) => trust::of_manifest(*manifest, &attached(Looked::Now)?, keys).map_err(Into::into),
                    signed => signed.map_err(Into::into),
                }
            }
        };
        let wrap = |source| PluginProblem::Signature { origin: self.origin.clone(), source: Box::new(source) };
        let signer = signer.map_err(wrap)?;
        match self.beside() {
            Some(beside) => Err(wrap(SignatureProblem::Descriptor { beside })),
            None => Ok(Some(signer)),
        }
    }

    /// Where the descriptor lies, if the component does not carry it. What is no component is refused later.
    fn beside(&self) -> Option<PathBuf> {
        let Kind::File(path) = &self.kind else { return None };
        let carried = match &self.plugin {
            Some(plugin) => component::has_descriptor(&plugin.bytes),
            None => component::has_descriptor(&self.bytes),
        };
        (!carried).then(|| path.with_extension("probe.json"))
    }

    /// Who the plugin is, read once.
    fn read(&mut self) -> Result<Arc<Plugin>, PluginProblem> {
        if let Some(plugin) = &self.plugin {
            return Ok(Arc::clone(plugin));
        }
        let (descriptor, beside) = match &self.kind {
            Kind::Bundled(text) => {
                let descriptor = Descriptor::parse_bundled(text)
                    .map_err(|source| PluginProblem::Descriptor { origin: self.origin.clone(), source })?;
                (descriptor, None)
            }
            Kind::File(path) => {
                let (_, descriptor, beside) = read_component(&self.bytes, &self.origin, Some(path))?;
                (descriptor, beside.map(|(_, sha256)| sha256))
            }
            Kind::Registry(..) => (read_component(&self.bytes, &self.origin, None)?.1, None),
        };
        let plugin = Arc::new(Plugin {
            bytes: std::mem::replace(&mut self.bytes, Cow::Borrowed(&[])),
            sha256: self.sha256,
            descriptor,
            beside,
            bundled: matches!(self.kind, Kind::Bundled(_)),
            source: self.origin.clone(),
        });
        self.plugin = Some(Arc::clone(&plugin));
        Ok(plugin)
    }
}

/// Where a plugin comes from, in words.
fn origin(source: &PluginSource) -> String {
    match source {
        PluginSource::Builtin(name) => format!("builtin:{name}"),
        PluginSource::File(path) => path.display().to_string(),
        PluginSource::Oci(reference) => reference.to_string(),
    }
}

/// The bytes, of which nothing is read.
fn bring(
    source: &PluginSource,
    manifest: Option<Sha256>,
    bundled: &[Bundled],
    registry: &dyn Registry,
) -> Result<Found, PluginProblem> {
    let origin = origin(source);
    let (bytes, kind) = match (source, manifest) {
        (PluginSource::Builtin(name), _) => {
            let Bundled { component, sha256, descriptor, .. } = *find_builtin(name, bundled)?;
            let bytes = Cow::Borrowed(component);
            return Ok(Found::new(bytes, sha256, origin, Kind::Bundled(descriptor)));
        }
        (PluginSource::File(path), _) => {
            let bytes = files::read(path, LARGEST_COMPONENT).map_err(PluginProblem::File)?;
            (bytes, Kind::File(path.clone()))
        }
        (PluginSource::Oci(reference), Some(manifest)) => {
            let bytes = registry.fetch(reference, manifest).map_err(Elsewhere)?;
            (bytes, Kind::Registry(reference.clone(), manifest))
        }
        (PluginSource::Oci(reference), None) => {
            return Err(PluginProblem::Unpinned { reference: reference.to_string() });
        }
    };
    let sha256 = Sha256::of(&bytes);
    Ok(Found::new(Cow::Owned(bytes), sha256, origin, kind))
}

fn check_pin(pin: Option<Sha256>, found: Sha256, origin: &str) -> Result<(), PluginProblem> {
    match pin {
        Some(expected) if expected != found => Err(PluginProblem::Pin { expected, found, origin: origin.to_owned() }),
        Some(_) | None => Ok(()),
    }
}
