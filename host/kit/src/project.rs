//! A probe's project: a folder with a `probe.json` and code in one language.

use std::path::{Path, PathBuf};

use shipworthy_plugins::Descriptor;

use crate::{KitError, Language, files};

/// The descriptor's name in a project.
pub const DESCRIPTOR: &str = "probe.json";

/// The folder of test files in a project.
pub const TESTS: &str = "tests";

/// A project whose descriptor can be used.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its folder, as it was named.
    pub folder: PathBuf,
    /// The language of its code.
    pub language: Language,
    /// What it says of itself.
    pub descriptor: Descriptor,
    /// The same as it is written, for the component.
    pub(crate) descriptor_text: String,
}

impl Project {
    /// Opens the project in `folder`. Without a `language` it is the one whose marker is there.
    ///
    /// # Errors
    ///
    /// If there is none, if its descriptor is wrong, or if it is not clear which language it is in.
    pub fn open(folder: &Path, language: Option<Language>) -> Result<Self, KitError> {
        let file = folder.join(DESCRIPTOR);
        if !files::exists(&file) {
            return Err(KitError::NoProject { folder: folder.to_owned() });
        }
        let descriptor_text = files::read_text(&file).map_err(|source| KitError::read(&file, source))?;
        let descriptor = Descriptor::parse(&descriptor_text).map_err(|source| KitError::Descriptor { file, source })?;
        let language = match (language, Language::of(folder).as_slice()) {
            (Some(language), _) => language,
            (None, [language]) => *language,
            (None, several) => {
                let markers: Vec<&str> = several.iter().map(|language| language.marker()).collect();
                let found = if markers.is_empty() { "none".to_owned() } else { markers.join(" and ") };
                return Err(KitError::NoLanguage { folder: folder.to_owned(), found });
            }
        };
        Ok(Self { folder: folder.to_owned(), language, descriptor, descriptor_text })
    }

    /// Whether a folder is a project, whatever else is wrong with it.
    pub fn is_at(folder: &Path) -> bool {
        files::exists(&folder.join(DESCRIPTOR))
    }

    /// Where its component is built to: `NAME.wasm` in its folder.
    pub fn component(&self) -> PathBuf {
        self.folder.join(format!("{}.wasm", self.descriptor.name))
    }

    /// Its test files, sorted.
    pub fn cases(&self) -> Vec<PathBuf> {
        files::with_ending(&self.folder.join(TESTS), "toml")
    }

    /// Whether a source is newer than the component, or there is no component.
    pub fn is_stale(&self) -> bool {
        let Some(built) = files::changed_at(&self.component()) else { return true };
        let tests = self.folder.join(TESTS);
        let is_source = |path: &Path| !path.starts_with(&tests) || path.extension().is_none_or(|it| it != "toml");
        files::sources(&self.folder).iter().any(|(path, changed)| *changed > built && is_source(path))
    }
}

/// A value that differs once a source of a project, its component's file, or one of these test files has been changed.
pub fn state_of(path: &Path, cases: &[PathBuf]) -> impl PartialEq + use<> {
    let others = std::iter::once(path).chain(cases.iter().map(PathBuf::as_path));
    (files::sources(path), others.map(files::changed_at).collect::<Vec<_>>())
}
