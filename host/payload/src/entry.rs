//! One entry of `artifacts`: its fields, its paths, and the rules that read its files.

use std::{path::Path, sync::Arc};

use shipworthy_contract::{
    node::{Node, NodeValue},
    report::Tree,
    rules,
};

use crate::{
    Generation, Limits, Progress,
    basis::Watch,
    config_files, entry_id,
    field::{Fields, Slot},
    finding::{FIRST, Finding, Findings},
    paths::RelPath,
    payload_manifest,
    root::Root,
    runtime_meta, secrets,
    secrets::SecretNames,
    source_template,
    tree::Trees,
    unknown_fields,
};

/// What is the same for every entry.
pub(crate) struct Context<'a> {
    /// The manifest as the user would open it.
    pub(crate) file: &'a str,
    /// The manifest's folder.
    pub(crate) folder: &'a Path,
    pub(crate) generation: Generation,
    /// Whether `runtime_meta` is judged.
    pub(crate) runtime_meta: bool,
    pub(crate) secrets: Option<&'a SecretNames>,
    pub(crate) require_tree: bool,
    pub(crate) limits: &'a Limits,
    /// The manifest, resolved: it may lie in an entry's tree.
    pub(crate) manifest: Option<&'a Path>,
    pub(crate) progress: &'a dyn Progress,
    /// Takes down what is looked at, where that is wanted.
    pub(crate) watch: Option<&'a Arc<Watch>>,
}

/// What the entries before have brought.
#[derive(Debug, Default)]
pub(crate) struct Before<'a> {
    ids: entry_id::Seen<'a>,
    trees: Trees,
    /// Trees whose every byte was checked.
    pub(crate) whole: Vec<Tree>,
}

/// Checks one entry.
pub(crate) fn check<'a>(
    context: &Context<'a>,
    index: usize,
    node: &'a Node,
    before: &mut Before<'a>,
    findings: &mut Findings,
) {
    let fields = Fields {
        node,
        file: context.file,
        entry: Some(index),
        name: format!("artifacts[{index}]"),
        rule: rules::ENTRY_FIELD,
    };
    let NodeValue::Mapping(_) = &node.value else {
        findings.push(
            Finding::violated(rules::ENTRY_FIELD, FIRST, format!("`{}` must be a map", fields.name))
                .expected("a map")
                .observed(node.scalar().unwrap_or(node.kind()))
                .at(fields.own_place()),
        );
        return;
    };
    let generation = context.generation;
    let read = context.runtime_meta.then_some("runtime_meta");
    unknown_fields::check_except(&fields, unknown_fields::ENTRY, generation, read, findings);
    let template = source_template::check(&fields, generation, findings);
    if generation <= Generation::V1_1 {
        entry_id::check(&fields, &template, &mut before.ids, findings);
    }
    if generation <= Generation::V1_2 {
        bundle_manifest(&fields, findings);
        secrets::check(&fields, context.secrets, findings);
    }
    let root = artifact_root(&fields, context, findings);
    files(&fields, root.as_ref(), context, findings);
    if context.runtime_meta {
        runtime_meta::check(&fields, root.as_ref(), generation, context.limits, findings);
    }
    let tree = payload_manifest::check(&fields, root.as_ref(), context, &mut before.trees, findings);
    before.whole.extend(tree);
    findings.pass(rules::ENTRY_FIELD, fields.own_place(), "every field of the entry is there and well-formed");
    if root.is_some() {
        findings.pass(rules::PATH, fields.own_place(), "every path stays inside the root");
    }
}

fn artifact_root(fields: &Fields<'_>, context: &Context<'_>, findings: &mut Findings) -> Option<Root> {
    const FIELD: &str = "artifact_root";
    let Slot::Given(text) = fields.required_text(FIELD, findings) else { return None };
    match Root::resolve(context.folder, text.raw) {
        Ok(root) => Some(root.watched_by(context.watch)),
        Err(fault) => {
            findings.push(
                Finding::violated(rules::PATH, FIRST, format!("`{}` {fault}", fields.path(FIELD)))
                    .expected("a folder, absolute or relative to the manifest's folder")
                    .observed(text.raw)
                    .at(fields.place(FIELD)),
            );
            None
        }
    }
}

/// The path is checked and the file never opened, as in the reference.
fn bundle_manifest(fields: &Fields<'_>, findings: &mut Findings) {
    if let Slot::Given(text) = fields.optional_text("bundle_manifest", findings) {
        let _: Option<RelPath> = inside(fields, "bundle_manifest", text.raw, findings);
    }
}

fn files(fields: &Fields<'_>, root: Option<&Root>, context: &Context<'_>, findings: &mut Findings) {
    const FIELD: &str = "runtime_config_dir";
    let folder = match fields.required_text(FIELD, findings) {
        Slot::Given(text) => inside(fields, FIELD, text.raw, findings),
        Slot::Absent | Slot::Wrong => None,
    };
    match (root, folder) {
        (Some(root), Some(folder)) => {
            config_files::check(fields, root, &folder, context.generation, context.limits, findings);
        }
        _ => findings.skip(
            rules::CONFIG_FILE,
            fields.own_place(),
            "the config files cannot be looked for without a root and a config folder",
        ),
    }
}

fn inside(fields: &Fields<'_>, field: &str, text: &str, findings: &mut Findings) -> Option<RelPath> {
    match RelPath::parse(text) {
        Ok(path) => Some(path),
        Err(fault) => {
            findings.push(
                Finding::violated(rules::PATH, FIRST, format!("`{}` {fault}", fields.path(field)))
                    .expected("a relative path that stays inside `artifact_root`")
                    .observed(text)
                    .at(fields.place(field)),
            );
            None
        }
    }
}
