//! What a service presented when TLS was set up with it: evidence of the host's own, since no guest sees a handshake.

use serde::{Deserialize, Serialize};

use crate::Sha256;

/// The certificates that one endpoint presented, where nothing is wrong with them but that one may have ended: they lead
/// to an authority that is trusted and carry the name that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presented {
    /// The endpoint's address in words: `https://127.0.0.1:8443`. Holds no credential.
    pub url: String,
    /// When, in seconds since 1970 (UTC). A replay judges by it.
    pub seen_at: i64,
    /// Whether one of them that is needed has ended, which is all that is wrong with them.
    pub expired: bool,
    /// The service's own certificate, then those that it sent along; never empty.
    pub chain: Vec<Certificate>,
}

/// One certificate (RFC 5280).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Whom it is for.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Host names and addresses that it is for; the first few.
    pub names: Vec<String>,
    /// Valid from, in seconds since 1970 (UTC).
    pub not_before: i64,
    /// Valid to, in seconds since 1970 (UTC).
    pub not_after: i64,
    /// Of its DER encoding: the fingerprint that browsers and `openssl x509 -fingerprint -sha256` show.
    pub sha256: Sha256,
}
