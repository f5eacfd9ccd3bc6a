//! Every format of a report, of real runs, held against its own schema or read by who reads it elsewhere.

mod files;
mod scenes;
mod tools;

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use shipworthy_stand_ins::{Output, Sandbox};

use self::{
    scenes::{Scene, scenes},
    tools::{node, python, sarif_multitool, toolchain},
};
use crate::sandbox;

/// The names of all formats, as the binary itself tells them.
pub(crate) fn formats() -> Result<Vec<String>> {
    let output = sandbox().run(&["check", "--env", "x", "--output", "nosuch=x"])?;
    let (_, rest) = output.stderr.split_once("expected one of ").context("a list of formats")?;
    let (names, _) = rest.split_once(" before the").context("its end")?;
    Ok(names.split(", ").map(|name| name.trim().to_owned()).collect())
}

/// Runs a scene with an output of every format; gives the files by format and what the run said.
fn written(scene: &Scene, formats: &[String]) -> Result<Output> {
    let outputs: Vec<String> = formats.iter().map(|format| format!("{format}={}.{format}", scene.name)).collect();
    let mut words: Vec<&str> = scene.words.iter().map(String::as_str).collect();
    for output in &outputs {
        words.extend(["--output", output]);
    }
    let output = scene.sandbox.run(&words)?;
    assert_eq!(output.status, Some(scene.status), "{}\n{}", scene.name, output.snapshot());
    Ok(output)
}

/// The scenes with all their files.
fn all() -> Result<Vec<(Scene, Vec<PathBuf>)>> {
    let formats = formats()?;
    let mut all = Vec::new();
    for scene in scenes()? {
        written(&scene, &formats)?;
        let files = formats.iter().map(|format| scene.sandbox.dir().join(format!("{}.{format}", scene.name))).collect();
        all.push((scene, files));
    }
    Ok(all)
}

fn of_format(all: &[(Scene, Vec<PathBuf>)], format: &str) -> Vec<PathBuf> {
    all.iter()
        .flat_map(|(_, files)| files)
        .filter(|file| file.extension().is_some_and(|e| e == format))
        .cloned()
        .collect()
}

fn read(scene: &Scene, format: &str) -> Result<String> {
    Ok(fs::read_to_string(scene.sandbox.dir().join(format!("{}.{format}", scene.name)))?)
}

fn read_json(scene: &Scene, format: &str) -> Result<Value> {
    Ok(serde_json::from_str(&read(scene, format)?)?)
}

#[test]
fn each_format_is_what_its_readers_take() -> Result<()> {
    let all = all()?;
    json_is_what_its_schema_says(&of_format(&all, "json"))?;
    if let Some(schema) = toolchain("junit-10.xsd")? {
        let files = of_format(&all, "junit");
        python("junit.py", std::iter::once(&schema).chain(&files))?;
    }
    python("markdown.py", of_format(&all, "markdown").iter())?;
    if let Some(tools) = toolchain("node_modules")? {
        node("github.mjs", std::iter::once(&tools).chain(&of_format(&all, "github")))?;
    }
    for file in of_format(&all, "sarif") {
        sarif_multitool(&file)?;
    }
    if let Some(schema) = toolchain("node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json")? {
        tools::check_jsonschema(&schema, &of_format(&all, "sarif"))?;
    }
    for (scene, _) in &all {
        formats_agree(scene).with_context(|| scene.name.to_owned())?;
    }
    Ok(())
}

fn json_is_what_its_schema_says(files: &[PathBuf]) -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("report.schema.json", sandbox.run(&["schema", "report"])?.stdout)?;
    tools::check_jsonschema(&sandbox.dir().join("report.schema.json"), files)
}

