//! What is built.

use std::fs;

use anyhow::{Result, ensure};
use wit_component::DecodedWasm;

use crate::{Project, builder, has_go};

/// The names of a component's imports and exports.
fn interfaces(component: &[u8]) -> Result<(Vec<String>, Vec<String>)> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        anyhow::bail!("it is no component");
    };
    let world = resolve.worlds.get(world).ok_or_else(|| anyhow::anyhow!("it has no world"))?;
    let names = |keys: Vec<&wit_parser::WorldKey>| keys.into_iter().map(|key| resolve.name_world_key(key)).collect();
    Ok((names(world.imports.keys().collect()), names(world.exports.keys().collect())))
}

#[test]
fn a_project_becomes_a_component_that_imports_no_more_than_it_may() -> Result<()> {
    if !has_go() {
        return Ok(());
    }
    let (imports, exports) = interfaces(&Project::new()?.built("")?)?;
    assert_eq!(exports, ["shipworthy:probe/guest@0.1.0"]);
    for import in imports {
        let given = ["shipworthy:probe/", "wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:cli/std"];
        assert!(given.iter().any(|given| import.starts_with(given)), "{import}");
    }
    Ok(())
}

#[test]
fn the_same_sources_give_the_same_bytes_wherever_they_lie() -> Result<()> {
    if has_go() {
        let (one, two) = (Project::new()?.built("")?, Project::new()?.built("")?);
        assert!(one == two, "{} and {} bytes", one.len(), two.len());
    }
    Ok(())
}

#[test]
fn nothing_is_written_into_the_project() -> Result<()> {
    if !has_go() {
        return Ok(());
    }
    let project = Project::new()?;
    let (out, kept) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let component = out.path().join("orders.wasm");
    let mut command = builder();
    command.args(["build", "--build-dir"]).arg(kept.path().join("new")).arg("--out").arg(&component);
    let output = command.current_dir(project.path("")).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut left: Vec<_> = fs::read_dir(project.path(""))?.flatten().map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["go.mod", "probe.go"]);
    // Asked for, what is generated can be looked at.
    assert!(kept.path().join("new/shipworthy_component/wit_exports/wit_exports.go").is_file());
    assert_eq!(fs::read_dir(out.path())?.count(), 1);
    Ok(())
}

#[test]
fn a_package_deep_in_a_service_may_use_what_is_internal_to_it() -> Result<()> {
    if !has_go() {
        return Ok(());
    }
    let project = Project::new()?;
    let probe = fs::read_to_string(project.path("probe.go"))?;
    let probe = probe.replace("import ", "import _ \"example.com/orders/internal/words\"\nimport ");
    project.file("deep/probe/probe.go", &probe)?;
    project.file("internal/words/words.go", "package words\n")?;
    // The service itself is a program, and stays out of it.
    project.file("probe.go", "package main\n\nfunc main() {}\n")?;
    project.built("deep/probe")?;
    Ok(())
}
