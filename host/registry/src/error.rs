//! Every way in which a registry can be of no use, told apart.

mod explain;
mod words;

use std::{fmt, io, path::PathBuf, time::Duration};

use shipworthy_contract::{
    Sha256,
    quantity::{Bytes, Span},
    text::{excerpt, plural},
};
use shipworthy_plugins::component::ComponentError;

use crate::store::StoreError;

/// What was asked for, and what came in its place.
#[derive(Debug)]
pub struct RegistryError {
    subject: String,
    tries: u32,
    problem: Box<Problem>,
}

impl RegistryError {
    pub(crate) fn new(subject: impl fmt::Display, tries: u32, problem: Problem) -> Self {
        Self { subject: subject.to_string(), tries, problem: Box::new(problem) }
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", excerpt(&self.subject, 300), self.problem)?;
        if self.tries > 1 {
            write!(f, " (tried {} times)", self.tries)?;
        }
        Ok(())
    }
}

impl std::error::Error for RegistryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.problem)
    }
}

/// What a registry was shown to prove who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// Nothing: there is nothing for it.
    Nothing,
    /// What this docker config holds.
    Config(PathBuf),
    /// What this credential helper gave.
    Helper(String),
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no credentials"),
            Self::Config(path) => write!(f, "the credentials in `{}`", path.display()),
            Self::Helper(name) => write!(f, "the credentials of `docker-credential-{}`", excerpt(name, 60)),
        }
    }
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No artifact has the tag.
    #[error("the repository has no such tag")]
    UnknownTag {
        /// Those that it has, sorted, without those that list what is attached to something.
        tags: Vec<String>,
    },
    /// No manifest has the digest.
    #[error("the repository has no manifest of this digest")]
    UnknownDigest,
    /// The registry knows no such repository.
    #[error("the registry has no such repository")]
    UnknownRepository,
    /// The manifest names a blob that is not there.
    #[error("the manifest names {what}, sha256 {digest}, which the registry does not have")]
    UnknownBlob {
        /// What it is.
        what: &'static str,
        /// Its digest.
        digest: Sha256,
    },
    /// The registry wants to know who asks.
    #[error("the registry asks who this is, and {}{}", words::shown(tried), words::said(said.as_deref()))]
    Unauthorized {
        /// The registry.
        host: String,
        /// What it was shown.
        tried: Tried,
        /// What it said.
        said: Option<String>,
    },
    /// The registry knows who asks, and does not allow it.
    #[error("the registry does not allow this with {tried}{}", words::said(said.as_deref()))]
    Forbidden {
        /// What it was shown.
        tried: Tried,
        /// What it said.
        said: Option<String>,
    },
    /// Credentials cannot be had.
    #[error("cannot get the registry's credentials")]
    Credentials(#[source] CredentialProblem),
    /// What is to be pushed is something else than the reference names.
    #[error("expected the digest of what is pushed, sha256 {found}, found: {expected}")]
    OtherDigest {
        /// The digest that the reference names.
        expected: Sha256,
        /// That of what is to be pushed.
        found: Sha256,
    },
    /// TLS could not be set up.
    #[error("no TLS with `{peer}`: {what}; trusted: {trusted}; seen: {seen}")]
    Tls {
        /// With whom.
        peer: String,
        /// What is wrong.
        what: String,
        /// Whether it is that nobody who is trusted signed the certificate.
        untrusted: bool,
        /// Whose word counts.
        trusted: String,
        /// What was presented.
        seen: String,
    },
    /// It speaks something else than TLS.
    #[error("`{peer}` does not answer in TLS; it may speak plain HTTP")]
    NotTls {
        /// Who.
        peer: String,
    },
    /// It speaks something else than HTTP.
    #[error("`{peer}` does not answer in plain HTTP; it may speak TLS")]
    NotHttp {
        /// Who.
        peer: String,
    },
    /// There is no connection.
    #[error("cannot reach `{peer}`: {}", words::io(error))]
    Unreachable {
        /// Who.
        peer: String,
        /// What the system says.
        error: io::Error,
    },
    /// It took too long.
    #[error("`{peer}` took longer than {} {doing}; received: {}", Span(*limit), plural_bytes(*received))]
    TimedOut {
        /// Who.
        peer: String,
        /// What was waited for.
        doing: &'static str,
        /// The limit.
        limit: Duration,
        /// Bytes of the answer's body that had come.
        received: u64,
    },
    /// These are not the bytes that were asked for.
    #[error("expected {what} to have sha256 {expected}, found: {found}")]
    Altered {
        /// What was asked for.
        what: &'static str,
        /// Its digest.
        expected: Sha256,
        /// The digest of what came.
        found: Sha256,
    },
    /// The answer ended early.
    #[error("{what} was cut short: expected {}, found {}", words::expected(*expected), plural_bytes(*found))]
    CutShort {
        /// What was asked for.
        what: &'static str,
        /// Its size, if it is known.
        expected: Option<u64>,
        /// What came of it.
        found: u64,
    },
    /// The registry has something of another size.
    #[error("expected {what} to have {expected} bytes, found: {found}")]
    Size {
        /// What was asked for.
        what: &'static str,
        /// The size by the manifest.
        expected: u64,
        /// The size of what the registry has, or more than it if that was not told beforehand.
        found: u64,
    },
    /// It is larger than it may be.
    #[error("{what} is larger than {}", Bytes(*limit))]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is not an artifact that can be used.
    #[error("it is no plugin: {0}")]
    Artifact(ArtifactProblem),
    /// The registry refuses, for reasons of its own.
    #[error("the registry answers {status}{}", words::said(said.as_deref()))]
    Refused {
        /// The status.
        status: u16,
        /// What it said.
        said: Option<String>,
        /// After which time it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// It leads elsewhere, and that is not followed.
    #[error("the registry leads to `{target}`, which is not followed: {what}")]
    Redirect {
        /// Where to, without a path, which can hold a secret.
        target: String,
        /// Why it is not followed.
        what: &'static str,
    },
    /// It answers something that makes no sense.
    #[error("the registry's answer makes no sense: {0}")]
    Malformed(String),
    /// A file of certificates cannot be used.
    #[error("cannot use the certificates in `{}`: {what}", path.display())]
    Ca {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The system has no certificates.
    #[error("cannot use the system's trust roots: {0}")]
    SystemRoots(String),
    /// Nothing may be asked of a registry.
    #[error("it is not in the store, and nothing is fetched offline")]
    Offline,
    /// A tag cannot be looked up.
    #[error("what a tag names is the registry's to say, which is not asked offline")]
    OfflineTag,
    /// Nobody looked what is attached to it.
    #[error("which signatures are attached to it was never looked, and nobody is asked offline")]
    OfflineSignatures,
    /// The store cannot be used.
    #[error("cannot use the store")]
    Store(#[source] StoreError),
    /// What is to be pushed does not say who it is.
    #[error("the component carries no descriptor")]
    NoDescriptor,
    /// What is to be pushed is no component that a host takes.
    #[error("cannot push the component")]
    Component(#[source] ComponentError),
}

/// Why something is not an artifact that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArtifactProblem {
    /// It is not a manifest at all.
    #[error("its manifest cannot be read ({0})")]
    Unreadable(String),
    /// It is a list of artifacts.
    #[error("it is an index of {}, and which one is meant is not said", plural(*.0, "manifest"))]
    Index(usize),
    /// It is a manifest of another kind.
    #[error("expected an OCI image manifest, found: {0}")]
    MediaType(String),
    /// It has nothing in it.
    #[error("it has no layers")]
    NoLayers,
    /// It has several layers, and which one is meant is not said.
    #[error("expected one layer, or one of them to be `application/wasm`, found: {}", .0.join(", "))]
    Layers(Vec<String>),
    /// It names its layer by another digest than SHA-256.
    #[error("expected a layer with a digest `sha256:`, found: {0}")]
    Digest(String),
    /// Its layer is no WebAssembly.
    #[error("its layer `{0}` is not WebAssembly")]
    NotWasm(String),
}

/// Why there are no credentials, where there should be some.
#[derive(Debug, thiserror::Error)]
pub enum CredentialProblem {
    /// The config cannot be read.
    #[error("cannot read the docker config `{}` ({what})", path.display())]
    Config {
        /// Which.
        path: PathBuf,
        /// Why not.
        what: String,
    },
    /// What the config holds is not as docker writes it.
    #[error("the credentials in `{}` are not as docker writes them", path.display())]
    Entry {
        /// Which config.
        path: PathBuf,
    },
    /// The helper cannot be started.
    #[error("cannot run `docker-credential-{}` ({})", excerpt(name, 60), words::io(error))]
    NoHelper {
        /// Its name.
        name: String,
        /// What the system says.
        error: io::Error,
    },
    /// The helper failed. What it wrote to its standard output is not shown: that is where the secret stands.
    #[error("`docker-credential-{}` failed with {status}: {said}", excerpt(name, 60))]
    HelperFailed {
        /// Its name.
        name: String,
        /// How it ended.
        status: String,
        /// What it wrote to standard error.
        said: String,
    },
    /// The helper's answer is not one.
    #[error("`docker-credential-{}` answered something that is not a credential", excerpt(name, 60))]
    HelperAnswer {
        /// Its name.
        name: String,
    },
    /// The helper takes too long.
    #[error("`docker-credential-{}` took longer than {}", excerpt(name, 60), Span(*limit))]
    HelperTime {
        /// Its name.
        name: String,
        /// The limit.
        limit: Duration,
    },
    /// The registry names no token server that can be asked.
    #[error("the registry names a token server that cannot be asked: {0}")]
    Realm(String),
    /// The registry asks for something else than a password or a token.
    #[error("the registry asks for a way to log in that is not offered: {0}")]
    Scheme(String),
    /// The token server's answer holds none.
    #[error("the token server `{0}` gave no token")]
    NoToken(String),
}

fn plural_bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}
