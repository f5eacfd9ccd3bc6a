//! The image of the stand-ins: one file, imported once, with as many names as tests need.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};

use super::{Engine, docker};

/// A registry's name that no registry has: `.test` is reserved.
const REGISTRY: &str = "shipworthy.test";

/// The health check asks every second, and one failure makes a container unhealthy. `CMD` and not a shell: the image has
/// none.
const CONFIG: [&str; 4] = [
    "ENTRYPOINT [\"/stand-in\"]",
    "HEALTHCHECK --interval=1s --timeout=5s --retries=1 CMD [\"/stand-in\", \"health\"]",
    "WORKDIR /",
    "ENV PATH=/",
];

/// Puts the program on the engine unless it is there, and gives the image's name, which says what is in it.
pub(crate) fn import(binary: &Path) -> Result<String> {
    let sum = Command::new("sha256sum").arg(binary).output().context("cannot run `sha256sum`")?;
    let sum: String = String::from_utf8_lossy(&sum.stdout).chars().take(16).collect();
    ensure!(sum.len() == 16, "no digest of {}", binary.display());
    let name = format!("{REGISTRY}/stand-in:{sum}");
    if docker::run(&["image", "inspect", "--format", "{{.Id}}", &name]).is_ok() {
        return Ok(name);
    }
    let folder = binary.parent().context("the program lies in a folder")?;
    let archive = folder.with_extension("tar");
    let made = Command::new("tar").arg("-cf").arg(&archive).arg("-C").arg(folder).arg(".").status()?;
    ensure!(made.success(), "`tar` ended with {made}");
    let mut words = vec!["import"];
    words.extend(CONFIG.iter().flat_map(|line| ["--change", line]));
    let archive = archive.to_string_lossy();
    words.extend([&*archive, &name]);
    docker::run(&words)?;
    Ok(name)
}

/// The image under another name, such as `esb-gateway-docker:v1.4.2`.
pub(crate) fn named(engine: &Engine, name: &str) -> Result<String> {
    static NAMED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    let name = format!("{REGISTRY}/{name}");
    if named.insert(name.clone()) {
        docker::run(&["tag", engine.image(), &name])?;
    }
    Ok(name)
}
