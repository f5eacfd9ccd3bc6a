//! What comes of verifying: a signer, or why there is none.

use shipworthy_contract::{Explain, Fault, Sha256, text::excerpt};
use time::Date;

use crate::{TrustedKey, trusted::names};

/// Most names of keys that a text lists.
const LISTED: usize = 8;

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// What the key is called where it is trusted.
    pub name: String,
    /// The key's fingerprint.
    pub fingerprint: Sha256,
}

/// Why nothing is accepted. The outcomes exclude each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// There is no signature.
    #[error("it is not signed")]
    Unsigned,
    /// There is one, by a key that is not trusted.
    #[error("{}", wrong_key(*.found, .trusted))]
    WrongKey {
        /// The key that the signature says it was made by; nothing proves it.
        found: Option<Sha256>,
        /// The keys that are trusted, by name.
        trusted: Vec<String>,
    },
    /// A bare signature, which says neither its key nor its bytes, and that none of the keys made over these bytes.
    #[error("expected {}, found one by another key, or of other bytes", in_words(.trusted))]
    Unmatched {
        /// The keys that are trusted, by name.
        trusted: Vec<String>,
    },
    /// A trusted key signed other bytes: that holds.
    #[error("it is not what `{key}` signed: expected sha256 {signed}, found: {found}")]
    Altered {
        /// The key, by name.
        key: String,
        /// The digest that was signed.
        signed: Sha256,
        /// The digest of what was found.
        found: Sha256,
    },
    /// The signature is damaged, or of a kind that is not accepted.
    #[error("its signature is not valid")]
    Broken {
        /// How.
        #[source]
        flaw: Flaw,
    },
    /// The signature holds, and the key's time is over.
    #[error("it is signed by `{key}`, which was trusted until {since}")]
    Expired {
        /// The key, by name.
        key: String,
        /// The last day on which it was trusted.
        since: Date,
    },
}

/// What is wrong with a signature that is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Far more than any signature has.
    #[error("it has more than {limit} bytes")]
    TooLarge {
        /// Bytes that are read.
        limit: usize,
    },
    /// More than are looked at.
    #[error("expected at most {limit} signatures, found: {found}")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many are looked at.
        limit: usize,
    },
    /// Neither a bundle nor a bare signature.
    #[error("expected a bundle of Sigstore's, or base64 or DER of an ECDSA signature")]
    Unknown,
    /// JSON that is no bundle.
    #[error("it is no bundle of Sigstore's: {what}")]
    Json {
        /// What the reader says, and where.
        what: String,
    },
    /// Another version, or another document.
    #[error("expected a bundle of version 0.3, found the media type {}", excerpt(.found, 80))]
    MediaType {
        /// What it says.
        found: String,
    },
    /// Base64 that is none.
    #[error("the base64 of `{field}` is damaged")]
    Base64 {
        /// Where.
        field: &'static str,
    },
    /// A signature that is no ECDSA signature on P-256.
    #[error("`{field}` holds no DER of an ECDSA signature on P-256")]
    Der {
        /// Where.
        field: &'static str,
    },
    /// Another digest than SHA-256.
    #[error("expected a `messageDigest` by SHA2_256, found: {}", excerpt(.found, 40))]
    Algorithm {
        /// What it says.
        found: String,
    },
    /// The bundle does not hold what it is read for.
    #[error("expected a bundle with `{expected}`")]
    Content {
        /// The field that is missing.
        expected: &'static str,
    },
    /// More or less than one signature in one envelope.
    #[error("expected one signature in `dsseEnvelope`, found: {found}")]
    Count {
        /// How many.
        found: usize,
    },
    /// What was signed is not about a manifest.
    #[error("expected a statement about a manifest, {what}")]
    Statement {
        /// What was found instead.
        what: String,
    },
    /// It says a trusted key made it, and that is not so.
    #[error("it says that `{key}` made it, and does not hold")]
    DoesNotHold {
        /// The key, by name.
        key: String,
    },
    /// It holds for these bytes, and says that it is of others.
    #[error("it says that it is of bytes with sha256 {said}, and is of others")]
    OtherDigest {
        /// What it says.
        said: Sha256,
    },
    /// Made with a certificate.
    #[error("it was made with a certificate (keyless): only keys are trusted")]
    Keyless,
}

