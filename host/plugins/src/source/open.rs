//! Plugins that are at hand: what they are, read from their bytes.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Sha256, suggest::nearest};

use super::{Bundled, Plugin, PluginProblem};
use crate::{
    Descriptor,
    component::{self, Inspection, LARGEST_COMPONENT},
    descriptor::LARGEST_DESCRIPTOR,
    files::{self, FileError},
};

/// A bundled plugin; its component is not looked at.
pub(crate) fn open_builtin(name: &str, bundled: &[Bundled]) -> Result<Plugin, PluginProblem> {
    let found = find_builtin(name, bundled)?;
    let source = format!("builtin:{name}");
    let descriptor = Descriptor::parse_bundled(found.descriptor)
        .map_err(|error| PluginProblem::Descriptor { origin: source.clone(), source: error })?;
    let bytes = Cow::Borrowed(found.component);
    Ok(Plugin { bytes, sha256: found.sha256, descriptor, beside: None, bundled: true, source })
}

pub(super) fn find_builtin<'b>(name: &str, bundled: &'b [Bundled]) -> Result<&'b Bundled, PluginProblem> {
    bundled.iter().find(|bundled| bundled.name == name).ok_or_else(|| {
        let known: Vec<&'static str> = bundled.iter().map(|bundled| bundled.name).collect();
        let nearest = nearest(name, known.iter().copied()).map(str::to_owned);
        PluginProblem::UnknownBuiltin { name: name.to_owned(), nearest, known }
    })
}

/// The file of a descriptor, and the digest of its text.
pub(super) type Beside = (PathBuf, Sha256);

/// A plugin that is not bundled, and what was seen of its component on the way.
pub(crate) struct Opened {
    pub(crate) plugin: Plugin,
    /// Its descriptor was taken out.
    pub(crate) inspection: Inspection,
    /// The file that the descriptor was read from; none if it was the component's own.
    pub(crate) beside: Option<PathBuf>,
}

pub(crate) fn open_file(path: &Path) -> Result<Opened, PluginProblem> {
    let bytes = files::read(path, LARGEST_COMPONENT).map_err(PluginProblem::File)?;
    open(bytes, path.display().to_string(), Some(path))
}

/// A component that is at hand. Its descriptor may lie beside the file that it came from.
pub(crate) fn open(bytes: Vec<u8>, origin: String, file: Option<&Path>) -> Result<Opened, PluginProblem> {
    let (inspection, descriptor, beside) = read_component(&bytes, &origin, file)?;
    let sha256 = Sha256::of(&bytes);
    let (beside, digest) = beside.unzip();
    let bytes = Cow::Owned(bytes);
    let plugin = Plugin { bytes, sha256, descriptor, beside: digest, bundled: false, source: origin };
    Ok(Opened { plugin, inspection, beside })
}

pub(super) fn read_component(
    bytes: &[u8],
    origin: &str,
    file: Option<&Path>,
) -> Result<(Inspection, Descriptor, Option<Beside>), PluginProblem> {
    let mut inspection =
        component::inspect(bytes).map_err(|source| PluginProblem::Component { origin: origin.to_owned(), source })?;
    if let Some(descriptor) = inspection.descriptor.take() {
        return Ok((inspection, descriptor, None));
    }
    let Some(beside) = file.map(|file| file.with_extension("probe.json")) else {
        return Err(PluginProblem::NoDescriptor { origin: origin.to_owned(), beside: None });
    };
    let (descriptor, sha256) = read_beside(&beside, origin)?;
    Ok((inspection, descriptor, Some((beside, sha256))))
}

/// `NAME.probe.json` beside `NAME.wasm`, with the digest of its text.
fn read_beside(beside: &Path, origin: &str) -> Result<(Descriptor, Sha256), PluginProblem> {
    let text = match files::read_text(beside, LARGEST_DESCRIPTOR) {
        Ok(text) => text,
        Err(FileError::Missing { .. }) => {
            return Err(PluginProblem::NoDescriptor { origin: origin.to_owned(), beside: Some(beside.to_owned()) });
        }
        Err(source) => return Err(PluginProblem::File(source)),
    };
    let descriptor = Descriptor::parse(&text)
        .map_err(|source| PluginProblem::Descriptor { origin: beside.display().to_string(), source })?;
    Ok((descriptor, Sha256::of(text.as_bytes())))
}
