//! The project: one importable package of a module, which uses the SDK.

use std::path::PathBuf;

use serde::Deserialize;

use crate::{
    error::BuildError,
    toolchain::{Go, text},
};

/// The SDK's import path.
pub(crate) const SDK: &str = "shipworthy.dev/shipworthy";

/// What is known of the probe's package before it is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Project {
    /// The package's import path.
    pub(crate) path: String,
    /// Its folder, absolute, as Go has it.
    pub(crate) folder: PathBuf,
}

/// What `go list -json` says of a package, as far as it is used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    import_path: String,
    name: String,
    dir: PathBuf,
    module: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    deps: Vec<String>,
}

impl Project {
    pub(crate) fn read(go: &Go<'_>) -> Result<Self, BuildError> {
        let output = go.run(&["list", "-json=ImportPath,Name,Dir,Module,Deps", "."])?;
        if !output.status.success() {
            return Err(BuildError::Unreadable { said: text(&output.stderr) });
        }
        Self::parse(&output.stdout)
    }

    fn parse(json: &[u8]) -> Result<Self, BuildError> {
        let listed: Listed = serde_json::from_slice(json).map_err(BuildError::List)?;
        let path = listed.import_path;
        if listed.module.is_none() {
            return Err(BuildError::NoModule);
        }
        if listed.name == "main" {
            return Err(BuildError::Program { path });
        }
        if !listed.deps.iter().any(|dependency| dependency == SDK) {
            return Err(BuildError::NoSdk { path });
        }
        Ok(Self { path, folder: listed.dir })
    }
}

#[cfg(test)]
mod tests {
    use shipworthy_contract::Explain as _;

    use super::*;

    fn code(name: &str, module: &str, deps: &str) -> Result<Project, &'static str> {
        let json = format!(
            r#"{{ "ImportPath": "example.com/a", "Name": "{name}", "Dir": "/a", {module} "Deps": ["fmt"{deps}] }}"#
        );
        Project::parse(json.as_bytes()).map_err(|error| error.code())
    }

    #[test]
    fn a_package_of_a_module_that_uses_the_sdk_is_a_project() {
        let module = r#""Module": { "Path": "example.com/a" },"#;
        let sdk = r#", "shipworthy.dev/shipworthy""#;
        let project = Project { path: "example.com/a".to_owned(), folder: PathBuf::from("/a") };
        assert_eq!(code("probe", module, sdk), Ok(project));
        assert_eq!(code("main", module, sdk), Err("go.program"));
        assert_eq!(code("probe", "", sdk), Err("go.project"));
        assert_eq!(code("probe", module, ""), Err("go.no-sdk"));
    }
}
