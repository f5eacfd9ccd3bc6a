//! Plugins that are compiled once: where their code is kept, who may fill it at once, and what bad entries do.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use shipworthy_stand_ins::{Output, Sandbox};

use crate::sandbox;

/// A probe that asks nobody, of a plugin that the binary does not bring along, and what it is held to.
const ENVIRONMENT: &str = "\
[probes.told]
plugin = \"own.wasm\"
config = { mode = \"docker\" }
[requirements]
mode = \"docker\"
";

/// `builtin:static` as anybody else's plugin would lie there.
fn with_plugin() -> Result<Sandbox> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = root.join("target/guests/wasm32-wasip2/release/shipworthy_probe_static.wasm");
    let component = fs::read(&built).context("the bundled probes, which the binary's build script builds")?;
    let sandbox = sandbox();
    sandbox.file("own.wasm", component)?;
    sandbox.file("own.probe.json", fs::read(root.join("plugins/static/probe.json"))?)?;
    sandbox.file("env.toml", ENVIRONMENT)?;
    Ok(sandbox)
}

fn check(sandbox: &Sandbox) -> Result<Output> {
    sandbox.run(&["stack", "check", "--env", "env.toml", "--quiet"])
}

fn passes(sandbox: &Sandbox) -> Result<()> {
    let output = check(sandbox)?;
    ensure!(output.status == Some(0), "{}", output.snapshot());
    Ok(())
}

/// Where the sandbox's cache is, as the binary says.
fn folder(sandbox: &Sandbox) -> Result<PathBuf> {
    Ok(sandbox.run(&["cache", "path"])?.stdout.trim_end().into())
}

/// What lies in it, but for the lock.
fn kept(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "lock") {
            kept.push(path);
        }
    }
    Ok(kept)
}

/// The one entry.
fn entry(sandbox: &Sandbox) -> Result<PathBuf> {
    let mut kept = kept(&folder(sandbox)?)?;
    ensure!(kept.len() == 1, "{kept:?}");
    kept.pop().context("an entry")
}

/// Whether the plugin is found compiled.
fn is_kept(sandbox: &Sandbox) -> Result<bool> {
    Ok(sandbox.run(&["cache", "warm", "own.wasm"])?.stdout.contains("compiled before"))
}

#[test]
fn a_plugin_is_compiled_once_and_the_commands_say_where_and_what() -> Result<()> {
    let sandbox = with_plugin()?;
    let folder = folder(&sandbox)?;
    assert_eq!(folder, sandbox.dir().join(".home/cache/shipworthy/compiled"));
    let warm = || sandbox.run(&["cache", "warm", "--env", "env.toml"]);
    let first = warm()?;
    assert!(first.stdout.starts_with("static  ") && first.stdout.contains("compiled in"), "{}", first.snapshot());
    let second = warm()?;
    assert!(second.stdout.ends_with("compiled before\n"), "{}", second.snapshot());
    let by_file = sandbox.run(&["cache", "warm", "own.wasm"])?;
    assert!(
        by_file.stdout.starts_with("own  ") && by_file.stdout.contains("compiled before"),
        "{}",
        by_file.snapshot()
    );
    passes(&sandbox)?;
    let cleaned = sandbox.run(&["cache", "clean"])?;
    assert!(cleaned.stdout.starts_with("removed 1 compiled plugin, "), "{}", cleaned.snapshot());
    assert!(kept(&folder)?.is_empty());
    passes(&sandbox)?;
    assert_eq!(kept(&folder)?.len(), 1);
    Ok(())
}

#[test]
fn bundled_probes_need_no_cache() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("env.toml", ENVIRONMENT.replace("own.wasm", "builtin:static"))?;
    let warm = sandbox.run(&["cache", "warm", "--env", "env.toml"])?;
    assert!(warm.stdout.contains("bundled: compiled when Shipworthy was built"), "{}", warm.snapshot());
    passes(&sandbox)?;
    assert!(kept(&folder(&sandbox)?)?.is_empty());
    Ok(())
}

