//! One toolchain a language: what it takes, how it is started, and what to install where a part is missing.

#![expect(clippy::disallowed_methods, reason = "the door of this crate to toolchains and to PATH")]

mod go;
mod js;
mod python;
mod rust;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{KitError, Language, Project, files};

/// The released WIT, as toolchains read it.
const WIT: &str = include_str!("../../../wit/0.1.0/probe.wit");

/// The component of a project, without its descriptor.
pub(crate) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    match project.language {
        Language::Rust => rust::component(project),
        Language::Python => python::component(project),
        Language::Go => go::component(project),
        Language::Js => js::component(project),
    }
}

/// A part's name, and how to install it if it is not there.
pub(crate) type Lacking = (&'static str, Option<String>);

/// The parts that a project in this folder takes.
pub(crate) fn parts(language: Language, folder: &Path) -> Vec<Lacking> {
    match language {
        Language::Rust => rust::parts(folder),
        Language::Python => python::parts(folder),
        Language::Go => go::parts(),
        Language::Js => js::parts(folder),
    }
}

/// Refuses where a part is not there.
fn complete(language: Language, parts: Vec<Lacking>) -> Result<(), KitError> {
    match parts.into_iter().find_map(|(what, install)| Some((what, install?))) {
        Some((what, install)) => Err(KitError::Missing { language, what, install }),
        None => Ok(()),
    }
}

/// A folder of its own for what a build leaves, with the WIT in `wit/`.
fn scratch() -> Result<tempfile::TempDir, KitError> {
    let here = std::env::temp_dir();
    let failed = |source| KitError::write(&here, source);
    let scratch = tempfile::Builder::new().prefix("shipworthy-build-").tempdir().map_err(failed)?;
    files::write(&scratch.path().join("wit/probe.wit"), WIT.as_bytes()).map_err(failed)?;
    Ok(scratch)
}

/// A program in one of these folders, or on `PATH`.
fn find(program: &str, first: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    first.iter().chain(&on_path).map(|folder| folder.join(program)).find(|file| files::is_file(file))
}

/// Runs a tool that says little; what it said is told if it fails.
fn run(mut command: Command, name: &str) -> Result<(), KitError> {
    command.stdin(Stdio::null());
    let output = command.output().map_err(|source| KitError::Start { program: name.to_owned(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stdout));
    Err(KitError::Build { program: name.to_owned(), status: output.status.to_string(), said })
}

/// What a tool left.
fn left(file: &Path, program: &str) -> Result<Vec<u8>, KitError> {
    if !files::exists(file) {
        return Err(KitError::Nothing { program: program.to_owned(), expected: Some(file.to_owned()) });
    }
    files::read(file).map_err(|source| KitError::read(file, source))
}

/// The project's folder from the root, since tools are started in other folders.
fn root_of(project: &Project) -> Result<PathBuf, KitError> {
    files::absolute(&project.folder).map_err(|source| KitError::read(&project.folder, source))
}
