//! Why a text is no key that can be used.

use shipworthy_contract::{Explain, Fault, text::excerpt};

/// What is wrong with a key. None of the texts repeats any part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Far more than any key has.
    #[error("it has more than {limit} bytes")]
    TooLarge {
        /// Bytes that are read.
        limit: usize,
    },
    /// No PEM block stands in it.
    #[error("{}", if *.open_ssh { "expected a key in PEM, found a key of OpenSSH" } else { "it holds no key in PEM: expected a line `-----BEGIN ...-----`" })]
    NoPem {
        /// Whether it looks like a public key of OpenSSH.
        open_ssh: bool,
    },
    /// A block begins and does not end.
    #[error("the block `{0}` has no end: expected a line `-----END {0}-----`", excerpt(.label, 60))]
    Unfinished {
        /// What the block is called.
        label: String,
    },
    /// What stands between begin and end is not base64.
    #[error("its base64 is damaged")]
    Base64,
    /// Another thing than was asked for.
    #[error("expected {expected}, found {}", excerpt(.found, 80))]
    Kind {
        /// What was asked for, in words.
        expected: &'static str,
        /// What it is, in words.
        found: String,
    },
    /// A key that this version does not sign or verify by.
    #[error("expected a key for ECDSA on P-256, found {found}")]
    Algorithm {
        /// What it is, in words, or its object identifier.
        found: String,
    },
    /// The block is called a key and does not hold one.
    #[error("it is called a key and does not hold one: its DER is damaged")]
    Der,
    /// Encrypted by OpenSSL, or not as cosign does it.
    #[error("the block `{}` is encrypted in a way that is not supported", excerpt(.label, 60))]
    EncryptedOtherwise {
        /// What the block is called.
        label: String,
    },
    /// cosign's envelope around the key is not as it should be.
    #[error("its encryption is not what cosign writes: {what}")]
    Envelope {
        /// What is wrong, in words.
        what: String,
    },
    /// Deriving the key that it is encrypted with would take too much.
    #[error("its encryption asks for {asked}, expected at most {limit}")]
    Costly {
        /// What the file asks for, in words.
        asked: String,
        /// What is done at most, in words.
        limit: &'static str,
    },
    /// It is encrypted, and no password was given.
    #[error("it is encrypted, and no password was given")]
    NoPassword,
    /// The password does not open it.
    #[error("the password does not open it, or the file was altered")]
    WrongPassword,
    /// The key gave no signature.
    #[error("no signature could be made by it")]
    CannotSign,
}

/// How to get a key of the one kind. What is to be pasted has lines of its own.
const MAKE: &str = "make a pair of keys, or one with a password by `cosign generate-key-pair`:
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out release.key
openssl pkey -in release.key -pubout -out release.pub";

impl Explain for KeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoPassword | Self::WrongPassword => "key.password",
            Self::Algorithm { .. } => "key.algorithm",
            Self::Kind { .. } => "key.kind",
            Self::Costly { .. } => "key.costly",
            Self::TooLarge { .. }
            | Self::NoPem { .. }
            | Self::Unfinished { .. }
            | Self::Base64
            | Self::Der
            | Self::EncryptedOtherwise { .. }
            | Self::Envelope { .. }
            | Self::CannotSign => "key.unusable",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::NoPassword => "set SHIPWORTHY_KEY_PASSWORD or COSIGN_PASSWORD; an empty one counts",
            Self::WrongPassword => "it was taken from SHIPWORTHY_KEY_PASSWORD, else from COSIGN_PASSWORD",
            Self::EncryptedOtherwise { .. } => {
                "encrypt it as cosign does, `cosign import-key-pair --key FILE`, or decrypt it, `openssl pkey -in FILE`"
            }
            Self::Costly { .. } => "such a file was not made by cosign: do not use it",
            Self::Kind { .. } => {
                "signing takes a private key, verifying its public half: `openssl pkey -in release.key -pubout -out release.pub`"
            }
            Self::Algorithm { .. }
            | Self::TooLarge { .. }
            | Self::NoPem { .. }
            | Self::Unfinished { .. }
            | Self::Base64
            | Self::Der
            | Self::Envelope { .. }
            | Self::CannotSign => MAKE,
        };
        Some(text.to_owned())
    }
}
