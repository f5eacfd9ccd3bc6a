//! Signatures in a registry, as far as they are not about fetching: what is fetched and attached is somebody else's.

use shipworthy_contract::Sha256;
use shipworthy_plugins::Reference;
use shipworthy_signatures::{Attached, Signer, TrustedKey, VerifyError, verify_manifest};

use super::SigningError;

/// What a registry holds of an artifact, as far as it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The digest of the manifest, computed of its bytes.
    pub(crate) digest: Sha256,
    /// What lies beside it, in the registry's order.
    pub(crate) attached: Vec<Attachment>,
}

/// As [`Attached`], with bytes of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), expect(dead_code, reason = "made by what fetches"))]
pub(crate) enum Attachment {
    Bundle(Vec<u8>),
    SimpleSigning { payload: Vec<u8>, signature: String },
}

/// Fetches the manifest and what lies beside it. Every layer of the artifact is held against the digest that the manifest
/// gives: a signature covers the manifest alone.
pub(crate) fn fetch(reference: &Reference) -> Result<Held, SigningError> {
    Err(SigningError::NotOffered { reference: reference.clone() })
}

/// Attaches a bundle to the manifest of this digest, as cosign does.
pub(crate) fn attach(reference: &Reference, _digest: Sha256, _bundle: &str) -> Result<(), SigningError> {
    Err(SigningError::NotOffered { reference: reference.clone() })
}

/// Who signed what was fetched.
pub(crate) fn verify(held: &Held, keys: &[TrustedKey]) -> Result<Signer, VerifyError> {
    let attached: Vec<Attached<'_>> = held
        .attached
        .iter()
        .map(|attachment| match attachment {
            Attachment::Bundle(bytes) => Attached::Bundle(bytes),
            Attachment::SimpleSigning { payload, signature } => Attached::SimpleSigning { payload, signature },
        })
        .collect();
    verify_manifest(held.digest, &attached, keys)
}

#[cfg(test)]
mod tests {
    use p256::{
        SecretKey,
        pkcs8::{EncodePrivateKey as _, LineEnding},
    };
    use shipworthy_signatures::{PrivateKey, sign_manifest};

    use super::*;

    #[test]
    fn whatever_is_attached_is_verified() {
        let pem = SecretKey::from_slice(&[7; 32]).unwrap().to_pkcs8_pem(LineEnding::LF).unwrap();
        let key = PrivateKey::from_pem(&pem, None).unwrap();
        let digest = Sha256::of(b"a manifest");
        let trusted = [TrustedKey::new("release", key.public().clone())];
        let bundle = Attachment::Bundle(sign_manifest(&key, digest).unwrap().into_bytes());
        let other = Attachment::SimpleSigning { payload: b"{}".to_vec(), signature: "AAEC".to_owned() };
        let held = |attached: &[&Attachment]| Held { digest, attached: attached.iter().copied().cloned().collect() };
        assert_eq!(verify(&held(&[]), &trusted), Err(VerifyError::Unsigned));
        assert!(matches!(verify(&held(&[&other]), &trusted), Err(VerifyError::Broken { .. })));
        assert_eq!(verify(&held(&[&other, &bundle]), &trusted).map(|signer| signer.name), Ok("release".to_owned()));
    }
}
