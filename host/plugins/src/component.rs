//! What a component is, from its bytes alone: nothing is run and nothing compiled.

use shipworthy_contract::{
    Explain, Fault,
    suggest::nearest,
    text::{excerpt, plural},
};
use wasmparser::{Encoding, Parser, Payload};

use crate::descriptor::{Descriptor, DescriptorError, LARGEST_DESCRIPTOR};

/// Largest component, in bytes: three times what the heaviest toolchain (Python) makes.
pub const LARGEST_COMPONENT: u64 = 64 << 20;

/// The WIT package that probes are built for.
const PACKAGE: &str = "shipworthy:probe";

/// Versions of it that this host runs.
pub const WIT_VERSIONS: [&str; 1] = ["0.1.0"];

/// The interface of it that a probe is called by.
const GUEST: &str = "guest";

/// Interfaces of it that a guest can import.
const INTERFACES: [&str; 7] = ["gaps", "evidence", "network", "http", "grpc", "containers", "log"];

/// The custom section that holds the descriptor.
pub const DESCRIPTOR_SECTION: &str = "shipworthy:descriptor";

/// Packages of WASI that guests get: what every toolchain brings along, and none of which reaches outside.
const PLAIN_WASI: [&str; 4] = ["io", "clocks", "random", "cli"];

/// Most imports of a component, and most exports: WASI 0.2 and ours together have fewer than fifty.
pub(crate) const MOST_NAMES: usize = 1_000;

/// What a component is.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The version of the WIT package that it is built for.
    pub wit_version: &'static str,
    /// What it imports, in its order.
    pub imports: Vec<Import>,
    /// What it exports beside what a probe is called by, in its order. Toolchains leave such things; nobody calls them.
    pub extra_exports: Vec<String>,
    /// Its descriptor, if it carries one.
    pub descriptor: Option<Descriptor>,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// As the component names it: `wasi:io/poll@0.2.6`.
    pub name: String,
    /// What the host does with it.
    pub kind: ImportKind,
}

/// What the host does with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// One of our interfaces.
    Ours,
    /// WASI that guests get.
    PlainWasi,
    /// WASI that is linked to stubs which refuse, such as a file system or sockets.
    RefusedWasi,
}

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
    #[error("expected a probe built for `{PACKAGE}` {}, found one built for: {found}", WIT_VERSIONS.join(" or "))]
    WitVersion {
        /// The name with the other version.
        found: String,
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
    #[error("expected the export `{PACKAGE}/{GUEST}` {}, found none", WIT_VERSIONS.join(" or "))]
    NotAProbe,
    /// It has more than one descriptor.
    #[error("expected one section `{DESCRIPTOR_SECTION}`, found {0}")]
    Descriptors(usize),
    /// Its descriptor is wrong.
    #[error("its descriptor cannot be used")]
    Descriptor(#[source] DescriptorError),
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// Reads what a component is from its top level. It is not validated: whoever compiles it does that.
///
/// # Errors
///
/// Why it is refused.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, ComponentError> {
    if bytes.len() as u64 > LARGEST_COMPONENT {
        return Err(ComponentError::TooLarge(bytes.len()));
    }
    if Parser::is_core_wasm(bytes) {
        return Err(ComponentError::CoreModule);
    }
    if !Parser::is_component(bytes) {
        return Err(ComponentError::NotWasm);
    }
    let outline = outline(bytes)?;
    let imports = classify(outline.imports)?;
    let wit_version = guest_version(&outline.exports)?;
    let descriptor = match outline.descriptors.as_slice() {
        [] => None,
        [section] => Some(read_descriptor(section).map_err(ComponentError::Descriptor)?),
        more => return Err(ComponentError::Descriptors(more.len())),
    };
    let called = format!("{PACKAGE}/{GUEST}@{wit_version}");
    let extra_exports = outline.exports.into_iter().filter(|name| *name != called).collect();
    Ok(Inspection { wit_version, imports, extra_exports, descriptor })
}

/// The top level of a component.
#[derive(Default)]
struct Outline<'a> {
    imports: Vec<String>,
    exports: Vec<String>,
    descriptors: Vec<&'a [u8]>,
}

fn outline(bytes: &[u8]) -> Result<Outline<'_>, ComponentError> {
    let malformed = |error: wasmparser::Error| ComponentError::Malformed(excerpt(&error.to_string(), 200));
    let mut outline = Outline::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(ComponentError::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    outline.imports.push(full_name(import.map_err(malformed)?.name));
                    at_most(&outline.imports, "imports")?;
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    outline.exports.push(full_name(export.map_err(malformed)?.name));
                    at_most(&outline.exports, "exports")?;
                }
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == DESCRIPTOR_SECTION => {
                outline.descriptors.push(section.data());
            }
            _ => {}
        }
    }
    Ok(outline)
}

