//! Other tools of the trade, where they are.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

/// Says why a test did not run, past the capture of a passing test's output.
pub(crate) fn skipped(why: &str) {
    use std::io::Write as _;

    // Nobody is left to tell if standard error is closed.
    drop(writeln!(std::io::stderr(), "skipped: {why}"));
}

/// Where a tool is: on the path, or where Go and Cargo put what they install.
pub(crate) fn find(name: &str) -> Result<PathBuf, String> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([home.join("go/bin"), home.join(".cargo/bin")]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| format!("`{name}` is not installed; .ci/tools does that"))
}

/// Runs a tool in a folder, with that folder for its home, and gives what it printed.
pub(crate) fn run(tool: &Path, folder: &Path, words: &[&str]) -> Result<String> {
    let output = Command::new(tool)
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .with_context(|| format!("cannot run {}", tool.display()))?;
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{} {words:?}: {}\n{text}", tool.display(), output.status);
    Ok(text)
}
