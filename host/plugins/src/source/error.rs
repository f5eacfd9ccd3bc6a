//! Why there is no plugin.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Explain, Fault, Sha256, explain::Place};

use crate::{
    Probe,
    component::ComponentError,
    descriptor::DescriptorError,
    files::FileError,
    lock::LockError,
    reference::NotAReference,
    registry::RegistryFault,
    trust::{SignatureProblem, TrustError},
};

/// Why there is no plugin: for a probe of an environment, or for whoever named one.
#[derive(Debug)]
pub struct PluginError {
    /// The probe and where it stands; none for a plugin that was named by itself.
    probe: Option<(String, Place)>,
    problem: Box<PluginProblem>,
}

impl PluginError {
    /// Of a probe's plugin.
    pub(crate) fn new(probe: &Probe, problem: PluginProblem) -> Self {
        let at = match &problem {
            // The value itself is wrong, or leads to nothing.
            PluginProblem::UnknownBuiltin { .. } | PluginProblem::File(_) | PluginProblem::Unpinned { .. } => {
                &probe.plugin_at
            }
            _ => &probe.at,
        };
        Self { probe: Some((probe.name.clone(), at.clone())), problem: Box::new(problem) }
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
    /// A tag, and nothing says which bytes it meant when it was reviewed.
    #[error("`{reference}` names a tag, which may mean other bytes tomorrow")]
    Unpinned {
        /// The reference.
        reference: String,
    },
    /// The registry did not give it.
    #[error(transparent)]
    Registry(#[from] Elsewhere),
    /// A signature is asked for, and there is none that counts.
    #[error("cannot trust the plugin `{origin}`: {source}")]
    Signature {
        /// Where it comes from.
        origin: String,
        /// Why not.
        #[source]
        source: Box<SignatureProblem>,
    },
    /// A key that the environment trusts cannot be used.
    #[error(transparent)]
    Key(#[from] TrustError),
    /// The lock holds something else.
    #[error(transparent)]
    Lock(#[from] LockError),
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
    #[error("the plugin `{origin}` has no descriptor{}", not_beside(beside.as_deref()))]
    NoDescriptor {
        /// Where the plugin comes from.
        origin: String,
        /// Where the descriptor could be; nowhere, in a registry.
        beside: Option<PathBuf>,
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

fn not_beside(beside: Option<&Path>) -> String {
    beside.map(|beside| format!(", and none is beside it: {}", beside.display())).unwrap_or_default()
}

impl Explain for PluginError {
    fn code(&self) -> &'static str {
        match &*self.problem {
            PluginProblem::UnknownBuiltin { .. } => "plugin.unknown",
            PluginProblem::Reference(_) => "plugin.reference",
            PluginProblem::Unpinned { .. } => "plugin.unpinned",
            PluginProblem::Registry(Elsewhere(fault)) => fault.code(),
            PluginProblem::Signature { source, .. } => source.code(),
            PluginProblem::Key(error) => error.code(),
            PluginProblem::Lock(error) => error.code(),
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
            | PluginProblem::Unpinned { .. }
            | PluginProblem::File(_)
            | PluginProblem::Pin { .. } => Fault::Environment,
            PluginProblem::Registry(Elsewhere(fault)) => fault.fault(),
            PluginProblem::Signature { source, .. } => source.fault(),
            PluginProblem::Key(error) => error.fault(),
            PluginProblem::Lock(error) => error.fault(),
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
            PluginProblem::Unpinned { .. } => {
                "run `shipworthy plugin lock`, which writes down what it means now\n\
                 or name the manifest's digest: `oci://HOST/REPOSITORY@sha256:DIGEST`"
            }
            PluginProblem::Registry(Elsewhere(fault)) => return fault.help(),
            PluginProblem::Signature { source, .. } => return source.help(),
            PluginProblem::Key(error) => return error.help(),
            PluginProblem::Lock(error) => return error.help(),
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

/// What somebody outside of this crate found wrong.
#[derive(Debug)]
pub struct Elsewhere(pub RegistryFault);

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Elsewhere {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
