//! TLS as one endpoint sets it up, and what was seen when it failed.

use std::{
    io,
    path::Path,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        ResolvesClientCert, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _};
use shipworthy_contract::{
    certificate::{Certificate, Presented},
    endpoint::{Address, Endpoint, TlsSettings},
    text::excerpt,
};

use crate::{ConfigError, pem};

pub(crate) mod certificate;
mod words;

/// The one provider of cryptography, stated for each configuration, so that no process-wide default is needed.
static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(ring::default_provider()));

/// The system's trust roots, loaded once and only if an endpoint without a `ca` of its own asks for them.
static SYSTEM_ROOTS: LazyLock<Result<Arc<RootCertStore>, String>> = LazyLock::new(|| {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // A store commonly holds a few roots that webpki cannot read; the others serve.
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    match loaded.errors.first() {
        _ if added > 0 => Ok(Arc::new(roots)),
        Some(error) => Err(error.to_string()),
        None => Err("there are none".to_owned()),
    }
});

/// What it takes to speak TLS to one endpoint.
#[derive(Debug)]
pub(crate) struct TlsClient {
    verifier: Arc<WebPkiServerVerifier>,
    client: Option<Arc<CertifiedKey>>,
    server_name: ServerName<'static>,
    /// The trusted authorities in words.
    trusted: String,
}

/// What one handshake saw, for the words of its failure.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    certificate: OnceLock<CertificateDer<'static>>,
    /// All certificates, the time, and whether one of them has ended, if nothing else is wrong with them.
    chain: OnceLock<(Vec<CertificateDer<'static>>, UnixTime, bool)>,
    client_cert_asked: AtomicBool,
    answered: AtomicBool,
    fault: OnceLock<rustls::Error>,
}

impl Seen {
    /// Keeps what an error of the stream says of TLS. hyper's HTTP/2 turns such an error into text.
    pub(crate) fn remember(&self, error: &io::Error) {
        if let Some(fault) = error.get_ref().and_then(|inside| inside.downcast_ref::<rustls::Error>()) {
            self.fault.get_or_init(|| fault.clone());
        }
    }

    /// What was presented, if it is worth judging.
    pub(crate) fn presented(&self, url: &str) -> Option<Presented> {
        let (chain, at, expired) = self.chain.get()?;
        let chain: Vec<Certificate> = chain.iter().map_while(certificate::read).collect();
        let seen_at = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
        (!chain.is_empty()).then(|| Presented { url: url.to_owned(), seen_at, expired: *expired, chain })
    }

    /// An answer came over this connection: the server has taken the client for one of its own.
    pub(crate) fn answer(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// The first error of TLS on this connection.
    pub(crate) fn fault(&self) -> Option<&rustls::Error> {
        self.fault.get()
    }
}

impl TlsClient {
    /// Reads the files that the settings name.
    pub(crate) fn prepare(endpoint: &Endpoint, settings: &TlsSettings) -> Result<Self, ConfigError> {
        let (roots, trusted) = if let Some(path) = &settings.ca {
            (Arc::new(own_roots(endpoint, path)?), format!("`{}`", path.display()))
        } else {
            let endpoint = endpoint.name.clone();
            let roots =
                SYSTEM_ROOTS.as_ref().map_err(|found| ConfigError::SystemRoots { endpoint, found: found.clone() })?;
            (Arc::clone(roots), "the system's trust roots".to_owned())
        };
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&PROVIDER))
            .build()
            .map_err(|error| ConfigError::SystemRoots { endpoint: endpoint.name.clone(), found: error.to_string() })?;
        let client = match (&settings.client_cert, &settings.client_key) {
            (Some(cert), Some(key)) => Some(Arc::new(client_identity(endpoint, cert, key)?)),
            (Some(_), None) => return Err(half(endpoint, "client_cert", "client_key")),
            (None, Some(_)) => return Err(half(endpoint, "client_key", "client_cert")),
            (None, None) => None,
        };
        Ok(Self { verifier, client, server_name: server_name(endpoint, settings)?, trusted })
    }

    /// The same for another instance of the endpoint: files are read and verifiers built once, however many there are.
    pub(crate) fn for_instance(&self, endpoint: &Endpoint, settings: &TlsSettings) -> Result<Self, ConfigError> {
        Ok(Self {
            verifier: Arc::clone(&self.verifier),
            client: self.client.clone(),
            server_name: server_name(endpoint, settings)?,
            trusted: self.trusted.clone(),
        })
    }

    /// The configuration of one connection. Resumption is off, so every connection sees and checks the certificate.
    pub(crate) fn config(&self, alpn: &[&[u8]], seen: &Arc<Seen>) -> Result<ClientConfig, rustls::Error> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Watched {
                inner: Arc::clone(&self.verifier),
                seen: Arc::clone(seen),
            }))
            .with_client_cert_resolver(Arc::new(Identity { client: self.client.clone(), seen: Arc::clone(seen) }));
        config.resumption = rustls::client::Resumption::disabled();
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(config)
    }

    pub(crate) fn server_name(&self) -> ServerName<'static> {
        self.server_name.clone()
    }

    /// Why TLS could not be set up, with what is trusted and what was seen.
    pub(crate) fn explain(&self, url: &str, seen: &Seen, error: &rustls::Error) -> String {
        words::explain(url, &self.trusted, seen.certificate.get(), self.client.is_some(), error)
    }

    /// In words, if the server asked for a client's certificate and there was none to give: then a connection that is
    /// closed without an alert (or whose alert a reset overtook) has this for its likely cause.
    pub(crate) fn missing_identity(&self, url: &str, seen: &Seen) -> Option<String> {
        let missing = self.client.is_none() && seen.client_cert_asked.load(Ordering::Relaxed);
        missing.then(|| words::no_identity(url))
    }

    /// In words, if the server asked for a client's certificate, got one, and closed the connection before it answered
    /// anything: in TLS 1.3 it refuses one only after the handshake, and its alert may be overtaken as above.
    pub(crate) fn refused_identity(&self, url: &str, seen: &Seen) -> Option<String> {
        let client = self.client.as_ref()?;
        let is_likely = seen.client_cert_asked.load(Ordering::Relaxed) && !seen.answered.load(Ordering::Relaxed);
        let ended = || {
            let (_, now, _) = seen.chain.get()?;
            let own = certificate::read(client.cert.first()?)?;
            (own.not_after < i64::try_from(now.as_secs()).ok()?).then_some(own.not_after)
        };
        is_likely.then(|| words::refused_identity(url, ended()))
    }
}

