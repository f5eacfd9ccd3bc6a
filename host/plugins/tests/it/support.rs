//! A folder with environment files, and errors as text.

use std::path::{Path, PathBuf};

use shipworthy_contract::Explain;
use shipworthy_plugins::{Environment, EnvironmentErrors, Probe, environment};

/// A fresh folder with files.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    #[expect(clippy::disallowed_methods, reason = "sets up what is read")]
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn load(&self, name: &str) -> Result<Environment, EnvironmentErrors> {
        environment::load(&self.file(name))
    }

    /// Text without the folder's own, random path.
    pub(crate) fn clean(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.path().display()), "").replace(&self.path().display().to_string(), ".")
    }
}

/// An environment that is one file.
pub(crate) fn load(text: &str) -> Environment {
    let folder = Folder::new(&[("e.toml", text)]);
    folder.load("e.toml").unwrap_or_else(|errors| panic!("{}", folder.clean(&told_all(&errors))))
}

/// The one probe of an environment that is one file.
pub(crate) fn probe(text: &str) -> Probe {
    load(text).probes.remove(0)
}

/// Everything that an environment's errors say.
pub(crate) fn told_all(errors: &EnvironmentErrors) -> String {
    errors.iter().map(|error| told(error)).collect::<Vec<_>>().join("\n")
}

/// Everything that an error says.
pub(crate) fn told(error: &dyn Explain) -> String {
    let place = error.place().map(|place| format!("{place}: ")).unwrap_or_default();
    let mut lines = vec![format!("{place}{error} [{}, {}]", error.code(), error.fault())];
    let mut source = error.source();
    while let Some(cause) = source {
        lines.push(format!("  cause: {cause}"));
        source = cause.source();
    }
    for (word, part) in [("line", error.excerpt().map(str::to_owned)), ("help", error.help())] {
        lines.extend(part.map(|part| format!("  {word}: {}", part.replace('\n', "\n        "))));
    }
    lines.push(String::new());
    lines.join("\n")
}
