//! A payload that changes after it was checked. A service that is asked in between makes the change: by then the payload
//! side is done, and nothing is started before the service has answered.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::{Output, Sandbox};

use super::artifact;

/// A check of an artifact during which something happens, with a command that would leave a file behind.
fn during(sandbox: &Sandbox, words: &[&str], happens: impl FnOnce(&Path) + Send + 'static) -> Result<Output> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let config = "config = { requests = [{ path = \"/mode\", facts.mode = { json = \"/mode\" } }] }";
    let limits = "limits = { request = \"20s\", deadline = \"20s\" }";
    sandbox.file(
        "env.toml",
        format!(
            "[endpoints.gateway]\nurl = \"{url}\"\n\n[probes.gateway]\nplugin = \"builtin:http\"\n{config}\n{limits}\n"
        ),
    )?;
    let folder = sandbox.dir().to_owned();
    let server = std::thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut asked = [0; 4096];
        let read = stream.read(&mut asked)?;
        anyhow::ensure!(read > 0, "nothing was asked");
        happens(&folder);
        let body = "{\"mode\":\"docker\"}";
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes())?;
        Ok(())
    });
    let output = sandbox.run(&[&["check", "--env", "env.toml"], words, &["--", "touch", "started"]].concat())?;
    server.join().ok().context("the service stopped")??;
    Ok(output)
}

fn write(path: PathBuf, text: &str) {
    fs::write(path, text).expect("a file is written");
}

/// Other bytes of the same number, with the times that the file had.
fn rewrite(path: &Path, text: &str) {
    let modified = fs::metadata(path).and_then(|before| before.modified()).expect("a file that is there");
    write(path.to_owned(), text);
    let times = fs::FileTimes::new().set_modified(modified);
    fs::File::options().write(true).open(path).and_then(|file| file.set_times(times)).expect("times are set");
}

#[test]
fn what_changes_meanwhile_keeps_the_command_from_being_started() -> Result<()> {
    type Change = fn(&Path);
    let table: &[(&str, Change)] = &[
        ("the manifest `artifact.yml`: sha256 was", |of| {
            let text = fs::read_to_string(of.join("artifact.yml")).expect("the manifest");
            write(of.join("artifact.yml"), &text.replace("mode: docker", "mode: 'docker'"));
        }),
        ("the manifest does not exist", |of| fs::remove_file(of.join("artifact.yml")).expect("removed")),
        ("1 file altered, of 4 listed: app.jar", |of| rewrite(&of.join("a/app.jar"), "HELLO\n")),
        ("1 file not listed: new.jar", |of| write(of.join("a/new.jar"), "")),
        ("1 file missing, of 4 listed: app.jar", |of| fs::remove_file(of.join("a/app.jar")).expect("removed")),
        ("payload.tree-link", |of| {
            fs::remove_file(of.join("a/app.jar")).expect("removed");
            symlink("other.jar", of.join("a/app.jar")).expect("linked");
        }),
        ("payload.tree-mode", |of| {
            fs::set_permissions(of.join("a/app.jar"), fs::Permissions::from_mode(0o4755)).expect("changed");
        }),
        ("`a/config/functions.yml` has other bytes", |of| {
            rewrite(&of.join("a/config/functions.yml"), "functions: []\n");
        }),
        ("`a/config/resources.yml` was not there", |of| write(of.join("a/config/resources.yml"), "{}\n")),
        ("`artifacts[0].artifact_root` does not exist", |of| fs::rename(of.join("a"), of.join("b")).expect("moved")),
    ];
    for (expected, change) in table {
        let sandbox = artifact()?;
        let output = during(&sandbox, &[], *change)?;
        assert_eq!(output.status, Some(125), "{expected}\n{}", output.snapshot());
        assert!(output.stderr.contains("the payload changed after it was checked"), "{}", output.snapshot());
        let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(expected), "expected {expected}\n{}", output.snapshot());
        assert!(!sandbox.dir().join("started").exists(), "{expected}");
    }
    Ok(())
}

#[test]
fn what_looks_changed_and_is_not_goes_ahead() -> Result<()> {
    let same: fn(&Path) = |of| {
        write(of.join("a/app.jar"), "hello\n");
        let text = fs::read_to_string(of.join("artifact.yml")).expect("the manifest");
        write(of.join("artifact.yml"), &text);
    };
    for change in [same, |of| write(of.join("beside"), "no part of the artifact")] {
        let sandbox = artifact()?;
        let output = during(&sandbox, &[], change)?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        assert!(sandbox.dir().join("started").exists());
    }
    Ok(())
}

#[test]
fn secrets_that_are_gone_by_then_are_seen() -> Result<()> {
    let sandbox = artifact()?;
    let manifest = fs::read_to_string(sandbox.dir().join("artifact.yml"))?;
    let manifest =
        manifest.replace("    runtime_config_dir", "    required_secret_env: [TOKEN]\n    runtime_config_dir");
    sandbox.file("artifact.yml", manifest)?.file("secrets.env", "TOKEN=x\n")?;
    let words = ["--secret-env", "secrets.env"];
    let output = during(&sandbox, &words, |of| write(of.join("secrets.env"), "TOKENS=x\n"))?;
    assert_eq!(output.status, Some(125), "{}", output.snapshot());
    assert!(output.stderr.contains("payload.secret-env"), "{}", output.snapshot());
    assert_eq!(
        during(&sandbox, &["--secret-env", "secrets.env"], |of| write(of.join("secrets.env"), "TOKEN=y\n"))?.status,
        Some(125),
        "it lacks the secret to begin with"
    );
    sandbox.file("secrets.env", "TOKEN=x\n")?;
    assert_eq!(during(&sandbox, &words, |of| write(of.join("secrets.env"), "TOKEN=y\n"))?.status, Some(0));
    Ok(())
}

#[test]
fn a_person_reads_what_changed_and_what_to_do() -> Result<()> {
    let sandbox = artifact()?;
    let output = during(&sandbox, &["--quiet"], |of| {
        write(of.join("a/app.jar"), "HELLO\n");
        write(of.join("a/new.jar"), "");
    })?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 125
    ----- stdout -----

    ----- stderr -----
    √ may go ahead: 16 checks passed ([TIME])
    error: the payload changed after it was checked: payload.tree-digest: 1 file altered, of 4 listed:
           app.jar; payload.tree-file: 1 file not listed: new.jar
      help: the command was not started and nothing was applied; let nobody write to the artifact, and
            check again
      [gate.changed] at fault: the artifact
    ");
    Ok(())
}
