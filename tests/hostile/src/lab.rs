//! What all cases share: the binary, the guest that is written in Rust, and a cache for what is compiled of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{component::described, guest::Guest, guests, trial::Trial};

/// The workspace's root.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The guest that is written in Rust, built once per process.
static RUST_GUEST: LazyLock<Result<Vec<u8>, String>> = LazyLock::new(build);

/// Where cases are run.
#[derive(Debug)]
pub struct Lab {
    pub(crate) binary: PathBuf,
    /// One cache for all runs: the guest in Rust is compiled once.
    cache: TempDir,
}

impl Lab {
    /// For this binary.
    ///
    /// # Errors
    ///
    /// If there is no such file, or no folder can be made.
    pub fn new(binary: impl AsRef<Path>) -> Result<Self> {
        let binary = fs::canonicalize(binary.as_ref())
            .with_context(|| format!("cannot find the binary `{}`", binary.as_ref().display()))?;
        let cache = tempfile::Builder::new().prefix("shipworthy-hostile-").tempdir()?;
        Ok(Self { binary, cache })
    }

    pub(crate) fn cache(&self) -> &Path {
        self.cache.path()
    }

    /// A trial of a component that is written as text, its descriptor within.
    pub(crate) fn wat(&self, guest: &Guest) -> Result<Trial<'_>> {
        self.bytes(guest.bytes())
    }

    /// A trial of bytes that get the descriptor at their end.
    pub(crate) fn bytes(&self, bytes: Vec<u8>) -> Result<Trial<'_>> {
        Trial::new(self, Box::new(move |descriptor| described(bytes.clone(), descriptor)))
    }

    /// A trial of bytes that get nothing; the descriptor stands beside them.
    pub(crate) fn bare(&self, bytes: Vec<u8>) -> Result<Trial<'_>> {
        Ok(Trial::new(self, Box::new(move |_| bytes.clone()))?.beside())
    }

    /// A trial of the guest in Rust that does these steps.
    pub(crate) fn rust(&self, steps: &Value) -> Result<Trial<'_>> {
        let bytes = RUST_GUEST.as_ref().map_err(|error| anyhow!("{error}"))?;
        Ok(self.bare(bytes.clone())?.config(&json!({ "steps": steps })))
    }
}

fn build() -> Result<Vec<u8>, String> {
    let root = fs::canonicalize(ROOT).map_err(|error| format!("{ROOT}: {error}"))?;
    let target = root.join("target/hostile-guest");
    guests::run_cargo(&root, &root.join("tests/hostile/guest"), &target)
        .map_err(|said| format!("the hostile guest cannot be built:\n{said}"))?;
    let built = target.join("wasm32-wasip2/release/hostile_guest.wasm");
    fs::read(&built).map_err(|error| format!("{}: {error}", built.display()))
}
