//! What the command is told.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{artifact, open};

#[test]
fn a_command_is_told_of_the_check_that_let_it_start() -> Result<()> {
    let mut sandbox = artifact()?;
    open(&sandbox)?;
    // What an outer check told is not passed on as if it were this one's.
    sandbox.variable("SHIPWORTHY_TREE_7", "stale").variable("SHIPWORTHY_VERDICT", "stale");
    let output = sandbox.run(&[
        "check",
        "./artifact.yml",
        "--env",
        "open.toml",
        "--",
        "sh",
        "-c",
        "env; cat \"$SHIPWORTHY_REPORT\" >report",
    ])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let report: Value = serde_json::from_str(&std::fs::read_to_string(sandbox.dir().join("report"))?)?;
    let mut lines: Vec<String> =
        output.stdout.lines().filter(|line| line.starts_with("SHIPWORTHY_")).map(str::to_owned).collect();
    lines.sort();
    let dir = sandbox.dir().display().to_string();
    let tree = report["artifact"]["trees"][0]["digest"].as_str().unwrap_or_default().to_owned();
    let sha256 = report["artifact"]["sha256"].as_str().unwrap_or_default().to_owned();
    assert_eq!((tree.len(), sha256.len()), (64, 64), "{report}");
    let where_it_is = lines.iter().position(|line| line.starts_with("SHIPWORTHY_REPORT=/")).map(|at| lines.remove(at));
    assert!(where_it_is.is_some(), "{lines:?}");
    assert_eq!(
        lines,
        [
            format!("SHIPWORTHY_ARTIFACT={dir}/artifact.yml"),
            format!("SHIPWORTHY_ARTIFACT_SHA256={sha256}"),
            "SHIPWORTHY_ENVIRONMENT=open".to_owned(),
            format!("SHIPWORTHY_TREES=0 {tree} {dir}/a"),
            format!("SHIPWORTHY_TREE_0={tree}"),
            "SHIPWORTHY_VERDICT=pass".to_owned(),
        ]
    );
    assert_eq!((report["verdict"].as_str(), report["exit_code"].as_u64()), (Some("pass"), Some(0)));
    Ok(())
}

#[test]
fn a_report_that_nobody_asked_for_is_private_and_goes_with_the_command() -> Result<()> {
    let mut sandbox = artifact()?;
    open(&sandbox)?;
    std::fs::create_dir(sandbox.dir().join("tmp"))?;
    let temporary = sandbox.dir().join("tmp").display().to_string();
    sandbox.variable("TMPDIR", &temporary);
    let script = "stat -c %a \"$SHIPWORTHY_REPORT\"; ls tmp | wc -l; exit 3";
    for command in [&["sh", "-c", script][..], &["./no-such-command"], &["sh", "-c", "kill -9 $$"]] {
        let output = sandbox.run(&[&["check", "--env", "open.toml", "--"], command].concat())?;
        if command[0] == "sh" && command[2] == script {
            assert_eq!((output.status, output.stdout.as_str()), (Some(3), "600\n1\n"), "{}", output.snapshot());
        }
        assert_eq!(std::fs::read_dir(&temporary)?.count(), 0, "{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn a_report_that_was_asked_for_is_the_one_that_is_named() -> Result<()> {
    let sandbox = artifact()?;
    open(&sandbox)?;
    let echo = ["--", "sh", "-c", "echo \"$SHIPWORTHY_REPORT\""];
    let kept = ["check", "--env", "open.toml", "--output", "human=page.txt", "--output", "json=out.json"];
    let output = sandbox.run(&[&kept[..], &echo].concat())?;
    assert_eq!(output.stdout, format!("{}/out.json\n", sandbox.dir().display()), "{}", output.snapshot());
    assert!(sandbox.dir().join("out.json").exists());
    // What cannot be read again is no file for a command; nor is a stream, also where it leads to a file.
    for device in ["json=/dev/null", "json=/proc/self/fd/2"] {
        let output = sandbox.run(&[&["check", "--env", "open.toml", "--output", device], &echo[..]].concat())?;
        assert!(output.stdout.contains("shipworthy-report.json"), "{}", output.snapshot());
        assert!(output.stderr.contains("may go ahead"), "{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn a_report_that_cannot_be_written_refuses() -> Result<()> {
    let mut sandbox = artifact()?;
    open(&sandbox)?;
    sandbox.variable("TMPDIR", "/nonexistent");
    let output = sandbox.run(&["check", "--env", "open.toml", "--quiet", "--", "touch", "started"])?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 125
    ----- stdout -----

    ----- stderr -----
    √ may go ahead: 16 checks passed ([TIME])
    error: the report for the command cannot be written to a temporary file
      because: No such file or directory (os error 2)
      help: see that `TMPDIR` is a folder that can be written to, or give `--output json=FILE`
      [gate.report] at fault: the command line or the environment
    ");
    assert!(!sandbox.dir().join("started").exists());
    Ok(())
}

/// The loop that `docs/gate.md` shows: what is deployed is held against what was checked.
#[test]
fn a_shell_can_hold_a_copy_against_the_digests() -> Result<()> {
    let sandbox = artifact()?;
    open(&sandbox)?;
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gate.md"))?;
    let (_, rest) = page.split_once("```sh\nprintf").context("the loop")?;
    let (shown, _) = rest.split_once("```").context("its end")?;
    let prefix = "set -e\nshipworthy() { \"$BINARY\" \"$@\"; }\nprintf";
    let altered = shown.replace("  rm ", "  echo more >>\"copy-$entry/app.jar\"\n  rm ");
    assert_ne!(shown, altered);
    for (script, status) in [(shown, 0), (altered.as_str(), 1)] {
        drop(std::fs::remove_dir_all(sandbox.dir().join("copy-0")));
        sandbox.file("deploy.sh", format!("BINARY='{}'\n{prefix}{script}", env!("CARGO_BIN_EXE_shipworthy")))?;
        let output = sandbox.run(&["check", "--env", "open.toml", "--", "sh", "deploy.sh"])?;
        assert_eq!(output.status, Some(status), "{}", output.snapshot());
        assert!(sandbox.dir().join("copy-0").exists(), "the loop ran");
    }
    Ok(())
}