fn at_most(names: &[String], what: &str) -> Result<(), ComponentError> {
    if names.len() <= MOST_NAMES {
        return Ok(());
    }
    Err(ComponentError::Malformed(format!("expected at most {MOST_NAMES} {what}, found more")))
}

/// Newer encodings write `wasi:io/poll@0.2` and the rest of the version beside it.
fn full_name(name: wasmparser::ComponentExternName<'_>) -> String {
    match name.version_suffix {
        Some(suffix) => format!("{}{suffix}", name.name),
        None => name.name.to_owned(),
    }
}

/// The parts of `namespace:package/interface@version`.
fn split(name: &str) -> Option<(&str, &str, &str)> {
    let (path, version) = name.split_once('@').unwrap_or((name, ""));
    let (package, interface) = path.split_once('/')?;
    Some((package, interface, version))
}

fn classify(names: Vec<String>) -> Result<Vec<Import>, ComponentError> {
    let mut imports = Vec::new();
    let mut foreign = Vec::new();
    for name in names {
        let kind = match split(&name) {
            Some((PACKAGE, interface, version)) => {
                if !WIT_VERSIONS.contains(&version) {
                    return Err(ComponentError::WitVersion { found: excerpt(&name, 100) });
                }
                INTERFACES.contains(&interface).then_some(ImportKind::Ours)
            }
            // WASI 0.2 stays compatible with itself; 0.3 is another world.
            Some((package, _, version)) if version == "0.2" || version.starts_with("0.2.") => {
                package.strip_prefix("wasi:").map(|package| {
                    if PLAIN_WASI.contains(&package) { ImportKind::PlainWasi } else { ImportKind::RefusedWasi }
                })
            }
            _ => None,
        };
        match kind {
            Some(kind) => imports.push(Import { name, kind }),
            None => foreign.push(excerpt(&name, 100)),
        }
    }
    if foreign.is_empty() {
        return Ok(imports);
    }
    let known: Vec<String> =
        INTERFACES.iter().map(|interface| format!("{PACKAGE}/{interface}@{}", WIT_VERSIONS[0])).collect();
    let nearest = foreign.first().and_then(|name| nearest(name, known.iter().map(String::as_str))).map(str::to_owned);
    Err(ComponentError::Imports { names: foreign, nearest })
}

fn guest_version(exports: &[String]) -> Result<&'static str, ComponentError> {
    let mut other = None;
    for (package, interface, version) in exports.iter().filter_map(|name| split(name)) {
        if package != PACKAGE || interface != GUEST {
            continue;
        }
        match WIT_VERSIONS.iter().find(|known| **known == version) {
            Some(known) => return Ok(known),
            None => other = Some(format!("{package}/{interface}@{version}")),
        }
    }
    Err(other.map_or(ComponentError::NotAProbe, |name| ComponentError::WitVersion { found: excerpt(&name, 100) }))
}

fn read_descriptor(section: &[u8]) -> Result<Descriptor, DescriptorError> {
    if section.len() as u64 > LARGEST_DESCRIPTOR {
        let fault = crate::descriptor::DescriptorFault::TooLarge { limit: LARGEST_DESCRIPTOR, found: section.len() };
        return Err(fault.into());
    }
    match std::str::from_utf8(section) {
        Ok(text) => Descriptor::parse(text),
        Err(error) => Err(crate::descriptor::DescriptorFault::Syntax(error.to_string()).into()),
    }
}

/// What a probe may import, for whoever imported something else. No line ends with a colon: nothing is to be pasted.
fn importable() -> String {
    format!(
        "of `{PACKAGE}` {} a probe may import: {}\nof WASI 0.2 it may import: {}; the rest is stubbed, and refuses when \
         it is called",
        WIT_VERSIONS.join(", "),
        INTERFACES.join(", "),
        PLAIN_WASI.join(", "),
    )
}

impl Explain for ComponentError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "plugin.size",
            Self::CoreModule | Self::NotWasm | Self::Malformed(_) | Self::NotAProbe => "plugin.component",
            Self::WitVersion { .. } => "plugin.wit-version",
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
                    WIT_VERSIONS.join(", ")
                )
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

#[cfg(test)]
mod tests;
