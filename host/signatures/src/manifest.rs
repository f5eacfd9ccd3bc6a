//! Signatures of manifests in a registry, as `cosign sign --key` attaches them: a bundle with a DSSE envelope around an
//! in-toto statement, and before that "simple signing". Both sign the manifest's digest, and no name and no tag of it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;
use shipworthy_contract::{Sha256, text::excerpt};

use crate::{
    Flaw, KeyError, PrivateKey, Signer, TrustedKey, VerifyError,
    bundle::{self, Bundle, LARGEST_SIGNATURE},
    trusted::{Held, held, names, stranger},
};

/// Most signatures of one manifest that are looked at: each costs a look by every trusted key.
pub const MOST_SIGNATURES: usize = 128;

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// What the statement says: that somebody signed. Others, such as where it was built, are no signature.
const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";
const SIMPLE_SIGNING: &str = "cosign container image signature";

/// What a registry holds beside a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attached<'a> {
    /// A layer of media type `application/vnd.dev.sigstore.bundle.v0.3+json`.
    Bundle(&'a [u8]),
    /// A layer of media type `application/vnd.dev.cosign.simplesigning.v1+json`.
    SimpleSigning {
        /// The layer.
        payload: &'a [u8],
        /// Its annotation `dev.cosignproject.cosign/signature`.
        signature: &'a str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    predicate_type: String,
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: Digests,
}

#[derive(Deserialize)]
struct Digests {
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct Simple {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Image {
    docker_manifest_digest: String,
}

/// Signs a manifest by its digest. The result is a bundle's JSON, to be attached as cosign does.
///
/// # Errors
///
/// If the key gives no signature that holds, which a sound machine does not do.
pub fn sign_manifest(key: &PrivateKey, digest: Sha256) -> Result<String, KeyError> {
    let statement = json!({
        "_type": STATEMENT,
        "subject": [{ "digest": { "sha256": digest.to_string() }, "annotations": {} }],
        "predicateType": SIGNED,
        "predicate": {},
    })
    .to_string();
    let signature = key.sign(encoded(PAYLOAD_TYPE, statement.as_bytes()))?;
    let content = json!({
        "payload": STANDARD.encode(statement),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{ "sig": STANDARD.encode(signature.as_bytes()) }],
    });
    Ok(bundle::write(key, "dsseEnvelope", &content))
}

/// Verifies a manifest by what a registry holds beside it: one good signature suffices. Only the manifest's digest is
/// covered: whoever fetches the artifact holds every layer against the digest that the manifest gives, which cosign's
/// `verify` does not do.
///
/// # Errors
///
/// Of several failures the most telling. [`VerifyError::Unsigned`] also where only other statements are attached.
pub fn verify_manifest(digest: Sha256, attached: &[Attached<'_>], keys: &[TrustedKey]) -> Result<Signer, VerifyError> {
    let mut worst = VerifyError::Unsigned;
    let mut failed = |error: VerifyError| {
        if error.telling() > worst.telling() {
            worst = error;
        }
    };
    for one in attached.iter().take(MOST_SIGNATURES) {
        let verdict = match *one {
            Attached::Bundle(bytes) => statement(digest, bytes, keys),
            Attached::SimpleSigning { payload, signature } => simple(digest, payload, signature, keys).map(Some),
        };
        match verdict {
            Ok(Some(signer)) => return Ok(signer),
            Ok(None) => {}
            Err(error) => failed(error),
        }
    }
    if attached.len() > MOST_SIGNATURES {
        failed(broken(Flaw::TooMany { found: attached.len(), limit: MOST_SIGNATURES }));
    }
    Err(worst)
}

fn broken(flaw: Flaw) -> VerifyError {
    VerifyError::Broken { flaw }
}

/// None if it is a statement of another kind, which says nothing of who signed.
fn statement(digest: Sha256, bytes: &[u8], keys: &[TrustedKey]) -> Result<Option<Signer>, VerifyError> {
    let bundle = Bundle::parse(bytes).map_err(broken)?;
    let envelope = bundle.envelope().map_err(broken)?;
    let payload = bundle::base64(&envelope.payload, "payload").map_err(broken)?;
    if envelope.payload_type != PAYLOAD_TYPE {
        let found = excerpt(&envelope.payload_type, 80);
        return Err(broken(Flaw::Statement { what: format!("found the payload type {found}") }));
    }
    let statement = about(&payload);
    if statement.as_ref().is_ok_and(|statement| statement.predicate_type != SIGNED) {
        return Ok(None);
    }
    let [signature] = envelope.signatures.as_slice() else {
        return Err(broken(Flaw::Count { found: envelope.signatures.len() }));
    };
    let signature = bundle::signature(&signature.sig, "sig").map_err(broken)?;
    let by = held(keys, encoded(PAYLOAD_TYPE, &payload), &signature);
    if matches!(by, Held::No) {
        let keyless = bundle.is_keyless();
        return Err(if keyless { broken(Flaw::Keyless) } else { stranger(keys, bundle.hint()) });
    }
    let subjects = statement.and_then(|statement| subjects(&statement)).map_err(broken)?;
    settle(digest, &subjects, &by).map(Some)
}

/// Simple signing, of which the payload names the manifest and nothing names the key.
fn simple(digest: Sha256, payload: &[u8], signature: &str, keys: &[TrustedKey]) -> Result<Signer, VerifyError> {
    if payload.len() > LARGEST_SIGNATURE || signature.len() > LARGEST_SIGNATURE {
        return Err(broken(Flaw::TooLarge { limit: LARGEST_SIGNATURE }));
    }
    let signature = bundle::signature(signature.trim(), "dev.cosignproject.cosign/signature").map_err(broken)?;
    let by = held(keys, Sha256::of(payload), &signature);
    if matches!(by, Held::No) {
        return Err(VerifyError::Unmatched { trusted: names(keys) });
    }
    let wrong = |what| broken(Flaw::Statement { what });
    let Simple { critical } = serde_json::from_slice(payload)
        .map_err(|error| wrong(format!("found other JSON: {}", excerpt(&error.to_string(), 120))))?;
    if critical.kind != SIMPLE_SIGNING {
        return Err(wrong(format!("found the type {}", excerpt(&critical.kind, 80))));
    }
    let named = critical.image.docker_manifest_digest;
    let signed = named.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
    let signed = signed.ok_or_else(|| wrong(format!("found the digest {}", excerpt(&named, 80))))?;
    settle(digest, &[signed], &by)
}

/// What follows of a signature that holds, by what it is of.
fn settle(digest: Sha256, signed: &[Sha256], by: &Held<'_>) -> Result<Signer, VerifyError> {
    let (Held::By(key) | Held::Late(key, _)) = by else { return Err(VerifyError::Unsigned) };
    match signed.first() {
        Some(_) if signed.contains(&digest) => by.verdict().unwrap_or(Err(VerifyError::Unsigned)),
        Some(first) => Err(VerifyError::Altered { key: key.name.clone(), signed: *first, found: digest }),
        None => Err(broken(Flaw::Statement { what: "found none about a digest by sha256".to_owned() })),
    }
}

fn about(payload: &[u8]) -> Result<Statement, Flaw> {
    serde_json::from_slice(payload)
        .map_err(|error| Flaw::Statement { what: format!("found other JSON: {}", excerpt(&error.to_string(), 120)) })
}

fn subjects(statement: &Statement) -> Result<Vec<Sha256>, Flaw> {
    if statement.kind != STATEMENT {
        return Err(Flaw::Statement { what: format!("found the type {}", excerpt(&statement.kind, 80)) });
    }
    let digests = statement.subject.iter().filter_map(|subject| subject.digest.sha256.as_deref());
    let read = |hex: &str| {
        hex.parse().map_err(|error| Flaw::Statement { what: format!("found a subject that is none: {error}") })
    };
    digests.map(read).collect()
}

/// The digest of what DSSE signs: payload and its type, with their lengths ("pre-authentication encoding"), so that
/// nothing of the one can be taken for the other.
fn encoded(kind: &str, payload: &[u8]) -> Sha256 {
    let mut bytes = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    Sha256::of(&bytes)
}
