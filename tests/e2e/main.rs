//! The built binary, run as a user would: one file per promise.

#![expect(clippy::disallowed_methods, reason = "tests read and write what they run the binary on")]

use shipworthy_stand_ins::Sandbox;

/// A fresh sandbox around the binary under test.
fn sandbox() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_shipworthy")).expect("a sandbox")
}
