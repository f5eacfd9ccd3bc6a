//! The `docker` command, which is independent of the client under test.

use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};

/// Runs `docker` with these words and gives its standard output, trimmed.
pub(crate) fn run<S: AsRef<str>>(words: &[S]) -> Result<String> {
    let output = output(words)?;
    if !output.status.success() {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        bail!("docker {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// As [`run`], with both streams of what a container wrote, in this order.
pub(crate) fn logs(id: &str) -> Result<String> {
    let output = output(&["logs", id])?;
    Ok(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn output<S: AsRef<str>>(words: &[S]) -> Result<Output> {
    Command::new("docker").args(words.iter().map(AsRef::as_ref)).output().context("cannot run `docker`")
}
