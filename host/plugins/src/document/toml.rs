//! TOML text into a document with places.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, de::DeString};

use super::{Entry, FileId, Item, Sources, Spot, Value};
use crate::masking::is_secret_path;

/// Something that is not TOML.
#[derive(Clone, Debug)]
pub(crate) struct SyntaxFault {
    pub(crate) spot: Spot,
    pub(crate) message: String,
}

/// Most faults of one file that are told: what follows is mostly what the first ones caused.
const MOST_FAULTS: usize = 10;

/// Parses a file and notes which of its values stand beside secret names.
pub(crate) fn parse(sources: &mut Sources, file: FileId) -> Result<Item, Vec<SyntaxFault>> {
    let text = sources.text(file).to_owned();
    let (table, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        let fault = |error: &toml::de::Error| SyntaxFault {
            // What is missing at the end of a file is missing after its last word.
            spot: Spot { file, offset: error.span().map_or(text.len(), |span| span.start).min(text.trim_end().len()) },
            message: shipworthy_contract::text::excerpt(error.message(), 160),
        };
        return Err(errors.iter().take(MOST_FAULTS).map(fault).collect());
    }
    let mut walk = Walk { file, path: Vec::new(), masks: Vec::new() };
    let entries = walk.entries(table.get_ref());
    let mut masks = walk.masks;
    masks.sort_by_key(|range| range.start);
    sources.set_masks(file, masks);
    Ok(Item { spot: Spot { file, offset: 0 }, value: Value::Table(entries) })
}

/// The way down into a document; the parser bounds its depth (80).
struct Walk {
    file: FileId,
    path: Vec<String>,
    masks: Vec<std::ops::Range<usize>>,
}

impl Walk {
    fn entries(&mut self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = table.iter().map(|(key, value)| self.entry(key, value)).collect();
        // The parser's map is sorted by key; people expect the order in which they wrote.
        entries.sort_by_key(|entry| entry.spot.offset);
        entries
    }

    fn entry(&mut self, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Entry {
        let name = key.get_ref().clone().into_owned();
        let spot = Spot { file: self.file, offset: key.span().start };
        self.path.push(name.clone());
        let item = self.item(value);
        self.path.pop();
        Entry { key: name, spot, item }
    }

    fn item(&mut self, value: &Spanned<DeValue<'_>>) -> Item {
        let spot = Spot { file: self.file, offset: value.span().start };
        let read = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.clone().into_owned()),
            DeValue::Integer(number) => {
                Value::Integer(number.to_string(), i64::from_str_radix(number.as_str(), number.radix()).ok())
            }
            DeValue::Float(number) => Value::Float(number.to_string(), number.as_str().parse().ok()),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => Value::List(items.iter().map(|value| self.item(value)).collect()),
            DeValue::Table(table) => Value::Table(self.entries(table)),
        };
        if is_secret_path(&self.path) && !matches!(read, Value::List(_) | Value::Table(_)) {
            self.masks.push(value.span());
        }
        Item { spot, value: read }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Sources, Result<Item, Vec<SyntaxFault>>) {
        let mut sources = Sources::default();
        let file = sources.add(Path::new("e.toml"), text.to_owned());
        let item = parse(&mut sources, file);
        (sources, item)
    }

    #[test]
    fn every_part_knows_its_place() {
        let (sources, item) = read("z = 1\n\n[t.\"ä\"]\nc = [ \"x\",\n  2026-12-04 ]\n");
        let item = item.unwrap();
        let keys: Vec<&str> = item.entries().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["z", "t"], "in written order");
        let inner = item.entry("t").unwrap().item.entry("ä").unwrap();
        assert_eq!(sources.place(inner.spot).to_string(), "e.toml:3:4");
        let list = inner.item.entry("c").unwrap();
        assert_eq!(sources.place(list.spot).to_string(), "e.toml:4:1");
        let Value::List(items) = &list.item.value else { panic!("a list") };
        assert_eq!(sources.place(items[1].spot).to_string(), "e.toml:5:3");
        assert_eq!(items[1].scalar().as_deref(), Some("2026-12-04"));
    }

    #[test]
    fn all_faults_are_told() {
        let (sources, item) = read("a = = 1\nb = 2\nb = 3\n");
        let faults = item.unwrap_err();
        let lines: Vec<u32> = faults.iter().map(|fault| sources.position(fault.spot).line).collect();
        assert!(lines.contains(&1), "{faults:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let (sources, item) = read(&text);
            for fault in item.err().into_iter().flatten() {
                let _ = sources.excerpt(fault.spot);
                prop_assert!(sources.position(fault.spot).line >= 1);
            }
        }
    }
}
