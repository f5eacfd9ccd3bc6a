//! componentize-py: `CPython`, the project's `probe.py` and the SDK in one component.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{Lacking, complete, find, left, root_of, run, scratch};
use crate::{KitError, Language, Project, files};

/// The version that the SDK is tested with.
const VERSION: &str = "0.25.1";

const PROGRAM: &str = "componentize-py";

pub(super) fn parts(folder: &Path) -> Vec<Lacking> {
    let install = || {
        format!("in the project's folder:\npython3 -m venv .venv && .venv/bin/pip install componentize-py=={VERSION}")
    };
    vec![(PROGRAM, program(&environments(folder)).is_none().then(install))]
}

/// Environments of Python packages, the project's own first.
fn environments(folder: &Path) -> Vec<PathBuf> {
    [folder.join(".venv"), folder.join("venv")]
        .into_iter()
        .chain(std::env::var_os("VIRTUAL_ENV").map(PathBuf::from))
        .filter(|environment| files::is_folder(environment))
        .collect()
}

fn program(environments: &[PathBuf]) -> Option<PathBuf> {
    let bins: Vec<PathBuf> = environments.iter().map(|environment| environment.join("bin")).collect();
    find(PROGRAM, &bins)
}

pub(super) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    let folder = root_of(project)?;
    complete(Language::Python, parts(&folder))?;
    let environments = environments(&folder);
    let program = program(&environments).unwrap_or_else(|| PathBuf::from(PROGRAM));
    let scratch = scratch()?;
    let out = scratch.path().join("probe.wasm");
    let mut command = Command::new(program);
    // Packages of the project's own environment come along. Without one none do: those of whatever Python is found are
    // nobody's meaning.
    command.env("VIRTUAL_ENV", environments.first().map_or(scratch.path(), PathBuf::as_path));
    command.arg("-d").arg(scratch.path().join("wit")).args(["-w", "probe", "componentize"]);
    command.arg("-p").arg(&folder).arg("-p").arg(folder.join("vendor"));
    command.args(["shipworthy.component", "-o"]).arg(&out).current_dir(scratch.path());
    run(command, "componentize-py").map_err(|error| match error {
        KitError::Build { program, status, said } => {
            KitError::Build { program, status, said: of_the_project(&said, &folder) }
        }
        other => other,
    })?;
    left(&out, "componentize-py")
}

/// What Python says of the project's code, without the builder's own frames around it, and with the project's paths.
fn of_the_project(said: &str, folder: &Path) -> String {
    let inner = said.split_once("AssertionError: ").map_or(said, |(_, inner)| inner);
    let inner = inner.split_once("Stack backtrace:").map_or(inner, |(inner, _)| inner);
    inner.trim().replace(&format!("{}/", folder.display()), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_python_says_of_the_project_is_told() {
        let said = "Traceback\nAssertionError: File \"/p/probe.py\", line 3\nSyntaxError\n\nStack backtrace:\n 0: x";
        assert_eq!(of_the_project(said, Path::new("/p")), "File \"probe.py\", line 3\nSyntaxError");
        assert_eq!(of_the_project("other\n", Path::new("/p")), "other");
    }
}
