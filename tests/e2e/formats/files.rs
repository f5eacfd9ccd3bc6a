//! Several outputs of one run: each whole or not there, none over another, and a failed one told.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use shipworthy_stand_ins::{Sandbox, Tree};

use super::sandbox_with;

fn passing() -> Result<Sandbox> {
    let probe = "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n";
    let sandbox = sandbox_with(&[("env.toml", probe)])?;
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
    Ok(sandbox)
}

const CHECK: [&str; 3] = ["check", "--env", "env.toml"];

fn temporary(sandbox: &Sandbox) -> Result<Vec<String>> {
    let names = fs::read_dir(sandbox.dir())?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names: Vec<String> = names.collect::<std::io::Result<_>>()?;
    Ok(names.into_iter().filter(|name| name.contains(".tmp")).collect())
}

#[test]
fn outputs_at_one_place_are_refused_before_anything_is_judged() -> Result<()> {
    let sandbox = passing()?;
    fs::create_dir(sandbox.dir().join("out"))?;
    std::os::unix::fs::symlink("out", sandbox.dir().join("link"))?;
    let before = fs::read(sandbox.dir().join("artifact.yml"))?;
    for (words, one, other) in [
        (&["--output", "json=r", "--output", "sarif=r"][..], "`--output json=r`", "`--output sarif=r`"),
        (
            &["--output", "json=out/r", "--output", "junit=./link/r"],
            "`--output json=out/r`",
            "`--output junit=./link/r`",
        ),
        (&["--output", "json=r", "--record", "r"], "`--output json=r`", "`--record r`"),
        (
            &["--output", "json=out/../artifact.yml"],
            "`--output json=out/../artifact.yml`",
            "the manifest `artifact.yml`",
        ),
    ] {
        let output = sandbox.run(&[&CHECK, words].concat())?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        let told = format!("error: {one} and {other} are the same file");
        let stderr = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(stderr.contains(&told), "{told}\n{}", output.snapshot());
        assert!(output.stdout.is_empty() && !sandbox.dir().join("r").exists());
    }
    assert_eq!(fs::read(sandbox.dir().join("artifact.yml"))?, before);
    Ok(())
}

