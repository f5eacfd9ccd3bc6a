//! The limits that this crate holds or sets, as data.

use shipworthy_contract::{
    bound::{Bound, Over},
    quantity::{Bytes, Span},
};

use crate::{
    component::{LARGEST_COMPONENT, MOST_NAMES},
    config::{DEEPEST, LARGEST, LARGEST_PATTERN, MOST_PARTS, MOST_PATTERNS},
    descriptor::LARGEST_DESCRIPTOR,
    environment::Limits,
};

/// What a plugin's file may be, before anything of it is compiled.
pub fn of_files() -> Vec<Bound> {
    let refused = |name, value, because| Bound { name, value, key: None, over: Over::Refused, because };
    vec![
        refused(
            "component size",
            Bytes(LARGEST_COMPONENT).to_string(),
            "three times what the heaviest toolchain (Python) makes",
        ),
        refused(
            "imports and exports of a component",
            MOST_NAMES.to_string(),
            "WASI 0.2 and ours together have fewer than fifty",
        ),
        refused("descriptor", Bytes(LARGEST_DESCRIPTOR).to_string(), "hundreds of needs and rules with long hints"),
        refused("config schema", Bytes(LARGEST as u64).to_string(), "a hundred keys with long descriptions"),
        refused("depth of a config schema", DEEPEST.to_string(), "what a person can follow, and no stack overflows at"),
        refused(
            "parts of a config schema, references followed",
            MOST_PARTS.to_string(),
            "a few lines of references can ask for 2^30 looks at one value",
        ),
        refused(
            "patterns of a config schema",
            MOST_PATTERNS.to_string(),
            "each is held compiled; matching takes linear time",
        ),
        refused(
            "one pattern, compiled",
            Bytes(LARGEST_PATTERN as u64).to_string(),
            "`(a{999}){99}` is a few letters and many megabytes",
        ),
    ]
}

/// What the environment sets of one probe.
pub fn of_probes() -> Vec<Bound> {
    let limits = Limits::default();
    let set = |name, value: String, key, over, because| Bound { name, value, key: Some(key), over, because };
    vec![
        set(
            "compile time",
            Span(limits.compile_time).to_string(),
            "compile_time",
            Over::EndsRun,
            "a Python component takes 4 s on two cores, and was seen to take 30 s on busy ones; twice as much in processor time",
        ),
        set(
            "compile memory",
            limits.compile_memory.to_string(),
            "compile_memory",
            Over::EndsRun,
            "five times what a Python component takes; address space of the process that compiles",
        ),
        set(
            "memory",
            limits.memory.to_string(),
            "memory",
            Over::EndsRun,
            "2 to 24 MiB is what guests of all toolchains begin with",
        ),
        set(
            "deadline",
            Span(limits.deadline).to_string(),
            "deadline",
            Over::EndsRun,
            "one attempt, the wait for services included; kept by the epoch while the guest runs, by the clock while it waits",
        ),
        set(
            "requests per run",
            limits.requests.to_string(),
            "requests",
            Over::EndsRun,
            "refused ones count: an endless loop in a guest must not become a load test",
        ),
        set("log", limits.log.to_string(), "log", Over::EndsRun, "nobody reads more of one probe"),
        set(
            "time of one request",
            Span(limits.request).to_string(),
            "request",
            Over::Error,
            "from connecting to the last byte; a silent service must not use up the deadline",
        ),
        set(
            "body of one answer",
            limits.response.to_string(),
            "response",
            Over::Error,
            "the host holds it and copies it into the guest",
        ),
    ]
}
