//! A document as it was written, with the place of every part: what manifests (YAML) and environments (TOML) share.

use serde::{Deserialize, Serialize};

/// A place in a source file. Both count from 1; the column counts characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The key's text.
    pub text: String,
    /// Where it stands.
    pub at: Position,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub at: Position,
    /// What it is.
    pub value: NodeValue,
}

/// What a part of a document is. Scalars keep the text that was written: `1.0` stays `1.0`.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// Nothing, written as such.
    Null,
    /// A string, number, boolean or date, as its text.
    Scalar(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A map in written order; keys are unique.
    Mapping(Vec<(Key, Node)>),
}

impl Node {
    /// The value under a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name.text == key).map(|(_, node)| node)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            NodeValue::Mapping(entries) => entries,
            NodeValue::Null | NodeValue::Scalar(_) | NodeValue::Sequence(_) => &[],
        }
    }

    /// The text of a scalar.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Scalar(text) => Some(text),
            NodeValue::Null | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        }
    }

    /// Whether it is null, or a scalar of blanks only: what the contract counts as absent.
    pub fn is_blank(&self) -> bool {
        match &self.value {
            NodeValue::Null => true,
            NodeValue::Scalar(text) => text.trim().is_empty(),
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => false,
        }
    }

    /// What kind of thing it is, in words for a message.
    pub const fn kind(&self) -> &'static str {
        match &self.value {
            NodeValue::Null => "nothing",
            NodeValue::Scalar(_) => "text",
            NodeValue::Sequence(_) => "a list",
            NodeValue::Mapping(_) => "a map",
        }
    }
}
