//! Private keys: who signs.

mod cosign;

use std::fmt;

use p256::{
    SecretKey,
    ecdsa::{DerSignature, Signature, SigningKey, signature::hazmat::PrehashSigner as _},
    pkcs8::{DecodePrivateKey as _, PrivateKeyInfoRef},
};
use sec1::{EcParameters, EcPrivateKey};
use shipworthy_contract::{Secret, Sha256, secret::MASK};

use crate::{KeyError, PublicKey, algorithm, pem};

const EXPECTED: &str = "a private key";

/// A private key for ECDSA on P-256 with SHA-256. It is wiped when it goes, and never shown.
pub struct PrivateKey {
    key: SigningKey,
    public: PublicKey,
}

impl PrivateKey {
    /// From PEM: `PRIVATE KEY` (PKCS#8, RFC 5208), `EC PRIVATE KEY` (SEC 1, RFC 5915), or `ENCRYPTED SIGSTORE PRIVATE
    /// KEY` as cosign writes it, formerly `ENCRYPTED COSIGN PRIVATE KEY`, which needs the password.
    ///
    /// Wiped are the key, what was decoded on the way, and the key that it was encrypted with; not what scrypt leaves
    /// behind of its work.
    ///
    /// # Errors
    ///
    /// Says what it is instead; a wrong password is its own error. What the file asks for is bounded before it is done.
    pub fn from_pem(text: &str, password: Option<&Secret>) -> Result<Self, KeyError> {
        let block = pem::first(text)?;
        let found = match block.label {
            "PRIVATE KEY" => return Self::from_pkcs8(&block.bytes),
            "EC PRIVATE KEY" => return Self::from_sec1(&block.bytes),
            "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY" => {
                return Self::from_pkcs8(&cosign::decrypt(&block.bytes, password)?);
            }
            label @ "ENCRYPTED PRIVATE KEY" => return Err(KeyError::EncryptedOtherwise { label: label.to_owned() }),
            "RSA PRIVATE KEY" => return Err(KeyError::Algorithm { found: "an RSA key".to_owned() }),
            "DSA PRIVATE KEY" => return Err(KeyError::Algorithm { found: "a DSA key".to_owned() }),
            "OPENSSH PRIVATE KEY" => "a key of OpenSSH".to_owned(),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => "a public key".to_owned(),
            "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => "a certificate".to_owned(),
            label => format!("`{label}`"),
        };
        Err(KeyError::Kind { expected: EXPECTED, found })
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_damaged| KeyError::Der)?;
        algorithm::check(&info.algorithm)?;
        SecretKey::from_pkcs8_der(der).map_err(|_damaged| KeyError::Der).and_then(|key| Self::new(&key))
    }

    fn from_sec1(der: &[u8]) -> Result<Self, KeyError> {
        let info = EcPrivateKey::try_from(der).map_err(|_damaged| KeyError::Der)?;
        if let Some(EcParameters::NamedCurve(curve)) = info.parameters {
            algorithm::check_curve(curve)?;
        }
        SecretKey::from_sec1_der(der).map_err(|_damaged| KeyError::Der).and_then(|key| Self::new(&key))
    }

    fn new(key: &SecretKey) -> Result<Self, KeyError> {
        let key = SigningKey::from(key);
        let public = PublicKey::try_from(*key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// The key by which its signatures are verified.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A signature over bytes of this digest, ASN.1 DER. The same key and digest give the same one (RFC 6979).
    pub(crate) fn sign(&self, digest: Sha256) -> Result<DerSignature, KeyError> {
        let signature: Signature = self.key.sign_prehash(digest.as_bytes()).map_err(|_refused| KeyError::CannotSign)?;
        // What a faulty machine signed wrongly can give the key away.
        if self.public.holds(digest, &signature) { Ok(signature.to_der()) } else { Err(KeyError::CannotSign) }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({MASK})")
    }
}