#[test]
fn fifty_processes_at_once_fill_it_once() -> Result<()> {
    let sandbox = with_plugin()?;
    let words = ["stack", "check", "--env", "env.toml", "--quiet"];
    let start = |_| sandbox.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let children: Vec<_> = (0..50).map(start).collect::<Result<_, _>>()?;
    for mut child in children {
        assert_eq!(child.wait()?.code(), Some(0));
    }
    entry(&sandbox)?;
    assert!(is_kept(&sandbox)?);
    Ok(())
}

#[test]
fn whoever_is_killed_leaves_a_cache_that_works() -> Result<()> {
    let sandbox = with_plugin()?;
    // A kill at whatever moment it comes: while the child compiles, while the entry is written, after it.
    for pause in [0, 5, 10, 20, 30, 40, 60, 80, 120, 200] {
        let mut command = sandbox.command(&["stack", "check", "--env", "env.toml", "--quiet"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(Duration::from_millis(pause));
        child.kill()?;
        child.wait()?;
    }
    passes(&sandbox)?;
    assert!(is_kept(&sandbox)?);
    // Half an entry, as a kill in the middle of a write leaves it, is nobody's entry.
    let entry = entry_of(&kept(&folder(&sandbox)?)?)?;
    fs::write(entry.with_extension("1-0.tmp"), &fs::read(&entry)?[..100])?;
    fs::remove_file(&entry)?;
    passes(&sandbox)?;
    assert!(is_kept(&sandbox)?);
    Ok(())
}

#[test]
fn nobody_goes_on_compiling_for_a_process_that_is_gone() -> Result<()> {
    let sandbox = with_plugin()?;
    sandbox.file("own.wasm", large(200)?)?;
    let mut command = sandbox.command(&["cache", "warm", "own.wasm"]);
    let mut parent = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let children = format!("/proc/{0}/task/{0}/children", parent.id());
    let within = |what: &dyn Fn() -> bool| {
        let end = Instant::now() + Duration::from_secs(30);
        while !what() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        what()
    };
    let child = || fs::read_to_string(&children).unwrap_or_default().trim().to_owned();
    assert!(within(&|| !child().is_empty()), "the compiler is started");
    let child = PathBuf::from(format!("/proc/{}/cmdline", child()));
    // Until it has told the system so, it lives on; it does that first of all.
    std::thread::sleep(Duration::from_millis(200));
    parent.kill()?;
    parent.wait()?;
    // A process that nobody has asked about yet is still listed, and has no command any more.
    assert!(within(&|| fs::read(&child).unwrap_or_default().is_empty()), "it ended with its parent");
    Ok(())
}

fn entry_of(kept: &[PathBuf]) -> Result<PathBuf> {
    kept.iter().find(|path| path.extension().is_some_and(|end| end == "cwasm")).cloned().context("an entry")
}

#[test]
fn no_bad_entry_is_run_or_fatal() -> Result<()> {
    let sandbox = with_plugin()?;
    passes(&sandbox)?;
    let entry = entry(&sandbox)?;
    let good = fs::read(&entry)?;
    let flipped = |at: usize| {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        bad
    };
    let places = (0..24).map(|part| part * (good.len() - 1) / 23);
    let cut = [0, 1, 40, good.len() / 2, good.len() - 1].map(|length| good[..length].to_vec());
    let longer = [good.clone(), vec![0; 4_096]].concat();
    for (index, bad) in places.map(flipped).chain(cut).chain([longer, b"#!/bin/sh\n".to_vec()]).enumerate() {
        fs::write(&entry, bad)?;
        passes(&sandbox).with_context(|| format!("case {index}"))?;
        assert_eq!(fs::read(&entry)?.len(), good.len(), "case {index}: it is a good one again");
        assert!(is_kept(&sandbox)?, "case {index}");
    }
    // A link, a folder and a FIFO in its place: none is followed, read or waited for.
    let elsewhere = sandbox.dir().join("elsewhere");
    fs::write(&elsewhere, &good)?;
    fs::remove_file(&entry)?;
    symlink(&elsewhere, &entry)?;
    passes(&sandbox)?;
    assert_eq!(fs::read(&elsewhere)?, good, "what a link names is not written to");
    fs::remove_file(&entry)?;
    fs::create_dir(&entry)?;
    passes(&sandbox)?;
    fs::remove_dir(&entry)?;
    ensure!(Command::new("mkfifo").arg(&entry).status()?.success(), "a FIFO");
    passes(&sandbox)
}

#[test]
fn an_entry_of_another_engine_or_host_is_left_alone() -> Result<()> {
    let sandbox = with_plugin()?;
    passes(&sandbox)?;
    let entry = entry(&sandbox)?;
    let name = entry.file_name().context("a name")?.to_string_lossy().into_owned();
    let parts: Vec<&str> = name.split('-').collect();
    let older = entry.with_file_name(format!("{}-47-{}", parts[0], parts[2]));
    fs::rename(&entry, &older)?;
    passes(&sandbox)?;
    assert!(entry.is_file() && older.is_file());
    // And as its own: its key is part of its digest, so that it is not believed.
    fs::rename(&older, &entry)?;
    assert!(is_kept(&sandbox)?, "the same bytes under their own name");
    let other = entry.with_file_name(name.replace(parts[0], &"0".repeat(64)));
    fs::rename(&entry, &other)?;
    fs::copy(&other, &entry)?;
    passes(&sandbox)
}

#[test]
fn a_folder_that_is_open_to_others_or_another_users_is_not_used() -> Result<()> {
    let sandbox = with_plugin()?;
    let folder = folder(&sandbox)?;
    fs::create_dir_all(&folder)?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777))?;
    passes(&sandbox)?;
    assert!(kept(&folder)?.is_empty());
    let warm = sandbox.run(&["cache", "warm", "own.wasm"])?;
    assert_eq!(warm.status, Some(2), "{}", warm.snapshot());
    assert!(warm.stderr.contains("(mode 777)") && warm.stderr.contains("chmod 700"), "{}", warm.snapshot());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    // Only root can give a folder away; for anybody else the kernel refuses, and there is nothing to see.
    if chown(&folder, Some(12_345), None).is_ok() {
        passes(&sandbox)?;
        assert!(kept(&folder)?.is_empty());
    }
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_written_is_read_all_the_same() -> Result<()> {
    let sandbox = with_plugin()?;
    passes(&sandbox)?;
    let folder = folder(&sandbox)?;
    let Some(mount) = Mount::over(&folder, Some("bind,ro"))? else { return Ok(()) };
    passes(&sandbox)?;
    assert!(is_kept(&sandbox)?);
    drop(mount);
    sandbox.run(&["cache", "clean"])?;
    let Some(mount) = Mount::over(&folder, Some("bind,ro"))? else { return Ok(()) };
    passes(&sandbox)?;
    let warm = sandbox.run(&["cache", "warm", "own.wasm"])?;
    assert_eq!(warm.status, Some(2), "{}", warm.snapshot());
    assert!(warm.stderr.contains("cannot be kept in"), "{}", warm.snapshot());
    drop(mount);
    Ok(())
}

#[test]
fn a_full_disk_costs_time_and_nothing_else() -> Result<()> {
    let sandbox = with_plugin()?;
    let folder = folder(&sandbox)?;
    passes(&sandbox)?;
    sandbox.run(&["cache", "clean"])?;
    let Some(mount) = Mount::over(&folder, None)? else { return Ok(()) };
    passes(&sandbox)?;
    assert!(kept(&folder)?.is_empty(), "no half of an entry is left");
    drop(mount);
    Ok(())
}

/// A file system over a folder, until it is dropped: the folder itself with other options, or a full one of its own.
struct Mount(PathBuf);

impl Mount {
    /// None, and why, where this user may not mount.
    fn over(folder: &Path, bind: Option<&str>) -> Result<Option<Self>> {
        let mut command = Command::new("mount");
        match bind {
            Some(options) => command.args(["--bind", "-o", options]).args([folder, folder]),
            // Room for a lock, and for no compiled probe.
            None => command.args(["-t", "tmpfs", "-o", "size=64k,mode=700", "none"]).arg(folder),
        };
        let mounted = command.output().context("mount")?;
        if mounted.status.success() {
            return Ok(Some(Self(folder.to_owned())));
        }
        let required = std::env::var_os("SHIPWORTHY_REQUIRE_DOCKER").is_some();
        ensure!(!required, "{}", String::from_utf8_lossy(&mounted.stderr));
        crate::skipped("this user may not mount a file system, which a full disk and a read-only one take");
        Ok(None)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

#[test]
fn without_a_home_plugins_run_and_the_commands_say_what_to_set() -> Result<()> {
    let sandbox = with_plugin()?;
    let homeless = |words: &[&str]| sandbox.command(words).env_remove("HOME").env_remove("XDG_CACHE_HOME").output();
    let output = homeless(&["stack", "check", "--env", "env.toml", "--quiet"])?;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = homeless(&["cache", "path"])?;
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("set `XDG_CACHE_HOME`"), "{output:?}");
    Ok(())
}

#[test]
fn a_compile_that_takes_too_long_ends_that_probe_and_no_other() -> Result<()> {
    let sandbox = with_plugin()?;
    // A component that takes long: the compiler's work grows with it, and the limit is the least there is.
    sandbox.file("own.wasm", large(40)?)?;
    let slow = ENVIRONMENT.replace("[requirements]", "limits = { compile_time = \"100ms\" }\n[requirements]");
    let calm = "[probes.calm]\nplugin = \"builtin:static\"\nservice = \"gateway\"\nconfig = { version = \"2.0.0\" }\n";
    sandbox.file("env.toml", format!("{calm}{slow}services.gateway.version = \"2.0.0\"\n"))?;
    let begun = Instant::now();
    let output = sandbox.run(&["stack", "check", "--env", "env.toml", "--format", "json"])?;
    assert!(begun.elapsed() < Duration::from_secs(30), "it was ended");
    assert_eq!(output.status, Some(4), "{}", output.snapshot());
    let report = output.json()?;
    let results = report["results"].as_array().context("results")?;
    let ended = results.iter().find(|result| result["class"] == "limit").context("a limit")?;
    assert!(ended["message"].as_str().is_some_and(|text| text.contains("limit `compile time` of 100ms")), "{ended}");
    assert!(results.iter().any(|result| result["rule"] == "stack.version" && result["outcome"] == "pass"), "{report}");
    assert!(kept(&folder(&sandbox)?)?.is_empty());
    Ok(())
}

#[test]
fn a_compile_that_takes_long_says_so() -> Result<()> {
    let sandbox = with_plugin()?;
    sandbox.file("own.wasm", large(200)?)?;
    // It is told after a second, and this one is not done in two: on no machine.
    let slow = ENVIRONMENT.replace("[requirements]", "limits = { compile_time = \"2s\" }\n[requirements]");
    sandbox.file("env.toml", slow)?;
    let output = check(&sandbox)?;
    assert_eq!(output.status, Some(4), "{}", output.snapshot());
    let told = "compiling plugin `static` (";
    assert!(output.stderr.starts_with(told) && output.stderr.ends_with("kept for later runs\n"), "{}", output.stderr);
    Ok(())
}

#[test]
fn a_compile_that_takes_too_much_memory_ends_that_probe() -> Result<()> {
    let sandbox = with_plugin()?;
    sandbox.file("own.wasm", large(40)?)?;
    let small = ENVIRONMENT.replace("[requirements]", "limits = { compile_memory = \"128MiB\" }\n[requirements]");
    sandbox.file("env.toml", small)?;
    let output = sandbox.run(&["stack", "check", "--env", "env.toml", "--quiet"])?;
    assert_eq!(output.status, Some(4), "{}", output.snapshot());
    assert!(output.stdout.contains("limit `compile memory` of 128MiB"), "{}", output.snapshot());
    Ok(())
}

/// `own.wasm` with a core module beside it whose compile takes long and much memory.
fn large(functions: usize) -> Result<Vec<u8>> {
    let body = "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 7)) (i32.load (local.get 0))))".repeat(4_000);
    let functions = format!("(func (param i32) {body})").repeat(functions);
    let module = wat::parse_str(format!("(module (memory 1) {functions})"))?;
    let mut component = fs::read(with_plugin()?.dir().join("own.wasm"))?;
    // Section 1 of a component is a core module.
    component.push(1);
    let mut length = module.len();
    while length >= 0x80 {
        component.push(u8::try_from(length & 0x7f)? | 0x80);
        length >>= 7;
    }
    component.push(u8::try_from(length)?);
    component.extend(module);
    Ok(component)
}
