//! Sigstore's bundles, version 0.3, as cosign writes them: what is read of one, and how ours is written. A field that is
//! not read is passed over, as Protocol Buffers have it; one that is read and stands twice is refused.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::ecdsa::Signature;
use serde::Deserialize;
use serde_json::{Value, json};
use shipworthy_contract::{Sha256, text::excerpt};

use crate::{Flaw, PrivateKey};

/// Largest signature that is read, in bytes. A bundle by key has 387; one with a transparency log's entry and a time
/// stamp some ten thousand.
pub const LARGEST_SIGNATURE: usize = 256 << 10;

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// How the same version was first spelt.
const MEDIA_TYPE_BEFORE: &str = "application/vnd.dev.sigstore.bundle+json;version=0.3";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bundle {
    media_type: Option<String>,
    #[serde(default)]
    verification_material: Material,
    message_signature: Option<MessageSignature>,
    dsse_envelope: Option<Envelope>,
    /// Of the bundles before there were Sigstore's, which hold nothing else that is read.
    base64_signature: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    public_key: Option<Hint>,
    certificate: Option<serde::de::IgnoredAny>,
    x509_certificate_chain: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Hint {
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageSignature {
    message_digest: Option<MessageDigest>,
    signature: String,
}

#[derive(Deserialize)]
struct MessageDigest {
    algorithm: Option<String>,
    digest: Option<String>,
}

/// A DSSE envelope (dsse specification 1.0.2).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope {
    pub(crate) payload: String,
    pub(crate) payload_type: String,
    pub(crate) signatures: Vec<EnvelopeSignature>,
}

#[derive(Deserialize)]
pub(crate) struct EnvelopeSignature {
    pub(crate) sig: String,
}

/// A signature of a file's bytes.
pub(crate) struct OfBytes {
    pub(crate) signature: Signature,
    /// The digest that it says it is of.
    pub(crate) said: Option<Sha256>,
}

impl Bundle {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Flaw> {
        if bytes.len() > LARGEST_SIGNATURE {
            return Err(Flaw::TooLarge { limit: LARGEST_SIGNATURE });
        }
        let bundle: Self =
            serde_json::from_slice(bytes).map_err(|error| Flaw::Json { what: excerpt(&error.to_string(), 120) })?;
        match bundle.media_type.as_deref() {
            Some(MEDIA_TYPE | MEDIA_TYPE_BEFORE) => Ok(bundle),
            None if bundle.base64_signature.is_some() => Ok(bundle),
            Some(found) => Err(Flaw::MediaType { found: found.to_owned() }),
            None => Err(Flaw::Json { what: "the field `mediaType` is missing".to_owned() }),
        }
    }

    /// The fingerprint of the key that it says made it. What is no fingerprint says nothing.
    pub(crate) fn hint(&self) -> Option<Sha256> {
        let hint = self.verification_material.public_key.as_ref()?.hint.as_deref()?;
        Some(Sha256::from_bytes(STANDARD.decode(hint).ok()?.try_into().ok()?))
    }

    /// Whether it was made with a certificate instead of a key.
    pub(crate) fn is_keyless(&self) -> bool {
        let material = &self.verification_material;
        material.certificate.is_some() || material.x509_certificate_chain.is_some()
    }

    /// Whether it is of the older kind, which says neither key nor digest.
    pub(crate) fn is_bare(&self) -> bool {
        self.media_type.is_none()
    }

    pub(crate) fn of_bytes(&self) -> Result<OfBytes, Flaw> {
        if self.media_type.is_none() {
            let text = self.base64_signature.as_deref().ok_or(Flaw::Content { expected: "base64Signature" })?;
            return Ok(OfBytes { signature: signature(text, "base64Signature")?, said: None });
        }
        let message = self.message_signature.as_ref().ok_or(Flaw::Content { expected: "messageSignature" })?;
        let said = message.message_digest.as_ref().map(MessageDigest::sha256).transpose()?.flatten();
        Ok(OfBytes { signature: signature(&message.signature, "signature")?, said })
    }

    pub(crate) fn envelope(&self) -> Result<&Envelope, Flaw> {
        self.dsse_envelope.as_ref().ok_or(Flaw::Content { expected: "dsseEnvelope" })
    }
}

impl MessageDigest {
    fn sha256(&self) -> Result<Option<Sha256>, Flaw> {
        let Some(digest) = self.digest.as_deref() else { return Ok(None) };
        let algorithm = self.algorithm.as_deref().unwrap_or("nothing");
        if algorithm != "SHA2_256" {
            return Err(Flaw::Algorithm { found: algorithm.to_owned() });
        }
        let bytes = base64(digest, "digest")?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_other: Vec<u8>| Flaw::Base64 { field: "digest" })?;
        Ok(Some(Sha256::from_bytes(bytes)))
    }
}

/// Base64 as RFC 4648, part 4, has it, padded: of a text there is one spelling only.
pub(crate) fn base64(text: &str, field: &'static str) -> Result<Vec<u8>, Flaw> {
    STANDARD.decode(text).map_err(|_damaged| Flaw::Base64 { field })
}

/// A signature from base64 of its DER.
pub(crate) fn signature(text: &str, field: &'static str) -> Result<Signature, Flaw> {
    Signature::from_der(&base64(text, field)?).map_err(|_damaged| Flaw::Der { field })
}

/// Writes one by this key: the content's field and the content.
pub(crate) fn write(key: &PrivateKey, field: &str, content: &Value) -> String {
    let hint = STANDARD.encode(key.public().fingerprint().as_bytes());
    json!({
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": { "publicKey": { "hint": hint } },
        field: content,
    })
    .to_string()
}