/// What one format says of a result all of them say.
fn formats_agree(scene: &Scene) -> Result<()> {
    let report = read_json(scene, "json")?;
    let summary = |outcome: &str| report["summary"][outcome].as_u64().unwrap_or_default();
    let results = report["results"].as_array().context("results")?;
    let sarif = read_json(scene, "sarif")?;
    let run = &sarif["runs"][0];
    let found = run["results"].as_array().context("results of SARIF")?;
    assert_eq!(found.len(), results.len());
    assert_eq!(run["invocations"][0]["exitCode"], report["exit_code"]);
    let prints: Vec<&str> =
        found.iter().filter_map(|r| r["partialFingerprints"]["primaryLocationLineHash"].as_str()).collect();
    let distinct: std::collections::BTreeSet<&str> = prints.iter().copied().collect();
    assert_eq!((prints.len(), distinct.len()), (found.len(), found.len()), "fingerprints are there and distinct");
    for (found, result) in found.iter().zip(results) {
        assert_eq!(found["ruleId"], result["rule"]);
        let index = usize::try_from(found["ruleIndex"].as_u64().context("ruleIndex")?)?;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["rule"]);
        let region = &found["locations"][0]["physicalLocation"]["region"];
        if let Some(line) = result["location"]["line"].as_u64() {
            assert_eq!(
                (region["startLine"].as_u64(), &region["startColumn"]),
                (Some(line), &result["location"]["column"])
            );
        }
        assert!(region["startLine"].is_u64(), "code scanning shows nothing without a place: {found}");
        let blocks = matches!(result["outcome"].as_str(), Some("fail" | "error"));
        assert!(!blocks || (found["kind"] == "fail" && found["level"] == "error"), "{found}");
        assert_eq!(found.get("suppressions").is_some(), result["class"] == "waived" || by_name(result), "{found}");
    }
    let junit = read(scene, "junit")?;
    let is_strict = summary("fail") + summary("error") > 0 || report["exit_code"] == 0;
    if is_strict {
        assert_eq!(junit.matches("<failure").count() as u64, summary("fail"), "{junit}");
    }
    assert_eq!(junit.matches("<error").count() as u64, summary("error"), "{junit}");
    assert_eq!(junit.matches("<skipped").count() as u64, summary("skip"), "{junit}");
    let github = read(scene, "github")?;
    let verdict = report["verdict"].as_str().context("verdict")?;
    assert_eq!(github.contains("::error "), matches!(verdict, "fail" | "error"), "{github}");
    ensure!(read(scene, "markdown")?.contains("Shipworthy: "), "a title");
    Ok(())
}

fn by_name(result: &Value) -> bool {
    result["message"].as_str().is_some_and(|message| message.contains("(skipped by name: "))
}

/// Where a payload failure is, in each format that can say so.
#[test]
fn a_payload_failure_has_its_line_and_column() -> Result<()> {
    let scenes = scenes()?;
    let scene = scenes.iter().find(|scene| scene.name == "payload").context("the scene")?;
    written(scene, &formats()?)?;
    let sarif = read_json(scene, "sarif")?;
    let failed = sarif["runs"][0]["results"].as_array().into_iter().flatten().find(|r| r["level"] == "error");
    let failed = failed.context("a failure")?;
    insta::assert_snapshot!(serde_json::to_string_pretty(&failed["locations"])?);
    let github = read(scene, "github")?;
    let command = github.lines().next().unwrap_or_default();
    assert!(command.contains("file=artifact.yml,line=") && command.contains(",col="), "{command}");
    assert!(read(scene, "junit")?.contains("\nat: artifact.yml:"));
    assert!(read(scene, "markdown")?.contains("(`artifact.yml:"));
    Ok(())
}

/// The formats as people see them; the rest is checked by machines above.
#[test]
fn formats_read_so() -> Result<()> {
    let scenes = scenes()?;
    for name in ["stack", "empty"] {
        let scene = scenes.iter().find(|scene| scene.name == name).context("the scene")?;
        for format in ["github", "markdown", "junit"] {
            let words: Vec<&str> = scene.words.iter().map(String::as_str).chain(["--format", format]).collect();
            let shown = timeless(&scene.sandbox.run(&words)?.snapshot());
            insta::assert_snapshot!(format!("{name}_{format}"), shown);
        }
    }
    Ok(())
}

/// Without the times that a snapshot does not know for times, and the digests of plugins.
fn timeless(shown: &str) -> String {
    let patterns = [
        (r#"time="[0-9.]+""#, r#"time="[SECONDS]""#),
        (r#"timestamp="[^"]+""#, r#"timestamp="[TIME]""#),
        (r"`20\d\d-[0-9T:-]+Z`", "`[TIME]`"),
        (r"sha256 [0-9a-f]{64}", "sha256 [SHA256]"),
    ];
    patterns.iter().fold(shown.to_owned(), |text, (pattern, mask)| {
        regex::Regex::new(pattern).expect("a pattern").replace_all(&text, *mask).into_owned()
    })
}

/// A sandbox's current folder holds no environment of another: names of tests stay apart from those of scenes.
pub(crate) fn sandbox_with(files: &[(&str, &str)]) -> Result<Sandbox> {
    let sandbox = sandbox();
    for (file, text) in files {
        sandbox.file(file, text)?;
    }
    Ok(sandbox)
}
