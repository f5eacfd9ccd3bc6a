//! An environment's document before it means anything: TOML with the place of every part, also after several files
//! were merged.

mod excerpt;
mod merge;
mod toml;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use shipworthy_contract::{
    explain::Place,
    node::{Key, Node, NodeValue, Position},
};

pub(crate) use self::{
    excerpt::Excerpt,
    merge::merge,
    toml::{SyntaxFault, parse},
};

/// Which of the files of a merged document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FileId(usize);

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// In which file.
    pub(crate) file: FileId,
    /// From which byte on.
    pub(crate) offset: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) spot: Spot,
    pub(crate) value: Value,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) spot: Spot,
    pub(crate) item: Item,
}

/// What TOML knows. Numbers and dates are as written.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Integer(String, Option<i64>),
    Float(String, Option<f64>),
    Boolean(bool),
    Date(String),
    List(Vec<Item>),
    Table(Vec<Entry>),
}

impl Item {
    /// What it is, in words for a message.
    pub(crate) const fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "text",
            Value::Integer(..) => "a whole number",
            Value::Float(..) => "a number",
            Value::Boolean(_) => "a boolean",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// The entries of a table; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        if let Value::Table(entries) = &self.value { entries } else { &[] }
    }

    /// The entry under a key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text of a scalar as written.
    pub(crate) fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Integer(text, _) | Value::Float(text, _) | Value::Date(text) => {
                Some(text.clone())
            }
            Value::Boolean(value) => Some(value.to_string()),
            Value::List(_) | Value::Table(_) => None,
        }
    }

    /// As JSON; dates become text. `Err` is where a number stands that JSON cannot write.
    pub(crate) fn to_json(&self) -> Result<Json, Spot> {
        match &self.value {
            Value::Text(text) | Value::Date(text) => Ok(Json::from(text.as_str())),
            Value::Integer(_, number) => number.map(Json::from).ok_or(self.spot),
            Value::Float(_, number) => number.and_then(serde_json::Number::from_f64).map(Json::Number).ok_or(self.spot),
            Value::Boolean(value) => Ok(Json::from(*value)),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(entries) => {
                entries.iter().map(|entry| Ok((entry.key.clone(), entry.item.to_json()?))).collect()
            }
        }
    }

    /// As the contract's document, with the parts of one file only; `None` if nothing of it stands there.
    pub(crate) fn to_node(&self, sources: &Sources, only: FileId) -> Option<Node> {
        let at = sources.position(self.spot);
        let value = match &self.value {
            Value::Table(entries) => {
                let kept: Vec<_> = entries
                    .iter()
                    .filter_map(|entry| {
                        let key = Key { text: entry.key.clone(), at: sources.position(entry.spot) };
                        Some((key, entry.item.to_node(sources, only)?))
                    })
                    .collect();
                if kept.is_empty() && self.spot.file != only {
                    return None;
                }
                NodeValue::Mapping(kept)
            }
            _ if self.spot.file != only => return None,
            Value::List(items) => {
                NodeValue::Sequence(items.iter().filter_map(|item| item.to_node(sources, only)).collect())
            }
            Value::Text(_) | Value::Integer(..) | Value::Float(..) | Value::Boolean(_) | Value::Date(_) => {
                NodeValue::Scalar(self.scalar().unwrap_or_default())
            }
        };
        Some(Node { at, value })
    }
}

/// One file that was read.
#[derive(Clone, Debug)]
pub(crate) struct SourceFile {
    /// As it was named.
    pub(crate) path: PathBuf,
    /// Its text.
    text: String,
    /// Where its lines begin.
    lines: Vec<usize>,
    /// Byte ranges of values beside secret names; `None` if the text could not be parsed whole.
    masks: Option<Vec<std::ops::Range<usize>>>,
}

/// All files of a merged document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Takes a file in.
    pub(crate) fn add(&mut self, path: &Path, text: String) -> FileId {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        self.files.push(SourceFile { path: path.to_owned(), text, lines, masks: None });
        FileId(self.files.len() - 1)
    }

    /// A file's text.
    pub(crate) fn text(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| &file.text)
    }

    /// A file's path as it was named.
    pub(crate) fn path(&self, file: FileId) -> &Path {
        self.files.get(file.0).map_or(Path::new(""), |file| &file.path)
    }

    /// All files, the one that was asked for first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len()).map(FileId)
    }

    /// A path that stands in a file: relative ones are relative to the file's folder.
    pub(crate) fn resolve(&self, file: FileId, path: &str) -> PathBuf {
        match self.path(file).parent() {
            Some(folder) => folder.join(path),
            None => PathBuf::from(path),
        }
    }

    /// Says which values stand beside secret names, once the file is parsed.
    pub(crate) fn set_masks(&mut self, file: FileId, masks: Vec<std::ops::Range<usize>>) {
        if let Some(file) = self.files.get_mut(file.0) {
            file.masks = Some(masks);
        }
    }

    /// Line and column of a spot.
    pub(crate) fn position(&self, spot: Spot) -> Position {
        let Some(file) = self.files.get(spot.file.0) else { return Position::default() };
        let index = file.lines.partition_point(|start| *start <= spot.offset).saturating_sub(1);
        let start = file.lines.get(index).copied().unwrap_or(0);
        let before = file.text.get(start..spot.offset).unwrap_or_default();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position { line: count(index + 1), column: count(before.chars().count() + 1) }
    }

    /// The same, with the file.
    pub(crate) fn place(&self, spot: Spot) -> Place {
        let position = self.position(spot);
        Place {
            file: self.path(spot.file).display().to_string(),
            line: Some(position.line),
            column: Some(position.column),
        }
    }

    /// The spot of a position, for faults that know lines and columns only.
    pub(crate) fn spot(&self, file: FileId, at: Position) -> Spot {
        let offset = self.files.get(file.0).map_or(0, |source| {
            let index = usize::try_from(at.line.saturating_sub(1)).unwrap_or(0);
            let start = source.lines.get(index).copied().unwrap_or(0);
            let columns = usize::try_from(at.column.saturating_sub(1)).unwrap_or(0);
            let line = source.text.get(start..).unwrap_or_default();
            start + line.char_indices().nth(columns).map_or(0, |(offset, _)| offset)
        });
        Spot { file, offset }
    }

    /// The line a spot stands on, fit to be shown.
    pub(crate) fn excerpt(&self, spot: Spot) -> Option<Excerpt> {
        self.files.get(spot.file.0).and_then(|file| excerpt::line_at(file, spot.offset))
    }
}
