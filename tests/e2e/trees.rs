//! Whole trees, as a user meets them: the sums command, the report, the bar, Ctrl-C, and another user than root.

use std::{
    fs::{self, File, Permissions},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use shipworthy_contract::Sha256;
use shipworthy_stand_ins::{Sandbox, Tree};

use crate::{attentive::attentive, sandbox, skipped};

/// A sound artifact with a few files, whose sums `payload sums` writes into the tree.
fn sealed(tree: &Tree) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(tree)?;
    let sums = File::create(sandbox.dir().join("a/SHA256SUMS"))?;
    let status = sandbox.command(&["payload", "sums", "a"]).stdout(sums).status()?;
    ensure!(status.success(), "payload sums: {status}");
    let digest = Sha256::of(&fs::read(sandbox.dir().join("a/SHA256SUMS"))?);
    listed(&sandbox, &digest.to_string())?;
    Ok(sandbox)
}

/// Has the manifest name the sums file with this digest.
fn listed(sandbox: &Sandbox, digest: &str) -> Result<()> {
    let path = sandbox.dir().join("artifact.yml");
    let entry = format!("    payload_manifest:\n      path: SHA256SUMS\n      sha256: {digest}\n");
    fs::write(&path, fs::read_to_string(&path)? + &entry)?;
    Ok(())
}

fn tree() -> Tree {
    Tree::minimal().file("a/app/a.txt", "hello\n").file("a/app/sub/b.txt", "world\n")
}

#[test]
fn a_tree_that_was_tampered_with_is_told_file_by_file() -> Result<()> {
    let sandbox = sealed(&tree().file("a/app/gone", "1"))?;
    let sound = sandbox.run(&["payload", "check"])?;
    assert_eq!(sound.status, Some(0), "{}", sound.snapshot());
    sandbox.tree(
        &Tree::new().file("a/app/a.txt", "hellO\n").file("a/app/evil.sh", "x").link("a/app/out", "/etc/passwd"),
    )?;
    fs::remove_file(sandbox.dir().join("a/app/gone"))?;
    insta::assert_snapshot!(sandbox.run(&["payload", "check", "--quiet"])?.snapshot());
    Ok(())
}

#[test]
fn no_report_is_written_into_a_tree_that_was_just_found_whole() -> Result<()> {
    let sandbox = sealed(&tree())?;
    for file in ["a/app/a.txt", "a/report.json", "a/app/sub/../r"] {
        let before = fs::read(sandbox.dir().join(file)).ok();
        let output = sandbox.run(&["payload", "check", "--output", &format!("json={file}")])?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains("[usage.output-in-payload]"), "{}", output.snapshot());
        assert_eq!(fs::read(sandbox.dir().join(file)).ok(), before, "{file}");
    }
    let beside = sandbox.run(&["payload", "check", "--output", "json=report.json"])?;
    assert_eq!(beside.status, Some(0), "{}", beside.snapshot());
    Ok(())
}

#[test]
fn the_report_carries_one_digest_for_each_tree() -> Result<()> {
    let sandbox = sealed(&tree())?;
    let report = sandbox.run(&["payload", "check", "--format", "json"])?.json()?;
    let sums = fs::read(sandbox.dir().join("a/SHA256SUMS"))?;
    assert_eq!(report["artifact"]["trees"][0]["digest"], Sha256::of(&sums).to_string());
    assert_eq!(report["artifact"]["trees"][0]["entry"], 0);
    // Whoever copies the tree gets the same from the copy, by the tools that there are.
    let copied = "cp -r a copy && rm copy/SHA256SUMS && \"$0\" payload sums copy | sha256sum";
    let binary = env!("CARGO_BIN_EXE_shipworthy");
    let digest = Command::new("sh").args(["-c", copied, binary]).current_dir(sandbox.dir()).output()?;
    assert_eq!(String::from_utf8(digest.stdout)?, format!("{}  -\n", Sha256::of(&sums)));
    Ok(())
}

