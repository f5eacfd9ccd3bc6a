//! What a plugin's config schema may be, before anything is validated with it.

use std::collections::BTreeMap;

use jsonschema::{Draft, PatternOptions, ValidationOptions, Validator};
use serde_json::Value;
use shipworthy_contract::text::excerpt;

/// Largest schema, in bytes as compact JSON: a hundred keys with long descriptions.
pub(crate) const LARGEST: usize = 64 << 10;

/// Deepest nesting of the schema's JSON: what a person can follow, and no stack overflows at.
pub(crate) const DEEPEST: usize = 32;

/// Deepest nesting with references followed.
const DEEPEST_FOLLOWED: usize = 128;

/// Most parts with references followed: a schema of a few lines can otherwise ask for 2^30 looks at one value.
pub(crate) const MOST_PARTS: u64 = 20_000;

/// Most regular expressions with references followed, and the largest of them as it is compiled, in bytes: `(a{999}){99}`
/// is a few letters and many megabytes. Together they bound what a schema makes the host hold.
pub(crate) const MOST_PATTERNS: u64 = 64;
pub(crate) const LARGEST_PATTERN: usize = 2 << 20;

/// Why a schema cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    /// It is larger than it may be.
    #[error("expected a schema of at most 64KiB, found {0} bytes")]
    TooLarge(usize),
    /// It is nested deeper than it may be.
    #[error("expected a schema at most 32 deep, and 128 with its references followed, found a deeper one")]
    TooDeep,
    /// It has more parts than it may have.
    #[error("expected a schema of at most {MOST_PARTS} parts with its references followed, found more")]
    TooManyParts,
    /// It has more regular expressions than it may have.
    #[error("expected a schema of at most {MOST_PATTERNS} patterns with its references followed, found more")]
    TooManyPatterns,
    /// It refers to something outside itself, or in a way that cannot be bounded.
    #[error("expected a reference into the schema such as `#/$defs/NAME`, found: {0}")]
    Reference(String),
    /// It refers to itself.
    #[error("expected a schema that does not refer to itself, found a circle at: {0}")]
    Circle(String),
    /// A keyword that changes what a reference means.
    #[error("expected a schema without `{0}`")]
    Keyword(&'static str),
    /// It is not a schema.
    #[error("cannot read it as a JSON Schema: {0}")]
    Invalid(String),
}

/// Tests a schema of a descriptor: its bounds, that it refers to nothing outside itself, that it is one.
///
/// # Errors
///
/// The first thing that makes it unusable.
pub fn check_schema(schema: &Value) -> Result<(), SchemaFault> {
    compile(schema).map(|_| ())
}

/// A validator for a schema that is within its bounds. Formats are checked, patterns take linear time.
pub(super) fn compile(schema: &Value) -> Result<Validator, SchemaFault> {
    check_bounds(schema)?;
    build(jsonschema::options(), schema)
}

/// A validator for the schema of a bundled plugin, whose bounds a test of the binary holds. It is read as draft 7,
/// whose keywords are all that they use: the library makes a validator of the draft's own schema first, which for the
/// newest draft takes as long as a probe's whole run.
pub(super) fn compile_bundled(schema: &Value) -> Result<Validator, SchemaFault> {
    build(jsonschema::options().with_draft(Draft::Draft7), schema)
}

fn build(options: ValidationOptions<'_>, schema: &Value) -> Result<Validator, SchemaFault> {
    let options = options
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN));
    options.build(schema).map_err(|error| {
        let told = format!("`{}`: {}", error.instance_path(), error.masked_with("this"));
        SchemaFault::Invalid(excerpt(&told, 200))
    })
}

