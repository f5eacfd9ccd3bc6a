//! The standard Go toolchain, and `shipworthy-go` for bindings and encoding: a program of its own, so that what only
//! authors need is not in the operator's.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use super::{find, left, root_of, scratch};
use crate::{KitError, Language, Project};

const BUILDER: &str = "shipworthy-go";

pub(super) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    let folder = root_of(project)?;
    let beside: Vec<PathBuf> =
        std::env::current_exe().ok().and_then(|own| Some(own.parent()?.to_owned())).into_iter().collect();
    let Some(builder) = find(BUILDER, &beside) else {
        let install = "it is installed beside `shipworthy`: make install".to_owned();
        return Err(KitError::Missing { language: Language::Go, what: BUILDER, install });
    };
    if find("go", &[]).is_none() {
        let install = "install Go 1.24 or newer from go.dev/dl or your distribution; TinyGo is not needed".to_owned();
        return Err(KitError::Missing { language: Language::Go, what: "go", install });
    }
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
