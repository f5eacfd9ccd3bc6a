//! The keys that a plugin's config schema names at its top: what a person looks for first.

use serde_json::Value;

/// What a plugin's `config` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigKeys {
    /// Nothing.
    None,
    /// What the schema says in a way that names no key at its top.
    Unnamed,
    /// These keys.
    Named(Vec<ConfigKey>),
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigKey {
    /// The key.
    pub key: String,
    /// Whether the config must have it.
    pub required: bool,
    /// What kind of value it takes, where the schema says that in one word.
    pub kind: Option<String>,
    /// What the schema says of it.
    pub description: Option<String>,
}

/// The keys of a config schema, in its order. References are not followed.
pub fn config_keys(schema: Option<&Value>) -> ConfigKeys {
    let Some(schema) = schema else { return ConfigKeys::None };
    let properties = schema.get("properties").and_then(Value::as_object).filter(|properties| !properties.is_empty());
    let Some(properties) = properties else {
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        return if closed { ConfigKeys::None } else { ConfigKeys::Unnamed };
    };
    let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |schema: &Value, key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    let keys = properties.iter().map(|(key, schema)| ConfigKey {
        key: key.clone(),
        required: required.iter().any(|required| required == key),
        kind: text(schema, "type"),
        description: text(schema, "description"),
    });
    ConfigKeys::Named(keys.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(schema: &str) -> ConfigKeys {
        config_keys(Some(&serde_json::from_str(schema).unwrap()))
    }

    #[test]
    fn a_schema_names_its_keys_or_says_that_there_are_none() {
        assert_eq!(config_keys(None), ConfigKeys::None);
        assert_eq!(keys(r#"{ "additionalProperties": false }"#), ConfigKeys::None);
        assert_eq!(keys(r#"{ "additionalProperties": false, "properties": {} }"#), ConfigKeys::None);
        assert_eq!(keys(r##"{ "$ref": "#/$defs/x", "$defs": {} }"##), ConfigKeys::Unnamed);
        let named = keys(
            r#"{ "required": ["b"], "properties": { "b": { "type": "array" }, "a": { "description": "x" }, "c": true } }"#,
        );
        let key = |key: &str, required, kind: Option<&str>, description: Option<&str>| ConfigKey {
            key: key.to_owned(),
            required,
            kind: kind.map(str::to_owned),
            description: description.map(str::to_owned),
        };
        let expected =
            [key("b", true, Some("array"), None), key("a", false, None, Some("x")), key("c", false, None, None)];
        assert_eq!(named, ConfigKeys::Named(expected.into()));
    }
}
