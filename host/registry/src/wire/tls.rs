//! TLS with one authority file or the system's trust roots, and what was seen when it fails.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _};
use shipworthy_contract::text::excerpt;
use shipworthy_plugins::files;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Origin;
use crate::{Problem, RegistryAccess, limits::LARGEST_CA};

/// What is wrong where it is the list of authorities that may have to be longer.
const UNTRUSTED: &str = "the certificate's issuer is not trusted";

/// Longest name of a certificate that is shown.
const LONGEST_NAME: usize = 120;

/// Whom to trust, by file; none is the system. Each is loaded once, and only when a connection needs it: the system's
/// trust roots take milliseconds.
#[derive(Debug, Default)]
pub(super) struct Tls {
    clients: Mutex<BTreeMap<Option<PathBuf>, Arc<TlsClient>>>,
}

impl Tls {
    pub(super) fn client(&self, access: &RegistryAccess) -> Result<Arc<TlsClient>, Problem> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = clients.get(&access.ca) {
            return Ok(Arc::clone(known));
        }
        let client = Arc::new(TlsClient::new(access.ca.as_deref())?);
        clients.insert(access.ca.clone(), Arc::clone(&client));
        Ok(client)
    }
}

/// What it takes to speak TLS.
#[derive(Debug)]
pub(super) struct TlsClient {
    provider: Arc<CryptoProvider>,
    verifier: Arc<WebPkiServerVerifier>,
    /// Whose word counts.
    trusted: String,
}

/// The certificate that was presented.
#[derive(Debug, Default)]
pub(super) struct Seen(OnceLock<CertificateDer<'static>>);

impl TlsClient {
    fn new(ca: Option<&Path>) -> Result<Self, Problem> {
        let provider = Arc::new(ring::default_provider());
        let (roots, trusted) = match ca {
            Some(path) => (own_roots(path)?, format!("`{}`", path.display())),
            None => (system_roots()?, "the system's trust roots".to_owned()),
        };
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| Problem::SystemRoots(excerpt(&error.to_string(), 160)))?;
        Ok(Self { provider, verifier, trusted })
    }

    pub(super) fn name(&self, origin: &Origin) -> Result<ServerName<'static>, Problem> {
        ServerName::try_from(origin.host()).ok().ok_or_else(|| {
            self.problem(origin, &Seen::default(), "its name is none that a certificate can be for".to_owned())
        })
    }

    /// The configuration of one connection. Nothing is resumed, so each one checks the certificate.
    pub(super) fn config(&self, seen: &Arc<Seen>, origin: &Origin) -> Result<ClientConfig, Problem> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| self.problem(origin, seen, excerpt(&error.to_string(), 160)))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Watched {
                inner: Arc::clone(&self.verifier),
                seen: Arc::clone(seen),
            }))
            .with_no_client_auth();
        config.resumption = rustls::client::Resumption::disabled();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// Why the handshake failed.
    pub(super) fn explain(&self, origin: &Origin, seen: &Seen, error: io::Error) -> Problem {
        let Some(fault) = error.get_ref().and_then(|inside| inside.downcast_ref::<Error>()) else {
            return Problem::Unreachable { peer: origin.to_string(), error };
        };
        let what = match fault {
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
                return Problem::NotTls { peer: origin.to_string() };
            }
            Error::InvalidCertificate(error) => refused(error),
            Error::AlertReceived(alert) => format!("the server ends the handshake ({alert:?})"),
            other => excerpt(&other.to_string(), 160),
        };
        self.problem(origin, seen, what)
    }

    fn problem(&self, origin: &Origin, seen: &Seen, what: String) -> Problem {
        Problem::Tls {
            peer: origin.to_string(),
            untrusted: what == UNTRUSTED,
            what,
            trusted: self.trusted.clone(),
            seen: seen.in_words(),
        }
    }
}

impl Seen {
    fn in_words(&self) -> String {
        let parsed = self.0.get().and_then(|der| X509Certificate::from_der(der).ok());
        let name = |text: String| excerpt(&text, LONGEST_NAME);
        parsed.map_or_else(
            || "no certificate".to_owned(),
            |(_, seen)| {
                let (subject, issuer) = (name(seen.subject().to_string()), name(seen.issuer().to_string()));
                let end = seen.validity().not_after.to_datetime().date();
                format!("a certificate for `{subject}`, issued by `{issuer}`, valid through {end}")
            },
        )
    }
}

fn refused(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "the certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet"
        }
        CertificateError::UnknownIssuer => UNTRUSTED,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate is for another name"
        }
        other => return format!("the certificate is refused: {}", excerpt(&other.to_string(), 160)),
    }
    .to_owned()
}

fn own_roots(path: &Path) -> Result<RootCertStore, Problem> {
    let wrong = |what: String| Problem::Ca { path: path.to_owned(), what };
    let bytes = files::read(path, LARGEST_CA).map_err(|error| wrong(excerpt(&error.to_string(), 200)))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        // Not the error's own text, which shows lines of the file.
        let certificate = certificate.ok().ok_or_else(|| wrong("it is not PEM".to_owned()))?;
        roots.add(certificate).map_err(|error| wrong(excerpt(&error.to_string(), 160)))?;
    }
    if roots.is_empty() { Err(wrong("there are none".to_owned())) } else { Ok(roots) }
}

fn system_roots() -> Result<RootCertStore, Problem> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // A store commonly holds a few roots that webpki cannot read; the others serve.
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    match loaded.errors.first() {
        _ if added > 0 => Ok(roots),
        Some(error) => Err(Problem::SystemRoots(excerpt(&error.to_string(), 200))),
        None => Err(Problem::SystemRoots("there are none".to_owned())),
    }
}

/// The verifier, which remembers the certificate that it was shown.
#[derive(Debug)]
struct Watched {
    inner: Arc<WebPkiServerVerifier>,
    seen: Arc<Seen>,
}

impl ServerCertVerifier for Watched {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.seen.0.get_or_init(|| end_entity.clone().into_owned());
        self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
