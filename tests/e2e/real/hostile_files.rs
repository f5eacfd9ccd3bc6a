//! What can lie at a hook's path and is no file to read: each is told for what it is, and hides no other container.

use std::{fs, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use shipworthy_stand_ins::real::{Container, Engine, Mode, Project, Started, esb};

use super::{CHECK, check, engine_or_skip, environment, undetermined, with};
use crate::told::{Told, text};

/// `printf 'import trace_bridge\n' | sha256sum`.
const HOOK: &str = "e45dd67ae99d53bb922e62c5e8ab8ebb1e3b702a1ab36c05224d8ade6be1bcd1";

const PATH: &str = "/opt/python/sitecustomize.py";

/// Near the most that the host hashes, 256 MiB, and far more than it may hold.
const LARGE: u64 = 200_000_000;

/// A gigabyte, which is more than the host hashes.
const TOO_LARGE: u64 = 1_000_000_000;

/// Three times what a check holds without a file, and little more than half of [`LARGE`].
const PEAK_KB: u64 = 120_000;

/// A provisioner and a function whose hooks are right.
fn begun(engine: &'static Engine) -> Result<Project> {
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 0, &[]))?;
    project.start(esb::function(project.env(), "hello"))?;
    Ok(project)
}

/// A function that has `thing` where its hook is to be, or nothing.
fn odd(project: &Project, thing: &str) -> Result<Started> {
    let mut odd = Container::new("function", "esb-fn-odd:v1.4.2", &["sleep"]).outside_compose("fn-odd");
    for (name, value) in [("created_by", "esb-agent"), ("esb_env", project.env()), ("esb_function", "odd")] {
        odd = odd.label(name, value);
    }
    if !thing.is_empty() {
        odd = odd.word("-make").word(thing);
    }
    project.start(odd)
}

fn required() -> String {
    format!("services.python-hooks.sha256.\"sitecustomize.py\" = [\"{HOOK}\"]")
}

#[test]
fn each_kind_of_thing_has_its_class_and_the_others_are_read() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = begun(engine)?;
    for (thing, class, words) in [
        (format!("link:{PATH}:/etc/passwd"), "unreadable", "not a regular file"),
        (format!("link:{PATH}:/nowhere"), "unreadable", "not a regular file"),
        (format!("fifo:{PATH}"), "unreadable", "not a regular file"),
        (format!("folder:{PATH}"), "unreadable", "not a regular file"),
        (format!("device:{PATH}"), "unreadable", "not a regular file"),
        (format!("socket:{PATH}"), "unreadable", PATH),
        (format!("sparse:{PATH}:{TOO_LARGE}"), "limit", "more than"),
    ] {
        let odd = odd(&project, &thing)?;
        let told = check(&environment(&required(), &project, "python-hooks")?)?;
        told_as(&told, class, words).with_context(|| format!("{thing}: {}", told.output.snapshot()))?;
        odd.remove()?;
    }
    Ok(())
}

/// A function in another language has no such file. Nobody who requires a digest requires that everybody has the file.
#[test]
fn a_function_without_hooks_is_named_and_no_failure() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = begun(engine)?;
    odd(&project, "")?;
    let told = check(&environment(&required(), &project, "python-hooks")?)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    let results: Vec<_> = told.of("stack.observation");
    let named = results.iter().any(|result| {
        text(result, "class") == "not-offered" && text(result, "message").contains("(odd): no such file: /opt/python/s")
    });
    assert!(named, "{}", told.output.snapshot());
    Ok(())
}

/// The question stays open for one container, which is named, and the digests of the others are there.
fn told_as(told: &Told, class: &str, words: &str) -> Result<()> {
    ensure!(told.exit() == Some(4), "exit {:?}", told.exit());
    let result = undetermined(told);
    ensure!(text(result, "class") == class, "class {}", text(result, "class"));
    let message = text(result, "message");
    ensure!(message.contains(words) && message.contains("fn-odd (odd)"), "{message}");
    ensure!(told.output.stdout.contains(HOOK), "the others' digests are evidence");
    Ok(())
}

/// The engine sends all of a file, however little of it is on its disk; none of that may be held.
#[test]
fn a_file_is_hashed_or_refused_without_being_held() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    // The first is hashed, and is not what is allowed; the second is refused by its size.
    for (size, exit) in [(LARGE, 3), (TOO_LARGE, 4)] {
        let project = begun(engine)?;
        odd(&project, &format!("sparse:{PATH}:{size}"))?;
        // The probe has 30 s, and the check as a whole more than that: a slow engine decides nothing.
        let environment = environment(&required(), &project, "python-hooks")?;
        let sandbox = with(&format!("deadline = \"40s\"\n\n{environment}"))?;
        let mut child = sandbox.command(&CHECK).stdout(std::process::Stdio::null()).spawn()?;
        let mut peak = 0;
        let status = loop {
            match child.try_wait()? {
                Some(status) => break status,
                None => peak = peak.max(peak_kb(child.id()).unwrap_or_default()),
            }
            thread::sleep(Duration::from_millis(1));
        };
        assert_eq!(status.code(), Some(exit), "{size} bytes");
        assert!(peak > 1_000, "seen at all: {peak} kB");
        assert!(peak < PEAK_KB, "{peak} kB for {size} bytes");
    }
    Ok(())
}

/// The most that a process has held so far, as the kernel counts it.
fn peak_kb(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
