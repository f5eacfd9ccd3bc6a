//! componentize-qjs: QuickJS, the project's `probe.js` and the SDK in one component.

use std::process::Command;

use super::{find, left, root_of, run, scratch};
use crate::{KitError, Language, Project};

pub(super) fn component(project: &Project) -> Result<Vec<u8>, KitError> {
    let folder = root_of(project)?;
    let Some(program) = find("componentize-qjs", &[folder.join("node_modules/.bin")]) else {
        let install = "in the project's folder, with Node.js 20 or newer:\nnpm install".to_owned();
        return Err(KitError::Missing { language: Language::Js, what: "componentize-qjs", install });
    };
    let scratch = scratch()?;
    let out = scratch.path().join("probe.wasm");
    let mut command = Command::new(program);
    command.args(["--sync", "--stub-wasi", "--opt-size", "--js"]).arg(folder.join("probe.js"));
    command.arg("-w").arg(scratch.path().join("wit")).args(["-n", "probe", "-o"]).arg(&out).current_dir(&folder);
    run(command, "componentize-qjs")?;
    left(&out, "componentize-qjs")
}
