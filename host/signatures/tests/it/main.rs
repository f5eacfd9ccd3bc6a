//! Signatures as they are made and verified: one file per subject.

#![expect(clippy::disallowed_methods, reason = "tests run the tools that they compare with, on files")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test that stops is one that fails")]

mod blobs;
mod keys;
mod manifests;
mod properties;
mod registry;
mod texts;
mod tools;

use p256::{
    SecretKey,
    pkcs8::{EncodePrivateKey as _, LineEnding},
};
use shipworthy_contract::{Explain as _, Sha256};
use shipworthy_signatures::{PrivateKey, Signer, TrustedKey, VerifyError};

/// A key that follows from its name, so that no key lies in the tree.
fn key(name: &str) -> PrivateKey {
    PrivateKey::from_pem(&pem(name), None).unwrap()
}

fn pem(name: &str) -> String {
    let secret = SecretKey::from_slice(Sha256::of(name.as_bytes()).as_bytes()).unwrap();
    secret.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

/// The public half, trusted by its name.
fn trusted(names: &[&str]) -> Vec<TrustedKey> {
    names.iter().map(|name| TrustedKey::new(name, key(name).public().clone())).collect()
}

/// The outcome in a word: the signer's name, or the code of what is wrong.
fn word(outcome: &Result<Signer, VerifyError>) -> &str {
    match outcome {
        Ok(signer) => &signer.name,
        Err(error) => error.code().strip_prefix("signature.").unwrap(),
    }
}
