//! componentize-py: CPython, the project's `probe.py` and the SDK in one component.

use std::{path::PathBuf, process::Command};

use super::{find, left, root_of, run, scratch};
use crate::{KitError, Language, Project};

/// The version that the SDK is tested with.
const VERSION: &str = "0.25.1";

pub(super) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    let folder = root_of(project)?;
    let environments: Vec<PathBuf> = [folder.join(".venv"), folder.join("venv")]
        .into_iter()
        .chain(std::env::var_os("VIRTUAL_ENV").map(PathBuf::from))
        .collect();
    let bins: Vec<PathBuf> = environments.iter().map(|environment| environment.join("bin")).collect();
    let Some(program) = find("componentize-py", &bins) else {
        let install = format!(
            "in the project's folder:\npython3 -m venv .venv && .venv/bin/pip install componentize-py=={VERSION}"
        );
        return Err(KitError::Missing { language: Language::Python, what: "componentize-py", install });
    };
    let scratch = scratch()?;
    let out = scratch.path().join("probe.wasm");
    let mut command = Command::new(program);
    command.arg("-d").arg(scratch.path().join("wit")).args(["-w", "probe", "componentize", "-s"]);
    command.arg("-p").arg(&folder).arg("-p").arg(folder.join("vendor"));
    command.args(["shipworthy.component", "-o"]).arg(&out).current_dir(scratch.path());
    run(command, "componentize-py")?;
    left(&out, "componentize-py")
}
