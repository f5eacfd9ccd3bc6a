//! Reads YAML into [`Node`]s: the text that was written, and where it stands.
//!
//! One reader for the manifest and the config files, stricter than the reference's two: every duplicate key is found,
//! and neither nesting nor aliases can exhaust memory. What only some generations refuse (a second document, a custom
//! tag) is handed out as data; the caller decides.
//!
//! Why events and not `serde-saphyr`, whose parser this is: through serde a scalar loses its text (`1.0` becomes `1`,
//! `0o17` becomes `15`) or its type, a key its place, and only the first duplicate is told.

mod compose;
mod scalar;

use shipworthy_contract::node::{Node, Position};

use crate::Limits;

/// What a text holds.
#[derive(Debug)]
pub(crate) struct Document {
    /// The first document; none in an empty text.
    pub(crate) root: Option<Node>,
    /// Tags that are not of YAML's own types, as written; only 1.3 refuses them.
    pub(crate) custom_tags: Vec<(String, Position)>,
    /// Where something follows the first document, well-formed or not; only 1.3 refuses it.
    pub(crate) second: Option<Position>,
    /// Keys that stand twice in one map. With any of them the document must not be judged: two readers would see two
    /// documents.
    pub(crate) duplicates: Vec<Duplicate>,
}

/// A key that stands twice in one map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    /// The key.
    pub(crate) key: String,
    /// The second place.
    pub(crate) at: Position,
    /// The first place.
    pub(crate) first: Position,
}

/// Why a text cannot be read as YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum YamlError {
    /// Not text.
    #[error("it is not UTF-8")]
    NotUtf8 {
        /// The first byte that is wrong.
        at: Position,
    },
    /// Not YAML.
    #[error("{reason}")]
    Syntax {
        /// Where.
        at: Position,
        /// What the parser says.
        reason: String,
    },
    /// A list or a map as a key.
    #[error("a key must be text, not a list or a map")]
    Key {
        /// Where.
        at: Position,
    },
    /// An alias inside what it stands for.
    #[error("an alias stands inside the value that it refers to")]
    Recursive {
        /// Where.
        at: Position,
    },
    /// `<<` with something else than maps.
    #[error("the value of the merge key `<<` must be a map or a list of maps")]
    Merge {
        /// Where.
        at: Position,
    },
    /// More than a limit allows.
    #[error("it has more than {limit} {what}")]
    Limit {
        /// Where the limit was met.
        at: Position,
        /// The limit.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
}

impl YamlError {
    /// Where.
    pub(crate) const fn at(&self) -> Position {
        match self {
            Self::NotUtf8 { at }
            | Self::Syntax { at, .. }
            | Self::Key { at }
            | Self::Recursive { at }
            | Self::Merge { at }
            | Self::Limit { at, .. } => *at,
        }
    }
}

/// Reads the first document of `bytes`.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, YamlError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => compose::compose(text, limits),
        Err(error) => {
            let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
            Err(YamlError::NotUtf8 { at: end_of(&String::from_utf8_lossy(sound)) })
        }
    }
}

fn end_of(text: &str) -> Position {
    let lines = text.matches('\n').count();
    let columns = text.rsplit('\n').next().unwrap_or_default().chars().count();
    position(lines + 1, columns)
}

/// From a line counted from 1 and a column counted from 0.
fn position(line: usize, column: usize) -> Position {
    let narrow = |number| u32::try_from(number).unwrap_or(u32::MAX);
    Position { line: narrow(line), column: narrow(column.saturating_add(1)) }
}

#[cfg(test)]
mod tests;
