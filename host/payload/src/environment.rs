//! What an environment demands of an artifact: its `[payload]` (design.md, part 4).

use shipworthy_contract::rules;
use shipworthy_signatures::TrustedKey;

use crate::{
    field::Fields,
    finding::{FIRST, Finding, Findings, shown},
};

/// The demands of an environment's `[payload]`; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// What the manifest's `project` must be.
    pub project: Option<String>,
    /// What the manifest's `env` must be.
    pub env: Option<String>,
    /// What the manifest's `mode` must be.
    pub mode: Option<String>,
    /// Whether every entry must have a `payload_manifest`.
    pub require_tree: bool,
    /// Who may sign the manifest, which must be signed then; none where nobody asks.
    pub signers: Option<Vec<TrustedKey>>,
}

impl Demands {
    fn fields(&self) -> [(&'static str, Option<&str>); 3] {
        [("project", self.project.as_deref()), ("env", self.env.as_deref()), ("mode", self.mode.as_deref())]
    }

    /// Whether nothing is demanded of what stands in the manifest.
    fn is_empty(&self) -> bool {
        !self.require_tree && self.fields().iter().all(|(_, demanded)| demanded.is_none())
    }
}

/// Checks the fields of the manifest itself; strings are compared trimmed.
pub(crate) fn check(manifest: &Fields<'_>, demands: &Demands, findings: &mut Findings) {
    for (field, demanded) in demands.fields() {
        let Some(demanded) = demanded.map(str::trim) else { continue };
        let node = manifest.node.get(field);
        let text = node.and_then(|node| node.scalar()).map(str::trim);
        if text == Some(demanded) {
            continue;
        }
        findings.push(
            Finding::violated(rules::ENVIRONMENT, FIRST, format!("`{field}` is not what this environment demands"))
                .expected(shown(demanded))
                .observed(text.unwrap_or_else(|| node.map_or("nothing", |node| node.kind())))
                .at(manifest.place(field)),
        );
    }
}

/// Says that the environment's demands hold. After the entries, since one demand is about them.
pub(crate) fn pass(manifest: &Fields<'_>, demands: &Demands, findings: &mut Findings) {
    if !demands.is_empty() && !findings.is_broken_anywhere(&rules::ENVIRONMENT) {
        findings.pass(rules::ENVIRONMENT, manifest.own_place(), "the artifact is what this environment accepts");
    }
}

/// Reports an entry without `payload_manifest` where `require_tree` is set.
pub(crate) fn tree_is_missing(entry: &Fields<'_>, findings: &mut Findings) {
    findings.push(
        Finding::violated(rules::ENVIRONMENT, FIRST, "the environment demands a `payload_manifest` for every entry")
            .expected("a `payload_manifest`")
            .observed("nothing")
            .at(entry.own_place()),
    );
}
