//! Public keys: who is trusted.

use std::fmt;

use p256::{
    ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier as _},
    pkcs8::{EncodePublicKey as _, spki::SubjectPublicKeyInfoRef},
};
use shipworthy_contract::Sha256;

use crate::{KeyError, algorithm, pem};

const EXPECTED: &str = "a public key, `-----BEGIN PUBLIC KEY-----`";

/// A public key for ECDSA on P-256 with SHA-256.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    fingerprint: Sha256,
}

impl PublicKey {
    /// From PEM: `-----BEGIN PUBLIC KEY-----`, a `SubjectPublicKeyInfo` (RFC 5280, RFC 5480), as `openssl pkey -pubout`
    /// and `cosign generate-key-pair` write it.
    ///
    /// # Errors
    ///
    /// Says what it is instead: another kind of key, a private key, a certificate, no key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem::first(text)?;
        let found = match block.label {
            "PUBLIC KEY" => return Self::from_der(&block.bytes),
            "RSA PUBLIC KEY" => return Err(KeyError::Algorithm { found: "an RSA key".to_owned() }),
            "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => "a certificate".to_owned(),
            "CERTIFICATE REQUEST" => "a request for a certificate".to_owned(),
            label if label.ends_with("PRIVATE KEY") => "a private key, which must stay with who signs".to_owned(),
            label => format!("`{label}`"),
        };
        Err(KeyError::Kind { expected: EXPECTED, found })
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|_damaged| KeyError::Der)?;
        algorithm::check(&info.algorithm)?;
        // A point that is not on the curve is refused here.
        VerifyingKey::try_from(info).map_err(|_damaged| KeyError::Der)?.try_into()
    }

    /// The SHA-256 of the key's DER `SubjectPublicKeyInfo`, uncompressed: what cosign writes as a hint, and what
    /// `openssl pkey -pubin -outform der | sha256sum` says.
    pub const fn fingerprint(&self) -> Sha256 {
        self.fingerprint
    }

    /// Whether the signature is by this key over bytes of this digest.
    pub(crate) fn holds(&self, digest: Sha256, signature: &Signature) -> bool {
        self.key.verify_prehash(digest.as_bytes(), signature).is_ok()
    }
}

impl TryFrom<VerifyingKey> for PublicKey {
    type Error = KeyError;

    fn try_from(key: VerifyingKey) -> Result<Self, KeyError> {
        let der = key.to_public_key_der().map_err(|_impossible| KeyError::Der)?;
        Ok(Self { key, fingerprint: Sha256::of(der.as_bytes()) })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint)
    }
}
