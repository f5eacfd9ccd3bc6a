//! Who may write what where: machine formats own standard output, people's text goes beside it, files are whole or not
//! there, and nothing that an artifact or a service says reaches a terminal or a CI log as more than text.

use std::{io::Read as _, process::Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;
use shipworthy_stand_ins::{Sandbox, StandIn, Tree, hostile};

use crate::sandbox;

/// What control sequences and workflow commands look like, in YAML's and JSON's common notation.
const HOSTILE: &str = r"\u001b[31mred\u001b]0;title\u0007\r\n::error::owned\n##[error]owned\u202e";

/// An artifact that passes and one entry of information, with an environment that needs no network.
fn passing() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
    sandbox.file("env.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n")?;
    Ok(sandbox)
}

/// As [`passing`], with a mode that differs.
fn failing() -> Result<Sandbox> {
    let sandbox = passing()?;
    sandbox.file("env.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"containerd\" }\n")?;
    Ok(sandbox)
}

#[test]
fn json_is_what_its_schema_says() -> Result<()> {
    let schema = sandbox().run(&["schema", "report"])?.json()?;
    let validator = jsonschema::validator_for(&schema).context("the report's schema")?;
    let (passing, failing) = (passing()?, failing()?);
    failing.file("a/config/functions.yml", "[]\n")?;
    for (sandbox, words) in [
        (&passing, &["check", "--env", "env.toml"][..]),
        (&passing, &["check", "--env", "env.toml", "--skip", "stack.mode=known"]),
        (&passing, &["check", "--env", "env.toml", "--contract", "1.3"]),
        (&passing, &["payload", "check"]),
        (&passing, &["stack", "check", "--env", "env.toml"]),
        (&failing, &["check", "--env", "env.toml"]),
        (&failing, &["payload", "check", "a"]),
        (&failing, &["check", "a", "--env", "env.toml"]),
    ] {
        let output = sandbox.run(&[words, &["--format", "json"]].concat())?;
        let report = output.json()?;
        let wrong: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{words:?}: {wrong:#?}\n{}", output.snapshot());
        assert_eq!(output.stderr, "", "{words:?}");
    }
    let broken = serde_json::json!({ "schema": "shipworthy.report/1", "verdict": "perhaps" });
    assert!(!validator.is_valid(&broken), "the schema can say no");
    Ok(())
}

#[test]
fn a_report_goes_to_standard_output_and_errors_to_standard_error() -> Result<()> {
    let passing = passing()?;
    let report = passing.run(&["check", "--env", "env.toml"])?;
    assert!(report.stdout.contains("may go ahead"), "{}", report.snapshot());
    assert_eq!(report.stderr, "");

    let error = passing.run(&["check", "--env", "nowhere", "--format", "json"])?;
    assert_eq!(error.stdout, "", "no report, and nothing that could be taken for one");
    assert!(error.stderr.starts_with("error: cannot find the environment `nowhere`\n"), "{}", error.snapshot());
    Ok(())
}

#[test]
fn logs_go_to_standard_error_and_only_if_asked_for() -> Result<()> {
    let mut sandbox = passing()?;
    let url = { hostile::refuse()?.url() };
    let text = format!(
        "[endpoints.gateway]\nurl = \"{url}\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n"
    );
    sandbox.file("env.toml", text)?;
    let words = ["check", "--env", "env.toml", "--format", "json"];
    assert_eq!(sandbox.run(&words)?.stderr, "");
    sandbox.variable("SHIPWORTHY_LOG", "debug");
    let output = sandbox.run(&words)?;
    assert!(output.stderr.contains("DEBUG"), "{}", output.snapshot());
    output.json()?;
    Ok(())
}

#[test]
fn outputs_are_written_beside_what_is_shown() -> Result<()> {
    let sandbox = failing()?;
    let words = ["check", "--env", "env.toml", "--output", "json=report.json", "--output", "human=report.txt"];
    let output = sandbox.run(&words)?;
    assert_eq!(output.status, Some(3), "{}", output.snapshot());
    let read = |name| std::fs::read_to_string(sandbox.dir().join(name));
    let report: Value = serde_json::from_str(&read("report.json")?)?;
    assert_eq!(report["exit_code"], 3);
    let head = |text: &str| text.lines().take(6).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(head(&read("report.txt")?), head(&output.stdout), "the same page");
    assert_eq!(left_over(&sandbox)?, Vec::<String>::new(), "no temporary file stays");
    Ok(())
}

#[test]
fn an_output_replaces_what_was_there_as_a_whole() -> Result<()> {
    let sandbox = passing()?;
    sandbox.file("report.json", "x".repeat(100_000))?;
    // A second name of the old file shows whether it was written into or replaced.
    std::fs::hard_link(sandbox.dir().join("report.json"), sandbox.dir().join("old.json"))?;
    sandbox.run(&["check", "--env", "env.toml", "--output", "json=report.json"])?;
    serde_json::from_str::<Value>(&std::fs::read_to_string(sandbox.dir().join("report.json"))?)?;
    assert_eq!(std::fs::read_to_string(sandbox.dir().join("old.json"))?.len(), 100_000);
    Ok(())
}

#[test]
fn an_output_that_cannot_be_written_is_named() -> Result<()> {
    let sandbox = passing()?;
    for file in ["none/report.json", "a", "a/config/functions.yml/report.json"] {
        let output = sandbox.run(&["check", "--env", "env.toml", "--output", &format!("json={file}")])?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        let told = output.stderr.starts_with(&format!("error: the report cannot be written to `{file}`"));
        assert!(told, "{}", output.snapshot());
    }
    assert_eq!(left_over(&sandbox)?, Vec::<String>::new());
    for wrong in ["report.json", "json=", "yaml=report.yml"] {
        let output = sandbox.run(&["check", "--env", "env.toml", "--output", wrong])?;
        assert_eq!(output.status, Some(2), "{wrong}\n{}", output.snapshot());
    }
    Ok(())
}

/// Files that an interrupted or failed write would leave behind.
fn left_over(sandbox: &Sandbox) -> Result<Vec<String>> {
    let names = std::fs::read_dir(sandbox.dir())?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names: Vec<String> = names.collect::<std::io::Result<_>>()?;
    Ok(names.into_iter().filter(|name| name.contains(".tmp")).collect())
}

#[test]
fn quiet_shows_what_needs_attention_and_the_verdict() -> Result<()> {
    let passing = passing()?.run(&["check", "--env", "env.toml", "--quiet"])?;
    let failing = failing()?.run(&["check", "--env", "env.toml", "--quiet"])?;
    insta::assert_snapshot!(format!("{}\n\n{}", passing.snapshot(), failing.snapshot()));
    Ok(())
}

#[test]
fn verbose_shows_what_each_result_rests_on() -> Result<()> {
    let sandbox = passing()?;
    let output = sandbox.run(&["stack", "check", "artifact.yml", "--env", "env.toml", "--verbose"])?;
    insta::assert_snapshot!(output.snapshot());
    let both = sandbox.run(&["stack", "check", "--env", "env.toml", "--verbose", "--quiet"])?;
    assert_eq!(both.status, Some(2), "they exclude each other\n{}", both.snapshot());
    Ok(())
}

#[test]
fn there_is_no_colour_where_there_is_no_terminal() -> Result<()> {
    for (no_color, flag) in [(None, None), (Some(""), None), (Some("1"), None), (None, Some("--no-color"))] {
        let mut sandbox = failing()?;
        sandbox.variable("TERM", "xterm-256color");
        if let Some(value) = no_color {
            sandbox.variable("NO_COLOR", value);
        }
        let words: Vec<&str> = ["check", "--env", "env.toml"].into_iter().chain(flag).collect();
        let output = sandbox.run(&words)?;
        assert!(!output.stdout.contains('\u{1b}'), "{no_color:?} {flag:?}\n{}", output.snapshot());
    }
    Ok(())
}

/// `script` runs the binary on a terminal of its own.
#[test]
fn on_a_terminal_there_is_colour_unless_it_is_unwanted() -> Result<()> {
    let sandbox = failing()?;
    for (before, after, expected) in [
        ("", "", true),
        ("NO_COLOR= ", "", true),
        ("NO_COLOR=1 ", "", false),
        ("", " --no-color", false),
        ("TERM=dumb ", "", false),
    ] {
        let line = format!("{before}'{}' check --env env.toml{after}", env!("CARGO_BIN_EXE_shipworthy"));
        let terminal = std::process::Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .current_dir(sandbox.dir())
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .output();
        let Ok(terminal) = terminal else {
            crate::skipped("`script` is not installed");
            return Ok(());
        };
        let shown = String::from_utf8_lossy(&terminal.stdout);
        assert!(shown.contains("stack.mode"), "{shown}");
        assert_eq!(shown.contains("\u{1b}["), expected, "`{line}`\n{shown}");
    }
    Ok(())
}

#[test]
fn a_reader_that_has_gone_is_no_reason_to_panic() -> Result<()> {
    let (passing, failing) = (passing()?, failing()?);
    for (sandbox, words, code) in [
        (&passing, &["check", "--env", "env.toml"][..], 0),
        (&failing, &["check", "--env", "env.toml"], 3),
        (&failing, &["check", "--env", "env.toml", "--format", "json"], 3),
        (&passing, &["rules"], 0),
        (&passing, &["schema", "report"], 0),
        (&passing, &["env", "show", "env.toml"], 0),
        (&passing, &["--help"], 0),
    ] {
        let mut child = sandbox.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().context("standard error")?.read_to_string(&mut told)?;
        assert_eq!(child.wait()?.code(), Some(code), "{words:?}: {told}");
        assert_eq!(told, "", "{words:?}");
    }
    Ok(())
}

/// A manifest that says something hostile wherever it says anything; what would end a text of YAML is escaped already.
pub(crate) fn hostile_manifest(hostile: &str) -> String {
    format!(
        "schema_version: \"1\"\nproject: \"{hostile}\"\nenv: dev\nmode: docker\n\"{hostile}\": 1\nartifacts:\n  \
         - artifact_root: \"{hostile}\"\n    runtime_config_dir: \"../{hostile}\"\n    source_template:\n      \
         path: \"{hostile}\"\n      sha256: \"{hostile}\"\n    required_secret_env: [\"{hostile}\"]\nruntime_stack:\n  \
         api_version: \"1.0\"\n  mode: docker\n  services:\n    gateway:\n      capabilities: [\"{hostile}\"]\n      \
         facts: {{ \"{hostile}\": \"{hostile}\" }}\n"
    )
}

#[test]
fn what_an_artifact_says_stays_text() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("artifact.yml", hostile_manifest(HOSTILE))?;
    sandbox.file("secrets.env", "A=1\n")?;
    sandbox.file(
        "env.toml",
        "[payload]\nproject = \"other\"\n[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { }\n",
    )?;
    let words = ["check", "--env", "env.toml", "--secret-env", "secrets.env"];
    assert_harmless(&sandbox, &words, "owned")
}