impl VerifyError {
    /// Of several failures the one that says most: how near it came to being accepted.
    pub(crate) const fn telling(&self) -> u8 {
        match self {
            Self::Unsigned => 0,
            Self::Unmatched { .. } => 1,
            Self::WrongKey { .. } => 2,
            Self::Broken { .. } => 3,
            Self::Altered { .. } => 4,
            Self::Expired { .. } => 5,
        }
    }

    /// In one line, with its cause, for where there is no chain of causes.
    pub fn in_a_line(&self) -> String {
        match self {
            Self::Broken { flaw } => format!("{self}: {flaw}"),
            Self::Unsigned
            | Self::WrongKey { .. }
            | Self::Unmatched { .. }
            | Self::Altered { .. }
            | Self::Expired { .. } => self.to_string(),
        }
    }

    /// What was expected of these keys, in words.
    pub fn expected(&self, keys: &[TrustedKey]) -> String {
        match self {
            Self::Unsigned | Self::Broken { .. } | Self::WrongKey { .. } | Self::Unmatched { .. } => {
                in_words(&names(keys))
            }
            Self::Altered { signed, .. } => signed.to_string(),
            Self::Expired { since, .. } => format!("a signature by a key that is trusted after {since}"),
        }
    }

    /// What was found, in words.
    pub fn observed(&self) -> String {
        match self {
            Self::Unsigned => "no signature".to_owned(),
            Self::WrongKey { found: Some(found), .. } => format!("a signature by {found}"),
            Self::WrongKey { found: None, .. } => "a signature by another key".to_owned(),
            Self::Unmatched { .. } => "a signature by another key, or of other bytes".to_owned(),
            Self::Altered { found, .. } => found.to_string(),
            Self::Broken { flaw } => flaw.to_string(),
            Self::Expired { key, .. } => format!("a signature by `{key}`"),
        }
    }
}

/// The names of trusted keys, for people.
fn in_words(trusted: &[String]) -> String {
    if trusted.is_empty() {
        return "a signature by a key that is trusted, of which there is none".to_owned();
    }
    let names: Vec<String> = trusted.iter().take(LISTED).map(|name| format!("`{}`", excerpt(name, 120))).collect();
    let more = trusted.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" or {more} more") } else { String::new() };
    format!("a signature by {}{more}", names.join(" or "))
}

fn wrong_key(found: Option<Sha256>, trusted: &[String]) -> String {
    let found = match found {
        Some(found) => format!("one that says it is by the key {found}"),
        None => "one by another key".to_owned(),
    };
    format!("expected {}, found {found}", in_words(trusted))
}

impl Explain for VerifyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unsigned => "signature.unsigned",
            Self::WrongKey { .. } => "signature.wrong-key",
            Self::Unmatched { .. } => "signature.unmatched",
            Self::Altered { .. } => "signature.altered",
            Self::Broken { .. } => "signature.broken",
            Self::Expired { .. } => "signature.expired",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Expired { .. } => Fault::Environment,
            Self::Unsigned
            | Self::WrongKey { .. }
            | Self::Unmatched { .. }
            | Self::Altered { .. }
            | Self::Broken { .. } => Fault::Artifact,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unsigned => "let who made it sign it: `shipworthy plugin sign FILE --key KEY`".to_owned(),
            Self::WrongKey { trusted, .. } | Self::Unmatched { trusted } if trusted.is_empty() => {
                "say who may sign it: no key is trusted".to_owned()
            }
            Self::WrongKey { .. } => {
                "find out who signed it; only if that is meant, trust their key. `openssl pkey -pubin -in FILE -outform der \
                 | sha256sum` says a key's fingerprint"
                    .to_owned()
            }
            Self::Unmatched { .. } => {
                "a bare signature cannot say more; `shipworthy plugin sign` writes a bundle, which names key and digest"
                    .to_owned()
            }
            Self::Altered { .. } => {
                "find out who changed it; only if the change is meant, let it be signed again".to_owned()
            }
            Self::Broken { .. } => "fetch file and signature anew, or let it be signed again".to_owned(),
            Self::Expired { .. } => {
                "let it be signed by a key that is trusted today; only if the key is still safe, let it expire later"
                    .to_owned()
            }
        })
    }
}