#[test]
fn every_bad_file_is_in_json_and_the_first_are_on_the_page() -> Result<()> {
    let many = (0..200).fold(tree(), |tree, number| tree.file(&format!("a/many/{number:03}"), ""));
    let sandbox = sealed(&many)?;
    fs::remove_dir_all(sandbox.dir().join("a/many"))?;
    let report = sandbox.run(&["payload", "check", "--format", "json"])?;
    let results = report.json()?;
    let missing = results["results"].as_array().context("results")?;
    let missing = missing.iter().find(|result| result["rule"] == "payload.tree-digest").context("the rule")?;
    let items: Vec<&str> =
        missing["items"].as_array().context("items")?.iter().filter_map(|item| item.as_str()).collect();
    let expected: Vec<String> = (0..200).map(|number| format!("many/{number:03}")).collect();
    assert_eq!(items, expected);
    let page = sandbox.run(&["payload", "check", "--quiet"])?;
    assert!(page.stdout.contains("200 files missing, of 204 listed"), "{}", page.snapshot());
    assert!(page.stdout.contains("many/009: missing") && !page.stdout.contains("many/010"), "{}", page.snapshot());
    assert!(page.stdout.contains("and 190 more (all in --format json)"), "{}", page.snapshot());
    Ok(())
}

#[test]
fn a_tree_without_sums_says_why() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&tree().fifo("a/app/pipe"))?;
    insta::assert_snapshot!(sandbox.run(&["payload", "sums", "a"])?.snapshot(), @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `a` cannot be a payload: 1 special file where only files and folders may be: `app/pipe`
      help: mend the tree first: `payload check` would refuse it, whatever its sums file says
      [payload.sums-refused] at fault: the artifact
    ");
    let nowhere = sandbox.run(&["payload", "sums", "nowhere"])?;
    assert_eq!(nowhere.status, Some(2));
    assert!(nowhere.stderr.starts_with("error: `nowhere` does not exist\n"), "{}", nowhere.snapshot());
    Ok(())
}

#[test]
fn an_environment_sets_the_limits() -> Result<()> {
    let sandbox = sealed(&tree())?;
    sandbox.file("env.toml", "[payload]\nrequire_tree = true\nlimits = { files = 3, file = \"1GiB\" }\n")?;
    let output = sandbox.run(&["payload", "check", "--env", "env.toml", "--quiet"])?;
    assert_eq!(output.status, Some(1), "{}", output.snapshot());
    assert!(output.stdout.contains("more than 3 files"), "{}", output.snapshot());
    sandbox.file("env.toml", "[payload]\nlimits = { files = 0, folders = \"many\", fiel = 1 }\n")?;
    let wrong = sandbox.run(&["payload", "check", "--env", "env.toml"])?;
    assert_eq!(wrong.status, Some(2), "{}", wrong.snapshot());
    for told in [
        "`payload.limits.files`: expected 1 to 100000000, found 0",
        "`payload.limits.folders`: expected a whole number, found text",
        "unknown key `fiel` in `[payload.limits]`",
        "did you mean `file`?",
    ] {
        assert!(wrong.stderr.contains(told), "{told}\n{}", wrong.snapshot());
    }
    Ok(())
}

/// A file of nothing, as long as is wanted, that takes no room on the disk.
fn stretched(sandbox: &Sandbox, path: &str, bytes: u64) -> Result<()> {
    File::create(sandbox.dir().join(path))?.set_len(bytes)?;
    Ok(())
}

#[test]
fn few_open_files_suffice_for_many_large_ones() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&tree())?;
    for number in 0..300 {
        fs::create_dir(sandbox.dir().join(format!("a/{number}")))?;
        stretched(&sandbox, &format!("a/{number}/large"), 4 << 20)?;
    }
    let few = "ulimit -n 256; \"$0\" payload sums a > sums && mv sums a/SHA256SUMS";
    let run = |script: &str| {
        Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_shipworthy")]).current_dir(sandbox.dir()).output()
    };
    let sums = run(few)?;
    ensure!(sums.status.success(), "{sums:?}");
    listed(&sandbox, &Sha256::of(&fs::read(sandbox.dir().join("a/SHA256SUMS"))?).to_string())?;
    let check = run("ulimit -n 256; \"$0\" payload check --quiet")?;
    assert!(check.status.success(), "{check:?}");
    Ok(())
}

