//! Wasmtime, narrowed to running a probe once: load, cache, limits, run.
