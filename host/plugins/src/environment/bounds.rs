//! Amounts of time and bytes that a probe may take: defaults, least, most, and why.

use std::{fmt::Display, time::Duration};

use shipworthy_contract::{
    PayloadLimits,
    quantity::{Bytes, Span},
};

use super::{
    error::Problem,
    reader::{Reader, Table},
};
use crate::document::Value;

/// What one attempt of a probe may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of the guest.
    pub memory: Bytes,
    /// One attempt, from instantiation to the guest's return.
    pub deadline: Duration,
    /// One request to a service.
    pub request: Duration,
    /// The body of one answer.
    pub response: Bytes,
    /// The guest's log lines.
    pub log: Bytes,
    /// Requests of one run, refused ones included.
    pub requests: u64,
    /// Compiling the plugin, once.
    pub compile_time: Duration,
    /// Address space of the process that compiles it.
    pub compile_memory: Bytes,
}

impl Default for Limits {
    /// The defaults of design.md, part 4, and of decision 018.
    fn default() -> Self {
        Self {
            memory: Bytes(64 << 20),
            deadline: Duration::from_secs(5),
            request: Duration::from_secs(2),
            response: Bytes(4 << 20),
            log: Bytes(64 << 10),
            requests: 256,
            compile_time: Duration::from_mins(2),
            compile_memory: Bytes(2 << 30),
        }
    }
}

/// Trying again after `unreachable` and `timed-out`; never after a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// For how long, counted from the first attempt.
    pub within: Duration,
    /// How long after an attempt the next one begins.
    pub every: Duration,
}

/// The whole stack side, unless the environment says otherwise.
pub(super) const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// How long after an attempt the next one begins, unless the environment says otherwise.
pub(super) const DEFAULT_EVERY: Duration = Duration::from_secs(1);

/// Bounds of one amount.
pub(super) struct Bounds<T> {
    least: T,
    most: T,
    reason: &'static str,
}

const fn seconds(seconds: u64) -> Span {
    Span(Duration::from_secs(seconds))
}

const fn millis(millis: u64) -> Span {
    Span(Duration::from_millis(millis))
}

/// `deadline`.
pub(super) static DEADLINE: Bounds<Span> = Bounds {
    least: millis(100),
    most: seconds(3_600),
    reason: "below 100ms no stack answers whole, and above 1h a deploy job has long been cut off",
};
/// `limits.deadline`.
static ATTEMPT: Bounds<Span> = Bounds {
    least: millis(10),
    most: seconds(600),
    reason: "below 10ms a guest is hardly started, and above 10m it hangs rather than looks",
};
/// `limits.request`.
static REQUEST: Bounds<Span> = Bounds {
    least: millis(10),
    most: seconds(600),
    reason: "below 10ms a TLS handshake does not fit, and above 10m a service hangs rather than answers",
};
/// `limits.memory`.
static MEMORY: Bounds<Bytes> = Bounds {
    least: Bytes(1 << 20),
    most: Bytes(4 << 30),
    reason: "below 1MiB no toolchain's guest starts, and 4GiB is all that a 32-bit guest can address",
};
/// `limits.response`.
static RESPONSE: Bounds<Bytes> = Bounds {
    least: Bytes(1 << 10),
    most: Bytes(256 << 20),
    reason: "below 1KiB hardly an error page fits, and above 256MiB the host would hold what no probe reads",
};
/// `limits.log`.
static LOG: Bounds<Bytes> = Bounds {
    least: Bytes(1 << 10),
    most: Bytes(16 << 20),
    reason: "below 1KiB the last words of a trap are lost, and above 16MiB nobody reads a log",
};
/// `limits.requests`.
static REQUESTS: Bounds<u64> = Bounds {
    least: 1,
    most: 100_000,
    reason: "a probe that asks nothing sees nothing, and above 100000 it is a load test",
};
/// `limits.compile_time`.
static COMPILE_TIME: Bounds<Span> = Bounds {
    least: millis(100),
    most: seconds(1_800),
    reason: "below 100ms no toolchain's guest is compiled, and above 30m a deploy job has long been cut off",
};
/// `limits.compile_memory`.
static COMPILE_MEMORY: Bounds<Bytes> = Bounds {
    least: Bytes(128 << 20),
    most: Bytes(64 << 30),
    reason: "below 128MiB the compiler itself does not start, and above 64GiB nobody has that much to spare",
};
/// `retry.for`.
static RETRY_FOR: Bounds<Span> = Bounds {
    least: millis(100),
    most: seconds(3_600),
    reason: "below 100ms nothing is tried again, and above 1h a deploy job has long been cut off",
};
/// `retry.every`.
static RETRY_EVERY: Bounds<Span> =
    Bounds { least: millis(50), most: seconds(600), reason: "below 50ms retrying would load a stack that struggles" };

