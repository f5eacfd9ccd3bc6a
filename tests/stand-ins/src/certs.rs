//! A private CA and certificates of it, made afresh for each run and never to be trusted by anything else.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use time::{Duration, OffsetDateTime};

/// Names that every server certificate carries: the loopback address, and the names on the container network.
const SERVER_NAMES: [&str; 5] = ["127.0.0.1", "localhost", "agent", "gateway", "runtime-node"];

/// The year with which certificates end that are not to end: certificates of today's servers outlive no test.
const LAST_YEAR: i32 = 2099;

/// Which certificate a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerCert {
    /// Signed by the CA, valid until the end of 2099, so that no report of it differs from day to day.
    Valid,
    /// Signed by the CA, ended with 2025.
    Expired,
    /// Signed by the CA, ends in 6 days and some hours.
    EndsSoon,
    /// Signed by the unrelated CA.
    OtherCa,
}

/// Two CAs that do not know each other, and what they signed.
#[derive(Debug)]
pub struct Certs {
    ca: Certificate,
    other_ca: Certificate,
    server: Identity,
    expired: Identity,
    ends_soon: Identity,
    other_server: Identity,
    client: Identity,
    other_client: Identity,
}

#[derive(Debug)]
struct Identity {
    cert: Certificate,
    key: KeyPair,
}

impl Certs {
    /// Makes all of them, with keys of their own.
    pub fn generate() -> Result<Self> {
        let (ca, issuer) = authority("Shipworthy stand-in CA")?;
        let (other_ca, other_issuer) = authority("unrelated stand-in CA")?;
        Ok(Self {
            server: server(&issuer, at(LAST_YEAR))?,
            expired: server(&issuer, at(2025))?,
            ends_soon: server(&issuer, OffsetDateTime::now_utc() + Duration::days(7) - Duration::hours(1))?,
            other_server: server(&other_issuer, at(LAST_YEAR))?,
            client: client(&issuer)?,
            other_client: client(&other_issuer)?,
            ca,
            other_ca,
        })
    }

    /// Writes PEM files into `folder`, which is made if need be: `rootCA.crt`, `other-ca.crt`, and `.crt` with `.key`
    /// of `server`, `expired`, `client` and `other-client` (signed by the unrelated CA).
    pub fn write_to(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let write = |name: String, pem: String| {
            let path = folder.join(name);
            std::fs::write(&path, pem).with_context(|| format!("cannot write {}", path.display()))
        };
        write("rootCA.crt".into(), self.ca.pem())?;
        write("other-ca.crt".into(), self.other_ca.pem())?;
        let identities = [
            ("server", &self.server),
            ("expired", &self.expired),
            ("client", &self.client),
            ("other-client", &self.other_client),
        ];
        for (name, identity) in identities {
            write(format!("{name}.crt"), identity.cert.pem())?;
            write(format!("{name}.key"), identity.key.serialize_pem())?;
        }
        Ok(())
    }

    /// TLS without client certificates, HTTP/2 and HTTP/1.1 by ALPN.
    pub fn tls(&self, which: ServerCert) -> Result<Arc<ServerConfig>> {
        let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
        let mut config = self.identity(which).serve(builder.with_no_client_auth())?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// TLS that demands a client certificate of the CA, HTTP/2 alone, as the agent does.
    pub fn mutual_tls(&self, which: ServerCert) -> Result<Arc<ServerConfig>> {
        let roots = Arc::new(self.roots()?);
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider()).build()?;
        let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
        let mut config = self.identity(which).serve(builder.with_client_cert_verifier(verifier))?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Arc::new(config))
    }

    /// The CA as the only trust root.
    pub fn roots(&self) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.der().clone())?;
        Ok(roots)
    }

    /// Chain and key of the client certificate that the CA signed.
    pub fn client_identity(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        (vec![self.client.cert.der().clone()], self.client.key())
    }

    fn identity(&self, which: ServerCert) -> &Identity {
        match which {
            ServerCert::Valid => &self.server,
            ServerCert::Expired => &self.expired,
            ServerCert::EndsSoon => &self.ends_soon,
            ServerCert::OtherCa => &self.other_server,
        }
    }
}

impl Identity {
    fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }

    fn serve(
        &self,
        builder: rustls::ConfigBuilder<ServerConfig, rustls::server::WantsServerCert>,
    ) -> Result<ServerConfig> {
        Ok(builder.with_single_cert(vec![self.cert.der().clone()], self.key())?)
    }
}

/// The provider is named each time: another crate of the workspace may have made a different one the default.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn authority(name: &str) -> Result<(Certificate, Issuer<'static, KeyPair>)> {
    let mut params = valid(CertificateParams::default(), at(LAST_YEAR));
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let cert = params.self_signed(&key)?;
    Ok((cert, Issuer::new(params, key)))
}

/// A server certificate that ends then.
fn server(issuer: &Issuer<'_, KeyPair>, end: OffsetDateTime) -> Result<Identity> {
    let params = CertificateParams::new(SERVER_NAMES.map(str::to_owned))?;
    leaf(valid(params, end), "stand-in server", ExtendedKeyUsagePurpose::ServerAuth, issuer)
}

fn client(issuer: &Issuer<'_, KeyPair>) -> Result<Identity> {
    leaf(
        valid(CertificateParams::default(), at(LAST_YEAR)),
        "stand-in client",
        ExtendedKeyUsagePurpose::ClientAuth,
        issuer,
    )
}

fn leaf(
    mut params: CertificateParams,
    name: &str,
    usage: ExtendedKeyUsagePurpose,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Identity> {
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let cert = params.signed_by(&key, issuer)?;
    Ok(Identity { cert, key })
}

fn valid(mut params: CertificateParams, end: OffsetDateTime) -> CertificateParams {
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = end;
    params
}

/// The end of a year, nearly.
fn at(year: i32) -> OffsetDateTime {
    rcgen::date_time_ymd(year, 12, 31)
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::sign::CertifiedKey;

    use super::*;

    #[test]
    fn files_parse_and_keys_fit_their_certificates() {
        let folder = tempfile::tempdir().unwrap();
        Certs::generate().unwrap().write_to(folder.path()).unwrap();
        for name in ["rootCA", "other-ca"] {
            let cert = CertificateDer::from_pem_file(folder.path().join(format!("{name}.crt"))).unwrap();
            RootCertStore::empty().add(cert).unwrap();
        }
        for name in ["server", "expired", "client", "other-client"] {
            let cert = CertificateDer::from_pem_file(folder.path().join(format!("{name}.crt"))).unwrap();
            let key = PrivateKeyDer::from_pem_file(folder.path().join(format!("{name}.key"))).unwrap();
            let pair = CertifiedKey::from_der(vec![cert], key, &provider()).unwrap();
            pair.keys_match().unwrap();
        }
    }

    #[test]
    fn two_runs_share_no_authority() {
        let (one, two) = (Certs::generate().unwrap(), Certs::generate().unwrap());
        assert_ne!(one.ca.der(), two.ca.der());
        assert_ne!(one.ca.der(), one.other_ca.der());
    }
}
