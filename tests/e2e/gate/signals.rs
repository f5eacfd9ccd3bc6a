//! Signals on their way to the command.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::{artifact, open};
use crate::attentive::{ATTENTIVE, attentive};

/// Writes `SIGNAL` into `got` for each that it gets, tells its parent's number in `parent`, and ends with 6 on USR1. A
/// signal that was passed on before that has come by then: it is looked at in between.
const COUNTING: &str = "trap 'echo INT >>got' INT; trap 'echo TERM >>got' TERM; trap 'echo HUP >>got' HUP; \
    trap 'echo QUIT >>got' QUIT; trap 'exit 6' USR1; echo $PPID >parent.new; mv parent.new parent; \
    while :; do sleep 0.02; done";

/// Waits until a file says something. What never does ends the test, not the wait.
fn says(file: &Path) -> Result<String> {
    let end = Instant::now() + Duration::from_secs(50);
    loop {
        match fs::read_to_string(file) {
            Ok(text) if text.ends_with('\n') => return Ok(text),
            _ => ensure!(Instant::now() < end, "`{}` says nothing", file.display()),
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn kill(signal: &str, process: &str) -> Result<()> {
    let status = Command::new("kill").arg(format!("-{signal}")).arg("--").arg(process.trim()).status()?;
    ensure!(status.success(), "kill -{signal} {process}");
    Ok(())
}

#[test]
fn a_signal_that_was_sent_to_us_reaches_the_command_once() -> Result<()> {
    for signal in ["INT", "TERM", "HUP", "QUIT"] {
        let sandbox = artifact()?;
        open(&sandbox)?;
        let words = ["check", "--env", "open.toml", "--", "sh", "-c", COUNTING];
        let mut child = attentive(&sandbox, &words).stderr(Stdio::null()).spawn()?;
        let parent = says(&sandbox.dir().join("parent"))?;
        assert_eq!(parent.trim(), child.id().to_string());
        kill(signal, &parent)?;
        says(&sandbox.dir().join("got"))?;
        kill("USR1", &parent)?;
        assert_eq!(child.wait()?.code(), Some(6), "{signal}: the command decides how it ends");
        assert_eq!(fs::read_to_string(sandbox.dir().join("got"))?, format!("{signal}\n"));
    }
    Ok(())
}

#[test]
fn a_command_that_a_signal_ends_gives_the_status_that_a_shell_gives() -> Result<()> {
    for (signal, status) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let sandbox = artifact()?;
        open(&sandbox)?;
        let script = "echo $PPID >parent.new; mv parent.new parent; exec sleep 50";
        let words = ["check", "--env", "open.toml", "--", "sh", "-c", script];
        let mut child = attentive(&sandbox, &words).stderr(Stdio::null()).spawn()?;
        kill(signal, &says(&sandbox.dir().join("parent"))?)?;
        assert_eq!(child.wait()?.code(), Some(status), "{signal}");
    }
    Ok(())
}

/// Ctrl-C on a terminal goes to the whole group, the command among it.
#[test]
fn what_a_terminal_sends_to_all_is_not_passed_on_again() -> Result<()> {
    let sandbox = artifact()?;
    open(&sandbox)?;
    sandbox.file("command.sh", COUNTING)?;
    let binary = env!("CARGO_BIN_EXE_shipworthy");
    let line = format!("exec env {ATTENTIVE} {binary} check --env open.toml -- sh command.sh");
    let plain = sandbox.command(&[]);
    let mut on_terminal = Command::new("script");
    on_terminal.args(["-q", "-e", "-c", &line, "/dev/null"]).current_dir(sandbox.dir()).env_clear();
    on_terminal.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("SHELL", "/bin/sh");
    let child = on_terminal.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = match child {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            crate::skipped("`script` is not installed");
            return Ok(());
        }
        child => child?,
    };
    let parent = says(&sandbox.dir().join("parent"))?;
    let mut keyboard = child.stdin.take().context("a keyboard")?;
    keyboard.write_all(&[3])?;
    keyboard.flush()?;
    says(&sandbox.dir().join("got"))?;
    kill("USR1", &parent)?;
    assert_eq!(child.wait()?.code(), Some(6));
    assert_eq!(fs::read_to_string(sandbox.dir().join("got"))?, "INT\n");
    Ok(())
}

#[test]
fn what_is_ignored_around_us_is_ignored_by_the_command() -> Result<()> {
    let sandbox = artifact()?;
    open(&sandbox)?;
    let script = "trap '' HUP INT; exec \"$0\" check --env open.toml -- sh -c 'kill -HUP $$; kill -INT $$; echo alive'";
    let plain = sandbox.command(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_shipworthy")]).current_dir(sandbox.dir()).env_clear();
    shell.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    let output = shell.output()?;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout)?, "alive\n");
    Ok(())
}
