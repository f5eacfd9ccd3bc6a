//! `make demo`, with the binaries that the tests are built with.

use std::path::Path;

use anyhow::{Result, ensure};
use shipworthy_stand_ins::Sandbox;

#[test]
fn the_demo_shows_a_pass_and_a_mismatch() -> Result<()> {
    let shipworthy = Path::new(env!("CARGO_BIN_EXE_shipworthy"));
    let stack = shipworthy.with_file_name("stand-in-stack");
    ensure!(
        stack.is_file(),
        "`{}` is not there: `cargo build -p shipworthy-stand-ins` makes it, as does `make test`",
        stack.display()
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo/run");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut sandbox = Sandbox::new("/bin/bash")?;
    let folder = text(sandbox.dir());
    sandbox.variable("TMPDIR", &folder);

    let output = sandbox.run(&[&text(&script), &text(shipworthy), &text(&stack)])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let shown = |stream: &str, expected: &[&str]| {
        let mut rest = stream;
        for line in expected {
            let found = rest.split_once(line);
            assert!(found.is_some(), "expected, in this order, `{line}`\n{}", output.snapshot());
            rest = found.map_or("", |(_, rest)| rest);
        }
    };
    shown(
        &output.stdout,
        &[
            "$ shipworthy check examples/demo/artifact.yml --env demo\n",
            "[payload.config-file]",
            "version is `2.0.0` [stack.version]",
            "[stack.gateway.healthy]",
            "may go ahead",
            "-- echo deploying",
            "exit code 125: the command was not started\n",
            "exit code of the check alone: 3, the stack is incompatible\n",
        ],
    );
    shown(
        &output.stderr,
        &["stand-in stack ready: ", "expected version `>=3`, found `2.0.0` [stack.version]", "must not go ahead"],
    );
    assert!(!output.stdout.lines().any(|line| line == "deploying"), "{}", output.snapshot());
    let left: Vec<_> =
        std::fs::read_dir(sandbox.dir())?.filter_map(|entry| entry.ok().map(|entry| entry.file_name())).collect();
    assert_eq!(left, [".home"], "the script cleans up");
    Ok(())
}
