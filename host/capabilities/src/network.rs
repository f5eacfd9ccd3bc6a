//! What requests over the network share: headers, and every way in which a request can come to nothing.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shipworthy_contract::{
    Explain, Fault,
    evidence::{Gap, NOT_RECORDED},
    quantity::Span,
};

/// A header, or a piece of gRPC metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// In lower case in answers.
    pub name: String,
    /// Bytes that are not UTF-8 arrive as U+FFFD.
    pub value: String,
}

/// How far a request had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Resolving the name, or connecting.
    Connect,
    /// Setting up TLS.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the answer's headers.
    Headers,
    /// Receiving the answer's body.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Tls => "setting up TLS",
            Self::Send => "sending the request",
            Self::Headers => "waiting for the answer's headers",
            Self::Body => "receiving the answer's body",
        })
    }
}

/// What went over a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excess {
    /// Bytes of the path with its query.
    RequestPath,
    /// Bytes of the guest's headers.
    RequestHeaders,
    /// Bytes of the guest's body or message.
    RequestBody,
    /// Calls in one run.
    RequestsPerRun,
    /// Bytes of the answer's headers, or their number.
    ResponseHeaders,
    /// Bytes of the answer's body or message.
    ResponseBody,
    /// Bytes of all answers of one run.
    AnswersPerRun,
}

impl Excess {
    /// The words that the guest is given.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestPath => "request path",
            Self::RequestHeaders => "request headers",
            Self::RequestBody => "request body",
            Self::RequestsPerRun => "requests per run",
            Self::ResponseHeaders => "response headers",
            Self::ResponseBody => "response body",
            Self::AnswersPerRun => "answers per run",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::RequestsPerRun => "",
            _ => " bytes",
        }
    }
}

/// Why a request has no answer. Texts name the address, never a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkError {
    /// The line of the environment that it would take.
    #[error("not granted; it takes: {0}")]
    NotGranted(String),
    /// Nothing was sent, because the request is not one.
    #[error("invalid request: {0}")]
    InvalidRequest(String),
    /// No connection, or it was closed before an answer came.
    #[error("{0}")]
    Unreachable(String),
    /// It was asked in a replay, whose recording does not hold it: the question, with the nearest that it holds.
    #[error("{NOT_RECORDED} {0}")]
    NotRecorded(String),
    /// TLS could not be set up: the authorities that are trusted, and what was seen.
    #[error("{0}")]
    Tls(String),
    /// The time was up.
    #[error("timed out after {} while {phase}{}", Span(*limit), received(*phase, *received_bytes))]
    TimedOut {
        /// How far it had come.
        phase: Phase,
        /// The time it had.
        #[serde(rename = "limit_ms", serialize_with = "write_millis", deserialize_with = "read_millis")]
        limit: Duration,
        /// Bytes of the answer's body that had come.
        received_bytes: u64,
    },
    /// More than a limit allows.
    #[error("the limit of {limit}{} for the {} is exceeded", what.unit(), what.as_str())]
    TooLarge {
        /// What was limited.
        what: Excess,
        /// The limit.
        limit: u64,
    },
    /// Something answered, and not in the protocol that was asked for.
    #[error("{0}")]
    Protocol(String),
}

impl NetworkError {
    /// The gap that it leaves in what is seen.
    pub const fn gap(&self) -> Gap {
        match self {
            Self::NotGranted(_) => Gap::NotGranted,
            Self::InvalidRequest(_) => Gap::Defect,
            // The nearest that the WIT has; the host knows better, and tells it.
            Self::Unreachable(_) | Self::NotRecorded(_) => Gap::Unreachable,
            Self::Tls(_) => Gap::Tls,
            Self::TimedOut { .. } => Gap::TimedOut,
            Self::TooLarge { .. } => Gap::Limit,
            Self::Protocol(_) => Gap::Unreadable,
        }
    }

    /// The same error with its texts changed, such as masked.
    pub(crate) fn map_text(self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::NotGranted(text) => Self::NotGranted(change(&text)),
            Self::InvalidRequest(text) => Self::InvalidRequest(change(&text)),
            Self::Unreachable(text) => Self::Unreachable(change(&text)),
            Self::NotRecorded(text) => Self::NotRecorded(change(&text)),
            Self::Tls(text) => Self::Tls(change(&text)),
            Self::Protocol(text) => Self::Protocol(change(&text)),
            other @ (Self::TimedOut { .. } | Self::TooLarge { .. }) => other,
        }
    }
}

