//! The file: packed, for its owner alone, read packed or not, refused where it is none.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use shipworthy_stand_ins::{Agent, Environment, Gateway, Output, Sandbox, Stack, unpacked};

use super::{RECORD, REPLAY};
use crate::{sandbox, skipped};

/// A probe that asks nobody.
const ENVIRONMENT: &str = "[probes.told]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n";

fn with_environment() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("env.toml", ENVIRONMENT)?;
    Ok(sandbox)
}

fn passes(output: &Output) -> Result<()> {
    ensure!(output.status == Some(0), "{}", output.snapshot());
    Ok(())
}

fn mode(file: &Path) -> Result<u32> {
    Ok(fs::metadata(file)?.permissions().mode() & 0o7777)
}

#[test]
fn zcat_reads_it_and_what_zcat_gives_is_read() -> Result<()> {
    let sandbox = with_environment()?;
    passes(&sandbox.run(&RECORD)?)?;
    let packed = sandbox.dir().join("run.json");
    match Command::new("zcat").stdin(fs::File::open(&packed)?).output() {
        Ok(zcat) => assert_eq!(String::from_utf8(zcat.stdout)?, unpacked(&packed)?),
        Err(error) => skipped(&format!("no zcat: {error}")),
    }
    let text = unpacked(&packed)?;
    assert!(text.starts_with("{\n  \"format\": \"shipworthy.recording/1\",\n  \"shipworthy\": "), "{text}");
    sandbox.file("run.json", text)?;
    passes(&sandbox.run(&REPLAY)?)
}

#[test]
fn only_its_owner_reads_it_whatever_the_umask_and_the_file_that_was_there() -> Result<()> {
    for umask in ["000", "022", "777"] {
        let sandbox = with_environment()?;
        let file = sandbox.dir().join("run.json");
        sandbox.file("run.json", "before")?;
        fs::set_permissions(&file, Permissions::from_mode(0o666))?;
        let command = sandbox.command(&RECORD);
        let mut shell = Command::new("sh");
        shell
            .current_dir(sandbox.dir())
            .env_clear()
            .envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        shell
            .arg("-c")
            .arg(format!("umask {umask}; exec \"$0\" \"$@\""))
            .arg(command.get_program())
            .args(command.get_args());
        assert_eq!(shell.output()?.status.code(), Some(0), "{umask}");
        assert_eq!(mode(&file)?, 0o600, "{umask}");
        passes(&sandbox.run(&REPLAY)?)?;
        let left: Vec<_> = fs::read_dir(sandbox.dir())?.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().contains(".tmp")), "{left:?}");
    }
    Ok(())
}

#[test]
fn a_link_in_its_place_is_replaced_and_not_followed() -> Result<()> {
    let sandbox = with_environment()?;
    sandbox.file("precious", "precious")?;
    symlink("precious", sandbox.dir().join("run.json"))?;
    passes(&sandbox.run(&RECORD)?)?;
    assert_eq!(fs::read_to_string(sandbox.dir().join("precious"))?, "precious");
    assert!(!sandbox.dir().join("run.json").is_symlink());
    passes(&sandbox.run(&REPLAY)?)
}

#[test]
fn it_can_be_written_to_a_pipe() -> Result<()> {
    let sandbox = with_environment()?;
    let fifo = sandbox.dir().join("run.json");
    let made = Command::new("mkfifo").arg(&fifo).status().context("mkfifo")?;
    ensure!(made.success(), "no pipe");
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::read(fifo)
    });
    passes(&sandbox.run(&RECORD)?)?;
    let bytes = reader.join().ok().context("the reader")??;
    fs::remove_file(&fifo)?;
    sandbox.file("run.json", bytes)?;
    passes(&sandbox.run(&REPLAY)?)
}

#[test]
fn where_it_cannot_be_written_that_is_told() -> Result<()> {
    let sandbox = with_environment()?;
    for goal in ["no/such/folder/run.json", "."] {
        let output = sandbox.run(&[&RECORD[..5], &[goal]].concat())?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains("the recording cannot be written to"), "{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn a_file_that_is_no_recording_is_a_usage_error() -> Result<()> {
    let sandbox = sandbox();
    let stack = Stack::with(Gateway::new(), Agent::new())?;
    sandbox.file("env.toml", stack.environment(Environment::probe_gateway))?;
    let of = |format: &str, rest: &str| {
        format!("{{\"format\":\"{format}\",\"shipworthy\":\"9.1\",\"environment\":\"x\",\"runs\":[]{rest}}}")
            .into_bytes()
    };
    let later = "expected format `shipworthy.recording/1`, found: shipworthy.recording/9, made by shipworthy 9.1";
    for (content, words) in [
        (Vec::new(), "it is not a recording"),
        (b"{}".to_vec(), "it is not a recording"),
        (b"\x1f\x8b".to_vec(), "it is damaged"),
        (of("shipworthy.recording/9", ""), later),
        // One with fields that nobody knows yet is told as a later one, too.
        (of("shipworthy.recording/9", ",\"later\":{\"a\":[1]}"), later),
        (of("shipworthy.recording/1", ",\"later\":1"), "unknown field `later`"),
    ] {
        sandbox.file("run.json", content)?;
        let output = sandbox.run(&REPLAY)?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        let plain = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.contains(words) && output.stdout.is_empty(), "{words}: {}", output.snapshot());
    }
    Ok(())
}

#[test]
fn a_recording_of_before_there_were_clocks_is_read() -> Result<()> {
    let sandbox = with_environment()?;
    let run = "{\"probe\":\"told\",\"service\":\"told\",\"instance\":\"told\",\
        \"plugin\":{\"name\":\"static\",\"version\":\"0.0.1\",\"sha256\":\"2c77baa10c7968ed175e22d45e092c3c61c45ed04bb15580ccb265fea9123861\"},\
        \"project\":null,\"seed\":\"00\",\"attempts\":1,\"ended_by_host\":null,\"told\":{\"exchanges\":[]}}";
    sandbox.file(
        "run.json",
        format!("{{\"format\":\"shipworthy.recording/1\",\"shipworthy\":\"0.1.0\",\"environment\":\"env\",\"runs\":[{run}]}}"),
    )?;
    let output = sandbox.run(&REPLAY)?;
    passes(&output)?;
    assert!(output.stdout.contains("run.json (made at an unknown time by shipworthy 0.1.0)"), "{}", output.snapshot());
    Ok(())
}
