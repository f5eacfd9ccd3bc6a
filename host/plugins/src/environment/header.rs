//! Headers that the host adds to every request of an endpoint: credentials, by reference.

use std::path::PathBuf;

use shipworthy_contract::{Secret, redact::is_secret_setting};

use super::{
    error::{EnvironmentError, Problem},
    reader::{Reader, Table},
};
use crate::{
    document::{Entry, Value},
    files,
};

/// Headers that say how a message travels; the host's own HTTP speaks for them (RFC 9110, section 7.6.1).
const REFUSED: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Most headers of one endpoint: more than any service asks for.
const MOST_HEADERS: usize = 64;

/// Longest value, in bytes: what common servers take of one header.
const LONGEST_VALUE: usize = 16 << 10;

/// A header with the place its value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderSpec {
    /// In lower case.
    pub(super) name: String,
    pub(super) value: ValueSource,
}

/// Where a header's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ValueSource {
    /// It stands in the environment, since its name promises no secret.
    Plain(Secret),
    /// A variable of the process's environment.
    Variable(String),
    /// A file; a line break at its end is not part of the value.
    File(PathBuf),
}

/// `headers` of an endpoint.
pub(super) fn read_all(reader: &mut Reader, endpoint: Table<'_>) -> Vec<HeaderSpec> {
    let Some(entry) = endpoint.get("headers") else { return Vec::new() };
    let path = endpoint.key("headers");
    let Some(table) = reader.any_table(&entry.item, &path) else { return Vec::new() };
    let mut headers: Vec<HeaderSpec> = Vec::new();
    for entry in table.item.entries() {
        let name = entry.key.to_ascii_lowercase();
        if let Some(reason) = name_fault(&name, &headers) {
            reader.fault(entry.spot, Problem::Header { name: entry.key.clone(), reason });
        } else if let Some(value) = read_value(reader, table, entry) {
            headers.push(HeaderSpec { name, value });
        }
    }
    headers
}

fn name_fault(name: &str, known: &[HeaderSpec]) -> Option<&'static str> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || name.len() > 128 || !name.bytes().all(token) {
        return Some("is not a header's name (RFC 9110, section 5.1)");
    }
    if REFUSED.contains(&name) {
        return Some("is the host's own, since it says how a message travels");
    }
    if known.iter().any(|header| header.name == name) {
        return Some("stands twice, since case does not matter");
    }
    (known.len() >= MOST_HEADERS).then_some("is one more than the 64 that an endpoint may have")
}

fn read_value(reader: &mut Reader, table: Table<'_>, entry: &Entry) -> Option<ValueSource> {
    let key = table.key(&entry.key);
    if let Value::Text(text) = &entry.item.value {
        if is_secret_setting(&entry.key) {
            reader.fault(entry.spot, Problem::PlainSecret { name: entry.key.clone() });
            return None;
        }
        if let Some(reason) = value_fault(text) {
            reader.bad(entry.item.spot, &key, &reason);
            return None;
        }
        return Some(ValueSource::Plain(Secret::new(text.clone())));
    }
    if !matches!(entry.item.value, Value::Table(_)) {
        reader.kind(&entry.item, &key, "`{ env = \"NAME\" }`, `{ file = \"PATH\" }` or text");
        return None;
    }
    let reference = reader.table(&entry.item, &key, &["env", "file"])?;
    match (reference.get("env"), reference.get("file")) {
        (Some(_), None) => {
            let text = reader.text(reference, "env")?;
            if is_variable(text) {
                return Some(ValueSource::Variable(text.to_owned()));
            }
            // The text is not shown: it may be the secret itself, written in the wrong place.
            let reason = "expected a variable's name of letters, digits and `_`, found something else";
            reader.bad(reference.get("env")?.item.spot, &reference.key("env"), &reason);
            None
        }
        (None, Some(file)) => {
            let path = reader.word(reference, "file")?;
            Some(ValueSource::File(reader.sources.resolve(file.item.spot.file, &path)))
        }
        _ => {
            let reason = "expected one of `env` and `file`, found both or none".to_owned();
            reader.fault(entry.item.spot, Problem::Conflict { table: reference.name(), reason });
            None
        }
    }
}

fn is_variable(text: &str) -> bool {
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    begins && text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Why a value cannot be sent; never shows it (RFC 9110, section 5.5).
fn value_fault(value: &str) -> Option<&'static str> {
    if value.trim().is_empty() {
        return Some("expected a value, found blanks only");
    }
    if value.len() > LONGEST_VALUE {
        return Some("expected a value of at most 16KiB, found more");
    }
    let visible = |byte: u8| byte == b'\t' || (0x20..0x7f).contains(&byte);
    if value.bytes().all(visible) { None } else { Some("expected visible ASCII, found another character") }
}

impl HeaderSpec {
    /// The header, if its value stands in the environment.
    pub(super) fn plain(&self) -> Option<(String, Secret)> {
        match &self.value {
            ValueSource::Plain(value) => Some((self.name.clone(), value.clone())),
            ValueSource::Variable(_) | ValueSource::File(_) => None,
        }
    }

    /// The variable that it comes from.
    pub(super) fn variable(&self) -> Option<&str> {
        if let ValueSource::Variable(name) = &self.value { Some(name) } else { None }
    }

    /// Fetches the value.
    pub(super) fn resolve(
        &self,
        endpoint: &str,
        variables: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(String, Secret), EnvironmentError> {
        let secret =
            |reason: String| Problem::Secret { endpoint: endpoint.to_owned(), header: self.name.clone(), reason };
        let (value, origin) = match &self.value {
            ValueSource::Plain(value) => return Ok((self.name.clone(), value.clone())),
            ValueSource::Variable(name) => {
                let value = variables(name).ok_or_else(|| secret(format!("the variable `{name}` is not set")))?;
                (value, format!("the variable `{name}`"))
            }
            ValueSource::File(path) => {
                let limit = 2 * LONGEST_VALUE as u64;
                let text = files::read_text(path, limit).map_err(|source| Problem::SecretFile {
                    endpoint: endpoint.to_owned(),
                    header: self.name.clone(),
                    source,
                })?;
                (text.trim_end_matches(['\r', '\n']).to_owned(), format!("the file `{}`", path.display()))
            }
        };
        match value_fault(&value) {
            None => Ok((self.name.clone(), Secret::new(value))),
            Some(fault) => Err(secret(format!("{fault} in {origin}")).into()),
        }
    }
}