impl Explain for NetworkError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotGranted(_) => "network.not-granted",
            Self::InvalidRequest(_) => "network.invalid-request",
            Self::Unreachable(_) => "network.unreachable",
            Self::NotRecorded(_) => "network.not-recorded",
            Self::Tls(_) => "network.tls",
            Self::TimedOut { .. } => "network.timed-out",
            Self::TooLarge { .. } => "network.too-large",
            Self::Protocol(_) => "network.protocol",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NotGranted(_) | Self::NotRecorded(_) | Self::Tls(_) => Fault::Environment,
            Self::InvalidRequest(_) => Fault::Plugin,
            Self::TooLarge {
                what:
                    Excess::RequestPath
                    | Excess::RequestHeaders
                    | Excess::RequestBody
                    | Excess::RequestsPerRun
                    | Excess::AnswersPerRun,
                ..
            } => Fault::Plugin,
            Self::Unreachable(_) | Self::TimedOut { .. } | Self::TooLarge { .. } | Self::Protocol(_) => Fault::Service,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotGranted(line) => Some(format!("add `{line}` to the probe in the environment, if it may")),
            Self::Unreachable(_) => Some("bring the service up, or correct the endpoint in the environment".to_owned()),
            Self::NotRecorded(_) => Some("record a run anew with `--record FILE`".to_owned()),
            Self::Tls(_) => Some("correct `ca`, `server_name` or `client_cert` of the endpoint".to_owned()),
            Self::TimedOut { .. } => Some("look at the service, or raise the probe's `limits.request`".to_owned()),
            Self::TooLarge { what: Excess::ResponseBody, .. } => Some("raise the probe's `limits.response`".to_owned()),
            Self::InvalidRequest(_) | Self::TooLarge { .. } | Self::Protocol(_) => None,
        }
    }
}

fn received(phase: Phase, bytes: u64) -> String {
    if phase == Phase::Body { format!(", {bytes} bytes received") } else { String::new() }
}

fn write_millis<S: Serializer>(limit: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(millis(*limit))
}

fn read_millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

/// Whole milliseconds, as many as a number holds.
pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_text_gap_and_owner() {
        let limit = Duration::from_secs(2);
        let rows: Vec<String> = [
            NetworkError::NotGranted("http GET /x".to_owned()),
            NetworkError::InvalidRequest("the path `x` does not begin with `/`".to_owned()),
            NetworkError::Unreachable("cannot connect to `http://127.0.0.1:1`: connection refused".to_owned()),
            NetworkError::NotRecorded("GET /x; nearest: GET /y".to_owned()),
            NetworkError::Tls("`https://127.0.0.1:1` did not answer with TLS".to_owned()),
            NetworkError::TimedOut { phase: Phase::Body, limit, received_bytes: 7 },
            NetworkError::TooLarge { what: Excess::ResponseBody, limit: 4_194_304 },
            NetworkError::TooLarge { what: Excess::RequestsPerRun, limit: 256 },
            NetworkError::Protocol("`http://127.0.0.1:1` did not answer with HTTP".to_owned()),
        ]
        .iter()
        .map(|error| format!("{} [{}, {:?}] {error}", error.code(), error.fault(), error.gap()))
        .collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        network.not-granted [environment, NotGranted] not granted; it takes: http GET /x
        network.invalid-request [plugin, Defect] invalid request: the path `x` does not begin with `/`
        network.unreachable [service, Unreachable] cannot connect to `http://127.0.0.1:1`: connection refused
        network.not-recorded [environment, Unreachable] the recording does not hold GET /x; nearest: GET /y
        network.tls [environment, Tls] `https://127.0.0.1:1` did not answer with TLS
        network.timed-out [service, TimedOut] timed out after 2s while receiving the answer's body, 7 bytes received
        network.too-large [service, Limit] the limit of 4194304 bytes for the response body is exceeded
        network.too-large [plugin, Limit] the limit of 256 for the requests per run is exceeded
        network.protocol [service, Unreadable] `http://127.0.0.1:1` did not answer with HTTP
        ");
    }

    #[test]
    fn errors_survive_a_recording() {
        let error =
            NetworkError::TimedOut { phase: Phase::Headers, limit: Duration::from_millis(200), received_bytes: 0 };
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(json, r#"{"timed-out":{"phase":"headers","limit_ms":200,"received_bytes":0}}"#);
        assert_eq!(serde_json::from_str::<NetworkError>(&json).unwrap(), error);
    }
}