fn check_bounds(schema: &Value) -> Result<(), SchemaFault> {
    let size = schema.to_string().len();
    if size > LARGEST {
        return Err(SchemaFault::TooLarge(size));
    }
    if is_deeper(schema, DEEPEST) {
        return Err(SchemaFault::TooDeep);
    }
    let mut measure = Measure { root: schema, known: BTreeMap::new(), open: Vec::new() };
    let extent = measure.follow(schema, 0)?;
    if extent.parts > MOST_PARTS {
        Err(SchemaFault::TooManyParts)
    } else if extent.patterns > MOST_PATTERNS {
        Err(SchemaFault::TooManyPatterns)
    } else {
        Ok(())
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    let below = |value: &Value| levels == 0 || is_deeper(value, levels - 1);
    match value {
        Value::Object(entries) => entries.values().any(below),
        Value::Array(items) => items.iter().any(below),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// How much a part of a schema is with its references followed.
#[derive(Clone, Copy, Default)]
struct Extent {
    parts: u64,
    patterns: u64,
    depth: usize,
}

/// Regular expressions of one part of a schema itself.
fn patterns(value: &Value) -> u64 {
    let one = value.get("pattern").is_some_and(Value::is_string);
    let many = value.get("patternProperties").and_then(Value::as_object).map_or(0, serde_json::Map::len);
    u64::from(one).saturating_add(u64::try_from(many).unwrap_or(u64::MAX))
}

struct Measure<'a> {
    root: &'a Value,
    /// References that were followed.
    known: BTreeMap<&'a str, Extent>,
    /// References that are being followed.
    open: Vec<&'a str>,
}

impl<'a> Measure<'a> {
    fn follow(&mut self, value: &'a Value, depth: usize) -> Result<Extent, SchemaFault> {
        if depth > DEEPEST_FOLLOWED {
            return Err(SchemaFault::TooDeep);
        }
        let mut extent = Extent { parts: 1, patterns: patterns(value), depth: 1 };
        let mut add = |below: Extent| {
            extent.parts = extent.parts.saturating_add(below.parts);
            extent.patterns = extent.patterns.saturating_add(below.patterns);
            extent.depth = extent.depth.max(below.depth.saturating_add(1));
        };
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    match (key.as_str(), value) {
                        ("$ref", Value::String(reference)) => add(self.reference(reference, depth + 1)?),
                        ("$dynamicRef", _) => return Err(SchemaFault::Keyword("$dynamicRef")),
                        ("$recursiveRef", _) => return Err(SchemaFault::Keyword("$recursiveRef")),
                        // A new base in the middle gives `#/...` another meaning.
                        ("$id" | "id", Value::String(_)) if depth > 0 => return Err(SchemaFault::Keyword("$id")),
                        _ => add(self.follow(value, depth + 1)?),
                    }
                }
            }
            Value::Array(items) => {
                for item in items {
                    add(self.follow(item, depth + 1)?);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if extent.depth > DEEPEST_FOLLOWED { Err(SchemaFault::TooDeep) } else { Ok(extent) }
    }

    fn reference(&mut self, reference: &'a str, depth: usize) -> Result<Extent, SchemaFault> {
        if let Some(extent) = self.known.get(reference) {
            return Ok(*extent);
        }
        if self.open.contains(&reference) || reference == "#" {
            return Err(SchemaFault::Circle(excerpt(reference, 80)));
        }
        let wrong = || SchemaFault::Reference(excerpt(reference, 80));
        let pointer = reference.strip_prefix('#').filter(|pointer| pointer.starts_with('/')).ok_or_else(wrong)?;
        // An escaped pointer would be a second spelling of one reference.
        let target = self.root.pointer(pointer).filter(|_| !pointer.contains('%')).ok_or_else(wrong)?;
        self.open.push(reference);
        let extent = self.follow(target, depth)?;
        self.open.pop();
        self.known.insert(reference, extent);
        Ok(extent)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ordinary_schemas_pass() {
        for schema in [
            json!({}),
            json!({ "type": "object" }),
            json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x", "type": "object" }),
            json!({ "$defs": { "a": { "type": "string" } }, "properties": { "x": { "$ref": "#/$defs/a" }, "y": { "$ref": "#/$defs/a" } } }),
            json!({ "properties": { "$ref": { "type": "string" }, "id": { "type": "string" } } }),
            json!({ "properties": { "path": { "type": "string", "pattern": "^/" } }, "additionalProperties": false }),
        ] {
            assert_eq!(check_schema(&schema), Ok(()), "{schema}");
        }
    }

    fn many_patterns() -> Value {
        let one = |number: u32| (format!("a{number}"), json!({ "pattern": "^\\w{1,9}$" }));
        json!({ "properties": (0..65).map(one).collect::<serde_json::Map<_, _>>() })
    }

    #[test]
    fn what_cannot_be_bounded_or_leads_outside_is_refused() {
        let circle = json!({ "$defs": { "a": { "allOf": [{ "$ref": "#/$defs/b" }] }, "b": { "not": { "$ref": "#/$defs/a" } } } });
        let mut doubling = serde_json::Map::new();
        for level in 0..30 {
            let next = json!({ "$ref": format!("#/$defs/d{}", level + 1) });
            doubling.insert(format!("d{level}"), json!({ "allOf": [next, next] }));
        }
        doubling.insert("d30".to_owned(), json!(true));
        let mut deep = json!({});
        for _ in 0..40 {
            deep = json!({ "not": deep });
        }
        for (schema, part) in [
            (json!({ "$ref": "http://example.com/s" }), "into the schema"),
            (json!({ "$ref": "file:///etc/passwd" }), "into the schema"),
            (json!({ "$ref": "other.json" }), "into the schema"),
            (json!({ "$ref": "#/nowhere" }), "into the schema"),
            (json!({ "$ref": "#anchor" }), "into the schema"),
            (json!({ "$ref": "#" }), "refer to itself"),
            (circle, "refer to itself"),
            (json!({ "$dynamicRef": "#x" }), "$dynamicRef"),
            (json!({ "not": { "$id": "http://example.com/" } }), "$id"),
            (json!({ "$defs": doubling, "$ref": "#/$defs/d0" }), "20000 parts"),
            (deep, "deep"),
            (json!({ "description": "x".repeat(70_000) }), "64KiB"),
            (json!({ "type": "strin" }), "JSON Schema"),
            (json!({ "pattern": "(?=x)" }), "JSON Schema"),
            (json!({ "pattern": "(a{999}){999}" }), "JSON Schema"),
            (many_patterns(), "64 patterns"),
            (json!({ "patternProperties": many_patterns()["properties"] }), "64 patterns"),
            (json!({ "$schema": "https://example.com/own-dialect" }), "JSON Schema"),
        ] {
            let told = check_schema(&schema).unwrap_err().to_string();
            assert!(told.contains(part), "{schema}: {told}");
        }
    }
}
