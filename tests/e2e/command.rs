//! `check -- COMMAND`: the gate itself. The command is started on a pass and on nothing else, and what it says is its own.

use anyhow::Result;
use shipworthy_stand_ins::{Sandbox, Tree};

use crate::sandbox;

/// An artifact that requires docker, and environments in which the stack is that, is not, and does not say.
fn gate() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
    let probe = |config: &str| format!("[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {config}\n");
    sandbox.file("open.toml", probe("{ mode = \"docker\" }"))?;
    sandbox.file("incompatible.toml", probe("{ mode = \"containerd\" }"))?;
    sandbox.file("unknown.toml", probe("{ }"))?;
    sandbox.file("broken.toml", "polcy = \"warn\"\n")?;
    Ok(sandbox)
}

#[test]
fn the_commands_own_status_is_returned() -> Result<()> {
    let sandbox = gate()?;
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("exit 125", 125), ("kill -9 $$", 137), ("kill -15 $$", 143)]
    {
        let output = sandbox.run(&["check", "--env", "open.toml", "--", "sh", "-c", script])?;
        assert_eq!(output.status, Some(status), "{script}\n{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn the_report_goes_to_standard_error_and_the_commands_output_stays_clean() -> Result<()> {
    let sandbox = gate()?;
    let script = "printf 'from %s' \"$1\"; echo aside >&2";
    for format in ["human", "json"] {
        let words = ["check", "--env", "open.toml", "--format", format, "--", "sh", "-c", script, "sh", "--env"];
        let output = sandbox.run(&words)?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        assert_eq!(output.stdout, "from --env", "what follows `--` is the command's");
        let report = output.stderr.strip_suffix("aside\n");
        assert!(report.is_some_and(|report| report.contains("stack.mode")), "{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn outputs_are_written_whether_the_command_is_started_or_not() -> Result<()> {
    let sandbox = gate()?;
    for (environment, status, exit_code) in [("open.toml", 0, 0), ("incompatible.toml", 125, 3)] {
        let output = sandbox.run(&[
            "check",
            "--env",
            environment,
            "--output",
            "json=report.json",
            "--",
            "cat",
            "report.json",
        ])?;
        assert_eq!(output.status, Some(status), "{}", output.snapshot());
        let written = std::fs::read_to_string(sandbox.dir().join("report.json"))?;
        let report: serde_json::Value = serde_json::from_str(&written)?;
        assert_eq!(report["exit_code"], exit_code, "the report keeps the verdict's own code");
        assert_eq!(
            output.stdout,
            if status == 0 { written } else { String::new() },
            "it is there before the command is"
        );
    }
    Ok(())
}

#[test]
fn nothing_is_started_unless_the_verdict_is_a_pass() -> Result<()> {
    let table: &[(&str, &[&str])] = &[
        ("incompatible", &["artifact.yml", "--env", "incompatible.toml"]),
        ("undetermined", &["artifact.yml", "--env", "unknown.toml"]),
        ("a payload failure", &["a", "--env", "open.toml"]),
        ("a warning that counts", &["--env", "open.toml", "--contract", "1.3", "--fail-on", "warn"]),
        ("a manifest that is not there", &["elsewhere.yml", "--env", "open.toml"]),
        ("no environment", &[]),
        ("an environment that is not there", &["--env", "nowhere"]),
        ("an environment that is wrong", &["--env", "broken.toml"]),
        ("a flag that is not there", &["--env", "open.toml", "--polcy", "warn"]),
        ("a value that is wrong", &["--env", "open.toml", "--policy", "lax"]),
        ("an output that cannot be written", &["--env", "open.toml", "--output", "json=none/report.json"]),
    ];
    let sandbox = gate()?;
    for (name, words) in table {
        let output = sandbox.run(&[&["check"], *words, &["--", "touch", "started"]].concat())?;
        assert_eq!(output.status, Some(125), "{name}\n{}", output.snapshot());
        assert_eq!(output.stdout, "", "{name}");
        assert!(!sandbox.dir().join("started").exists(), "{name}");
    }
    let output = sandbox.run(&["check", "--env", "open.toml", "--", "touch", "started"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert!(sandbox.dir().join("started").exists(), "the very command that was not started above");
    Ok(())
}

#[test]
fn what_keeps_the_command_from_being_started_is_told() -> Result<()> {
    let sandbox = gate()?;
    let output = sandbox.run(&["check", "--env", "incompatible.toml", "--quiet", "--", "true"])?;
    insta::assert_snapshot!(output.snapshot());
    Ok(())
}

#[test]
fn a_command_that_cannot_be_run_is_told_apart_from_one_that_is_not_there() -> Result<()> {
    let sandbox = gate()?;
    for (command, status) in
        [("./artifact.yml", 126), ("./a", 126), ("./not-there", 127), ("no-such-program-anywhere", 127), ("", 127)]
    {
        let output = sandbox.run(&["check", "--env", "open.toml", "--", command])?;
        assert_eq!(output.status, Some(status), "`{command}`\n{}", output.snapshot());
        let told = output.stderr.lines().any(|line| line.starts_with(&format!("error: `{command}` cannot be run:")));
        assert!(told, "{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn help_is_an_answer_also_in_front_of_a_command() -> Result<()> {
    let output = gate()?.run(&["check", "--help", "--", "touch", "started"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert!(output.stdout.contains("Usage: shipworthy check"), "{}", output.snapshot());
    Ok(())
}
