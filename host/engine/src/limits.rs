//! What a run may use, and the part of it that wasmtime asks about while the guest runs.

use std::time::Duration;

use shipworthy_contract::{
    bound::{Bound, Over},
    frame::MOST_FRAMES,
    quantity::Bytes,
};
use wasmtime::ResourceLimiter;

use crate::{compiler::LARGEST_CODE, engine::WASM_STACK, state::Stop};

/// Elements of all tables together in one memory's worth of guest: a Python component has about 12,000.
const TABLE_ELEMENTS: usize = 100_000;

/// Core instances of one component: what the largest toolchain makes is 20.
pub(crate) const INSTANCES: usize = 64;

/// Tables and memories of one component.
pub(crate) const TABLES: usize = 64;
pub(crate) const MEMORIES: usize = 16;

/// Handles a guest may hold to host resources (streams, pollables). Ours hands out none; the standard streams need ten.
pub(crate) const HANDLES: usize = 1_024;

/// Bytes that one call of a guest may make the host copy: above the largest request body, far below harm.
pub(crate) const CALL_BYTES: usize = 8 << 20;

/// Pieces of evidence of one run: a gateway with thousands of routes stays below it.
pub(crate) const EVIDENCE_ITEMS: usize = 10_000;

/// Bytes of all evidence of one run: ten thousand pieces of ordinary length. The host holds them, so no limit on the
/// guest's own memory bounds them.
pub(crate) const EVIDENCE_BYTES: usize = 8 << 20;

/// Bytes of one name, key or prefix.
pub(crate) const NAME_BYTES: usize = 1_024;

/// Bytes of one value, detail or message.
pub(crate) const TEXT_BYTES: usize = 8_192;

/// Bytes that are kept of what a guest's runtime prints, of its beginning and of its end; how much was dropped between
/// them is said.
pub(crate) const STDERR_BYTES: usize = 16 << 10;

/// The limits of a run that are the host's own, as data.
pub fn of_runs() -> Vec<Bound> {
    let bytes = |bytes: usize| Bytes(bytes as u64).to_string();
    let fixed = |name, value: String, over, because| Bound { name, value, key: None, over, because };
    let ends = |name, value, because| fixed(name, value, Over::EndsRun, because);
    vec![
        ends(
            "compiled code",
            Bytes(LARGEST_CODE).to_string(),
            "ten times what the heaviest toolchain's component becomes",
        ),
        ends("table elements", TABLE_ELEMENTS.to_string(), "all tables together; a Python component has about 12,000"),
        ends("tables", TABLES.to_string(), "what the largest toolchain makes is 20"),
        ends("memories", MEMORIES.to_string(), "toolchains make one or two"),
        ends(
            "instances",
            INSTANCES.to_string(),
            "core instances of one component; what the largest toolchain makes is 20",
        ),
        ends("stack", bytes(WASM_STACK), "a Python guest that parses nested JSON stays well below it"),
        ends(
            "handles",
            HANDLES.to_string(),
            "resources of the host, such as streams; ours hands out none, the standard streams need ten",
        ),
        ends(
            "bytes of one call",
            bytes(CALL_BYTES),
            "what one call makes the host copy: above the largest request, far below harm",
        ),
        ends(
            "pieces of evidence",
            EVIDENCE_ITEMS.to_string(),
            "facts, findings and all else; a gateway with thousands of routes stays below it",
        ),
        ends("evidence", bytes(EVIDENCE_BYTES), "ten thousand pieces of ordinary length, which the host holds"),
        ends("name, key or rule", bytes(NAME_BYTES), "compared exactly, so it is never cut"),
        ends("value, detail or message", bytes(TEXT_BYTES), "a page of text"),
        fixed(
            "standard output and error",
            bytes(STDERR_BYTES),
            Over::Dropped,
            "a quarter of it for what comes first; the last words of a trap fit into the rest",
        ),
        fixed("calls of a trap's stack", MOST_FRAMES.to_string(), Over::Dropped, "the innermost ones say why"),
    ]
}

/// What the environment sets of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of the whole component, in bytes.
    pub memory: u64,
    /// From instantiation to the end.
    pub deadline: Duration,
    /// Bytes of log lines.
    pub log: u64,
}

/// How many times its deadline a replay may take. No service is waited for in it, so only a guest that computes without
/// end needs a deadline; and what was recorded in time must be told to its end also on a busier machine.
const REPLAY: u32 = 10;

impl Limits {
    /// How long a run may take in truth.
    pub(crate) fn patience(&self, is_replay: bool) -> Duration {
        if is_replay { self.deadline.saturating_mul(REPLAY) } else { self.deadline }
    }
}

/// Counts what the guest's memories and tables have grown to.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory: u64,
    used: u64,
    elements: usize,
}

impl Limiter {
    pub(crate) const fn new(memory: u64) -> Self {
        Self { memory, used: 0, elements: 0 }
    }

    /// What all memories together have grown to, in bytes: none of them shrinks.
    pub(crate) const fn used(&self) -> u64 {
        self.used
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // All memories of the component together: a component may hold many core modules.
        // A 64-bit memory may ask for nearly all that a number holds.
        let grown = self.used.saturating_add(desired.saturating_sub(current) as u64);
        if grown > self.memory {
            return Err(Stop::limit("memory", &Bytes(self.memory), &Bytes(grown)).into());
        }
        self.used = grown;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let grown = self.elements.saturating_add(desired.saturating_sub(current));
        if grown > TABLE_ELEMENTS {
            return Err(Stop::limit("table elements", &TABLE_ELEMENTS, &grown).into());
        }
        self.elements = grown;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_count_together() {
        let mut limiter = Limiter::new(3 << 16);
        assert!(limiter.memory_growing(0, 1 << 16, None).unwrap());
        assert!(limiter.memory_growing(0, 1 << 16, None).unwrap());
        let error = limiter.memory_growing(1 << 16, 3 << 16, None).unwrap_err();
        assert_eq!(error.to_string(), "limit of memory: 192KiB, reached 256KiB");
        assert!(limiter.memory_growing(0, usize::MAX & !0xffff, None).is_err(), "no sum is too large to be refused");
    }
}
