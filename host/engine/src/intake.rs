//! What a guest says, on its way in: bounded, cleaned, and in our own words. A guest's text is hostile until then.

use shipworthy_contract::{
    Sha256,
    evidence::{Evidence, Gap, Origin, Value},
    text,
};

use crate::{
    limits::{NAME_BYTES, TEXT_BYTES},
    state::Stop,
};

/// A key, name or prefix: exact, so it is refused rather than cut, and must be showable as it is.
pub(crate) fn name(what: &str, name: String) -> wasmtime::Result<String> {
    bounded(what, &name, NAME_BYTES)?;
    let clean = text::one_line(&name);
    Ok(if clean == name { name } else { clean })
}

/// A value, detail or message: made one harmless line.
pub(crate) fn line(what: &str, line: &str) -> wasmtime::Result<String> {
    bounded(what, line, TEXT_BYTES)?;
    Ok(text::one_line(line))
}

/// An observed value. Its surrounding blanks are kept: comparing trims them, showing does not.
pub(crate) fn value(value: Value) -> wasmtime::Result<Value> {
    Ok(match value {
        Value::Text(text) => {
            bounded("fact value", &text, TEXT_BYTES)?;
            Value::Text(text::one_line(&text))
        }
        // JSON has no NaN and no infinity, and no comparison with them means anything.
        Value::Number(number) if !number.is_finite() => Value::Text(number.to_string()),
        Value::Number(number) => Value::Number(number),
        Value::Boolean(boolean) => Value::Boolean(boolean),
    })
}

/// Where something was read.
pub(crate) fn origin(what: &str, subject: Option<String>) -> wasmtime::Result<Origin> {
    Ok(Origin {
        what: line("origin", what)?,
        subject: subject.map(|subject| line("origin subject", &subject)).transpose()?,
    })
}

/// A digest, or the defect of giving something else.
pub(crate) fn digest(digest: String, sha256: &str, origin: Origin) -> Evidence {
    match sha256.parse::<Sha256>() {
        Ok(sha256) => Evidence::Digest { name: digest, sha256, origin },
        Err(error) => Evidence::Missing { name: digest, why: Gap::Defect, detail: error.to_string() },
    }
}

/// Bytes of text that a piece of evidence holds.
pub(crate) fn size(evidence: &Evidence) -> usize {
    let of = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let at = |origin: &Origin| origin.what.len() + of(&origin.subject);
    match evidence {
        Evidence::Fact { key, value: Value::Text(value), origin } => key.len() + value.len() + at(origin),
        Evidence::Fact { key, value: Value::Number(_) | Value::Boolean(_), origin } => key.len() + at(origin),
        Evidence::Capability { name, origin, .. } | Evidence::Digest { name, origin, .. } => name.len() + at(origin),
        Evidence::Complete { prefix } => prefix.len(),
        Evidence::Missing { name, detail, .. } => name.len() + detail.len(),
        Evidence::Finding { rule, message, expected, found, .. } => {
            rule.len() + message.len() + of(expected) + of(found)
        }
    }
}

fn bounded(what: &str, text: &str, limit: usize) -> wasmtime::Result<()> {
    if text.len() > limit {
        let unit = |bytes: usize| format!("{bytes} bytes");
        return Err(Stop::limit(what, &unit(limit), &unit(text.len())).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_and_cleaned() {
        assert_eq!(name("key", "route:/a".to_owned()).unwrap(), "route:/a");
        assert_eq!(name("key", "a\u{1b}[2Jb".to_owned()).unwrap(), "ab");
        assert!(name("key", "x".repeat(NAME_BYTES + 1)).is_err());
        assert_eq!(line("message", "::error::x").unwrap(), "·::error::x");
        let error = line("message", &"x".repeat(TEXT_BYTES + 1)).unwrap_err();
        assert_eq!(error.to_string(), "limit of message: 8192 bytes, reached 8193 bytes");
    }

    #[test]
    fn numbers_that_json_cannot_hold_become_text() {
        assert_eq!(value(Value::Number(f64::NAN)).unwrap(), Value::Text("NaN".to_owned()));
        assert_eq!(value(Value::Number(1.5)).unwrap(), Value::Number(1.5));
    }

    #[test]
    fn a_digest_that_is_none_is_a_defect() {
        let given = digest("a".to_owned(), "sha256:xyz", origin("file", None).unwrap());
        assert!(matches!(given, Evidence::Missing { why: Gap::Defect, .. }));
    }
}
