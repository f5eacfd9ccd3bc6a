//! The manifest's own fields (contract.md, part 2, field table).

use shipworthy_contract::{
    node::{Node, NodeValue},
    rules,
};

use crate::{
    Generation,
    field::{Fields, Slot},
    finding::{FIRST, Finding, Findings},
};

/// The only schema version there is.
const SCHEMA_VERSION: &str = "1";

/// Checks everything but the entries, and gives these.
pub(crate) fn check<'a>(manifest: &Fields<'a>, generation: Generation, findings: &mut Findings) -> &'a [Node] {
    schema_version(manifest, findings);
    for field in ["project", "env", "mode"] {
        let _: Slot<_> = manifest.required_text(field, findings);
    }
    if generation != Generation::V1_3 {
        let _: Slot<_> = manifest.optional_text("generated_at", findings);
        let _: Slot<_> = manifest.optional_map("generator", findings);
    }
    let entries = entries(manifest, findings);
    findings.pass(rules::MANIFEST_FIELD, manifest.own_place(), "the manifest's own required fields are there");
    entries
}

/// The manifest's project, trimmed.
pub(crate) fn project(root: &Node) -> Option<String> {
    let text = root.get("project")?.scalar()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn schema_version(manifest: &Fields<'_>, findings: &mut Findings) {
    const FIELD: &str = "schema_version";
    let finding = match manifest.node.get(FIELD).filter(|node| !node.is_blank()) {
        None => Finding::violated(rules::SCHEMA_VERSION, FIRST, "`schema_version` is missing"),
        Some(node) if node.scalar().map(str::trim) == Some(SCHEMA_VERSION) => {
            findings.pass(rules::SCHEMA_VERSION, manifest.own_place(), "`schema_version` is `1`");
            return;
        }
        Some(node) => Finding::violated(rules::SCHEMA_VERSION, FIRST, "`schema_version` is not supported")
            .observed(node.scalar().unwrap_or(node.kind())),
    };
    findings.push(finding.expected(SCHEMA_VERSION).at(manifest.place(FIELD)));
}

fn entries<'a>(manifest: &Fields<'a>, findings: &mut Findings) -> &'a [Node] {
    const FIELD: &str = "artifacts";
    const EXPECTED: &str = "a list of one or more entries";
    let Some(node) = manifest.node.get(FIELD).filter(|node| !node.is_blank()) else {
        manifest.missing(FIELD, EXPECTED, findings);
        return &[];
    };
    match &node.value {
        NodeValue::Sequence(entries) if entries.is_empty() => {
            findings.push(
                Finding::violated(rules::MANIFEST_FIELD, FIRST, "`artifacts` has no entry")
                    .expected(EXPECTED)
                    .at(manifest.place(FIELD)),
            );
            entries
        }
        NodeValue::Sequence(entries) => entries,
        NodeValue::Null | NodeValue::Scalar(_) | NodeValue::Mapping(_) => {
            let _: Slot<()> = manifest.wrong_kind(FIELD, node, EXPECTED, findings);
            &[]
        }
    }
}
