//! Who reads the formats: tools that `.ci/tools` installs from package registries.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use shipworthy_stand_ins::real;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the toolchain; none, and said so, where it is not installed.
pub(super) fn toolchain(name: &str) -> Result<Option<PathBuf>> {
    let file = root().join("target/toolchains/reports").join(name);
    if file.exists() {
        return Ok(Some(std::fs::canonicalize(file)?));
    }
    ensure!(!real::required(), "required, and not there: `{}`", file.display());
    crate::skipped(&format!("`{name}` is not installed: `.ci/tools` does"));
    Ok(None)
}

fn run(mut command: Command, script: &str, files: impl Iterator<Item = PathBuf>) -> Result<()> {
    let script = root().join("tests/e2e/formats").join(script);
    let output = command.arg(&script).args(files).output().with_context(|| script.display().to_string())?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Runs a script with the toolchain's Python.
pub(super) fn python<'a>(script: &str, files: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    // The path itself, not what it links to: by it Python finds its packages.
    if toolchain("bin/python")?.is_none() {
        return Ok(());
    }
    run(Command::new(root().join("target/toolchains/reports/bin/python")), script, files.cloned())
}

/// Runs a script with Node.
pub(super) fn node<'a>(script: &str, files: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    run(Command::new("node"), script, files.cloned())
}

/// Microsoft's validator, with the rules of the standard and those of GitHub's code scanning: nothing to complain of.
pub(super) fn sarif_multitool(file: &Path) -> Result<()> {
    let tool = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool";
    let Some(tool) = toolchain(tool)? else { return Ok(()) };
    let found = file.with_extension("found");
    let words = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--log", "ForceOverwrite", "-o"];
    let output = Command::new(tool).arg("validate").arg(file).args(words).arg(&found).output()?;
    ensure!(output.status.success(), "{}: {output:?}", file.display());
    let log: Value = serde_json::from_slice(&std::fs::read(&found)?)?;
    let results = log["runs"][0]["results"].as_array().context("results")?;
    // There is no page of Shipworthy to lead to.
    let wrong: Vec<String> = results.iter().filter(|r| r["ruleId"] != "SARIF2005").map(Value::to_string).collect();
    ensure!(wrong.is_empty(), "{}: {wrong:#?}", file.display());
    Ok(())
}

/// Holds files against a schema with a validator that is not ours.
pub(super) fn check_jsonschema(schema: &Path, files: &[PathBuf]) -> Result<()> {
    let tool = root().join("target/toolchains/ci/bin/check-jsonschema");
    if !tool.is_file() {
        ensure!(!real::required(), "required, and not there: `{}`", tool.display());
        crate::skipped("`check-jsonschema` is not installed: `.ci/tools` does");
        return Ok(());
    }
    ensure!(!files.is_empty(), "nothing to hold against {}", schema.display());
    let output = Command::new(tool).arg("--schemafile").arg(schema).args(files).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}
