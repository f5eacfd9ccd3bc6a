//! Recording and replay of everything that a probe was told.
//!
//! Whoever writes a recording to disk gives it a format number; these types are its content. They hold masked values
//! only, because a run masks before it records.

mod written;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use shipworthy_contract::{Role, Service, Sha256, certificate::Presented};

use crate::{Container, ContainersError, Header, NetworkError, Reply, Response};

/// Whether answers are kept, or where they come from.
#[derive(Clone, Debug, Default)]
pub enum Tape {
    /// Answers are given and forgotten.
    #[default]
    Off,
    /// Answers are kept for [`crate::Run::recorded`], as long as there is room for them.
    Record(Arc<Room>),
    /// Answers come from a recording; nothing is reached.
    Replay(Replay),
}

/// A recorded run that is told again.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// What was told.
    pub told: Arc<RecordedRun>,
    /// Whether it is told to the very component and config that it was recorded of: then the run is also cut where the
    /// recorded one was. Another component is cut only where it waits for an answer that nobody waited long enough for.
    pub is_same: bool,
}

/// Room for a recording, shared by all runs: what is recorded is held in memory until the last of them is over.
#[derive(Debug)]
pub struct Room(AtomicU64);

impl Room {
    /// Room for so many bytes, as exchanges are written in JSON with a line for each field.
    pub const fn new(bytes: u64) -> Self {
        Self(AtomicU64::new(bytes))
    }

    /// The room that an exchange takes, if there is so much.
    pub(crate) fn take(&self, exchange: &Exchange) -> Option<u64> {
        let mut bytes = Count(0);
        // Neither writing to a counter nor what is written can fail.
        serde_json::to_writer_pretty(&mut bytes, exchange).ok()?;
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes.0));
        left.is_ok().then_some(bytes.0)
    }

    pub(crate) fn give_back(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// How much was written.
struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All exchanges of one run, in the order in which they were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedRun {
    /// When it began, since the beginning of 1970, UTC; in RFC 3339 with microseconds. A recording without tells guests
    /// that time itself.
    #[serde(default, with = "written::time")]
    pub began: Duration,
    /// The exchanges.
    pub exchanges: Vec<Exchange>,
    /// The certificates that endpoints presented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Presented>,
    /// Whether the host's clock ended the run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut_off: bool,
    /// Of a run that was cut off, after how many steps of the guest's. Without, a replay ends where nothing more was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// One question that was granted, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// What was asked.
    pub asked: Asked,
    /// What was answered.
    pub answered: Answered,
    /// How long it took, in whole microseconds; written in milliseconds.
    #[serde(rename = "duration_ms", with = "written::millis")]
    pub duration: Duration,
}

/// A question. Two that are equal get each other's answers in a replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// An HTTP request.
    Http {
        /// To which endpoint.
        role: Role,
        /// The method.
        method: String,
        /// Path and query.
        path: String,
        /// The guest's headers, not the host's.
        headers: Vec<Header>,
        /// The body.
        body: Content,
    },
    /// A gRPC call.
    Grpc {
        /// To which endpoint.
        role: Role,
        /// `package.Service/Method`.
        method: String,
        /// The guest's metadata, not the host's.
        metadata: Vec<Header>,
        /// The encoded message.
        message: Content,
    },
    /// Containers of a service or a group.
    Find {
        /// Which.
        service: Service,
    },
    /// One variable.
    Env {
        /// Of which container.
        id: String,
        /// The variable.
        name: String,
    },
    /// One label.
    Label {
        /// Of which container.
        id: String,
        /// The label.
        name: String,
    },
    /// A file's digest.
    Sha256 {
        /// Of which container.
        id: String,
        /// The absolute path.
        path: String,
    },
    /// A file's bytes.
    ReadFile {
        /// Of which container.
        id: String,
        /// The absolute path.
        path: String,
        /// The guest's own limit, in bytes.
        max_bytes: u32,
    },
    /// The last lines of a log.
    Logs {
        /// Of which container.
        id: String,
        /// How many lines at most.
        lines: u32,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// To an HTTP request.
    Response(Response),
    /// To a gRPC call.
    Reply(Reply),
    /// No answer from the network.
    NetworkError(NetworkError),
    /// To a search for containers.
    Containers(Vec<Container>),
    /// A variable or a label; none if there is no such thing.
    Text(Option<String>),
    /// A digest.
    Digest(Sha256),
    /// A file's bytes.
    Content(Content),
    /// Lines of a log.
    Lines(Vec<String>),
    /// No answer from the container engine.
    ContainersError(ContainersError),
    /// More than all answers of one run may be: the run ended.
    TooMuch {
        /// The limit, in bytes.
        limit: u64,
        /// What was reached, in bytes.
        reached: u64,
    },
    /// Nothing: the host's clock ended the run before.
    Nothing,
}

/// Bytes, written as text where they are text and in Base64 where not, so that a recording can be read and diffed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content(pub Vec<u8>);
