//! Why a bundle is refused.

use std::io;

use shipworthy_contract::{Explain, Fault, Sha256, quantity::Bytes};

/// What is wrong with a bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is something else.
    #[error("expected a bundle, whose first file is its index, found: {found}")]
    NotABundle {
        /// What was found first.
        found: String,
    },
    /// The archive is damaged or cut short.
    #[error("the archive is damaged")]
    Archive {
        /// What its reader says.
        #[source]
        source: io::Error,
    },
    /// The index is no index.
    #[error("the index is damaged")]
    Index {
        /// What its reader says.
        #[source]
        source: serde_json::Error,
    },
    /// It is of another format.
    #[error("expected a bundle of format `{}`, found: {found}, made by shipworthy {host}", super::BUNDLE_SCHEMA)]
    Format {
        /// The format that was found.
        found: String,
        /// Who made it.
        host: String,
    },
    /// A path that leads elsewhere, is too long, or is of something that is no file.
    #[error("expected files with plain paths of at most 100 bytes below one folder, found: {path}")]
    Path {
        /// The path.
        path: String,
    },
    /// A path stands in it twice.
    #[error("`{path}` is in it twice")]
    Twice {
        /// The path.
        path: String,
    },
    /// A listed file is not there.
    #[error("`{path}` is listed, and is not in it")]
    Missing {
        /// The path.
        path: String,
    },
    /// A file is there that is not listed.
    #[error("`{path}` is in it, and is not listed")]
    Unlisted {
        /// The path.
        path: String,
    },
    /// A file is not what was listed.
    #[error("expected `{path}` to have sha256 {expected}, found: {found}")]
    Altered {
        /// The path.
        path: String,
        /// The digest of the index.
        expected: Sha256,
        /// The digest of what was found.
        found: Sha256,
    },
    /// It holds something beside its files.
    #[error("it holds something beside its files: owners, times, or bytes behind its end")]
    NotCanonical,
    /// Too many files.
    #[error("expected at most {limit} files, found more")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Too many bytes.
    #[error("expected at most {}, found more", Bytes(*limit))]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
}

impl Explain for BundleError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotABundle { .. } => "bundle.unknown",
            Self::Archive { .. } | Self::Index { .. } => "bundle.damaged",
            Self::Format { .. } => "bundle.format",
            Self::Path { .. } => "bundle.path",
            Self::Altered { .. } => "bundle.altered",
            Self::Missing { .. } | Self::Unlisted { .. } | Self::Twice { .. } | Self::NotCanonical => "bundle.content",
            Self::TooMany { .. } | Self::TooLarge { .. } => "bundle.limit",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::NotABundle { .. } => "`shipworthy bundle create --env NAME` makes one",
            Self::Format { .. } => "use the shipworthy that made it, or make it anew with this one",
            Self::Path { .. } => "keep what an environment names in its project, under short plain names",
            Self::TooMany { .. } | Self::TooLarge { .. } => "make a bundle for fewer plugins",
            Self::Archive { .. }
            | Self::Index { .. }
            | Self::Altered { .. }
            | Self::Missing { .. }
            | Self::Unlisted { .. }
            | Self::Twice { .. }
            | Self::NotCanonical => "fetch it again: it is not what was made",
        };
        Some(text.to_owned())
    }
}
