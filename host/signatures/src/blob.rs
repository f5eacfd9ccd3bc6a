//! Signatures of files: a bundle beside the file, as `cosign sign-blob --bundle` writes it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::ecdsa::Signature;
use serde_json::json;
use shipworthy_contract::Sha256;

use crate::{
    Flaw, KeyError, PrivateKey, Signer, TrustedKey, VerifyError,
    bundle::{self, Bundle, LARGEST_SIGNATURE, OfBytes},
    trusted::{Held, held, names, stranger},
};

/// Signs bytes. The result is a bundle's JSON, without an end of line.
///
/// # Errors
///
/// If the key gives no signature that holds, which a sound machine does not do.
pub fn sign_blob(key: &PrivateKey, bytes: &[u8]) -> Result<String, KeyError> {
    sign_digest(key, Sha256::of(bytes))
}

/// As [`sign_blob`], for bytes whose digest is at hand.
///
/// # Errors
///
/// As [`sign_blob`].
pub fn sign_digest(key: &PrivateKey, digest: Sha256) -> Result<String, KeyError> {
    let signature = STANDARD.encode(key.sign(digest)?.as_bytes());
    let content = json!({
        "messageDigest": { "algorithm": "SHA2_256", "digest": STANDARD.encode(digest.as_bytes()) },
        "signature": signature,
    });
    Ok(bundle::write(key, "messageSignature", &content))
}

/// Verifies bytes by what was signed: a bundle (version 0.3), cosign's older `{"base64Signature": ...}`, or the signature
/// alone, as base64 or as the DER that `openssl dgst -sign` writes.
///
/// # Errors
///
/// Why nothing is accepted; never [`VerifyError::Unsigned`].
pub fn verify_blob(bytes: &[u8], signature: &[u8], keys: &[TrustedKey]) -> Result<Signer, VerifyError> {
    verify_digest(Sha256::of(bytes), signature, keys)
}

/// As [`verify_blob`], for bytes whose digest is at hand.
///
/// # Errors
///
/// As [`verify_blob`].
pub fn verify_digest(digest: Sha256, signature: &[u8], keys: &[TrustedKey]) -> Result<Signer, VerifyError> {
    let broken = |flaw| VerifyError::Broken { flaw };
    let made = read(signature).map_err(broken)?;
    let OfBytes { signature, said } = &made.of;
    let other = said.filter(|said| *said != digest);
    if let Some(verdict) = held(keys, digest, signature).verdict() {
        // cosign refuses this one too. It is of these bytes, but who wrote the bundle meant others.
        return other.map_or(verdict, |said| Err(broken(Flaw::OtherDigest { said })));
    }
    if let Some(said) = other {
        // That the signature holds for what it says it is of proves that the bytes were altered, not the signature.
        match held(keys, said, signature) {
            Held::By(key) | Held::Late(key, _) => {
                return Err(VerifyError::Altered { key: key.name.clone(), signed: said, found: digest });
            }
            Held::No => {}
        }
    }
    Err(match made.kind {
        Kind::Bare => VerifyError::Unmatched { trusted: names(keys) },
        Kind::Keyless => broken(Flaw::Keyless),
        Kind::ByKey { hint } => stranger(keys, hint),
    })
}

/// What a signature says of itself.
struct Made {
    of: OfBytes,
    kind: Kind,
}

enum Kind {
    /// Nothing.
    Bare,
    /// A certificate.
    Keyless,
    /// A key, if it says which.
    ByKey { hint: Option<Sha256> },
}

fn read(bytes: &[u8]) -> Result<Made, Flaw> {
    if bytes.len() > LARGEST_SIGNATURE {
        return Err(Flaw::TooLarge { limit: LARGEST_SIGNATURE });
    }
    let bare = |signature| Made { of: OfBytes { signature, said: None }, kind: Kind::Bare };
    // The first byte tells them apart: DER begins with 0x30, which as a digit begins no base64 of DER.
    match bytes.trim_ascii_start().first() {
        Some(b'{') => {
            let bundle = Bundle::parse(bytes)?;
            let kind = if bundle.is_bare() {
                Kind::Bare
            } else if bundle.is_keyless() {
                Kind::Keyless
            } else {
                Kind::ByKey { hint: bundle.hint() }
            };
            Ok(Made { of: bundle.of_bytes()?, kind })
        }
        Some(0x30) => Signature::from_der(bytes).map(bare).map_err(|_damaged| Flaw::Unknown),
        Some(_) | None => {
            let text = std::str::from_utf8(bytes.trim_ascii()).map_err(|_other| Flaw::Unknown)?;
            bundle::signature(text, "signature").map(bare).map_err(|_damaged| Flaw::Unknown)
        }
    }
}
