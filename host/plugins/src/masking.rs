//! How values beside names that promise a secret are kept out of messages. The names themselves: `contract::redact`.

use serde_json::Value;
use shipworthy_contract::{redact::is_secret_setting, secret::MASK};

/// Whether a value at this path of an environment is taken to be a secret. Names that people give to endpoints, probes,
/// groups and services do not count: a service called `auth` is no secret.
pub(crate) fn is_secret_path(path: &[String]) -> bool {
    let names = match path.first().map(String::as_str) {
        Some("endpoints" | "probes") => 2,
        Some("containers") => 3,
        Some("requirements" | "payload" | "waivers") => path.len(),
        _ => 0,
    };
    path.iter().skip(names).any(|name| is_secret_setting(name))
}

/// A copy of a JSON value with everything beside secret names masked.
pub fn mask_json(value: &Value) -> Value {
    match value {
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| {
                let value = if is_secret_setting(key) { Value::from(MASK) } else { mask_json(value) };
                (key.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(mask_json).collect(),
        scalar => scalar.clone(),
    }
}

/// Masks the credentials of URLs in a line of text: `https://user:pass@host` shows `https://[secret]@host`.
pub(crate) fn mask_userinfo(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/' | '?' | '#'));
        let authority = end.and_then(|end| after.get(..end)).unwrap_or(after);
        rest = match authority.rsplit_once('@') {
            Some((userinfo, _)) => {
                out.push_str(MASK);
                after.get(userinfo.len()..).unwrap_or_default()
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_beside_secret_names_is_masked_at_any_depth() {
        let value = serde_json::json!({ "a": [{ "token": { "x": "hunter2" } }], "b": 1 });
        let expected = serde_json::json!({ "a": [{ "token": "[secret]" }], "b": 1 });
        assert_eq!(mask_json(&value), expected);
    }

    #[test]
    fn credentials_of_urls_are_masked() {
        for (line, masked) in [
            ("url = \"https://u:p@h:1/x\"", "url = \"https://[secret]@h:1/x\""),
            ("https://h/a@b", "https://h/a@b"),
            ("http://a@b http://c:d@e", "http://[secret]@b http://[secret]@e"),
            ("no url", "no url"),
            ("x://", "x://"),
        ] {
            assert_eq!(mask_userinfo(line), masked);
        }
    }
}
