//! Required secrets of 1.0 to 1.2: the names are compared, the values are dropped as they are read.
//!
//! No name of the file is ever repeated either, not even as a suggestion: a line of a value that spans several lines
//! can look like a name.

use std::{collections::BTreeSet, path::Path};

use shipworthy_contract::{
    Fault,
    node::{Node, NodeValue},
    rules,
};

use crate::{
    Limits,
    field::{Fields, Slot},
    finding::{FIRST, Finding, Findings, location, shown},
    source::{self, SourceError},
};

/// The names that a secret file has. Not `Debug`: see the module.
pub(crate) struct SecretNames(BTreeSet<String>);

impl SecretNames {
    /// Reads the names of a file of `KEY=VALUE` lines.
    pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Self, SourceError> {
        let bytes = source::read(path, limits.document_bytes)?;
        Ok(Self(bytes.split(|byte| *byte == b'\n').filter_map(name_of).collect()))
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The name on a line, if it has one. What follows the first `=` is not even decoded.
fn name_of(line: &[u8]) -> Option<String> {
    let end = line.iter().position(|byte| *byte == b'=')?;
    let before = String::from_utf8_lossy(line.get(..end)?);
    let name = before.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let comment = name.starts_with('#');
    (!name.is_empty() && !comment).then(|| name.to_owned())
}

/// Checks `required_secret_env` of an entry.
pub(crate) fn check(fields: &Fields<'_>, given: Option<&SecretNames>, findings: &mut Findings) {
    const FIELD: &str = "required_secret_env";
    let Some(node) = fields.node.get(FIELD).filter(|node| !node.is_blank()) else { return };
    let NodeValue::Sequence(items) = &node.value else {
        let _: Slot<()> = fields.wrong_kind(FIELD, node, "a list of names", findings);
        return;
    };
    for (index, item) in items.iter().enumerate() {
        let name = format!("{FIELD}[{index}]");
        match required(item) {
            Slot::Given(secret) => present(fields, &name, item, secret, given, findings),
            Slot::Absent => findings.push(
                Finding::violated(rules::SECRET_ENV, FIRST, format!("`{}` is blank", fields.path(&name)))
                    .expected("a variable's name")
                    .at(fields.place_at(&name, item.at)),
            ),
            Slot::Wrong => {
                let _: Slot<()> = fields.wrong_kind(&name, item, "text", findings);
            }
        }
    }
    if !items.is_empty() && !findings.is_broken(&rules::ENTRY_FIELD, fields.entry) {
        findings.pass(rules::SECRET_ENV, fields.own_place(), "every required secret is given");
    }
}

fn required(item: &Node) -> Slot<&str> {
    match &item.value {
        _ if item.is_blank() => Slot::Absent,
        NodeValue::Scalar(name) => Slot::Given(name.trim()),
        NodeValue::Null | NodeValue::Sequence(_) | NodeValue::Mapping(_) => Slot::Wrong,
    }
}

fn present(
    fields: &Fields<'_>,
    name: &str,
    item: &Node,
    secret: &str,
    given: Option<&SecretNames>,
    findings: &mut Findings,
) {
    let (message, hint) = match given {
        Some(names) if names.has(secret) => return,
        Some(_) => (
            format!("the secret `{}` is not given", shown(secret)),
            "add a line `NAME=VALUE` to the file given by `--secret-env`",
        ),
        None => (
            format!("the secret `{}` is required, and no secret file is given", shown(secret)),
            "give the file with the secrets by `--secret-env FILE`; only its names are read",
        ),
    };
    let place = location(fields.file, fields.entry, Some(fields.path(name)), Some(item.at));
    let missing = Finding::violated(rules::SECRET_ENV, FIRST, message).fault(Fault::Environment);
    findings.push(missing.hint(hint).at(place));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_contract() {
        for (line, name) in [
            ("A=1", Some("A")),
            (" A = 1", Some("A")),
            ("A=", Some("A")),
            ("A=b=c\r", Some("A")),
            ("export A=1", Some("A")),
            ("  export   A=1", Some("A")),
            ("export=1", Some("export")),
            ("exportA=1", Some("exportA")),
            ("#A=1", None),
            (" # A=1", None),
            ("=A", None),
            (" =A", None),
            ("A", None),
            ("", None),
            ("   ", None),
        ] {
            assert_eq!(name_of(line.as_bytes()).as_deref(), name, "{line:?}");
        }
    }

    #[test]
    fn values_need_not_be_text() {
        assert_eq!(name_of(b"KEY=\xff\xfe\x00").as_deref(), Some("KEY"));
    }
}