#[test]
fn a_long_check_shows_a_bar_on_a_terminal_and_nothing_on_a_pipe() -> Result<()> {
    if Command::new("script").arg("--version").output().is_err() {
        skipped("`script` of util-linux is not here: no terminal to look at");
        return Ok(());
    }
    let sandbox = sandbox();
    sandbox.tree(&tree())?;
    stretched(&sandbox, "a/long", 2 << 30)?;
    let on_a_terminal = |arguments: &str| -> Result<String> {
        let command = format!("stty cols 100; '{}' {arguments}", env!("CARGO_BIN_EXE_shipworthy"));
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
        let output = script.current_dir(sandbox.dir()).stdin(Stdio::null()).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let shown = on_a_terminal("payload sums a")?;
    assert!(shown.contains("reading ") && shown.contains(" of 2.00 GiB, ") && shown.contains(" left"), "{shown}");
    let piped = sandbox.run(&["payload", "sums", "a"])?;
    assert_eq!((piped.status, piped.stderr.as_str()), (Some(0), ""));
    assert!(!piped.stdout.contains("reading"), "{}", piped.snapshot());
    Ok(())
}

/// The binary, in the middle of a check that takes many seconds.
fn in_the_middle(sandbox: &Sandbox, arguments: &[&str]) -> Result<Child> {
    let mut child = attentive(sandbox, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let files = format!("/proc/{}/fd", child.id());
    let reads = || {
        let open = fs::read_dir(&files).into_iter().flatten().flatten();
        open.filter_map(|file| fs::read_link(file.path()).ok()).any(|path| path.ends_with("long-1"))
    };
    let end = Instant::now() + Duration::from_secs(30);
    while !reads() {
        ensure!(child.try_wait()?.is_none() && Instant::now() < end, "the long file is never read");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(child)
}

#[test]
fn a_signal_ends_a_check_with_a_message_and_a_status() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&tree())?;
    let mut sums = fs::read(sandbox.dir().join("artifact.yml"))?;
    sums.clear();
    for number in 1..=4 {
        stretched(&sandbox, &format!("a/long-{number}"), 8 << 30)?;
        sums.extend_from_slice(format!("{}  long-{number}\n", "0".repeat(64)).as_bytes());
    }
    fs::write(sandbox.dir().join("a/SHA256SUMS"), &sums)?;
    listed(&sandbox, &Sha256::of(&sums).to_string())?;
    for (signal, code, word) in [("-INT", 130, "interrupted"), ("-TERM", 143, "terminated")] {
        let child = in_the_middle(&sandbox, &["payload", "check", "--output", "json=report.json"])?;
        Command::new("kill").args([signal, &child.id().to_string()]).status()?;
        let output = child.wait_with_output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert_eq!(error, format!("{word}: nothing was judged, and nothing was applied\n"));
        assert!(output.stdout.is_empty() && !sandbox.dir().join("report.json").exists());
    }
    Ok(())
}

/// The binary where every user may run it, and a run of it as nobody.
fn as_nobody(sandbox: &Sandbox, arguments: &[&str]) -> Result<std::process::Output> {
    /// `nobody`, on every Linux.
    const NOBODY: u32 = 65_534;
    let binary = sandbox.dir().join("shipworthy");
    if !binary.exists() {
        fs::copy(env!("CARGO_BIN_EXE_shipworthy"), &binary)?;
        fs::set_permissions(&binary, Permissions::from_mode(0o755))?;
        fs::set_permissions(sandbox.dir(), Permissions::from_mode(0o755))?;
    }
    let mut command = Command::new(&binary);
    command.args(arguments).current_dir(sandbox.dir()).env_clear().uid(NOBODY).gid(NOBODY);
    Ok(command.output()?)
}

fn is_root(sandbox: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    Ok(fs::metadata(sandbox)?.uid() == 0)
}

#[test]
fn foreign_owners_do_no_harm_and_what_cannot_be_read_fails() -> Result<()> {
    let sandbox = sealed(&tree().file("a/private/key", "s3cr3t").file("a/app/closed", "x"))?;
    if !is_root(sandbox.dir())? {
        skipped("only root can run the check as another user");
        return Ok(());
    }
    let check = ["payload", "check", "--format", "json"];
    let sound = as_nobody(&sandbox, &check)?;
    assert_eq!(sound.status.code(), Some(0), "{}", String::from_utf8_lossy(&sound.stdout));

    fs::set_permissions(sandbox.dir().join("a/private"), Permissions::from_mode(0o700))?;
    fs::set_permissions(sandbox.dir().join("a/app/closed"), Permissions::from_mode(0o600))?;
    let output = as_nobody(&sandbox, &check)?;
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let broken: Vec<String> = report["results"]
        .as_array()
        .context("results")?
        .iter()
        .filter(|result| result["outcome"] == "fail")
        .map(|result| format!("{} {} {}", result["rule"], result["class"], result["items"]).replace('"', ""))
        .collect();
    assert_eq!(
        broken,
        ["payload.tree-digest unreadable [app/closed,private/key]", "payload.tree-file unreadable [private]",]
    );
    let sums = as_nobody(&sandbox, &["payload", "sums", "a"])?;
    assert_eq!((sums.status.code(), sums.stdout.len()), (Some(2), 0));
    Ok(())
}
