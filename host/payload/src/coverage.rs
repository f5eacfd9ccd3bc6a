//! Says what was not asked, so that nobody mistakes silence for coverage. Information, never a warning.

use shipworthy_contract::{Class, rules};

use crate::{
    field::Fields,
    finding::{FIRST, Finding, Findings},
};

/// An entry whose bytes nothing covers.
pub(crate) fn bytes(entry: &Fields<'_>, findings: &mut Findings) {
    findings.push(
        Finding::violated(rules::COVERAGE, FIRST, "no payload manifest: the bytes of the tree are not covered")
            .class(Class::Information)
            .hint("cover them: `shipworthy payload sums DIR > DIR/SHA256SUMS`, and `payload_manifest` in the entry")
            .at(entry.own_place()),
    );
}

/// A manifest that asks nothing of the stack.
pub(crate) fn requirement(manifest: &Fields<'_>, findings: &mut Findings) {
    findings.push(
        Finding::violated(rules::COVERAGE, FIRST, "no requirement declared: any stack will do for this artifact")
            .class(Class::Information)
            .hint("add `runtime_stack` to the manifest, or `[requirements]` to the environment")
            .at(manifest.own_place()),
    );
}
