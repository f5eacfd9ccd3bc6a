//! What a probe saw, with its source, and how its run ended. Evidence is never a judgement.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Class, Frame, PluginRef, Service, Sha256, certificate::Presented};

/// Why something could not be seen, in the words of the WIT enum `gap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// The service could not be reached.
    Unreachable,
    /// It took longer than the limit.
    TimedOut,
    /// The service turned the probe away.
    Denied,
    /// TLS could not be set up.
    Tls,
    /// The environment does not grant it.
    NotGranted,
    /// More than a limit allows.
    Limit,
    /// The service answered something that the probe cannot read.
    Unreadable,
    /// The service has nothing of the kind.
    NotOffered,
    /// The environment's `config` cannot be used.
    Config,
    /// A defect of the probe's own.
    Defect,
}

impl Gap {
    /// The class of a result that rests on this gap.
    pub const fn class(self) -> Class {
        match self {
            Self::Unreachable => Class::Unreachable,
            Self::TimedOut => Class::TimedOut,
            Self::Denied => Class::Denied,
            Self::Tls => Class::Tls,
            Self::NotGranted => Class::NotGranted,
            Self::Limit => Class::Limit,
            Self::Unreadable => Class::Unreadable,
            Self::NotOffered => Class::NotOffered,
            Self::Config => Class::Config,
            Self::Defect => Class::Defect,
        }
    }
}

/// A fact's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Text.
    Text(String),
    /// A number; never NaN or infinite, which the engine turns into text.
    Number(#[serde(with = "crate::exact")] f64),
    /// True or false.
    Boolean(bool),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(boolean) => write!(f, "{boolean}"),
        }
    }
}

/// Where something was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `GET /openapi.json info.version`.
    pub what: String,
    /// The container or other part, where the service has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Some(subject) => write!(f, "{} ({subject})", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// What is told of a service that `--only` leaves out, behind its name.
pub const NOT_ASKED: &str = "was not asked, whatever is required of it";

/// Begins the detail of what a replay was asked and its recording does not have.
pub const NOT_RECORDED: &str = "the recording does not hold";

/// Begins what is told of a container in whose network others live. In the same words for all of them, since it is one
/// cause.
pub const NETWORK_OWNER: &str = "the container whose network";

/// Begins the note on an optional need of a probe that the environment does not grant.
pub const OPTIONAL_NOT_GRANTED: &str = "optional and not granted: ";

/// The well-known fact keys (WIT, interface `evidence`).
pub mod keys {
    /// `docker` or `containerd`; stack-wide.
    pub const MODE: &str = "mode";
    /// Image tag of the release; stack-wide.
    pub const RELEASE: &str = "release";
    /// The service's own version.
    pub const VERSION: &str = "version";
    /// The service's api version, `N.M`.
    pub const API_VERSION: &str = "api-version";
}

/// One piece of evidence, in the order in which it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A value under a key.
    Fact {
        /// Well-known (see [`keys`]) or the probe's own.
        key: String,
        /// What was read.
        value: Value,
        /// Where.
        origin: Origin,
    },
    /// A capability that is there, or is seen not to be.
    Capability {
        /// Such as `route:/orders/{id}`.
        name: String,
        /// Whether it is there.
        present: bool,
        /// Where it was seen.
        origin: Origin,
    },
    /// Every present capability that begins so has been given.
    Complete {
        /// Such as `route:`.
        prefix: String,
    },
    /// The digest of something.
    Digest {
        /// Such as `sitecustomize.py`.
        name: String,
        /// Its SHA-256.
        sha256: Sha256,
        /// Where.
        origin: Origin,
    },
    /// A key, capability or digest that should be there and could not be seen.
    Missing {
        /// The key, capability or digest name.
        name: String,
        /// Why.
        why: Gap,
        /// For the person who reads the verdict.
        detail: String,
    },
    /// Whether a rule of the probe's own holds.
    Finding {
        /// The rule's name in the descriptor.
        rule: String,
        /// Whether it holds.
        holds: bool,
        /// In words.
        message: String,
        /// What should have been.
        expected: Option<String>,
        /// What was found.
        found: Option<String>,
    },
}

/// One request that the host carried out, or refused, for a probe. Holds no credential and no body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// In words: `GET /openapi.json`, `grpc esb.agent.v1.AgentService/ListContainers`, `containers.find agent`.
    pub what: String,
    /// In words: `200, 512 bytes`, `timed out after 2s`.
    pub answer: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// The level of log lines that the message and the stack of a trap were read from: they are told already.
pub const LAST_WORDS: &str = "last-words";

/// One line of a probe's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// `debug`, `info`, `warn`, `error`, `stderr` for what the guest's runtime printed, or [`LAST_WORDS`].
    pub level: String,
    /// Safe to show.
    pub text: String,
}

/// How a probe's run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// It said all it had to say.
    Completed,
    /// It said that nothing, or nothing more, can be seen.
    Failed {
        /// Why.
        why: Gap,
        /// For the person who reads the verdict.
        detail: String,
    },
    /// It trapped: a panic, an uncaught error, an invalid instruction, an exit.
    Trapped {
        /// The guest's own last words where it had any, else what trapped.
        message: String,
        /// Where it was, innermost call first; empty where neither the guest nor its component tells.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stack: Vec<Frame>,
    },
    /// It went over a limit that ends a run.
    Limit {
        /// Which, such as `deadline` or `memory`.
        name: String,
        /// The limit's value, in words with its unit.
        limit: String,
        /// What was observed, in words.
        observed: String,
    },
    /// It could not be started at all, for a reason outside the plugin.
    NotStarted {
        /// Why.
        why: Gap,
        /// In words.
        detail: String,
    },
    /// It was a replay, and asked what its recording does not hold. However it went on, nobody answered it: what it did
    /// not see says nothing of the service.
    NotRecorded {
        /// In words, with the nearest that is recorded.
        detail: String,
        /// Every such question in the order of asking, each with the nearest; empty if the recording has nothing of the
        /// probe at all.
        questions: Vec<String>,
    },
}

/// Everything that one probe saw of one instance of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeRun {
    /// The probe's name in the environment.
    pub probe: String,
    /// The service it looked at.
    pub service: Service,
    /// Which instance of the endpoint; the service's name where there is one only.
    pub instance: String,
    /// Who looked.
    pub plugin: PluginRef,
    /// What it saw, as it saw it. After a trap or a deadline, what was given stays.
    pub evidence: Vec<Evidence>,
    /// How it ended.
    pub end: RunEnd,
    /// What was asked for it.
    pub requests: Vec<RequestRecord>,
    /// The certificates that its endpoints presented, each once.
    #[serde(default)]
    pub certificates: Vec<Presented>,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// Limits on one request or file that were hit, and undeclared uses that were refused.
    pub notes: Vec<String>,
    /// Most linear memory that the last attempt had, in bytes.
    #[serde(default)]
    pub memory_bytes: u64,
    /// All attempts together, in milliseconds.
    pub duration_ms: u64,
    /// How often it was tried; at least 1 unless it was not started.
    pub attempts: u32,
}
