//! The stack as a whole, and the process that `make demo` runs.

use std::io::Read as _;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::{Sandbox, Stack};

use crate::client::{Via, ask, request};

const BINARY: &str = env!("CARGO_BIN_EXE_stand-in-stack");

#[test]
fn its_environment_leads_to_what_runs() -> Result<()> {
    let stack = Stack::start()?;
    let text = stack.environment(|e| e.probe_gateway().probe_agent());
    assert!(text.contains(&format!("url = \"{}\"", stack.gateway.url())), "{text}");
    assert!(text.contains(&format!("url = \"{}\"", stack.agent.url())), "{text}");
    for file in ["rootCA.crt", "client.crt", "client.key"] {
        let path = stack.certs_dir().join(file);
        assert!(path.is_file(), "{file}");
        assert!(text.contains(&*path.to_string_lossy()), "{text}");
    }
    let answer = ask(&stack.gateway, &Via::Tls(&stack.certs, "h2"), request("GET", "/health")?)?;
    assert_eq!(answer.status, 200);
    Ok(())
}

#[test]
fn the_command_finds_the_files_and_its_status_is_returned() -> Result<()> {
    let sandbox = Sandbox::new(BINARY)?;
    let script = "ls \"$STAND_IN_STACK\" \"$STAND_IN_STACK/certs\"; exit 7";
    let output = sandbox.run(&["demo", "--", "sh", "-c", script])?;
    assert_eq!(output.status, Some(7), "{}", output.snapshot());
    assert_eq!(output.stderr, "stand-in stack ready: demo\n");
    for file in ["demo.toml", "demo-mismatch.toml", "rootCA.crt", "other-ca.crt", "server.key", "client.key"] {
        assert!(output.stdout.lines().any(|line| line == file), "{file} in {}", output.stdout);
    }
    let killed = sandbox.run(&["demo", "--", "sh", "-c", "kill -KILL $$"])?;
    assert_eq!(killed.status, Some(137), "{}", killed.snapshot());
    Ok(())
}

#[test]
fn misuse_is_told_and_nothing_is_written() -> Result<()> {
    let sandbox = Sandbox::new(BINARY)?;
    for arguments in [&[][..], &["--"], &["--help"], &["demo", "true"], &["demo", "--"]] {
        let output = sandbox.run(arguments)?;
        assert_eq!(output.status, Some(2), "{arguments:?}");
        assert!(output.stderr.contains("usage: stand-in-stack DIR [-- COMMAND ...]"), "{}", output.stderr);
    }
    assert!(!sandbox.dir().join("demo").exists());
    let missing = sandbox.run(&["demo", "--", "no-such-command"])?;
    assert_eq!(missing.status, Some(2));
    assert!(missing.stderr.contains("cannot run `no-such-command`"), "{}", missing.stderr);
    Ok(())
}

#[test]
fn without_a_command_it_runs_until_standard_input_closes() -> Result<()> {
    let sandbox = Sandbox::new(BINARY)?;
    let mut child = sandbox.command(&["demo"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut ready = [0; 20];
    child.stderr.as_mut().context("no stream")?.read_exact(&mut ready)?;
    assert_eq!(&ready, b"stand-in stack ready");
    assert_eq!(child.try_wait()?, None, "it runs while standard input is open");
    drop(child.stdin.take());
    assert!(child.wait()?.success());
    Ok(())
}
