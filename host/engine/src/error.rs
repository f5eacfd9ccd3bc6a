//! Why a component could not be made ready to run. Nothing of it has run by then.

use std::path::PathBuf;

use shipworthy_contract::{Explain, Fault, wit};

/// A component that cannot be loaded, or an engine that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Wasmtime refuses the settings or the platform.
    #[error("the WebAssembly engine cannot be set up on this machine")]
    Engine(#[source] Cause),
    /// Not a component that wasmtime can compile.
    #[error("plugin `{plugin}` cannot be compiled")]
    Compile {
        /// The plugin's name.
        plugin: String,
        /// What wasmtime says.
        #[source]
        source: Cause,
    },
    /// Compiling it goes over a limit.
    #[error("plugin `{plugin}` went over the limit `{name}` of {limit}: {observed}")]
    Limit {
        /// The plugin's name.
        plugin: String,
        /// Which: `compile time`, `compile memory`, `compiled code`.
        name: &'static str,
        /// Its value, in words with its unit.
        limit: String,
        /// What was observed, in words.
        observed: String,
    },
    /// The process that is to compile it cannot be started, or failed for another reason than the plugin.
    #[error("the process that compiles plugin `{plugin}` failed")]
    Compiler {
        /// The plugin's name.
        plugin: String,
        /// How.
        #[source]
        source: std::io::Error,
    },
    /// An import has another type than what this host offers, or is not offered at all.
    #[error("plugin `{plugin}` cannot be linked with this host")]
    Link {
        /// The plugin's name.
        plugin: String,
        /// What wasmtime says.
        #[source]
        source: Cause,
    },
    /// The cache folder is not private.
    #[error("the cache folder `{}` {reason}", folder.display())]
    Cache {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// What wasmtime says, as one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl Cause {
    /// Words that came from elsewhere, made one line.
    pub(crate) fn new(text: &str) -> Self {
        Self(shipworthy_contract::text::excerpt(text, 600))
    }
}

impl From<wasmtime::Error> for Cause {
    fn from(error: wasmtime::Error) -> Self {
        Self::new(&format!("{error:#}"))
    }
}

impl Explain for LoadError {
    fn code(&self) -> &'static str {
        match self {
            Self::Engine(_) => "engine.setup",
            Self::Compile { .. } => "plugin.compile",
            Self::Limit { .. } => "plugin.limit",
            Self::Compiler { .. } => "engine.compiler",
            Self::Link { .. } => "plugin.link",
            Self::Cache { .. } => "cache.folder",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Engine(_) | Self::Compiler { .. } => Fault::Host,
            Self::Compile { .. } | Self::Limit { .. } | Self::Link { .. } => Fault::Plugin,
            Self::Cache { .. } => Fault::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Engine(_) => "run on a 64-bit Linux or macOS machine; report this if it is one".to_owned(),
            Self::Compile { .. } => "build the plugin again for `wasm32-wasip2`; the file may be damaged".to_owned(),
            Self::Limit { name: "compile time", .. } => {
                "raise the probe's `limits.compile_time` if the plugin is meant to be so large".to_owned()
            }
            Self::Limit { name: "compile memory", .. } => {
                "raise the probe's `limits.compile_memory` if the plugin is meant to be so large".to_owned()
            }
            Self::Limit { .. } => "build a smaller plugin".to_owned(),
            Self::Compiler { .. } => "see that this program can start itself and has memory".to_owned(),
            Self::Link { .. } => {
                format!("build the plugin against `{}` {} of this host", wit::PACKAGE, wit::SERVED.join(" or "))
            }
            Self::Cache { folder, .. } => format!("make it yours alone: chmod 700 {}", folder.display()),
        })
    }
}
