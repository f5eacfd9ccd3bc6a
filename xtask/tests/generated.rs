//! What is generated in the documentation is what the code says today.

#![expect(clippy::disallowed_methods, reason = "runs the chore as a person would")]

use std::process::Command;

#[test]
fn the_documentation_is_up_to_date() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("gen-check").output().expect("xtask runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
