//! Keys that are trusted, each by a name, and until when.

use p256::ecdsa::Signature;
use shipworthy_contract::Sha256;
use time::Date;

use crate::{PublicKey, Signer, VerifyError};

/// A key that somebody trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// What it is called where it is trusted, such as `release`.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// The last day on which it was trusted, if that day is over.
    pub expired: Option<Date>,
}

impl TrustedKey {
    /// A key that is trusted for good.
    pub fn new(name: &str, key: PublicKey) -> Self {
        Self { name: name.to_owned(), key, expired: None }
    }

    /// The same key, trusted through a day and not after it. What counts is `today`, not when something was signed:
    /// nobody vouches for the time that a signature claims.
    #[must_use]
    pub fn until(self, last: Date, today: Date) -> Self {
        Self { expired: (today > last).then_some(last), ..self }
    }
}

/// Whose a signature is.
pub(crate) enum Held<'a> {
    /// A trusted key's.
    By(&'a TrustedKey),
    /// Only a key's that was trusted until that day.
    Late(&'a TrustedKey, Date),
    /// None of theirs.
    No,
}

impl Held<'_> {
    /// What follows of a signature that is in order otherwise.
    pub(crate) fn verdict(&self) -> Option<Result<Signer, VerifyError>> {
        match self {
            Self::By(key) => Some(Ok(Signer { name: key.name.clone(), fingerprint: key.key.fingerprint() })),
            Self::Late(key, since) => Some(Err(VerifyError::Expired { key: key.name.clone(), since: *since })),
            Self::No => None,
        }
    }
}

/// Which of the keys made a signature over bytes of this digest. Every key is tried: a hint is only a hint.
pub(crate) fn held<'a>(keys: &'a [TrustedKey], digest: Sha256, signature: &Signature) -> Held<'a> {
    let mut late = Held::No;
    for key in keys.iter().filter(|key| key.key.holds(digest, signature)) {
        match key.expired {
            None => return Held::By(key),
            Some(since) => late = Held::Late(key, since),
        }
    }
    late
}

/// The failure of a signature that is none of theirs, by the key that it says made it.
pub(crate) fn stranger(keys: &[TrustedKey], hint: Option<Sha256>) -> VerifyError {
    match keys.iter().find(|key| Some(key.key.fingerprint()) == hint) {
        Some(key) => VerifyError::Broken { flaw: crate::Flaw::DoesNotHold { key: key.name.clone() } },
        None => VerifyError::WrongKey { found: hint, trusted: names(keys) },
    }
}

/// What the keys are called.
pub(crate) fn names(keys: &[TrustedKey]) -> Vec<String> {
    keys.iter().map(|key| key.name.clone()).collect()
}
