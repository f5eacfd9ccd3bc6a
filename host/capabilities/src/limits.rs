//! How much of everything one run of a probe may have.

use std::time::Duration;

use shipworthy_contract::{
    bound::{Bound, Over},
    quantity::{Bytes, Span},
};

use crate::http::LONGEST_PATH;

/// What one run may be told, in bytes.
const ANSWERS: u64 = 64 << 20;

/// The limits of requests that are the host's own, as data.
pub fn of_requests() -> Vec<Bound> {
    let limits = Limits::within(Duration::ZERO, 0, Duration::ZERO);
    let fixed = |name, value: String, over, because| Bound { name, value, key: None, over, because };
    let error = |name, value, because| fixed(name, value, Over::Error, because);
    let bytes = |bytes| Bytes(bytes).to_string();
    vec![
        fixed(
            "answers per run",
            bytes(ANSWERS),
            Over::EndsRun,
            "all of them, or one answer's limit where that is more: the host holds each until the guest has it",
        ),
        fixed(
            "requests at once",
            limits.concurrent.to_string(),
            Over::Waits,
            "a probe must not open a hundred connections to a small service",
        ),
        error("request body", bytes(limits.request_bytes), "a probe asks; whoever sends more does something else"),
        error("path and query", bytes(LONGEST_PATH as u64), "servers commonly stop there"),
        error("headers, each way", bytes(limits.header_bytes), "servers commonly stop at 8 to 64 KiB"),
        error("number of headers", crate::headers::MOST.to_string(), "servers commonly stop near 100"),
        error("containers of one service", crate::containers::find::MOST.to_string(), "each is looked at"),
        error("file that is read", bytes(limits.file_bytes), "version files and scripts are small"),
        error(
            "file that is hashed",
            bytes(limits.digest_bytes),
            "the engine sends all of it, holes included, and a run has seconds",
        ),
        error("container log, bytes", bytes(limits.log_bytes), "a single line has no limit of its own"),
        fixed("container log, lines", limits.log_lines.to_string(), Over::Dropped, "the last ones are given"),
        error(
            "time of one question to the container engine",
            Span(limits.container_timeout).to_string(),
            "an engine that stops containers answers late; four fifths of the deadline where that is less",
        ),
    ]
}

/// The limits of one run. The environment sets the first two and, by an attempt's time, the last; [`Limits::within`] gives
/// the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest time of one request, from connecting to the last byte; a guest may only shorten it. A service that does
    /// not answer must not use up the run's deadline, so that what else there is to see is still seen.
    pub request: Duration,
    /// Largest response body or gRPC message, in bytes, held in the host's memory and copied into the guest's.
    pub response: u64,
    /// Most bytes of all answers of one run together. Each is held by the host until the guest has it, or until the run
    /// is over where it is recorded, so no limit on the guest's own memory bounds them.
    pub answers: u64,
    /// Largest request body or gRPC message, in bytes. A probe asks; whoever sends more than 1 MiB does something else.
    pub request_bytes: u64,
    /// Largest sum of header names and values, in bytes, each way. Servers commonly stop at 8 to 64 KiB.
    pub header_bytes: u64,
    /// Calls of any kind in one run, refused ones included: an endless loop in a guest must not become a load test.
    pub requests: u32,
    /// Calls at the same time; the others wait. A probe must not open a hundred connections to a small service.
    pub concurrent: usize,
    /// Largest file that is read into the guest, in bytes. Version files and scripts are small.
    pub file_bytes: u64,
    /// Largest file that is hashed, in bytes. It is not held in memory, so it may be larger than one that is read; but the
    /// container engine sends all of it, holes included, at some hundred MB a second, and a run has seconds. A program
    /// with everything linked in fits, a disk image does not.
    pub digest_bytes: u64,
    /// Most of a container's log that is fetched, in bytes. A single line has no length limit of its own.
    pub log_bytes: u64,
    /// Most lines of a container's log that are given.
    pub log_lines: u32,
    /// Longest time of one question to the container engine: inspecting is quick, but an engine that stops containers
    /// answers late, and hashing a large file takes its time.
    pub container_timeout: Duration,
    /// How long after its beginning a run may wait for the container engine. Less than an attempt of the probe, which must
    /// hear that the engine did not answer.
    pub containers_until: Duration,
}

impl Limits {
    /// Limits for a request's time and answer and for an attempt as the environment sets them, and the host's own for the
    /// rest.
    pub fn within(request: Duration, response: u64, attempt: Duration) -> Self {
        Self {
            request,
            response,
            // What a guest has for memory unless the environment says otherwise; never less than one answer.
            answers: if response > ANSWERS { response } else { ANSWERS },
            request_bytes: 1 << 20,
            header_bytes: 64 << 10,
            requests: 256,
            concurrent: 16,
            file_bytes: 16 << 20,
            digest_bytes: 256 << 20,
            log_bytes: 1 << 20,
            log_lines: 1_000,
            container_timeout: Duration::from_secs(10),
            containers_until: attempt * 4 / 5,
        }
    }
}
