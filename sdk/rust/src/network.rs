//! Failures that HTTP requests and gRPC calls share.

use std::fmt;

use crate::{Failure, Gap};

/// A header or a piece of gRPC metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// In any case; compared without regard to it.
    pub name: String,
    /// Bytes that were not UTF-8 are U+FFFD.
    pub value: String,
}

/// What a request was doing when its time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Connecting.
    Connect,
    /// Setting up TLS.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the answer's head.
    Headers,
    /// Reading the answer's body.
    Body,
}

/// Why a request or call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// The environment does not grant it; with the grant that it would take.
    NotGranted(String),
    /// The request itself is wrong, such as a path that is not normal: a defect of the probe, or of its config.
    InvalidRequest(String),
    /// The service could not be reached.
    Unreachable(String),
    /// TLS could not be set up; with the CA that was used and the issuer that was seen.
    Tls(String),
    /// It took longer than a limit.
    TimedOut {
        /// What took so long.
        phase: Phase,
        /// The limit, in milliseconds.
        limit_ms: u32,
        /// Bytes of the body that had arrived.
        received_bytes: u32,
    },
    /// More than a limit allows.
    TooLarge {
        /// What was limited, such as `response body`.
        what: String,
        /// The limit.
        limit: u32,
    },
    /// The peer does not speak the protocol.
    Protocol(String),
}

impl NetworkError {
    /// The gap that this leaves.
    pub const fn gap(&self) -> Gap {
        match self {
            Self::NotGranted(_) => Gap::NotGranted,
            Self::InvalidRequest(_) => Gap::Defect,
            Self::Unreachable(_) => Gap::Unreachable,
            Self::Tls(_) => Gap::Tls,
            Self::TimedOut { .. } => Gap::TimedOut,
            Self::TooLarge { .. } => Gap::Limit,
            Self::Protocol(_) => Gap::Unreadable,
        }
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGranted(grant) => write!(f, "not granted: {grant}"),
            Self::InvalidRequest(why) => write!(f, "invalid request: {why}"),
            Self::Unreachable(why) | Self::Tls(why) | Self::Protocol(why) => f.write_str(why),
            Self::TimedOut { phase, limit_ms, received_bytes } => {
                let phase = match phase {
                    Phase::Connect => "connecting",
                    Phase::Tls => "setting up TLS",
                    Phase::Send => "sending the request",
                    Phase::Headers => "waiting for the answer",
                    Phase::Body => "reading the body",
                };
                write!(f, "timed out after {limit_ms} ms while {phase}")?;
                if *received_bytes > 0 {
                    write!(f, ", {received_bytes} bytes received")?;
                }
                Ok(())
            }
            Self::TooLarge { what, limit } => {
                let unit = if what.starts_with("requests") { "" } else { " bytes" };
                write!(f, "the limit of {limit}{unit} for the {what} is exceeded")
            }
        }
    }
}

impl std::error::Error for NetworkError {}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        Self::new(error.gap(), error.to_string())
    }
}
