//! Wasmtime, narrowed to one thing: run a probe once, within limits, and hand back what it saw.
//!
//! Invariants:
//! - A guest holds nothing that the environment did not grant: ours and plain WASI are linked, every other import is
//!   a stub that refuses (module `stubs`).
//! - Every run has a fresh instance, a memory limit, an epoch deadline set before instantiation, and a wall-clock
//!   timeout around the whole call (module `run`).
//! - What a guest gave before a trap or a deadline is kept.
//! - Only code that this host compiled is ever deserialised (module `cache`).
//! - What is not trusted is compiled in a child process with limits of its own (module `compiler`).

mod addresses;
mod cache;
mod clocks;
mod compiler;
mod component;
mod end;
mod engine;
mod error;
mod frames;
mod intake;
mod last_words;
mod limits;
mod log;
mod masked;
mod run;
mod since_0_1;
mod state;
mod stdio;
mod stubs;
mod versions;

pub use cache::{Cache, Cleaned, Looked, NotPrivate, look as look_at_cache};
pub use compiler::{CompileLimits, Compiler, Exit, run_child};
pub use component::{Binary, Component, Loader, Origin};
pub use engine::{BASELINE, Engine};
pub use error::{Cause, LoadError};
pub use limits::{Limits, of_runs};
pub use run::{Seen, Target};

/// The version of wasmtime that compiles and runs; a part of every compiled artifact's identity.
const WASMTIME: &str = "48";
