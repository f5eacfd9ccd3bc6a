//! Reads a merged document: collects every fault instead of stopping at the first.

use std::{fmt::Display, str::FromStr};

use shipworthy_contract::{explain::Place, suggest::nearest};

use super::error::{EnvironmentError, Problem};
use crate::document::{Entry, Item, Sources, Spot, Value};

/// Most faults that are collected; a file with more is not read as a whole by anyone.
const MOST_FAULTS: usize = 100;

/// The document's files and what was found wrong so far.
pub(crate) struct Reader {
    pub(crate) sources: Sources,
    faults: Vec<(Spot, EnvironmentError)>,
}

/// A table that is being read, with its name for messages and its path for keys.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a> {
    /// The table itself.
    pub(crate) item: &'a Item,
    /// Its path: `probes.agent`; empty for the whole document.
    pub(crate) path: &'a str,
}

impl<'a> Table<'a> {
    /// The entry under a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Entry> {
        self.item.entry(key)
    }

    /// A key's path.
    pub(crate) fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The table's name in words.
    pub(crate) fn name(&self) -> String {
        if self.path.is_empty() { "the environment".to_owned() } else { format!("`[{}]`", self.path) }
    }
}

impl Reader {
    pub(crate) const fn new(sources: Sources) -> Self {
        Self { sources, faults: Vec::new() }
    }

    /// Notes a fault.
    pub(crate) fn fault(&mut self, spot: Spot, problem: Problem) {
        if self.faults.len() < MOST_FAULTS {
            let error = EnvironmentError::at(problem, self.sources.place(spot), self.sources.excerpt(spot));
            self.faults.push((spot, error));
        }
    }

    /// Notes that a value cannot be used.
    pub(crate) fn bad(&mut self, spot: Spot, key: &str, reason: &dyn Display) {
        self.fault(spot, Problem::Value { key: key.to_owned(), reason: reason.to_string() });
    }

    /// Everything that was found wrong, in the order of files and lines.
    pub(crate) fn into_errors(mut self) -> Vec<EnvironmentError> {
        self.faults.sort_by_key(|(spot, _)| (spot.file, spot.offset));
        self.faults.into_iter().map(|(_, error)| error).collect()
    }

    /// The place of a spot.
    pub(crate) fn place(&self, spot: Spot) -> Place {
        self.sources.place(spot)
    }

    /// A table whose keys are all known; faults are noted, what is known is read on.
    pub(crate) fn table<'a>(&mut self, item: &'a Item, path: &'a str, known: &[&'static str]) -> Option<Table<'a>> {
        let table = self.any_table(item, path)?;
        for entry in item.entries() {
            if !known.contains(&entry.key.as_str()) {
                let nearest = nearest(&entry.key, known.iter().copied()).map(str::to_owned);
                let problem =
                    Problem::UnknownKey { key: entry.key.clone(), table: table.name(), nearest, known: known.to_vec() };
                self.fault(entry.spot, problem);
            }
        }
        Some(table)
    }

    /// A table whose keys are names.
    pub(crate) fn any_table<'a>(&mut self, item: &'a Item, path: &'a str) -> Option<Table<'a>> {
        if let Value::Table(_) = item.value {
            return Some(Table { item, path });
        }
        self.kind(item, path, "a table");
        None
    }

    /// Text under a key.
    pub(crate) fn text<'a>(&mut self, table: Table<'a>, key: &str) -> Option<&'a str> {
        let entry = table.get(key)?;
        self.item_text(&entry.item, &table.key(key))
    }

    /// Text that is not blank under a key, trimmed.
    pub(crate) fn word(&mut self, table: Table<'_>, key: &str) -> Option<String> {
        let text = self.text(table, key)?.trim().to_owned();
        if text.is_empty() {
            let spot = table.get(key)?.item.spot;
            self.bad(spot, &table.key(key), &"expected text, found blanks only");
            return None;
        }
        Some(text)
    }

    /// An item that is text.
    pub(crate) fn item_text<'a>(&mut self, item: &'a Item, key: &str) -> Option<&'a str> {
        if let Value::Text(text) = &item.value {
            return Some(text);
        }
        self.kind(item, key, "text");
        None
    }

    /// Text under a key that is read by its type.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&mut self, table: Table<'_>, key: &str) -> Option<T> {
        let entry = table.get(key)?;
        self.item_parsed(&entry.item, &table.key(key))
    }

    /// An item that is text which is read by its type.
    pub(crate) fn item_parsed<T: FromStr<Err: Display>>(&mut self, item: &Item, key: &str) -> Option<T> {
        match self.item_text(item, key)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.bad(item.spot, key, &error);
                None
            }
        }
    }

    /// A boolean under a key.
    pub(crate) fn boolean(&mut self, table: Table<'_>, key: &str) -> Option<bool> {
        let entry = table.get(key)?;
        if let Value::Boolean(value) = entry.item.value {
            return Some(value);
        }
        self.kind(&entry.item, &table.key(key), "true or false");
        None
    }

    /// A list under a key.
    pub(crate) fn list<'a>(&mut self, table: Table<'a>, key: &str) -> Option<&'a [Item]> {
        let entry = table.get(key)?;
        if let Value::List(items) = &entry.item.value {
            return Some(items);
        }
        self.kind(&entry.item, &table.key(key), "a list");
        None
    }

    /// Notes that a value is of another kind.
    pub(crate) fn kind(&mut self, item: &Item, key: &str, expected: &'static str) {
        self.fault(item.spot, Problem::Kind { key: key.to_owned(), expected, found: item.kind() });
    }

    /// Notes that a key must be there.
    pub(crate) fn missing(&mut self, table: Table<'_>, key: &'static str, example: &'static str) {
        self.fault(table.item.spot, Problem::Missing { key, table: table.name(), example });
    }
}
