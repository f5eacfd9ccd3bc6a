//! What a service's team does, from `plugin new` to a shipped probe, in every language: with the real toolchains.

#![expect(clippy::disallowed_methods, reason = "tests read and write what they run the binary on")]
#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "a test that stops is one that fails")]

mod cases;
mod conformance;
mod new;
mod tools;
mod tutorials;

use std::{path::PathBuf, sync::LazyLock};

/// The repository.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository's root")
});

/// Says why a test did not run, past the capture of a passing test's output.
fn skipped(why: &str) {
    use std::io::Write as _;

    // Nobody is left to tell if standard error is closed.
    drop(writeln!(std::io::stderr(), "skipped: {why}"));
}
