//! Reference pages from what they describe: the WIT, the schemas, the grammar of grants.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};
use shipworthy_contract::grant::FORMS;

/// The newest released WIT, whole: its comments are its documentation.
pub(crate) fn of_wit(root: &Path) -> Result<String> {
    let text = fs::read_to_string(root.join("wit/0.1.0/probe.wit")).context("wit/0.1.0/probe.wit")?;
    Ok(format!("```wit\n{}\n```", text.trim_end()))
}

/// The forms of a line of needs or grants.
pub(crate) fn of_grants() -> String {
    let mut table = String::from("| line | for instance | asked by | allows |\n|---|---|---|---|\n");
    for form in FORMS {
        row(&mut table, &[&code(form.form), &code(form.example), &code(form.call), form.allows]);
    }
    table
}

/// Every key of a JSON Schema, with what it takes.
pub(crate) fn of_schema(text: &str) -> Result<String> {
    let schema: Value = serde_json::from_str(text)?;
    let mut table = String::from("| key | value | |\n|---|---|---|\n");
    let mut walk = Walk { root: &schema, table: &mut table, within: Vec::new() };
    walk.properties("", &schema);
    Ok(table)
}

struct Walk<'a> {
    root: &'a Value,
    table: &'a mut String,
    /// References that lead here, so that a circle ends.
    within: Vec<String>,
}

impl<'a> Walk<'a> {
    fn properties(&mut self, at: &str, schema: &'a Value) {
        for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if key != "$schema" {
                self.key(&joined(at, key), property);
            }
        }
        // Keys that the writer chooses.
        if let Some(any) = schema.get("additionalProperties").filter(|any| any.is_object()) {
            self.key(&joined(at, "NAME"), any);
        }
        if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
            let (items, reference) = self.resolved(items);
            self.inside(&format!("{at}[]"), items, reference);
        }
    }

    fn key(&mut self, at: &str, property: &'a Value) {
        let (target, reference) = self.resolved(property);
        let own = |key: &str| property.get(key).or_else(|| target.get(key));
        let about = own("description").and_then(Value::as_str).unwrap_or_default();
        let default = own("default").map(|value| format!(", {} by default", code(&plain(value)))).unwrap_or_default();
        row(self.table, &[&code(at), &format!("{}{default}", kind(target, reference.as_deref())), about]);
        self.inside(at, target, reference);
        for part in ["oneOf", "anyOf"] {
            for variant in target.get(part).and_then(Value::as_array).into_iter().flatten() {
                let (variant, reference) = self.resolved(variant);
                self.inside(at, variant, reference);
            }
        }
    }

    fn inside(&mut self, at: &str, schema: &'a Value, reference: Option<String>) {
        if let Some(reference) = reference {
            if self.within.contains(&reference) {
                return;
            }
            self.within.push(reference);
            self.properties(at, schema);
            self.within.pop();
        } else {
            self.properties(at, schema);
        }
    }

    /// What a reference leads to, and its name.
    fn resolved(&self, schema: &'a Value) -> (&'a Value, Option<String>) {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return (schema, None) };
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        (target.unwrap_or(schema), reference.rsplit('/').next().map(str::to_owned))
    }
}

fn joined(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

/// What kind of value a schema takes, in words.
fn kind(schema: &Value, reference: Option<&str>) -> String {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = values.iter().map(|value| code(&plain(value))).collect();
        return words.join(", ");
    }
    if let Some(word @ ("time" | "bytes" | "sha256" | "path" | "name")) = reference {
        return word.to_owned();
    }
    let kinds = match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "one of several".to_owned(),
    };
    let kind = kinds.replace("string", "text").replace("object", "table").replace("array", "list");
    match bounds(schema) {
        Some(bounds) => format!("{kind}, {bounds}"),
        None => kind,
    }
}

fn bounds(schema: &Value) -> Option<String> {
    let number = |key: &str| schema.get(key).map(plain);
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("at least {least}")),
        (None, Some(most)) => Some(format!("at most {most}")),
        (None, None) => None,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) if object == &Map::new() => "{}".to_owned(),
        other => other.to_string(),
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn row(table: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    // Writing to a `String` cannot fail.
    writeln!(table, "| {} |", cells.join(" | ")).unwrap_or_default();
}
