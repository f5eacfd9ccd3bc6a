//! Where plugins come from: the binary itself, or a file. `oci://` is understood and not offered by this version.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use shipworthy_contract::{Explain, Fault, Sha256, explain::Place, suggest::nearest};

use crate::{
    Descriptor, Probe,
    component::{self, ComponentError, Inspection, LARGEST_COMPONENT},
    descriptor::{DescriptorError, LARGEST_DESCRIPTOR},
    environment::PluginSource,
    files::{self, FileError},
    reference::NotAReference,
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
    /// Whether the binary brings it along.
    pub bundled: bool,
    /// Where it comes from, in words: `builtin:agent`, `plugins/own.wasm`.
    pub source: String,
}

/// Why there is no plugin: for a probe of an environment, or for whoever named one.
#[derive(Debug)]
pub struct PluginError {
    /// The probe and where it stands; none for a plugin that was named by itself.
    probe: Option<(String, Place)>,
    problem: Box<PluginProblem>,
}

impl PluginError {
    fn new(probe: &Probe, problem: PluginProblem) -> Self {
        Self { probe: Some((probe.name.clone(), probe.at.clone())), problem: Box::new(problem) }
    }

    /// Of a plugin that no probe is about.
    pub(crate) fn alone(problem: PluginProblem) -> Self {
        Self { probe: None, problem: Box::new(problem) }
    }

    /// What is wrong.
    pub fn problem(&self) -> &PluginProblem {
        &self.problem
    }
}

impl fmt::Display for PluginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((probe, _)) = &self.probe {
            write!(f, "the probe `{probe}`: ")?;
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for PluginError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.problem)
    }
}

/// The ways in which there is no plugin.
#[derive(Debug, thiserror::Error)]
pub enum PluginProblem {
    /// No bundled plugin has this name.
    #[error("no bundled plugin is called `{name}`")]
    UnknownBuiltin {
        /// The name.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
        /// All that exist.
        known: Vec<&'static str>,
    },
    /// A reference into a registry that is none.
    #[error(transparent)]
    Reference(NotAReference),
    /// Registries are not offered yet.
    #[error("plugins from a registry are not offered by this version: {reference}")]
    NotOffered {
        /// The reference.
        reference: String,
    },
    /// The file cannot be read.
    #[error("cannot read the plugin")]
    File(#[source] FileError),
    /// It is not the plugin that was pinned.
    #[error("expected the plugin `{origin}` to have sha256 {expected}, found: {found}")]
    Pin {
        /// The pin.
        expected: Sha256,
        /// The digest of what was found.
        found: Sha256,
        /// Where it was found.
        origin: String,
    },
    /// The component is refused.
    #[error("cannot use the plugin `{origin}`")]
    Component {
        /// Where it comes from.
        origin: String,
        /// Why not.
        #[source]
        source: ComponentError,
    },
    /// Nobody says who the plugin is.
    #[error("the plugin `{origin}` has no descriptor, and none is beside it: {}", beside.display())]
    NoDescriptor {
        /// Where the plugin comes from.
        origin: String,
        /// Where the descriptor could be.
        beside: PathBuf,
    },
    /// The descriptor is wrong.
    #[error("cannot use the descriptor of `{origin}`")]
    Descriptor {
        /// Where it comes from.
        origin: String,
        /// Why not.
        #[source]
        source: DescriptorError,
    },
}

/// Finds a probe's plugin and holds it against its pin. `bundled` are the plugins that the binary brings along.
///
/// # Errors
///
/// Why there is no such plugin; nothing of it has run.
pub fn resolve(probe: &Probe, bundled: &[Bundled]) -> Result<Plugin, PluginError> {
    let found = match &probe.plugin {
        PluginSource::Builtin(name) => open_builtin(name, probe.sha256, bundled),
        PluginSource::File(path) => open_file(path, probe.sha256).map(|opened| opened.plugin),
        PluginSource::Oci(reference) => Err(PluginProblem::NotOffered { reference: reference.to_string() }),
    };
    found.map_err(|problem| PluginError::new(probe, problem))
}

/// Finds the plugins of many probes, each plugin once.
#[derive(Debug)]
pub struct Finder<'a> {
    bundled: &'a [Bundled],
    known: BTreeMap<String, Arc<Plugin>>,
}

impl<'a> Finder<'a> {
    /// With the plugins that the binary brings along.
    pub const fn new(bundled: &'a [Bundled]) -> Self {
        Self { bundled, known: BTreeMap::new() }
    }

