//! componentize-qjs: `QuickJS`, the project's entry module and the SDK in one component.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{Lacking, complete, find, left, root_of, run, scratch};
use crate::{KitError, Language, Project, files};

const PROGRAM: &str = "componentize-qjs";

pub(super) fn parts(folder: &Path) -> Vec<Lacking> {
    let install = || "in the project's folder, with Node.js 20 or newer:\nnpm ci".to_owned();
    vec![(PROGRAM, program(folder).is_none().then(install))]
}

fn program(folder: &Path) -> Option<PathBuf> {
    find(PROGRAM, &[folder.join("node_modules/.bin")])
}

pub(super) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    let folder = root_of(project)?;
    complete(Language::Js, parts(&folder))?;
    let program = program(&folder).unwrap_or_else(|| PathBuf::from(PROGRAM));
    let scratch = scratch()?;
    let out = scratch.path().join("probe.wasm");
    let mut command = Command::new(program);
    command.args(["--sync", "--stub-wasi", "--opt-size", "--js"]).arg(folder.join(entry(&folder)?));
    // Modules are read below this folder only, and the SDK of a project of the repository lies outside of it.
    command.arg("--module-root").arg(module_root(&folder));
    command.arg("--wit").arg(scratch.path().join("wit")).args(["--world", "probe", "--output"]).arg(&out);
    command.current_dir(&folder);
    run(command, "componentize-qjs")?;
    left(&out, "componentize-qjs")
}

/// The module that `package.json` names.
fn entry(folder: &Path) -> Result<PathBuf, KitError> {
    let file = folder.join("package.json");
    let text = files::read_text(&file).map_err(|source| KitError::read(&file, source))?;
    let package: Value = serde_json::from_str(&text).map_err(|error| KitError::read(&file, error.into()))?;
    Ok(PathBuf::from(package.get("main").and_then(Value::as_str).unwrap_or("src/probe.js")))
}

/// The nearest folder that has the project and its SDK.
fn module_root(folder: &Path) -> PathBuf {
    let sdk = files::absolute(&folder.join("vendor/shipworthy/src")).unwrap_or_else(|_| folder.to_owned());
    folder.ancestors().find(|above| sdk.starts_with(above)).unwrap_or(folder).to_owned()
}
