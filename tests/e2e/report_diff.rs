//! `report diff`: two reports that this binary wrote, held against each other.

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Sandbox, Tree};

use crate::sandbox;

/// A sandbox with the JSON report of a stack of this version and so many workers.
fn seen(sandbox: &Sandbox, report: &str, started: &str, version: &str, workers: u32) -> Result<()> {
    let environment = format!(
        "[requirements.services.gateway]\nversion = \"^2\"\nfacts.workers = \">= 4\"\n\
         [probes.gateway]\nplugin = \"builtin:static\"\n\
         config = {{ version = \"{version}\", facts = {{ workers = {workers} }} }}\n"
    );
    sandbox.file("env.toml", environment)?;
    let output = format!("json={report}");
    sandbox.run(&["stack", "check", "--env", "env.toml", "--quiet", "--output", &output])?;
    // When it was made is as it were on another day.
    let written = sandbox.dir().join(report);
    let mut value: Value = serde_json::from_str(&std::fs::read_to_string(&written)?)?;
    value["run"]["started"] = started.into();
    std::fs::write(written, value.to_string())?;
    Ok(())
}

fn nights() -> Result<Sandbox> {
    let sandbox = sandbox();
    seen(&sandbox, "monday.json", "2026-11-30T02:00:00Z", "2.0.0", 2)?;
    seen(&sandbox, "tuesday.json", "2026-12-01T02:00:00Z", "1.9.3", 8)?;
    Ok(sandbox)
}

#[test]
fn it_tells_what_broke_what_was_mended_and_what_moved() -> Result<()> {
    let output = nights()?.run(&["report", "diff", "monday.json", "tuesday.json"])?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 0
    ----- stdout -----
    old  monday.json 2026-11-30T02:00:00Z env (must not go ahead)
    new  tuesday.json 2026-12-01T02:00:00Z env (must not go ahead)

    new failures
    ------------
    × gateway: expected version `^2`, found `1.9.3` [stack.version]
        before    2.0.0

    fixed
    -----
    √ gateway: fact `workers` is `8` [stack.fact]
        before    2

    moved
    -----
    gateway: version 2.0.0 → 1.9.3
    gateway: workers 2 → 8

    × worse than before: 1 new failure, 1 fixed, 0 checks as before
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn the_exit_code_is_that_of_what_broke_if_it_is_asked_for() -> Result<()> {
    let sandbox = nights()?;
    for (old, new, flags, status) in [
        ("monday.json", "tuesday.json", &[][..], 0),
        ("monday.json", "tuesday.json", &["--fail-on", "new"], 3),
        ("tuesday.json", "tuesday.json", &["--fail-on", "new"], 0),
    ] {
        let output = sandbox.run(&[&["report", "diff", old, new], flags].concat())?;
        assert_eq!(output.status, Some(status), "{old} {new} {flags:?}\n{}", output.snapshot());
    }
    Ok(())
}

/// The payload as the judge tells it: what breaks is at a field, and what holds at the entry.
#[test]
fn a_root_that_is_gone_breaks_once_and_is_fixed_when_it_is_back() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal())?;
    let seen = |report: &str| sandbox.run(&["payload", "check", "--quiet", "--output", &format!("json={report}")]);
    seen("sound.json")?;
    std::fs::rename(sandbox.dir().join("a"), sandbox.dir().join("b"))?;
    seen("broken.json")?;
    for (old, new, changes, status) in [
        ("broken.json", "sound.json", vec![("fixed", "payload.path")], 0),
        ("sound.json", "broken.json", vec![("new-failure", "payload.path"), ("unseen", "payload.config-file")], 1),
    ] {
        let output = sandbox.run(&["report", "diff", old, new, "--format", "json", "--fail-on", "new"])?;
        assert_eq!(output.status, Some(status), "{}", output.snapshot());
        let told = output.json()?;
        let all = told["changes"].as_array().into_iter().flatten();
        let all: Vec<_> = all.filter_map(|one| Some((one["kind"].as_str()?, one["rule"].as_str()?))).collect();
        assert_eq!(all, changes, "{told:#}");
    }
    Ok(())
}

#[test]
fn machines_get_it_as_json() -> Result<()> {
    let output = nights()?.run(&["report", "diff", "monday.json", "tuesday.json", "--format", "json"])?;
    let told = output.json()?;
    let kinds: Vec<_> = told["changes"].as_array().into_iter().flatten().map(|change| change["kind"].clone()).collect();
    assert_eq!(kinds, ["new-failure", "fixed"], "{told:#}");
    assert_eq!(told["moved"][0]["what"], "version", "{told:#}");
    Ok(())
}

#[test]
fn what_is_no_report_is_refused_with_its_name() -> Result<()> {
    let sandbox = nights()?;
    sandbox.file("other.json", "{\"schema\": \"shipworthy.env-diff/1\"}")?;
    let report = std::fs::read_to_string(sandbox.dir().join("monday.json"))?;
    sandbox.file("newer.json", report.replace("shipworthy.report/1", "shipworthy.report/2"))?;
    sandbox.file("half.json", report.split_at(report.len() / 2).0)?;
    for (file, why) in [
        ("none.json", "No such file"),
        ("other.json", "it is no report of this version"),
        ("newer.json", "it is `shipworthy.report/2`, expected `shipworthy.report/1`"),
        ("half.json", "it is no report of this version"),
        (".", "directory"),
    ] {
        let output = sandbox.run(&["report", "diff", "monday.json", file])?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains(why) && output.stderr.contains(file), "{why}\n{}", output.snapshot());
        assert_eq!(output.stdout, "");
    }
    Ok(())
}