/// `payload.limits` of bytes that are read and let go.
static READ: Bounds<Bytes> = Bounds {
    least: Bytes(1),
    most: Bytes(1 << 50),
    reason: "nothing at all is no artifact, and above 1048576GiB no check ends",
};
/// `payload.limits.document`, which is held in memory.
static DOCUMENT: Bounds<Bytes> = Bounds {
    least: Bytes(1 << 10),
    most: Bytes(1 << 30),
    reason: "below 1KiB no manifest fits, and a document of more than 1GiB would be held in memory whole",
};
/// `payload.limits.sums`.
static SUMS: Bounds<Bytes> = Bounds {
    least: Bytes(67),
    most: Bytes(64 << 30),
    reason: "the shortest line has 67 bytes, and above 64GiB a sums file is larger than most trees",
};
/// `payload.limits.files`.
static FILES: Bounds<u64> = Bounds {
    least: 1,
    most: 100_000_000,
    reason: "a listed file takes about 100 bytes of memory, and 100000000 of them 10 GB",
};
/// `payload.limits.folders`.
static FOLDERS: Bounds<u64> =
    Bounds { least: 1, most: 4_096, reason: "every folder above a file is held open while the file is read" };
/// `payload.limits.nesting`.
static NESTING: Bounds<u64> =
    Bounds { least: 8, most: 1_024, reason: "a manifest itself has 8 levels, and each level takes stack" };
/// `payload.limits.nodes`.
static NODES: Bounds<u64> = Bounds {
    least: 100,
    most: 100_000_000,
    reason: "a small manifest has tens of nodes, and 100000000 of them take gigabytes of memory",
};

pub(super) const PAYLOAD_LIMIT_KEYS: [&str; 8] =
    ["document", "nesting", "nodes", "file", "tree", "files", "sums", "folders"];
pub(super) const LIMIT_KEYS: [&str; 8] =
    ["memory", "deadline", "request", "response", "log", "requests", "compile_time", "compile_memory"];
pub(super) const RETRY_KEYS: [&str; 2] = ["for", "every"];

