//! `payload_manifest` of an entry: its shape, and with it the whole tree (contract.md, part 2, Shipworthy's additions).

use shipworthy_contract::{Sha256, node::NodeValue, report::Tree, rules};

use crate::{
    coverage,
    entry::Context,
    environment,
    field::{Fields, Slot},
    finding::{FIRST, Finding, Findings},
    paths::RelPath,
    root::Root,
    tree::{self, Asked, Trees},
    unknown_fields,
};

const FIELD: &str = "payload_manifest";

/// Checks the shape and the tree, or says what is not covered. Gives the tree if every byte of it was checked.
pub(crate) fn check(
    entry: &Fields<'_>,
    root: Option<&Root>,
    context: &Context<'_>,
    trees: &mut Trees,
    findings: &mut Findings,
) -> Option<Tree> {
    let Some(node) = entry.node.get(FIELD) else {
        if context.require_tree {
            environment::tree_is_missing(entry, findings);
        } else {
            coverage::bytes(entry, findings);
        }
        return None;
    };
    let NodeValue::Mapping(_) = &node.value else {
        // Null too: the key says that the tree is covered, and nothing says by what.
        let _: Slot<()> = entry.wrong_kind(FIELD, node, "a map with `path` and `sha256`", findings);
        return None;
    };
    let fields = entry.within(FIELD, node);
    unknown_fields::check(&fields, unknown_fields::PAYLOAD_MANIFEST, context.generation, findings);
    let (path, digest) = (path(&fields, findings), digest(&fields, findings));
    let (Some(root), Some(path), Some(digest)) = (root, path, digest) else {
        let reason = "the tree cannot be checked without a root, a sums file and its digest";
        findings.skip(rules::TREE_DIGEST, fields.own_place(), reason);
        return None;
    };
    let asked = Asked { root, sums: &path, digest, manifest: context.manifest };
    let checked = trees.check(&asked, context.limits, context.progress);
    tree::report(&checked, entry, &fields, &root.shown(&path), context.limits, findings);
    let digest = checked.digest?;
    Some(Tree { entry: entry.entry?, root: root.resolved().display().to_string(), digest })
}

fn path(fields: &Fields<'_>, findings: &mut Findings) -> Option<RelPath> {
    let Slot::Given(text) = fields.required_text("path", findings) else { return None };
    match RelPath::parse(text.raw) {
        Ok(path) => Some(path),
        Err(fault) => {
            findings.push(
                Finding::violated(rules::PATH, FIRST, format!("`{}` {fault}", fields.path("path")))
                    .expected("a path inside `artifact_root`")
                    .observed(text.raw)
                    .at(fields.place("path")),
            );
            None
        }
    }
}

fn digest(fields: &Fields<'_>, findings: &mut Findings) -> Option<Sha256> {
    let Slot::Given(text) = fields.required_text("sha256", findings) else { return None };
    // The sums file itself may have digests in upper case, as `sha256sum` never writes but other tools do.
    if let Ok(digest) = text.trimmed().to_ascii_lowercase().parse() {
        return Some(digest);
    }
    findings.push(
        Finding::violated(rules::ENTRY_FIELD, FIRST, format!("`{}` is not a digest", fields.path("sha256")))
            .expected("64 hexadecimal digits")
            .observed(text.raw)
            .at(fields.place("sha256")),
    );
    None
}