fn own_roots(endpoint: &Endpoint, path: &Path) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(endpoint, "ca", path)? {
        roots.add(certificate).map_err(|error| content(endpoint, "ca", path, "certificates of authorities", &error))?;
    }
    Ok(roots)
}

fn client_identity(endpoint: &Endpoint, cert: &Path, key: &Path) -> Result<CertifiedKey, ConfigError> {
    let chain = certificates(endpoint, "client_cert", cert)?;
    let bytes = file(endpoint, "client_key", key)?;
    let expected = "a private key in PEM";
    let der = PrivateKeyDer::from_pem_slice(&bytes)
        .map_err(|error| content(endpoint, "client_key", key, expected, &pem_words(&error)))?;
    let signer = PROVIDER
        .key_provider
        .load_private_key(der)
        .map_err(|error| content(endpoint, "client_key", key, expected, &error))?;
    let identity = CertifiedKey::new(chain, signer);
    match identity.keys_match() {
        // A key that cannot tell its public half is taken as it is.
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(identity),
        Err(_) => {
            let found = format!("it belongs to another certificate than the one in `{}`", cert.display());
            Err(content(endpoint, "client_key", key, "the client certificate's key", &found))
        }
    }
}

fn certificates(
    endpoint: &Endpoint,
    key: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let expected = "certificates in PEM";
    let bytes = file(endpoint, key, path)?;
    let found: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| content(endpoint, key, path, expected, &pem_words(&error)))?;
    if found.is_empty() {
        return Err(content(endpoint, key, path, expected, &"there is none"));
    }
    Ok(found)
}

/// Not the error's own text, which shows lines of the file.
fn pem_words(error: &rustls_pki_types::pem::Error) -> &'static str {
    use rustls_pki_types::pem::Error;
    match error {
        Error::MissingSectionEnd { .. } => "a section has no END line",
        Error::IllegalSectionStart { .. } => "a BEGIN line is malformed",
        Error::Base64Decode(_) => "a section is not Base64",
        Error::NoItemsFound => "there is none",
        _ => "it is not PEM",
    }
}

fn file(endpoint: &Endpoint, key: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    pem::read(path).map_err(|source| ConfigError::File {
        endpoint: endpoint.name.clone(),
        key,
        path: path.display().to_string(),
        source,
    })
}

fn content(
    endpoint: &Endpoint,
    key: &'static str,
    path: &Path,
    expected: &'static str,
    found: &dyn std::fmt::Display,
) -> ConfigError {
    ConfigError::Content {
        endpoint: endpoint.name.clone(),
        key,
        path: path.display().to_string(),
        expected,
        found: found.to_string(),
    }
}

fn half(endpoint: &Endpoint, has: &'static str, lacks: &'static str) -> ConfigError {
    ConfigError::Half { endpoint: endpoint.name.clone(), has, lacks }
}

fn server_name(endpoint: &Endpoint, settings: &TlsSettings) -> Result<ServerName<'static>, ConfigError> {
    let wrong = |found| ConfigError::ServerName { endpoint: endpoint.name.clone(), found };
    let name = match (&settings.server_name, &endpoint.address) {
        (Some(name), _) => name.clone(),
        (None, Address::Tcp { host, .. }) => host.clone(),
        // On a container network, certificates carry the service's name.
        (None, Address::Container { service, .. }) => service.to_string(),
        (None, Address::Unix(_)) => return Err(wrong("a unix socket, which has none".to_owned())),
    };
    ServerName::try_from(name.clone()).ok().ok_or_else(|| wrong(excerpt(&name, 80)))
}

/// Most certificates of a chain that are kept.
const LONGEST_CHAIN: usize = 8;

fn has_ended(error: &rustls::Error) -> bool {
    use rustls::CertificateError::{Expired, ExpiredContext};
    matches!(error, rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }))
}

/// The system's verifier, which remembers the certificate that it was shown.
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
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.seen.certificate.get_or_init(|| end_entity.clone().into_owned());
        let verified = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let all = || [end_entity].into_iter().chain(intermediates).take(LONGEST_CHAIN);
        let expired = verified.as_ref().is_err_and(has_ended);
        // Expiry is found before anything else: only one that was trusted while it was valid is worth judging.
        let earlier = || {
            let end = all().filter_map(certificate::read).map(|one| one.not_after).min()?;
            let then = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(end).ok()?));
            self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, then).ok()
        };
        if verified.is_ok() || (expired && earlier().is_some()) {
            self.seen.chain.get_or_init(|| (all().map(|one| one.clone().into_owned()).collect(), now, expired));
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// The client's certificate, if there is one, and whether anybody asked for it.
#[derive(Debug)]
struct Identity {
    client: Option<Arc<CertifiedKey>>,
    seen: Arc<Seen>,
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.seen.client_cert_asked.store(true, Ordering::Relaxed);
        self.client.clone()
    }

    fn has_certs(&self) -> bool {
        self.client.is_some()
    }
}
