//! What every error of Shipworthy can say of itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whose it is to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// The plugin's author.
    Plugin,
    /// Shipworthy itself.
    Host,
    /// Whoever keeps the environment file, or runs the command.
    Environment,
    /// The team of the service that was asked.
    Service,
    /// Whoever produced the artifact.
    Artifact,
}

impl Fault {
    /// In words, for people: `the plugin`.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Plugin => "the plugin",
            Self::Host => "shipworthy itself",
            Self::Environment => "the environment",
            Self::Service => "the service",
            Self::Artifact => "the artifact",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plugin => "plugin",
            Self::Host => "host",
            Self::Environment => "environment",
            Self::Service => "service",
            Self::Artifact => "artifact",
        })
    }
}

/// An error that explains itself: `Display` says what is wrong, this trait says the rest. The text of `Display` never
/// repeats its source; the renderer walks the chain.
pub trait Explain: std::error::Error {
    /// Stable code, such as `env.unknown-key`.
    fn code(&self) -> &'static str;

    /// Whose it is to mend.
    fn fault(&self) -> Fault;

    /// What whoever runs the command can do, a piece of advice a line. Lines after one that ends with a colon are there
    /// to be pasted.
    fn help(&self) -> Option<String>;

    /// Where in which file, if the error has such a place.
    fn place(&self) -> Option<Place> {
        None
    }

    /// The column from 1 in [`Explain::excerpt`] that is meant, where it is another than the place's: something before it
    /// is masked there, or left out.
    fn caret(&self) -> Option<u32> {
        None
    }

    /// The line that stands at [`Explain::place`], fit to be shown: values beside secret names are masked.
    fn excerpt(&self) -> Option<&str> {
        None
    }
}

/// A place in a file that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// Line from 1, if known.
    pub line: Option<u32>,
    /// Column in characters from 1, if known.
    pub column: Option<u32>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        Ok(())
    }
}
