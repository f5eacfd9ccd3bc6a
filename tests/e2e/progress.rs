//! How far a check has come is shown on a terminal while probes run, and nowhere else; the report takes its place.

use std::process::{Command, Stdio};

use anyhow::Result;
use shipworthy_stand_ins::{Sandbox, StandIn, hostile};

use crate::{sandbox, skipped};

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];

/// A gateway that never answers, a provisioner that is not there and is tried again, and a hooks' probe that needs nobody.
fn slow() -> Result<(Sandbox, StandIn)> {
    let sandbox = sandbox();
    let silent = hostile::silent()?;
    let text = format!(
        "[endpoints.gateway]\nurl = \"{}\"\n\
         [endpoints.provisioner]\nurl = \"http://127.0.0.1:9\"\n\
         [probes.gateway]\nplugin = \"builtin:http\"\nconfig.requests = []\nlimits = {{ deadline = \"1s\", request = \"1s\" }}\n\
         [probes.provisioner]\nplugin = \"builtin:http\"\nconfig.requests = []\n\
         limits = {{ deadline = \"1s\", request = \"1s\" }}\nretry = {{ for = \"1500ms\", every = \"200ms\" }}\n\
         [probes.python-hooks]\nplugin = \"builtin:static\"\nconfig = {{ mode = \"docker\" }}\n",
        silent.url()
    );
    sandbox.file(
        "env.toml",
        text.replace("requests = []", "requests = [{ path = \"/health\", facts = { health = { text = true } } }]"),
    )?;
    Ok((sandbox, silent))
}

/// What a terminal of 80 columns is told; none where there is no terminal to be had.
fn on_a_terminal(sandbox: &Sandbox, flags: &[&str]) -> Result<Option<String>> {
    if Command::new("script").arg("--version").output().is_err() {
        skipped("`script` of util-linux is not here: no terminal to look at");
        return Ok(None);
    }
    let words = [&CHECK[..], flags].concat().join(" ");
    let command = format!("stty cols 80; '{}' {words}", env!("CARGO_BIN_EXE_shipworthy"));
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
    let output = script.current_dir(sandbox.dir()).stdin(Stdio::null()).output()?;
    Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn a_terminal_sees_each_probe_while_it_runs_and_then_the_report() -> Result<()> {
    let (sandbox, _silent) = slow()?;
    let Some(shown) = on_a_terminal(&sandbox, &[])? else { return Ok(()) };
    for line in
        ["gateway       asking", "provisioner   asking", "attempt 2 (unreachable before)", "python-hooks  has answered"]
    {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let report = shown.rsplit("stack: gateway").next().unwrap_or_default();
    assert!(report.contains("cannot be determined:"), "{shown}");
    assert!(!report.contains("asking") && !report.contains("has answered"), "the report is the last word: {report}");
    Ok(())
}

#[test]
fn who_wants_no_progress_sees_none() -> Result<()> {
    let (sandbox, _silent) = slow()?;
    for flags in [&["--quiet"][..], &["--plain"]] {
        let Some(shown) = on_a_terminal(&sandbox, flags)? else { return Ok(()) };
        assert!(!shown.contains("asking") && !shown.contains("\u{1b}[2K"), "{flags:?}\n{shown}");
    }
    let piped = sandbox.run(&CHECK)?;
    assert_eq!(piped.stderr, "", "nobody looks at a pipe");
    Ok(())
}
