//! Where a result is: a file with a line, and the service with its instance.

use std::{fmt::Write as _, os::unix::ffi::OsStrExt as _, path::Path};

use serde_json::{Value, json};
use shipworthy_contract::{CheckResult, Report, Side, text::excerpt};

/// What relative paths are relative to. GitHub's code scanning takes it for the root of the checkout.
pub(super) const ROOT: &str = "%SRCROOT%";

/// The file and the place in it. Without one of its own a result is at the file that has it judged.
pub(super) fn physical(report: &Report, result: &CheckResult) -> Option<Value> {
    let own = result.location.as_ref().filter(|location| location.file.is_some());
    let file = match (own.and_then(|location| location.file.as_deref()), result.side) {
        (Some(file), _) => Path::new(file),
        (None, Side::Payload) => Path::new(report.artifact.as_ref()?.path.as_str()),
        (None, Side::Stack) => match (&report.environment, &report.artifact) {
            (Some(environment), _) => environment.file.as_path(),
            (None, Some(artifact)) => Path::new(artifact.path.as_str()),
            (None, None) => return None,
        },
    };
    // Line and column count from 1; the consumers that need a line show the first one.
    let line = own.and_then(|location| location.line).unwrap_or(1).max(1);
    let mut region = json!({ "startLine": line });
    if let (Some(column), Some(region)) = (own.and_then(|location| location.column), region.as_object_mut()) {
        region.insert("startColumn".to_owned(), column.max(1).into());
    }
    Some(json!({ "artifactLocation": artifact(file), "region": region }))
}

fn artifact(file: &Path) -> Value {
    let file = file.strip_prefix("./").unwrap_or(file);
    if file.is_absolute() {
        return json!({ "uri": format!("file://{}", encoded(file)) });
    }
    if file.starts_with("..") {
        // Nothing that is relative to a root lies outside of it (3.10.2).
        return json!({ "uri": encoded(file) });
    }
    json!({ "uri": encoded(file), "uriBaseId": ROOT })
}

/// A path as a URI has it (RFC 3986): each byte that is not unreserved and no separator percent-encoded.
fn encoded(path: &Path) -> String {
    let mut uri = String::new();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => write!(uri, "%{byte:02X}").unwrap_or_default(),
        }
    }
    uri
}

/// The service, its instance, and the field that says so.
pub(super) fn logical(result: &CheckResult) -> Vec<Value> {
    let mut locations = Vec::new();
    if let Some(service) = &result.service {
        locations.push(json!({ "name": service.as_str(), "fullyQualifiedName": service.as_str(), "kind": "module" }));
        if let Some(instance) = result.instance.as_deref().filter(|instance| *instance != service.as_str()) {
            let instance = excerpt(instance, 300);
            let full = format!("{service}/{instance}");
            locations.push(json!({ "name": instance, "fullyQualifiedName": full, "kind": "object" }));
        }
    }
    if let Some(field) = result.location.as_ref().and_then(|location| location.field.as_deref()) {
        locations.push(json!({ "fullyQualifiedName": excerpt(field, 300), "kind": "member" }));
    }
    locations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        for (path, uri, is_relative) in [
            ("out/artifact.yml", "out/artifact.yml", true),
            ("./artifact.yml", "artifact.yml", true),
            ("a b/ü#?%:x.yml", "a%20b/%C3%BC%23%3F%25%3Ax.yml", true),
            ("/srv/a b.yml", "file:///srv/a%20b.yml", false),
            ("../x.yml", "../x.yml", false),
            ("a\n::error::b\\c", "a%0A%3A%3Aerror%3A%3Ab%5Cc", true),
        ] {
            let value = artifact(Path::new(path));
            assert_eq!(value["uri"], uri, "{path}");
            assert_eq!(value.get("uriBaseId").is_some(), is_relative, "{path}");
        }
    }
}
