//! Reports that are no parts of one check: refused, each with its own words.

use std::{fmt::Write as _, fs};

use anyhow::{Context as _, Result};
use serde_json::Value;
use shipworthy_stand_ins::{Sandbox, Tree};

use super::{merge, parts};
use crate::{sandbox, told::timeless};

const CHECK: [&str; 4] = ["check", "artifact.yml", "--env", "env.toml"];

/// Two parts that fit.
fn two() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
    sandbox.file("env.toml", environment("docker", "0"))?;
    parts(&sandbox, &CHECK, 2)?;
    Ok(sandbox)
}

fn environment(mode: &str, version: &str) -> String {
    format!(
        "[requirements]\nservices.agent.version = \"{version}\"\n\n[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {{ mode = \"{mode}\" }}\n\n\
         [probes.agent]\nplugin = \"builtin:static\"\nconfig = {{ version = \"0\" }}\n"
    )
}

/// Runs part 2 of 2 again, in some other way.
fn again(sandbox: &Sandbox, words: &[&str]) -> Result<()> {
    sandbox.run(&[&CHECK[..], words, &["--partition", "hash:2/2", "--output", "json=part-2.json"]].concat())?;
    Ok(())
}

/// Changes part 2's report by hand.
fn edited(sandbox: &Sandbox, edit: impl FnOnce(&mut Value)) -> Result<()> {
    edited_in(sandbox, "part-2.json", edit)
}

fn edited_in(sandbox: &Sandbox, file: &str, edit: impl FnOnce(&mut Value)) -> Result<()> {
    let file = sandbox.dir().join(file);
    let mut report: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    edit(&mut report);
    fs::write(file, report.to_string())?;
    Ok(())
}

type Spoil = fn(&Sandbox) -> Result<()>;

/// What is done to part 2, or another, and the code of what is told then.
const SPOILT: &[(&str, Spoil)] = &[
    ("merge.unreadable", |s| Ok(fs::remove_file(s.dir().join("part-2.json"))?)),
    ("merge.unreadable", |s| s.file("part-2.json", "{}").map(drop)),
    ("merge.unreadable", |s| edited(s, |report| report["part"]["number"] = 3.into())),
    ("merge.unreadable", |s| edited(s, |report| report["part"]["material"] = Value::Null)),
    ("merge.whole", |s| s.run(&[&CHECK[..], &["--output", "json=part-2.json"]].concat()).map(drop)),
    ("merge.twice", |s| {
        fs::copy(s.dir().join("part-1.json"), s.dir().join("part-2.json")).map(drop).map_err(Into::into)
    }),
    ("merge.count", |s| {
        s.run(&[&CHECK[..], &["--partition", "hash:2/3", "--output", "json=part-2.json"]].concat()).map(drop)
    }),
    ("merge.version", |s| edited(s, |report| report["part"]["shipworthy"] = "0.0.1\u{1b}[2J".into())),
    ("merge.environment", |s| {
        fs::copy(s.dir().join("env.toml"), s.dir().join("other.toml"))?;
        s.run(&["check", "--env", "other.toml", "--partition", "hash:2/2", "--output", "json=part-2.json"]).map(drop)
    }),
    ("merge.artifact", |s| {
        let manifest = fs::read_to_string(s.dir().join("artifact.yml"))?;
        s.file("artifact.yml", format!("{manifest}# another\n"))?;
        again(s, &[])
    }),
    ("merge.artifact", |s| again(s, &["--contract", "1.3"])),
    ("merge.policy", |s| again(s, &["--policy", "warn"])),
    ("merge.payload", |s| {
        fs::remove_file(s.dir().join("a/config/functions.yml"))?;
        again(s, &[])
    }),
    ("merge.payload", |s| {
        s.run(&[
            "stack",
            "check",
            "artifact.yml",
            "--env",
            "env.toml",
            "--partition",
            "hash:2/2",
            "--output",
            "json=part-2.json",
        ])
        .map(drop)
    }),
    ("merge.only", |s| again(s, &["--only", "agent", "--only", "gateway"])),
    ("merge.skips", |s| again(s, &["--skip", "stack.mode=known"])),
    ("merge.requirements", |s| {
        s.file("env.toml", environment("docker", "1"))?;
        again(s, &[])
    }),
    ("merge.waivers", |s| {
        let waiver = "\n[[waivers]]\nrule = \"stack.mode\"\nreason = \"known\"\nexpires = 2099-01-01\n";
        s.file("env.toml", environment("docker", "0") + waiver)?;
        again(s, &[])
    }),
    ("merge.probes", |s| {
        s.file(
            "env.toml",
            environment("docker", "0") + "\n[probes.more]\nplugin = \"builtin:static\"\nconfig = { }\n",
        )?;
        again(s, &[])
    }),
    ("merge.plugin", |s| edited(s, |report| report["part"]["material"]["listed"][0]["plugin"]["version"] = "9".into())),
    ("merge.severity", |s| {
        edited(s, |report| {
            report["part"]["material"]["listed"][0]["own_rules"] =
                serde_json::json!([{ "name": "x", "severity": "info", "summary": "y", "hint": null }]);
        })
    }),
    ("merge.instances", |s| edited(s, |report| report["part"]["material"]["listed"][0]["instances"] = 4.into())),
    ("merge.instances", |s| edited(s, |report| report["part"]["material"]["instances"][0] = "0".repeat(64).into())),
    ("merge.stray", |s| {
        let two: Value = serde_json::from_str(&fs::read_to_string(s.dir().join("part-2.json"))?)?;
        edited_in(s, "part-1.json", |report| {
            report["part"]["material"]["runs"] = two["part"]["material"]["runs"].clone();
        })
    }),
];

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_judged() -> Result<()> {
    let digest = regex::Regex::new("[0-9a-f]{64}")?;
    let mut told = String::new();
    for (code, spoil) in SPOILT {
        let sandbox = two()?;
        spoil(&sandbox)?;
        let output = sandbox.run(&["report", "merge", "part-1.json", "part-2.json"])?;
        assert_eq!(output.status, Some(2), "{code}\n{}", output.snapshot());
        assert!(output.stderr.contains(&format!("[{code}]")), "{code}\n{}", output.snapshot());
        assert!(output.stdout.is_empty() && !output.stderr.contains('\u{1b}'), "{}", output.snapshot());
        let words = output.snapshot();
        let error = words.split_once("error: ").context("an error")?.1;
        let error = error.split("\n  help:").next().unwrap_or_default();
        writeln!(told, "{code}: {}", digest.replace_all(error, "[SHA256]"))?;
    }
    insta::assert_snapshot!(told);
    Ok(())
}

