//! Which field belongs to which generation, and what is said of the others: information, never a warning.

use shipworthy_contract::{rules, suggest};

use crate::{
    Generation::{self, V1_0, V1_1, V1_2, V1_3},
    field::Fields,
    finding::{FIRST, Finding, Findings, shown},
    stack_requirement,
};

/// Longest name for which the nearest known one is looked for: comparing costs the product of the lengths.
const LONGEST_NAME: usize = 64;

/// A field, with the first and last generation that reads it (contract.md, part 2, field table).
pub(crate) type Known = (&'static str, Generation, Generation);

/// The manifest itself.
pub(crate) const MANIFEST: &[Known] = &[
    ("schema_version", V1_0, V1_3),
    ("project", V1_0, V1_3),
    ("env", V1_0, V1_3),
    ("mode", V1_0, V1_3),
    ("artifacts", V1_0, V1_3),
    // Never unknown: where a generation ignores them, `payload.stack-requirement` warns.
    (stack_requirement::NAMES[0], V1_0, V1_3),
    (stack_requirement::NAMES[1], V1_0, V1_3),
    ("generated_at", V1_0, V1_2),
    ("generator", V1_0, V1_2),
];

/// An entry of `artifacts`.
pub(crate) const ENTRY: &[Known] = &[
    ("id", V1_0, V1_1),
    ("artifact_root", V1_0, V1_3),
    ("runtime_config_dir", V1_0, V1_3),
    ("bundle_manifest", V1_0, V1_2),
    ("required_secret_env", V1_0, V1_2),
    ("source_template", V1_0, V1_3),
    ("runtime_meta", V1_0, V1_0),
    ("payload_manifest", V1_0, V1_3),
];

/// `source_template`.
pub(crate) const SOURCE_TEMPLATE: &[Known] =
    &[("path", V1_0, V1_3), ("sha256", V1_0, V1_3), ("parameters", V1_0, V1_2)];

/// `payload_manifest`.
pub(crate) const PAYLOAD_MANIFEST: &[Known] = &[("path", V1_0, V1_3), ("sha256", V1_0, V1_3)];

/// `runtime_meta`, which is only looked into where it is judged.
pub(crate) const RUNTIME_META: &[Known] = &[("runtime_hooks", V1_0, V1_3), ("template_renderer", V1_0, V1_3)];

/// `runtime_meta.runtime_hooks`.
pub(crate) const RUNTIME_HOOKS: &[Known] = &[("api_version", V1_0, V1_3), ("python_sitecustomize_digest", V1_0, V1_3)];

/// `runtime_meta.template_renderer`.
pub(crate) const TEMPLATE_RENDERER: &[Known] = &[("name", V1_0, V1_3), ("api_version", V1_0, V1_3)];

/// `runtime_stack`; what is under `services` is strict and not read here.
pub(crate) const RUNTIME_STACK: &[Known] =
    &[("api_version", V1_0, V1_3), ("mode", V1_0, V1_3), ("esb_version", V1_0, V1_3), ("services", V1_0, V1_3)];

/// Tells of every field that no reader of this generation knows.
pub(crate) fn check(fields: &Fields<'_>, known: &[Known], generation: Generation, findings: &mut Findings) {
    check_except(fields, known, generation, None, findings);
}

/// The same, with one field that is read although the generation does not know it.
pub(crate) fn check_except(
    fields: &Fields<'_>,
    known: &[Known],
    generation: Generation,
    read: Option<&str>,
    findings: &mut Findings,
) {
    for (key, _) in fields.node.entries() {
        if read == Some(key.text.as_str()) {
            continue;
        }
        let row = known.iter().find(|(name, _, _)| *name == key.text);
        let finding = match row {
            Some((_, first, last)) if (*first..=*last).contains(&generation) => continue,
            Some((name, first, last)) => {
                let range = if first == last { first.to_string() } else { format!("{first} to {last}") };
                let message = format!("`{}` belongs to {range} and is ignored in {generation}", fields.path(name));
                Finding::violated(rules::UNKNOWN_FIELD, FIRST, message)
                    .hint("remove it, or name the generation with `--contract`")
            }
            None => unknown(fields, &key.text, known, generation, findings.is_full(&rules::UNKNOWN_FIELD)),
        };
        let place = fields.place_at(&shown(&key.text), key.at);
        findings.push(finding.class(shipworthy_contract::Class::Information).at(place));
    }
}

fn unknown(fields: &Fields<'_>, name: &str, known: &[Known], generation: Generation, full: bool) -> Finding {
    let message = format!("no reader of {generation} knows `{}`", fields.path(&shown(name)));
    let finding = Finding::violated(rules::UNKNOWN_FIELD, FIRST, message);
    if full || name.len() > LONGEST_NAME {
        return finding;
    }
    let names = known.iter().filter(|(_, first, last)| (*first..=*last).contains(&generation));
    match suggest::nearest(name, names.map(|(name, _, _)| *name)) {
        Some(near) => finding.hint(format!("did you mean `{near}`?")),
        None => finding,
    }
}
