//! What is said where nothing is built.

use std::fs;

use anyhow::Result;

use crate::{Project, builder, has_go};

/// The lines behind what Go itself said.
fn own(said: &str) -> &str {
    said.find("error: ").and_then(|at| said.get(at..)).unwrap_or(said)
}

#[test]
fn what_does_not_compile_is_said_as_go_says_it_with_paths_in_the_project() -> Result<()> {
    if has_go() {
        let project = Project::new()?;
        let probe = fs::read_to_string(project.path("probe.go"))?;
        project.file("probe.go", &probe.replace("return nil", "return stack.Nothing()"))?;
        let expected = "# example.com/orders\n./probe.go:10:15: stack.Nothing undefined (type *shipworthy.Stack has no \
                        field or method Nothing)\nerror: the project does not compile\n  [go.compile]\n";
        assert_eq!(project.refused("")?, expected);
    }
    Ok(())
}

#[test]
fn a_package_without_a_probe_is_told_how_to_have_one() -> Result<()> {
    if has_go() {
        let project = Project::new()?;
        let probe = fs::read_to_string(project.path("probe.go"))?;
        project.file("probe.go", &probe.replace("func init() { shipworthy.Export(Orders{}) }\n", ""))?;
        let expected = "error: package example.com/orders exports no probe: nothing calls `shipworthy.Export`\n  \
                        help: export the probe, once, in the package:\n      \
                        func init() { shipworthy.Export(Orders{}) }\n  [go.no-export]\n";
        assert_eq!(project.refused("")?, expected);
    }
    Ok(())
}

#[test]
fn a_program_a_stranger_and_an_empty_folder_are_told_apart() -> Result<()> {
    if !has_go() {
        return Ok(());
    }
    let project = Project::new()?;
    project.file("program/main.go", "package main\n\nimport _ \"shipworthy.dev/shipworthy\"\n\nfunc main() {}\n")?;
    project.file("stranger/stranger.go", "package stranger\n")?;
    project.file("empty/notes.txt", "")?;
    for (part, code) in [("program", "go.program"), ("stranger", "go.no-sdk"), ("empty", "go.project")] {
        let said = project.refused(part)?;
        assert!(said.ends_with(&format!("  [{code}]\n")), "{said}");
    }
    assert!(project.refused("none")?.starts_with("error: `"));
    Ok(())
}

#[test]
fn an_sdk_of_another_release_is_not_taken_for_a_fault_of_the_probe() -> Result<()> {
    if has_go() {
        let project = Project::new()?;
        let module = "module example.com/orders\n\ngo 1.24\n\nrequire shipworthy.dev/shipworthy v0.0.0\n\n\
                      replace shipworthy.dev/shipworthy => ./sdk\n";
        project.file("go.mod", module)?;
        project.file("sdk/go.mod", "module shipworthy.dev/shipworthy\n\ngo 1.24\n")?;
        let sdk = "package shipworthy\n\ntype Stack struct{}\n\ntype Target struct{}\n\nfunc Export(any) {}\n";
        project.file("sdk/old.go", sdk)?;
        assert!(own(&project.refused("")?).starts_with("error: the SDK of the project does not fit this builder\n"));
    }
    Ok(())
}

#[test]
fn a_missing_go_and_an_old_one_say_what_to_install() -> Result<()> {
    let project = Project::new()?;
    let bin = tempfile::tempdir()?;
    let run = || {
        let mut command = builder();
        command.args(["build", "--project"]).arg(project.path("")).args(["--out", "none.wasm"]);
        command.env("PATH", bin.path()).output()
    };
    let missing = run()?;
    let said = String::from_utf8(missing.stderr)?;
    assert_eq!(missing.status.code(), Some(1));
    let expected = "error: Go is not installed: there is no `go` on PATH\n  help: install Go 1.24 or newer";
    assert!(said.starts_with(expected), "{said}");

    let go = bin.path().join("go");
    fs::write(&go, "#!/bin/sh\necho go1.23.4\n")?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&go, fs::Permissions::from_mode(0o755))?;
        let said = String::from_utf8(run()?.stderr)?;
        assert!(said.starts_with("error: Go is too old: expected go1.24 or newer, found go1.23.4\n"), "{said}");
    }
    Ok(())
}

#[test]
fn usage_is_another_failure_than_a_build() -> Result<()> {
    for words in [&["build"][..], &["build", "--out"], &["other"], &[]] {
        assert_eq!(builder().args(words).output()?.status.code(), Some(2), "{words:?}");
    }
    Ok(())
}
