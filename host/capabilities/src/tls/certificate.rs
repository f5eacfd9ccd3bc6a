//! What is kept of a certificate that was presented.

use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256 as Hasher};
use shipworthy_contract::{Sha256, certificate::Certificate, text::excerpt};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::words::{LONGEST_NAME, names};

/// The certificate, if it can be read.
pub(crate) fn read(der: &CertificateDer<'_>) -> Option<Certificate> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    Some(Certificate {
        subject: excerpt(&parsed.subject().to_string(), LONGEST_NAME),
        issuer: excerpt(&parsed.issuer().to_string(), LONGEST_NAME),
        names: names(&parsed),
        not_before: parsed.validity().not_before.timestamp(),
        not_after: parsed.validity().not_after.timestamp(),
        sha256: Sha256::from_bytes(Hasher::digest(der).into()),
    })
}
