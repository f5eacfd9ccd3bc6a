//! The built binary, run as a user would: one file per promise.

#![expect(clippy::disallowed_methods, reason = "tests read and write what they run the binary on")]
#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "a test that stops is one that fails")]

mod attentive;
mod boundary;
mod bundles;
mod cache;
mod capture;
mod certificates;
mod ci;
mod command;
mod containers;
mod demo;
mod doctor;
mod env_diff;
mod environments;
mod errors;
mod examples;
mod exit_codes;
mod formats;
mod gate;
mod html;
mod init;
mod interrupted;
mod locks;
mod manual;
mod output;
mod partition;
mod payload;
mod plugin_inspect;
mod plugin_sets;
mod progress;
mod real;
mod record_replay;
mod redaction;
mod registry;
mod report_diff;
mod rules;
mod signatures;
mod silence;
mod stack_rules;
mod told;
mod trees;
mod vectors;
mod waivers;

use shipworthy_stand_ins::Sandbox;

/// A fresh sandbox around the binary under test.
fn sandbox() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_shipworthy")).expect("a sandbox")
}

/// Says why a test did not run, past the capture of a passing test's output.
fn skipped(why: &str) {
    use std::io::Write as _;

    // Nobody is left to tell if standard error is closed.
    drop(writeln!(std::io::stderr(), "skipped: {why}"));
}