    /// As [`resolve`].
    ///
    /// # Errors
    ///
    /// As [`resolve`].
    pub fn resolve(&mut self, probe: &Probe) -> Result<Arc<Plugin>, PluginError> {
        let origin = match &probe.plugin {
            PluginSource::Builtin(name) => format!("builtin:{name}"),
            PluginSource::File(path) => path.display().to_string(),
            PluginSource::Oci(reference) => reference.to_string(),
        };
        if let Some(known) = self.known.get(&origin) {
            check_pin(probe.sha256, known.sha256, &origin).map_err(|problem| PluginError::new(probe, problem))?;
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(resolve(probe, self.bundled)?);
        self.known.insert(origin, Arc::clone(&found));
        Ok(found)
    }
}

/// A bundled plugin; its component is not looked at.
pub(crate) fn open_builtin(name: &str, pin: Option<Sha256>, bundled: &[Bundled]) -> Result<Plugin, PluginProblem> {
    let Some(found) = bundled.iter().find(|bundled| bundled.name == name) else {
        let known: Vec<&'static str> = bundled.iter().map(|bundled| bundled.name).collect();
        let nearest = nearest(name, known.iter().copied()).map(str::to_owned);
        return Err(PluginProblem::UnknownBuiltin { name: name.to_owned(), nearest, known });
    };
    let source = format!("builtin:{name}");
    check_pin(pin, found.sha256, &source)?;
    let descriptor = Descriptor::parse_bundled(found.descriptor)
        .map_err(|error| PluginProblem::Descriptor { origin: source.clone(), source: error })?;
    Ok(Plugin { bytes: Cow::Borrowed(found.component), sha256: found.sha256, descriptor, bundled: true, source })
}

/// A plugin that is a file, and what was seen of its component on the way.
pub(crate) struct Opened {
    pub(crate) plugin: Plugin,
    /// Its descriptor was taken out.
    pub(crate) inspection: Inspection,
    /// The file that the descriptor was read from; none if it was the component's own.
    pub(crate) beside: Option<PathBuf>,
}

pub(crate) fn open_file(path: &Path, pin: Option<Sha256>) -> Result<Opened, PluginProblem> {
    let origin = path.display().to_string();
    let bytes = files::read(path, LARGEST_COMPONENT).map_err(PluginProblem::File)?;
    let sha256 = Sha256::of(&bytes);
    // The pin comes first: of bytes that nobody meant, nothing is read.
    check_pin(pin, sha256, &origin)?;
    let mut inspection =
        component::inspect(&bytes).map_err(|source| PluginProblem::Component { origin: origin.clone(), source })?;
    let (descriptor, beside) = if let Some(descriptor) = inspection.descriptor.take() {
        (descriptor, None)
    } else {
        let beside = path.with_extension("probe.json");
        (read_beside(&beside, &origin)?, Some(beside))
    };
    let plugin = Plugin { bytes: Cow::Owned(bytes), sha256, descriptor, bundled: false, source: origin };
    Ok(Opened { plugin, inspection, beside })
}

/// `NAME.probe.json` beside `NAME.wasm`.
fn read_beside(beside: &Path, origin: &str) -> Result<Descriptor, PluginProblem> {
    let text = match files::read_text(beside, LARGEST_DESCRIPTOR) {
        Ok(text) => text,
        Err(FileError::Missing { .. }) => {
            return Err(PluginProblem::NoDescriptor { origin: origin.to_owned(), beside: beside.to_owned() });
        }
        Err(source) => return Err(PluginProblem::File(source)),
    };
    Descriptor::parse(&text)
        .map_err(|source| PluginProblem::Descriptor { origin: beside.display().to_string(), source })
}

fn check_pin(pin: Option<Sha256>, found: Sha256, origin: &str) -> Result<(), PluginProblem> {
    match pin {
        Some(expected) if expected != found => Err(PluginProblem::Pin { expected, found, origin: origin.to_owned() }),
        Some(_) | None => Ok(()),
    }
}

impl Explain for PluginError {
    fn code(&self) -> &'static str {
        match &*self.problem {
            PluginProblem::UnknownBuiltin { .. } => "plugin.unknown",
            PluginProblem::Reference(_) => "plugin.reference",
            PluginProblem::NotOffered { .. } => "plugin.not-offered",
            PluginProblem::File(_) => "plugin.file",
            PluginProblem::Pin { .. } => "plugin.pin",
            PluginProblem::Component { source, .. } => source.code(),
            PluginProblem::NoDescriptor { .. } | PluginProblem::Descriptor { .. } => "plugin.descriptor",
        }
    }

    fn fault(&self) -> Fault {
        match &*self.problem {
            PluginProblem::UnknownBuiltin { .. }
            | PluginProblem::Reference(_)
            | PluginProblem::NotOffered { .. }
            | PluginProblem::File(_)
            | PluginProblem::Pin { .. } => Fault::Environment,
            PluginProblem::Component { source, .. } => source.fault(),
            PluginProblem::NoDescriptor { .. } | PluginProblem::Descriptor { .. } => Fault::Plugin,
        }
    }

    fn help(&self) -> Option<String> {
        let text = match &*self.problem {
            PluginProblem::UnknownBuiltin { nearest: Some(nearest), .. } => {
                return Some(format!("did you mean `builtin:{nearest}`?"));
            }
            PluginProblem::UnknownBuiltin { known, .. } => return Some(format!("there are: {}", known.join(", "))),
            PluginProblem::Reference(_) => return None,
            PluginProblem::NotOffered { .. } => "fetch the component by other means and name the file",
            PluginProblem::File(_) if self.probe.is_none() => {
                "name the file of a component, or `builtin:` and the name of a bundled probe"
            }
            PluginProblem::File(_) => "paths are relative to the file in which they stand",
            PluginProblem::Pin { .. } => {
                "find out who changed the plugin; only if the change is meant, set `sha256` to what was found"
            }
            PluginProblem::Component { source, .. } => return source.help(),
            PluginProblem::NoDescriptor { .. } => {
                "the plugin's author puts `probe.json` into the component, or delivers it beside it"
            }
            PluginProblem::Descriptor { source, .. } => return source.help(),
        };
        Some(text.to_owned())
    }

    fn place(&self) -> Option<Place> {
        self.probe.as_ref().map(|(_, at)| at.clone())
    }
}
