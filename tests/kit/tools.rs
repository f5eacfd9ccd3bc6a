//! The toolchains that the tests need, as `.ci/tools` installs them, and a shell that has them.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::ROOT;

/// A language as `--lang` names it.
pub(crate) const LANGUAGES: [&str; 4] = ["rust", "python", "go", "js"];

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// Standard output, if it ended with this status.
    pub(crate) fn expect(self, status: i32) -> Result<String> {
        ensure!(self.status == Some(status), "expected status {status}, found {self:#?}");
        Ok(self.stdout)
    }
}

/// A command in a folder, with the binary under test, its helper and the toolchains on `PATH`.
pub(crate) fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("PATH", path()).stdin(Stdio::null());
    // One cache for all tests, so that a component of many megabytes is compiled once.
    command.env("XDG_CACHE_HOME", ROOT.join("target/tmp/kit-cache"));
    // What the outer Cargo was told is not meant for the inner ones, and what they all depend on is built once.
    command.env("CARGO_TARGET_DIR", ROOT.join("target/tmp/kit-rust"));
    // Nor is `CI`: a service's team tries its plugin before it is locked.
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "CI"] {
        command.env_remove(variable);
    }
    command
}

/// The folder of the binary under test comes first: `shipworthy-go` lies there too.
fn path() -> OsString {
    let binary = Path::new(env!("CARGO_BIN_EXE_shipworthy"));
    let own = binary.parent().map(Path::to_owned).into_iter();
    let tools = ["target/toolchains/python/bin", "target/toolchains/js/node_modules/.bin"].map(|tool| ROOT.join(tool));
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = own.chain(tools).chain(std::env::split_paths(&inherited)).collect();
    std::env::join_paths(folders).unwrap_or(inherited)
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> Result<Done> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Done { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) })
}

/// Runs the binary under test.
pub(crate) fn shipworthy(folder: &Path, arguments: &[&str]) -> Result<Done> {
    let mut command = command(env!("CARGO_BIN_EXE_shipworthy"), folder);
    command.args(arguments);
    run(command)
}

/// Whether a language's toolchain is here. Where it must be and is not, that is an error.
pub(crate) fn has(language: &str) -> Result<bool> {
    let programs: &[&str] = match language {
        "rust" => &["cargo"],
        "python" => &["python3", "componentize-py"],
        "go" => &["go"],
        "js" => &["npm", "componentize-qjs"],
        other => bail!("no such language: {other}"),
    };
    let folders: Vec<PathBuf> = std::env::split_paths(&path()).collect();
    let lacking = programs.iter().find(|program| !folders.iter().any(|folder| folder.join(program).is_file()));
    let Some(lacking) = lacking else { return Ok(true) };
    ensure!(
        std::env::var_os("SHIPWORTHY_REQUIRE_DOCKER").is_none(),
        "{language}: `{lacking}` is missing; run .ci/tools"
    );
    crate::skipped(&format!("{language}: `{lacking}` is missing; `.ci/tools` installs it"));
    Ok(false)
}
