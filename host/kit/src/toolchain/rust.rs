//! Cargo with the target `wasm32-wasip2`, whose linker already writes components.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use super::{Lacking, complete, find, left, root_of};
use crate::{KitError, Language, Project};

const TARGET: &str = "wasm32-wasip2";

pub(super) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    let folder = root_of(project)?;
    complete(Language::Rust, parts(&folder))?;
    let mut command = Command::new("cargo");
    command
        .args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    // Panics name their place, and those of libraries lie in a home: it does not get into a component. Who sets flags has
    // his own.
    if std::env::var_os("RUSTFLAGS").is_none()
        && let Some(home) = cargo_home()
    {
        command.env("CARGO_ENCODED_RUSTFLAGS", format!("--remap-path-prefix={}=cargo", home.display()));
    }
    let output = command.output().map_err(|source| KitError::Start { program: "cargo".to_owned(), source })?;
    if !output.status.success() {
        let status = output.status.to_string();
        return Err(KitError::Build { program: "cargo build".to_owned(), status, said: String::new() });
    }
    let built = String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| artifact(line, &folder)).next_back();
    match built {
        Some(file) => left(&file, "cargo build"),
        None => Err(KitError::Nothing { program: "cargo build".to_owned(), expected: None }),
    }
}

pub(super) fn parts(folder: &Path) -> Vec<Lacking> {
    let cargo = find("cargo", &[]).is_none();
    let cargo = cargo.then(|| "install Rust with rustup, then: rustup target add wasm32-wasip2".to_owned());
    // Of a target nothing can be said without its compiler.
    let target = (cargo.is_some() || !has_target(folder)).then(|| format!("rustup target add {TARGET}"));
    vec![("cargo", cargo), ("the target wasm32-wasip2", target)]
}

/// The component that a message of Cargo tells of, if it is the project's own.
fn artifact(line: &str, folder: &Path) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let text = |pointer: &str| message.pointer(pointer)?.as_str();
    let own = text("/manifest_path").is_some_and(|manifest| Path::new(manifest) == folder.join("Cargo.toml"));
    if text("/reason") != Some("compiler-artifact") || !own {
        return None;
    }
    let files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str);
    files.map(PathBuf::from).find(|file| file.extension().is_some_and(|ending| ending == "wasm"))
}

/// Where it cannot be told, Cargo is left to say.
fn has_target(folder: &Path) -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder);
    rustc.output().map_or(true, |output| {
        !output.status.success() || crate::files::is_folder(Path::new(String::from_utf8_lossy(&output.stdout).trim()))
    })
}

fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_projects_own_component_is_taken() {
        let line = |manifest: &str, file: &str| {
            format!(r#"{{"reason":"compiler-artifact","manifest_path":"{manifest}","filenames":["{file}"]}}"#)
        };
        let folder = Path::new("/p");
        assert_eq!(artifact(&line("/p/Cargo.toml", "/t/a.wasm"), folder), Some(PathBuf::from("/t/a.wasm")));
        for other in [line("/q/Cargo.toml", "/t/a.wasm"), line("/p/Cargo.toml", "/t/liba.rlib"), "no json".to_owned()] {
            assert_eq!(artifact(&other, folder), None, "{other}");
        }
    }
}