impl Reader {
    /// An amount within its bounds under a key.
    pub(super) fn bounded<T>(&mut self, table: Table<'_>, key: &str, bounds: &Bounds<T>) -> Option<T>
    where
        T: std::str::FromStr<Err: Display> + PartialOrd + Display,
    {
        let value: T = self.parsed(table, key)?;
        self.within(table, key, value, bounds)
    }

    /// A count within its bounds under a key.
    fn bounded_count(&mut self, table: Table<'_>, key: &str, bounds: &Bounds<u64>) -> Option<u64> {
        let entry = table.get(key)?;
        let Value::Integer(_, number) = &entry.item.value else {
            self.kind(&entry.item, &table.key(key), "a whole number");
            return None;
        };
        // A negative or huge one is out of bounds like any other.
        let value = number.map_or(u64::MAX, |number| u64::try_from(number).unwrap_or(0));
        self.within(table, key, value, bounds)
    }

    fn within<T: PartialOrd + Display>(
        &mut self,
        table: Table<'_>,
        key: &str,
        value: T,
        bounds: &Bounds<T>,
    ) -> Option<T> {
        if value >= bounds.least && value <= bounds.most {
            return Some(value);
        }
        let problem = Problem::Bound {
            key: table.key(key),
            least: bounds.least.to_string(),
            most: bounds.most.to_string(),
            found: table.get(key).and_then(|entry| entry.item.scalar()).unwrap_or_else(|| value.to_string()),
            reason: bounds.reason,
        };
        self.fault(table.get(key)?.item.spot, problem);
        None
    }
}

/// `limits` of a probe.
pub(super) fn read_limits(reader: &mut Reader, probe: Table<'_>) -> Limits {
    let mut limits = Limits::default();
    let Some(entry) = probe.get("limits") else { return limits };
    let path = probe.key("limits");
    let Some(table) = reader.table(&entry.item, &path, &LIMIT_KEYS) else { return limits };
    if let Some(memory) = reader.bounded(table, "memory", &MEMORY) {
        limits.memory = memory;
    }
    if let Some(Span(deadline)) = reader.bounded(table, "deadline", &ATTEMPT) {
        limits.deadline = deadline;
    }
    if let Some(Span(request)) = reader.bounded(table, "request", &REQUEST) {
        limits.request = request;
    }
    if let Some(response) = reader.bounded(table, "response", &RESPONSE) {
        limits.response = response;
    }
    if let Some(log) = reader.bounded(table, "log", &LOG) {
        limits.log = log;
    }
    if let Some(requests) = reader.bounded_count(table, "requests", &REQUESTS) {
        limits.requests = requests;
    }
    if let Some(Span(time)) = reader.bounded(table, "compile_time", &COMPILE_TIME) {
        limits.compile_time = time;
    }
    if let Some(memory) = reader.bounded(table, "compile_memory", &COMPILE_MEMORY) {
        limits.compile_memory = memory;
    }
    limits
}

/// `limits` under `[payload]`.
pub(super) fn read_payload_limits(reader: &mut Reader, payload: Table<'_>) -> PayloadLimits {
    let mut limits = PayloadLimits::default();
    let Some(entry) = payload.get("limits") else { return limits };
    let path = payload.key("limits");
    let Some(table) = reader.table(&entry.item, &path, &PAYLOAD_LIMIT_KEYS) else { return limits };
    for (key, bounds, limit) in [
        ("document", &DOCUMENT, &mut limits.document_bytes),
        ("file", &READ, &mut limits.file_bytes),
        ("tree", &READ, &mut limits.tree_bytes),
        ("sums", &SUMS, &mut limits.sums_bytes),
    ] {
        if let Some(Bytes(bytes)) = reader.bounded(table, key, bounds) {
            *limit = bytes;
        }
    }
    if let Some(files) = reader.bounded_count(table, "files", &FILES) {
        limits.tree_files = files;
    }
    for (key, bounds, limit) in [
        ("folders", &FOLDERS, &mut limits.folders),
        ("nesting", &NESTING, &mut limits.depth),
        ("nodes", &NODES, &mut limits.nodes),
    ] {
        if let Some(count) = reader.bounded_count(table, key, bounds).and_then(|count| usize::try_from(count).ok()) {
            *limit = count;
        }
    }
    limits
}

/// `retry` of a probe.
pub(super) fn read_retry(reader: &mut Reader, probe: Table<'_>) -> Option<Retry> {
    let entry = probe.get("retry")?;
    let path = probe.key("retry");
    let table = reader.table(&entry.item, &path, &RETRY_KEYS)?;
    let every = reader.bounded(table, "every", &RETRY_EVERY).map_or(DEFAULT_EVERY, |Span(every)| every);
    if table.get("for").is_none() {
        reader.missing(table, "for", "`retry = { for = \"20s\", every = \"1s\" }`");
        return None;
    }
    let Span(within) = reader.bounded(table, "for", &RETRY_FOR)?;
    Some(Retry { within, every })
}
