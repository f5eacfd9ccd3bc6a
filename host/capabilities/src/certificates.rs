//! The certificates of a file that an environment names, for who looks after it. Nothing is trusted by this.

use std::path::Path;

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use shipworthy_contract::certificate::Certificate;

use crate::{pem, tls::certificate, wire::io_words};

/// What the PEM file holds, in its order; what cannot be read of a certificate is left out.
///
/// # Errors
///
/// In words: it cannot be read, or holds none.
pub fn read(path: &Path) -> Result<Vec<Certificate>, String> {
    let bytes = pem::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => io_words(&error),
    })?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.ok().ok_or_else(|| "it is not PEM".to_owned())?;
    let certificates: Vec<Certificate> = found.iter().filter_map(certificate::read).collect();
    if certificates.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(certificates) }
}
