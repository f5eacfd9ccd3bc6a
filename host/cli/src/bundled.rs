//! The probes that were built with this binary.

use shipworthy_contract::Sha256;
use shipworthy_plugins::Bundled;

/// One of them, as the build script embeds it.
pub(crate) struct Embedded {
    pub(crate) name: &'static str,
    pub(crate) component: &'static [u8],
    pub(crate) sha256: [u8; 32],
    pub(crate) descriptor: &'static str,
    pub(crate) precompiled: Option<&'static [u8]>,
}

static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// As the plugins' room wants to see them.
pub(crate) fn table() -> Vec<Bundled> {
    EMBEDDED
        .iter()
        .map(|embedded| Bundled {
            name: embedded.name,
            component: embedded.component,
            sha256: Sha256::from_bytes(embedded.sha256),
            descriptor: embedded.descriptor,
        })
        .collect()
}

/// The embedded probe that has this digest.
pub(crate) fn by_digest(sha256: Sha256) -> Option<&'static Embedded> {
    EMBEDDED.iter().find(|embedded| &embedded.sha256 == sha256.as_bytes())
}
