//! What of each language's toolchain is there, for who looks after a machine. Nothing is built.

use std::path::Path;

use crate::{Language, toolchain};

/// A part of a toolchain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What: `componentize-py`.
    pub name: &'static str,
    /// Whether it is there.
    pub found: bool,
    /// How to get it, a line each, to be pasted where it is a command.
    pub install: Vec<String>,
}

/// The parts that `plugin build` takes for a project in this folder.
pub fn parts(language: Language, folder: &Path) -> Vec<Part> {
    let parts = toolchain::parts(language, folder);
    parts
        .into_iter()
        .map(|(name, install)| Part {
            name,
            found: install.is_none(),
            install: install.iter().flat_map(|text| text.lines().map(str::to_owned)).collect(),
        })
        .collect()
}

/// The language of the project in this folder, if it is one.
pub fn project(folder: &Path) -> Option<Language> {
    let has_descriptor = crate::files::is_file(&folder.join("probe.json"));
    match Language::of(folder).as_slice() {
        [one] if has_descriptor => Some(*one),
        _ => None,
    }
}