#[test]
fn missing_parts_are_named() -> Result<()> {
    let sandbox = two()?;
    for (files, of) in [(&["part-1.json"][..], 2), (&["part-2.json"], 2)] {
        let output = sandbox.run(&[&["report", "merge"], files].concat())?;
        assert_eq!(output.status, Some(2));
        let missing = if files == ["part-1.json"] { 2 } else { 1 };
        assert!(output.stderr.contains(&format!("error: part {missing} of {of} is missing")), "{}", output.snapshot());
    }
    parts(&sandbox, &[&CHECK[..], &[]].concat(), 12)?;
    let output = sandbox.run(&["report", "merge", "part-3.json"])?;
    assert!(output.stderr.contains("and 3 more"), "{}", output.snapshot());
    assert_eq!(sandbox.run(&["report", "merge"])?.status, Some(2));
    Ok(())
}

#[test]
fn a_requirement_that_cannot_be_read_is_no_less_so_in_parts() -> Result<()> {
    let sandbox = two()?;
    let manifest = fs::read_to_string(sandbox.dir().join("artifact.yml"))?.replace("mode: docker\n", "mode: dokcer\n");
    sandbox.file("artifact.yml", manifest.replace("  mode: docker", "  mode: podman"))?;
    let whole = sandbox.run(&[&CHECK[..], &["--format", "json"]].concat())?;
    parts(&sandbox, &CHECK, 2)?;
    let merged = merge(&sandbox, 2, &[])?;
    assert_eq!(merged.exit(), Some(1));
    assert_eq!(timeless(&merged.report), timeless(&whole.json()?));
    Ok(())
}

#[test]
fn no_part_starts_a_command() -> Result<()> {
    let sandbox = two()?;
    let output = sandbox.run(&[&CHECK[..], &["--partition", "hash:1/2", "--", "touch", "started"]].concat())?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 125
    ----- stdout -----

    ----- stderr -----
    error: a command after `--` cannot be started by part 1 of 2 of a check: what the others see is not
           known here
      help: write each part's report with `--output json=FILE`, and deploy after
            `shipworthy report merge`
      [usage.partition] at fault: the command line or the environment
    ");
    assert!(!sandbox.dir().join("started").exists());
    for wrong in ["hash:0/2", "hash:3/2", "2/2", "hash:1/0"] {
        assert_eq!(sandbox.run(&[&CHECK[..], &["--partition", wrong]].concat())?.status, Some(2), "{wrong}");
    }
    Ok(())
}