#[test]
fn what_a_service_says_stays_text() -> Result<()> {
    let body = format!(
        r#"{{ "status": "{HOSTILE}", "info": {{ "version": "{HOSTILE}" }}, "paths": {{ "/{HOSTILE}": {{}} }} }}"#
    );
    let server = hostile::fixed(&body)?;
    assert_harmless(&asking(&server)?, &["check", "--env", "env.toml"], "owned")?;
    let server = hostile::nonsense()?;
    assert_harmless(&asking(&server)?, &["check", "--env", "env.toml"], "unreadable")
}

/// A sandbox whose gateway is this server.
fn asking(server: &StandIn) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().runtime_stack(
        "api_version: '1.0'\nmode: docker\nservices:\n  gateway: { version: '2.0.0', capabilities: [invoke] }",
    ))?;
    let url = server.url();
    sandbox.file("env.toml", format!("[endpoints.gateway]\nurl = \"{url}\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gateway\"\n"))?;
    Ok(sandbox)
}

/// Runs in every format and verbosity; what is shown holds `told`, so that there was something to make harmless.
fn assert_harmless(sandbox: &Sandbox, words: &[&str], told: &str) -> Result<()> {
    for flags in
        [&["--format", "human"][..], &["--verbose"], &["--quiet"], &["--format", "json"], &["--format", "html"]]
    {
        let output = sandbox.run(&[words, flags].concat())?;
        assert!(matches!(output.status, Some(1 | 3 | 4)), "{}", output.snapshot());
        assert!(output.stdout.contains(told), "{}", output.snapshot());
        assert_text(&output.stdout);
        assert_eq!(output.stderr, "");
    }
    Ok(())
}

/// Nothing but text and line breaks, and no line that a CI system would take for a command.
fn assert_text(shown: &str) {
    let control = shown.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
    assert_eq!(control, None, "{shown:?}");
    let command = shown.lines().find(|line| line.trim_start().starts_with("::") || line.contains("##["));
    assert_eq!(command, None, "{shown}");
}

#[test]
fn words_of_the_command_line_come_back_as_text() -> Result<()> {
    let sandbox = passing()?;
    let hostile = "\u{1b}[31mred\n::error::owned\n##[error]owned";
    for words in [
        &["payload", "check", hostile][..],
        &["check", "--env", hostile],
        &["explain", hostile],
        &["check", "--env", "env.toml", "--only", hostile],
        &["check", "--env", "env.toml", "--policy", hostile],
        &["check", "--env", "env.toml", "--output", hostile],
        &["check", "--env", "env.toml", &format!("--{hostile}")],
        &[hostile],
    ] {
        let output = sandbox.run(words)?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains("owned"), "{}", output.snapshot());
        assert_text(&output.stderr);
    }
    Ok(())
}
