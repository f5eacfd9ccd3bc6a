//! Keys and signatures at the command line. Files are read here, and verified in `shipworthy-signatures`.

pub(crate) mod keys;
pub(crate) mod subject;

use std::path::PathBuf;

use shipworthy_contract::{Explain, Fault};
use shipworthy_plugins::{Reference, files::FileError};
use shipworthy_signatures::{KeyError, VerifyError};

/// Why nothing is signed, or nothing accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SigningError {
    #[error("cannot read the {what}")]
    File {
        what: &'static str,
        #[source]
        source: FileError,
    },
    #[error("cannot use the key `{}`", file.display())]
    Key {
        file: PathBuf,
        #[source]
        source: KeyError,
    },
    #[error("cannot trust `{subject}`")]
    NotTrusted {
        subject: String,
        #[source]
        source: VerifyError,
    },
    #[error("`builtin:{name}` is part of shipworthy and is not signed by itself")]
    Builtin { name: String },
    #[error("no temporary folder can be made")]
    Temporary(#[source] std::io::Error),
    #[error("expected a reference with the digest of what is signed, found: {reference}")]
    NotPinned { reference: Reference },
}

impl Explain for SigningError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "signature.file",
            Self::Key { source, .. } => source.code(),
            Self::NotTrusted { source, .. } => source.code(),
            Self::Builtin { .. } => "signature.builtin",
            Self::Temporary(_) => "host.temporary",
            Self::NotPinned { .. } => "signature.not-pinned",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NotTrusted { source, .. } => source.fault(),
            Self::File { .. }
            | Self::Key { .. }
            | Self::Builtin { .. }
            | Self::Temporary(_)
            | Self::NotPinned { .. } => Fault::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::File { .. } => Some("see that the file is there, and that you may read it".to_owned()),
            Self::Temporary(_) => Some("see that temporary files can be written".to_owned()),
            Self::Key { source, .. } => source.help(),
            Self::NotTrusted { subject, source: VerifyError::Unsigned } => {
                Some(format!("let who made it sign it: `shipworthy plugin sign {subject} --key KEY`"))
            }
            Self::NotTrusted { source, .. } => source.help(),
            Self::Builtin { .. } => Some("verify the binary that brings it along".to_owned()),
            Self::NotPinned { .. } => Some("a tag may name other bytes tomorrow: add `@sha256:DIGEST`".to_owned()),
        }
    }
}
