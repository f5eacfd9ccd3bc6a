//! `payload_manifest` of an entry: its shape. This version cannot verify a tree, so one that asks for it is refused:
//! silence would look like coverage.

use shipworthy_contract::{Class, Sha256, node::NodeValue, rules};

use crate::{
    Generation, coverage, environment,
    field::{Fields, Slot},
    finding::{FIRST, Finding, Findings},
    paths::RelPath,
    unknown_fields,
};

const FIELD: &str = "payload_manifest";

/// Checks the shape, and says what is not covered (contract.md, part 2, Shipworthy's additions).
pub(crate) fn check(entry: &Fields<'_>, generation: Generation, require_tree: bool, findings: &mut Findings) {
    let Some(node) = entry.node.get(FIELD) else {
        if require_tree {
            environment::tree_is_missing(entry, findings);
        } else {
            coverage::bytes(entry, findings);
        }
        return;
    };
    let NodeValue::Mapping(_) = &node.value else {
        // Null too: the key says that the tree is covered, and nothing says by what.
        let _: Slot<()> = entry.wrong_kind(FIELD, node, "a map with `path` and `sha256`", findings);
        return;
    };
    let fields = entry.within(FIELD, node);
    unknown_fields::check(&fields, unknown_fields::PAYLOAD_MANIFEST, generation, findings);
    let path = path(&fields, findings);
    let digest = digest(&fields, findings);
    if path && digest {
        findings.push(
            Finding::violated(rules::TREE_DIGEST, FIRST, "this version cannot verify a payload manifest")
                .class(Class::NotObserved)
                .at(entry.place(FIELD)),
        );
    }
}

fn path(fields: &Fields<'_>, findings: &mut Findings) -> bool {
    let Slot::Given(text) = fields.required_text("path", findings) else { return false };
    let Err(fault) = RelPath::parse(text.raw) else { return true };
    findings.push(
        Finding::violated(rules::PATH, FIRST, format!("`{}` {fault}", fields.path("path")))
            .expected("a path inside `artifact_root`")
            .observed(text.raw)
            .at(fields.place("path")),
    );
    false
}

fn digest(fields: &Fields<'_>, findings: &mut Findings) -> bool {
    let Slot::Given(text) = fields.required_text("sha256", findings) else { return false };
    // The sums file itself may have digests in upper case, as `sha256sum` never writes but other tools do.
    if text.trimmed().to_ascii_lowercase().parse::<Sha256>().is_ok() {
        return true;
    }
    findings.push(
        Finding::violated(rules::ENTRY_FIELD, FIRST, format!("`{}` is not a digest", fields.path("sha256")))
            .expected("64 hexadecimal digits")
            .observed(text.raw)
            .at(fields.place("sha256")),
    );
    false
}
