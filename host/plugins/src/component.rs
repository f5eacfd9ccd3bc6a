//! What a component is, from its bytes alone: nothing is run and nothing compiled.

mod error;
mod outline;

use shipworthy_contract::{
    suggest::nearest,
    text::excerpt,
    wit::{self, GUEST, PACKAGE, SERVED},
};
use wasmparser::Parser;

pub use self::error::ComponentError;
use self::outline::Imported;
pub(crate) use self::outline::MOST_NAMES;
use crate::descriptor::{Descriptor, DescriptorError, LARGEST_DESCRIPTOR};

/// Largest component, in bytes: three times what the heaviest toolchain (Python) makes.
pub const LARGEST_COMPONENT: u64 = 64 << 20;

/// Interfaces of the package that a guest can import, in each version that is served, with their functions.
const INTERFACES: [(&str, &[Interface]); SERVED.len()] = [(
    "0.1.0",
    &[
        ("gaps", &[]),
        ("evidence", &["fact", "capability", "complete", "digest", "missing", "finding"]),
        ("network", &[]),
        ("http", &["send", "send-all"]),
        ("grpc", &["invoke"]),
        ("containers", &["find", "env", "label", "sha256", "read-file", "logs"]),
        ("log", &["write"]),
    ],
)];

/// Name and functions.
type Interface = (&'static str, &'static [&'static str]);

/// The custom section that holds the descriptor.
pub const DESCRIPTOR_SECTION: &str = "shipworthy:descriptor";

/// Packages of WASI that guests get: what every toolchain brings along, and none of which reaches outside.
const PLAIN_WASI: [&str; 4] = ["io", "clocks", "random", "cli"];

/// What a component is.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The release of the WIT package that it is built for: of several, the newest that this host serves.
    pub wit_version: String,
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
    /// One of ours in a version that this host does not serve, for a guest that hosts call which do.
    OtherVersion,
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
    let outline = outline::outline(bytes)?;
    let guests = guests(&outline.exports);
    let imports = classify(outline.imports, &guests)?;
    let wit_version = newest_served(&guests)?;
    let descriptor = match outline.descriptors.as_slice() {
        [] => None,
        [section] => Some(read_descriptor(section).map_err(ComponentError::Descriptor)?),
        more => return Err(ComponentError::Descriptors(more.len())),
    };
    let called = format!("{PACKAGE}/{GUEST}@{wit_version}");
    let extra_exports = outline.exports.into_iter().filter(|name| *name != called).collect();
    Ok(Inspection { wit_version, imports, extra_exports, descriptor })
}

/// Whether a component carries a descriptor, whatever is in it. What is no component carries none.
pub fn has_descriptor(bytes: &[u8]) -> bool {
    outline::outline(bytes).is_ok_and(|outline| !outline.descriptors.is_empty())
}

/// The parts of `namespace:package/interface@version`.
fn split(name: &str) -> Option<(&str, &str, &str)> {
    let (path, version) = name.split_once('@').unwrap_or((name, ""));
    let (package, interface) = path.split_once('/')?;
    Some((package, interface, version))
}

/// The versions of `guest` that are exported.
fn guests(exports: &[String]) -> Vec<&str> {
    let guests = exports.iter().filter_map(|name| split(name));
    guests
        .filter(|(package, interface, _)| *package == PACKAGE && *interface == GUEST)
        .map(|(.., version)| version)
        .collect()
}

fn classify(imports: Vec<Imported<'_>>, guests: &[&str]) -> Result<Vec<Import>, ComponentError> {
    let mut classified = Vec::new();
    let mut foreign = Vec::new();
    for Imported { name, functions } in imports {
        let kind = match split(&name) {
            Some((PACKAGE, interface, version)) => ours(&name, interface, version, &functions, guests)?,
            // WASI 0.2 stays compatible with itself; 0.3 is another world.
            Some((package, _, version)) if version == "0.2" || version.starts_with("0.2.") => {
                package.strip_prefix("wasi:").map(|package| {
                    if PLAIN_WASI.contains(&package) { ImportKind::PlainWasi } else { ImportKind::RefusedWasi }
                })
            }
            _ => None,
        };
        match kind {
            Some(kind) => classified.push(Import { name, kind }),
            None => foreign.push(excerpt(&name, 100)),
        }
    }
    if foreign.is_empty() {
        return Ok(classified);
    }
    let of_release = |(release, interfaces): (&str, &[Interface])| -> Vec<String> {
        interfaces.iter().map(|(interface, _)| format!("{PACKAGE}/{interface}@{release}")).collect()
    };
    let known = INTERFACES.map(of_release).concat();
    let nearest = foreign.first().and_then(|name| nearest(name, known.iter().map(String::as_str))).map(str::to_owned);
    Err(ComponentError::Imports { names: foreign, nearest })
}

/// What the host does with an interface of our package; none if no version has it.
fn ours(
    name: &str,
    interface: &str,
    version: &str,
    functions: &[&str],
    guests: &[&str],
) -> Result<Option<ImportKind>, ComponentError> {
    let Some(served) = wit::serving(version, &SERVED) else {
        // It belongs to a guest that hosts call which serve it, beside one that this host calls.
        let track = wit::track(version);
        if track.is_some() && guests.iter().any(|guest| wit::track(guest) == track) {
            return Ok(Some(ImportKind::OtherVersion));
        }
        return Err(ComponentError::WitVersion { found: excerpt(name, 100) });
    };
    let interfaces = INTERFACES.iter().find(|(release, _)| *release == served).map_or(&[][..], |(_, all)| *all);
    let missing = match interfaces.iter().find(|(known, _)| *known == interface) {
        Some((_, known)) => functions.iter().filter(|function| !known.contains(function)).copied().collect(),
        // A later release may have more interfaces too; what no release has is misspelt.
        None if version == served => return Ok(None),
        None => vec![""],
    };
    if missing.is_empty() {
        return Ok(Some(ImportKind::Ours));
    }
    let names = missing.iter().map(|function| excerpt(&format!("{interface} {function}"), 100)).collect();
    Err(ComponentError::Functions { release: excerpt(version, 20), served, names })
}

/// The newest version of `guest` that this host serves.
fn newest_served(guests: &[&str]) -> Result<String, ComponentError> {
    let of = |served: &&str| {
        guests.iter().find(|guest| wit::track(guest).is_some_and(|track| wit::track(served) == Some(track)))
    };
    if let Some(version) = SERVED.iter().find_map(of) {
        return Ok((*version).to_owned());
    }
    Err(guests.last().map_or(ComponentError::NotAProbe, |version| ComponentError::WitVersion {
        found: excerpt(&format!("{PACKAGE}/{GUEST}@{version}"), 100),
    }))
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

#[cfg(test)]
mod tests;
