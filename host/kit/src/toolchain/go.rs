//! The standard Go toolchain, and `shipworthy-go` for bindings and encoding: a program of its own, so that what only
//! authors need is not in the operator's.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use super::{Lacking, complete, find, left, root_of, scratch};
use crate::{KitError, Language, Project};

const BUILDER: &str = "shipworthy-go";

pub(super) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    let folder = root_of(project)?;
    complete(Language::Go, parts())?;
    let builder = builder().unwrap_or_else(|| PathBuf::from(BUILDER));
    let scratch = scratch()?;
    let out = scratch.path().join("probe.wasm");
    let mut command = Command::new(builder);
    command.arg("build").arg("--project").arg(&folder).arg("--out").arg(&out);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let status = command.status().map_err(|source| KitError::Start { program: BUILDER.to_owned(), source })?;
    if !status.success() {
        return Err(KitError::Build { program: BUILDER.to_owned(), status: status.to_string(), said: String::new() });
    }
    left(&out, BUILDER)
}

pub(super) fn parts() -> Vec<Lacking> {
    let builder = builder().is_none().then(|| "it is installed beside `shipworthy`: make install".to_owned());
    let go = find("go", &[]).is_none();
    let go =
        go.then(|| "install Go 1.24 or newer from go.dev/dl or your distribution; TinyGo is not needed".to_owned());
    vec![(BUILDER, builder), ("go", go)]
}

/// Beside this program, or on `PATH`.
fn builder() -> Option<PathBuf> {
    let own = std::env::current_exe().ok();
    let beside: Vec<PathBuf> = own.iter().filter_map(|own| own.parent().map(ToOwned::to_owned)).collect();
    find(BUILDER, &beside)
}
