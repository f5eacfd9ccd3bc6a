//! Why a component is refused.

use shipworthy_contract::{
    Explain, Fault,
    text::plural,
    wit::{GUEST, PACKAGE, SERVED},
};

use super::{DESCRIPTOR_SECTION, INTERFACES, LARGEST_COMPONENT, PLAIN_WASI};
use crate::descriptor::DescriptorError;

/// Why a component is refused.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// It is larger than it may be.
    #[error("expected a component of at most {LARGEST_COMPONENT} bytes, found {0}")]
    TooLarge(usize),
    /// It is a core module.
    #[error("expected a component, found a core WebAssembly module")]
    CoreModule,
    /// It is something else.
    #[error("expected a WebAssembly component, found other bytes")]
    NotWasm,
    /// It is broken.
    #[error("cannot read the component: {0}")]
    Malformed(String),
    /// It imports or exports another version of our package.
    #[error("expected a probe built for `{PACKAGE}` {}, found one built for: {found}", SERVED.join(" or "))]
    WitVersion {
        /// The name with the other version.
        found: String,
    },
    /// It calls what the host does not have, most likely because it is built for a later release.
    #[error("{}, which has no {}", built(release, served), listed(names))]
    Functions {
        /// The release that it is built for.
        release: String,
        /// The one that it would get.
        served: &'static str,
        /// Interface and function of each.
        names: Vec<String>,
    },
    /// It imports what the host does not have.
    #[error("it imports {}, which this host does not have: {}", plural(names.len(), "thing"), listed(names))]
    Imports {
        /// The names of the imports.
        names: Vec<String>,
        /// For the first of them, the nearest that the host has.
        nearest: Option<String>,
    },
    /// It does not export what a probe is called by.
    #[error("expected the export `{PACKAGE}/{GUEST}` {}, found none", SERVED.join(" or "))]
    NotAProbe,
    /// It has more than one descriptor.
    #[error("expected one section `{DESCRIPTOR_SECTION}`, found {0}")]
    Descriptors(usize),
    /// Its descriptor is wrong.
    #[error("its descriptor cannot be used")]
    Descriptor(#[source] DescriptorError),
}

fn built(release: &str, served: &str) -> String {
    if release == served {
        format!("it does not keep to `{PACKAGE}` {served}")
    } else {
        format!("it is built for `{PACKAGE}` {release}, and this host has {served}")
    }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// What a probe may import, for whoever imported something else. No line ends with a colon: nothing is to be pasted.
fn importable() -> String {
    let names =
        |interfaces: &[super::Interface]| interfaces.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let ours = INTERFACES
        .map(|(release, interfaces)| format!("of `{PACKAGE}` {release} a probe may import: {}\n", names(interfaces)));
    format!(
        "{}of WASI 0.2 it may import: {}; the rest is stubbed, and refuses when it is called",
        ours.concat(),
        PLAIN_WASI.join(", "),
    )
}

impl Explain for ComponentError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "plugin.size",
            Self::CoreModule | Self::NotWasm | Self::Malformed(_) | Self::NotAProbe => "plugin.component",
            Self::WitVersion { .. } | Self::Functions { .. } => "plugin.wit-version",
            Self::Imports { .. } => "plugin.import",
            Self::Descriptors(_) | Self::Descriptor(_) => "plugin.descriptor",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NotWasm | Self::NotAProbe => Fault::Environment,
            Self::TooLarge(_)
            | Self::CoreModule
            | Self::Malformed(_)
            | Self::WitVersion { .. }
            | Self::Functions { .. }
            | Self::Imports { .. }
            | Self::Descriptors(_)
            | Self::Descriptor(_) => Fault::Plugin,
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::CoreModule => {
                "build for `wasm32-wasip2`, or make a component of the module with `wasm-tools component new`"
                    .to_owned()
            }
            Self::NotWasm => "a plugin is a component: a `.wasm` file".to_owned(),
            Self::WitVersion { .. } => {
                format!(
                    "this host runs probes built for `{PACKAGE}` {}; rebuild the plugin, or use another version of Shipworthy",
                    SERVED.join(", ")
                )
            }
            Self::Functions { release, served, .. } if release == served => {
                format!("build the plugin anew for `{PACKAGE}` {served}")
            }
            Self::Functions { served, .. } => {
                format!("use a newer Shipworthy, or build the plugin for `{PACKAGE}` {served}")
            }
            Self::Imports { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?\n{}", importable()),
            Self::Imports { .. } => importable(),
            Self::NotAProbe => "the component is not a Shipworthy probe".to_owned(),
            Self::Descriptors(_) => "build the plugin anew instead of adding a second descriptor to it".to_owned(),
            Self::Descriptor(error) => return error.help(),
            Self::TooLarge(_) | Self::Malformed(_) => return None,
        };
        Some(text)
    }
}
