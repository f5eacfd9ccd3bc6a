//! The stand-in for ESB's services, built from `tests/stand-ins/esb` once for all processes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// Builds it if its sources changed, which Go knows, and gives its path.
pub(crate) fn path() -> Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = package.join("../../target/stand-ins/root");
    fs::create_dir_all(&folder)?;
    // Released when it is closed. Another process may be about to build the same file.
    let lock = File::create(folder.join("../lock"))?;
    lock.lock()?;
    let file = fs::canonicalize(folder)?.join("stand-in");
    let output = Command::new("go")
        .args(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o"])
        .arg(&file)
        .arg(".")
        .current_dir(package.join("esb"))
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly")
        .output()
        .context("cannot run `go`")?;
    if !output.status.success() {
        bail!("`go build`: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(file)
}
