//! JSON written as TOML, so that a case says its config in one notation.

use serde_json::Value;

/// A value on one line. TOML has no null; a case has no use for one.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{} = {}", quoted(key), inline(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// A TOML basic string. JSON's escapes are TOML's, but TOML wants DEL escaped as well.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_written_as_toml() {
        let value = json!({ "a": [1, "x\u{1b}\u{7f}"], "b c": { "d": true } });
        assert_eq!(inline(&value), r#"{ "a" = [1, "x\u001b\u007f"], "b c" = { "d" = true } }"#);
    }
}