#[test]
fn one_that_cannot_be_written_is_told_and_the_others_are_there() -> Result<()> {
    let sandbox = passing()?;
    fs::create_dir(sandbox.dir().join("folder"))?;
    let words = ["--output", "json=report.json", "--output", "sarif=none/r.sarif", "--output", "github=/dev/full"];
    let more = ["--output", "junit=folder", "--output", "markdown=report.md"];
    let output = sandbox.run(&[&CHECK[..], &words, &more].concat())?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    assert_eq!(output.stdout, "", "nothing that could be taken for a verdict");
    insta::assert_snapshot!(output.stderr, @r"
    error: the report cannot be written to `none/r.sarif`
      because: No such file or directory (os error 2)
      help: check that the folder is there and can be written
      [output.write] at fault: the command line or the environment

    error: the report cannot be written to `/dev/full`
      because: No space left on device (os error 28)
      help: make room there, or write it to another disk
      [output.write] at fault: the command line or the environment

    error: the report cannot be written to `folder`
      because: Is a directory (os error 21)
      help: name a file: this is a folder
      [output.write] at fault: the command line or the environment

    3 errors
    ");
    assert!(fs::read_to_string(sandbox.dir().join("report.json"))?.ends_with("}\n"));
    assert!(fs::read_to_string(sandbox.dir().join("report.md"))?.contains("may go ahead"));
    assert_eq!(temporary(&sandbox)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_folder_that_takes_nothing_keeps_what_it_has() -> Result<()> {
    let sandbox = passing()?;
    sandbox.file("out/report.json", "before")?;
    let folder = sandbox.dir().join("out");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555))?;
    let output = sandbox.run(&[&CHECK[..], &["--output", "json=out/report.json"]].concat())?;
    // Root writes everywhere.
    let is_root = fs::read_to_string("/proc/self/status")?.contains("Uid:\t0\t");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
    assert_eq!(output.status, Some(if is_root { 0 } else { 2 }), "{}", output.snapshot());
    if !is_root {
        assert_eq!(fs::read_to_string(folder.join("report.json"))?, "before");
    }
    Ok(())
}

#[test]
fn a_full_disk_leaves_what_was_there() -> Result<()> {
    let sandbox = passing()?;
    let disk = sandbox.dir().join("disk");
    fs::create_dir(&disk)?;
    let words = ["-t", "tmpfs", "-o", "size=4k", "tmpfs"];
    let mounted = Command::new("mount").args(words).arg(&disk).stderr(Stdio::null()).status();
    if !mounted.is_ok_and(|status| status.success()) {
        crate::skipped("no file system can be mounted here");
        return Ok(());
    }
    fs::write(disk.join("report.json"), "before")?;
    let output = sandbox.run(&[&CHECK[..], &["--output", "json=disk/report.json"]].concat());
    let (kept, names) = (fs::read_to_string(disk.join("report.json")), fs::read_dir(&disk)?.count());
    Command::new("umount").arg(&disk).status()?;
    let output = output?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    assert!(output.stderr.contains("No space left on device"), "{}", output.snapshot());
    assert_eq!((kept?.as_str(), names), ("before", 1), "whole, and nothing beside it");
    Ok(())
}

#[test]
fn standard_output_that_is_full_is_an_error() -> Result<()> {
    let sandbox = passing()?;
    for format in super::formats()? {
        let full = fs::OpenOptions::new().write(true).open("/dev/full")?;
        let words = [&CHECK[..], &["--format", &format]].concat();
        let output = sandbox.command(&words).stdout(full).stderr(Stdio::piped()).spawn()?.wait_with_output()?;
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{format}: {told}");
        assert!(told.starts_with("error: standard output cannot be written to\n"), "{format}: {told}");
    }
    Ok(())
}

#[test]
fn a_format_that_is_not_there_is_told_with_those_that_are() -> Result<()> {
    let sandbox = passing()?;
    let output = sandbox.run(&[&CHECK[..], &["--output", "sariff=r"]].concat())?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    assert!(output.stderr.contains("sarif, github, markdown"), "{}", output.snapshot());
    assert!(output.stderr.contains("did you mean `sarif`?"), "{}", output.snapshot());
    let dash = sandbox.run(&[&CHECK[..], &["--output", "json=-"]].concat())?;
    assert!(dash.stderr.contains("`-` is no file"), "{}", dash.snapshot());
    assert!(!sandbox.dir().join("-").exists());
    Ok(())
}

/// A pipe that nobody reads holds the run up in the middle of its outputs.
#[test]
fn a_signal_in_the_middle_leaves_no_half_file() -> Result<()> {
    let sandbox = passing()?;
    ensure!(Command::new("mkfifo").arg(sandbox.dir().join("pipe")).status()?.success(), "a pipe");
    let words = ["--output", "json=report.json", "--output", "junit=pipe", "--output", "sarif=report.sarif"];
    let child = sandbox.command(&[&CHECK[..], &words].concat()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let end = Instant::now() + Duration::from_secs(50);
    while !sandbox.dir().join("report.json").exists() {
        ensure!(Instant::now() < end, "the first output is not written");
        std::thread::sleep(Duration::from_millis(2));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(143), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read_to_string(sandbox.dir().join("report.json"))?.ends_with("}\n"), "whole");
    assert!(!sandbox.dir().join("report.sarif").exists());
    assert_eq!(temporary(&sandbox)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn what_the_environment_reads_and_what_is_checked_is_never_written_over() -> Result<()> {
    let environment = "extends = \"base\"\n[endpoints.gateway]\nurl = \"https://127.0.0.1:1\"\nca = \"ca.crt\"\n\
                       client_cert = \"client.crt\"\nclient_key = \"client.key\"\nheaders.x-api-key = { file = \"api-key\" }\n\
                       [probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n";
    let names =
        ["env.toml", "base.toml", "ca.crt", "client.crt", "client.key", "api-key", "shipworthy.lock", "secrets.env"];
    let sandbox = sandbox_with(&[("env.toml", environment), ("base.toml", "policy = \"strict\"\n")])?;
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
    for name in &names[2..6] {
        sandbox.file(name, "precious")?;
    }
    sandbox.file("secrets.env", "A=b\n")?;
    for name in names {
        let before = fs::read(sandbox.dir().join(name)).ok();
        for (flag, value) in [("--output", format!("json={name}")), ("--record", name.to_owned())] {
            let words = [&CHECK[..], &["--secret-env", "secrets.env", flag, &value]].concat();
            let output = sandbox.run(&words)?;
            assert_eq!(output.status, Some(2), "{}", output.snapshot());
            assert!(output.stderr.contains("are the same file"), "{}", output.snapshot());
            assert_eq!(fs::read(sandbox.dir().join(name)).ok(), before, "{name}");
        }
    }
    Ok(())
}

#[test]
fn shared_memory_is_no_device() -> Result<()> {
    let Ok(folder) = tempfile::tempdir_in("/dev/shm") else {
        crate::skipped("there is no /dev/shm that can be written to");
        return Ok(());
    };
    let sandbox = passing()?;
    let file = folder.path().join("r").display().to_string();
    let outputs = [format!("json={file}"), format!("html={file}")];
    let words = [&CHECK[..], &["--output", &outputs[0], "--output", &outputs[1]]].concat();
    let output = sandbox.run(&words)?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    Ok(())
}
