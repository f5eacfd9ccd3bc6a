//! Signatures by key, of files and of manifests in a registry, as cosign writes and accepts them.
//!
//! Invariants: no IO; no clock, since whoever trusts a key says whether its time is over; a signature is verified over
//! decoded bytes, never over text; nothing else follows from a signature's bytes than whether it is accepted, since of
//! an ECDSA signature anybody can make a second one; and every way in which none is accepted has its own outcome.
//!
//! A signature covers bytes. It covers no name, no tag and no time.
//!
//! ```
//! use shipworthy_signatures::{PrivateKey, TrustedKey, sign_blob, verify_blob};
//!
//! fn sign_and_verify(pem: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let key = PrivateKey::from_pem(pem, None)?;
//!     let signature = sign_blob(&key, b"the bytes")?;
//!     let trusted = [TrustedKey::new("release", key.public().clone())];
//!     assert_eq!(verify_blob(b"the bytes", signature.as_bytes(), &trusted)?.name, "release");
//!     assert!(verify_blob(b"other bytes", signature.as_bytes(), &trusted).is_err());
//!     Ok(())
//! }
//! ```

mod algorithm;
mod beside;
mod blob;
mod bundle;
mod key_error;
mod manifest;
mod outcome;
mod pem;
mod private_key;
mod public_key;
mod trusted;

pub use beside::files_beside;
pub use blob::{sign_blob, sign_digest, verify_blob, verify_digest};
pub use bundle::LARGEST_SIGNATURE;
pub use key_error::KeyError;
pub use manifest::{Attached, MOST_SIGNATURES, sign_manifest, verify_manifest};
pub use outcome::{Flaw, Signer, VerifyError};
pub use private_key::PrivateKey;
pub use public_key::PublicKey;
pub use trusted::TrustedKey;
