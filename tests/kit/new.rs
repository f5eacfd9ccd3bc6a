//! `plugin new` and `plugin build`: a project stands as it is written, and says what it lacks.

use std::{fs, path::Path};

use anyhow::Result;

use crate::tools::{self, LANGUAGES, shipworthy};

#[test]
fn a_new_project_passes_its_tests_under_any_name() -> Result<()> {
    for language in LANGUAGES {
        if !tools::has(language)? {
            continue;
        }
        let folder = tempfile::tempdir()?;
        // A word of several languages, and a `-`, which no identifier has.
        for name in ["order-flow", "self"] {
            shipworthy(folder.path(), &["plugin", "new", name, "--lang", language])?.expect(0)?;
            let project = folder.path().join(name);
            let told = shipworthy(&project, &["plugin", "test", "--format", "json"])?.expect(0)?;
            let told: serde_json::Value = serde_json::from_str(&told)?;
            assert_eq!(told["plugin"]["name"], name, "{language}");
            assert!(told["tests"].as_array().is_some_and(|tests| tests.len() >= 3), "{language}: {told:#}");
            assert_eq!(left_over(&project)?, Vec::<String>::new(), "{language}");
        }
    }
    Ok(())
}

/// Files of a project, the SDK apart, that still have the example's name in them.
fn left_over(project: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![project.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if ["vendor", "sdk", "target", "node_modules", "__pycache__"].contains(&&*name)
                || Path::new(&name).extension().is_some_and(|ending| ending == "wasm")
            {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if fs::read_to_string(entry.path()).is_ok_and(|text| text.to_lowercase().contains("orders")) {
                found.push(name);
            }
        }
    }
    Ok(found)
}

#[test]
fn what_is_missing_is_named_with_what_to_install() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let empty = folder.path().join("empty");
    fs::create_dir(&empty)?;
    for (language, missing, install) in [
        ("rust", "cargo is not installed", "rustup target add wasm32-wasip2"),
        ("python", "componentize-py is not installed", "pip install componentize-py==0.25.1"),
        ("go", "go is not installed", "install Go"),
        ("js", "componentize-qjs is not installed", "npm ci"),
    ] {
        let name = format!("{language}-probe");
        shipworthy(folder.path(), &["plugin", "new", &name, "--lang", language])?.expect(0)?;
        let mut command = tools::command(env!("CARGO_BIN_EXE_shipworthy"), &folder.path().join(&name));
        command.args(["plugin", "build"]).env("PATH", &empty);
        let done = tools::run(command)?;
        assert_eq!(done.status, Some(2), "{done:#?}");
        assert!(done.stderr.contains(missing) && done.stderr.contains(install), "{language}: {}", done.stderr);
        assert!(done.stderr.contains("[toolchain.missing]"), "{}", done.stderr);
    }
    Ok(())
}

#[test]
fn nothing_is_written_over() -> Result<()> {
    let folder = tempfile::tempdir()?;
    shipworthy(folder.path(), &["plugin", "new", "a", "--lang", "rust"])?.expect(0)?;
    let again = shipworthy(folder.path(), &["plugin", "new", "a", "--lang", "python"])?;
    assert_eq!(again.status, Some(2));
    assert!(again.stderr.contains("[project.taken]"), "{}", again.stderr);
    shipworthy(folder.path(), &["plugin", "new", "a", "--lang", "python", "--dir", "b/c"])?.expect(0)?;
    assert!(folder.path().join("b/c/probe.py").is_file());
    Ok(())
}

#[test]
fn a_wrong_descriptor_is_told_before_anything_is_built() -> Result<()> {
    let folder = tempfile::tempdir()?;
    shipworthy(folder.path(), &["plugin", "new", "a", "--lang", "rust"])?.expect(0)?;
    let project = folder.path().join("a");
    let descriptor = fs::read_to_string(project.join("probe.json"))?;
    fs::write(project.join("probe.json"), descriptor.replace("\"severity\": \"warn\"", "\"severity\": \"bad\""))?;
    let done = shipworthy(&project, &["plugin", "build"])?;
    assert_eq!(done.status, Some(2));
    assert!(done.stderr.contains("/rules/0/severity"), "{}", done.stderr);
    assert!(!done.stderr.contains("building"), "{}", done.stderr);
    Ok(())
}

#[test]
fn what_the_compiler_says_of_the_authors_code_is_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for (language, file, code) in [
        ("rust", "src/lib.rs", "\nfn broken() -> u32 { \"text\" }\n"),
        ("python", "probe.py", "\ndef broken(:\n"),
        ("go", "probe.go", "\nfunc broken() int { return \"text\" }\n"),
        ("js", "src/probe.js", "\nfunction broken( {\n"),
    ] {
        if !tools::has(language)? {
            continue;
        }
        let name = format!("{language}-probe");
        shipworthy(folder.path(), &["plugin", "new", &name, "--lang", language])?.expect(0)?;
        let project = folder.path().join(&name);
        let before = fs::read_to_string(project.join(file))?;
        fs::write(project.join(file), before + code)?;
        let done = shipworthy(&project, &["plugin", "build"])?;
        assert_eq!(done.status, Some(2), "{language}: {done:#?}");
        let base = file.rsplit('/').next().unwrap_or(file);
        assert!(
            done.stderr.contains(base) && done.stderr.contains("[toolchain.failed]"),
            "{language}: {}",
            done.stderr
        );
    }
    Ok(())
}
