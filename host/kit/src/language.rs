//! The languages that there is an SDK for.

use std::{fmt, path::Path, str::FromStr};

use crate::files;

/// A language with an SDK and a toolchain that `plugin build` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Cargo and `wasm32-wasip2`.
    Rust,
    /// componentize-py.
    Python,
    /// The standard Go toolchain, and `shipworthy-go`.
    Go,
    /// componentize-qjs.
    Js,
}

impl Language {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Rust, Self::Python, Self::Go, Self::Js];

    /// As `--lang` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::Go => "go",
            Self::Js => "js",
        }
    }

    /// The file that a project in this language has at its top.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Python => "probe.py",
            Self::Go => "go.mod",
            Self::Js => "package.json",
        }
    }

    /// The languages that a folder looks like.
    pub(crate) fn of(folder: &Path) -> Vec<Self> {
        Self::ALL.into_iter().filter(|language| files::exists(&folder.join(language.marker()))).collect()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = |language: &Self| language.as_str() == text;
        Self::ALL.into_iter().find(known).ok_or_else(|| format!("expected rust, python, go or js, found: {text}"))
    }
}
