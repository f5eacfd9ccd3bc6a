//! The component's Go side: bindings that are generated from the WIT, and the glue between them and the SDK.

use std::path::Path;

use wit_bindgen_core::Files;
use wit_bindgen_go::{Format, Opts};
use wit_parser::{Resolve, WorldId};

use crate::error::BuildError;

/// The interface that the host has.
const WIT: &str = include_str!("../../../wit/0.1.0/probe.wit");

/// Glue, by its path below the component's folder. It is written with this path as if it were a module.
const GLUE: &[(&str, &str)] = &[
    ("main.go", include_str!("guest/main.go")),
    ("wit_runtime/runtime.go", include_str!("guest/runtime/runtime.go")),
    ("wit_types/types.go", include_str!("guest/types/types.go")),
    ("export_shipworthy_probe_guest/observe.go", include_str!("guest/observe/observe.go")),
    ("export_shipworthy_probe_guest/world.go", include_str!("guest/observe/world.go")),
    ("export_shipworthy_probe_guest/convert.go", include_str!("guest/observe/convert.go")),
];

/// The component's folder below the project, and so the end of its import path.
pub(crate) const FOLDER: &str = "shipworthy_component";

/// Where generated code looks for its runtime. Ours is used instead: it collects no garbage while the host must not be
/// called, lets go of what was handed over, and needs nothing that Go does not offer to everybody.
const RUNTIME: &str = "go.bytecodealliance.org/pkg/wit/";

/// The world `probe` of the WIT.
pub(crate) fn world() -> Result<(Resolve, WorldId), BuildError> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("probe.wit", WIT).map_err(BuildError::bindings)?;
    let world = resolve.select_world(&[package], Some("probe")).map_err(BuildError::bindings)?;
    Ok((resolve, world))
}

/// All files of the component but the project's, by their path below [`FOLDER`], for a project of this import path.
pub(crate) fn files(project: &str) -> Result<Vec<(String, String)>, BuildError> {
    let component = format!("{project}/{FOLDER}");
    let (mut resolve, world) = world()?;
    let mut generated = Files::default();
    let options = Opts { format: Format::False, pkg_name: Some(component.clone()), ..Opts::default() };
    options.build().generate(&mut resolve, world, &mut generated).map_err(BuildError::bindings)?;
    let bindings = generated.iter().filter(|(name, _)| is_go(name)).map(|(name, bytes)| {
        let text = String::from_utf8_lossy(bytes).replace(RUNTIME, &format!("{component}/wit_"));
        (name.to_owned(), text)
    });
    let glue = GLUE.iter().map(|(name, text)| {
        let text = text.replace(&format!("{FOLDER}/project"), project);
        ((*name).to_owned(), text.replace(&format!("\"{FOLDER}/"), &format!("\"{component}/")))
    });
    Ok(bindings.chain(glue).collect())
}

/// The rest is for modules of their own, and for builds of other targets.
fn is_go(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "go")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_import_is_of_the_project_the_sdk_or_gos_own() {
        let files = files("example.com/orders/probe").unwrap();
        assert!(files.iter().any(|(name, _)| name == "wit_exports/wit_exports.go"));
        for (name, text) in &files {
            let imports = text.lines().map(str::trim).filter(|line| line.ends_with('"') && line.contains(".com/"));
            for import in imports {
                assert!(import.contains("\"example.com/orders/probe"), "{name}: {import}");
            }
            assert!(!text.contains(RUNTIME), "{name}");
            assert!(!text.contains("\"shipworthy_component"), "{name}");
        }
    }
}
