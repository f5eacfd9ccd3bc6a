//! The binary on real projects, with the real Go toolchain: what it builds, and what it says where it cannot.

#![expect(clippy::disallowed_methods, reason = "a test writes projects and starts the binary")]

mod builds;
mod refusals;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

/// A probe that does nothing.
const PROBE: &str = "package probe\n\nimport \"shipworthy.dev/shipworthy\"\n\ntype Orders struct{}\n\n\
    func init() { shipworthy.Export(Orders{}) }\n\n\
    func (Orders) Observe(stack *shipworthy.Stack, target shipworthy.Target) error {\n\treturn nil\n}\n";

/// A project in a folder of its own, which uses the repository's SDK.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Result<Self> {
        let project = Self { folder: tempfile::tempdir()? };
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/go/shipworthy").canonicalize()?;
        let module = format!(
            "module example.com/orders\n\ngo 1.24\n\nrequire shipworthy.dev/shipworthy v0.0.0\n\n\
            replace shipworthy.dev/shipworthy => {}\n",
            sdk.display()
        );
        project.file("go.mod", &module)?;
        project.file("probe.go", PROBE)?;
        Ok(project)
    }

    fn file(&self, name: &str, text: &str) -> Result<()> {
        let file = self.path(name);
        fs::create_dir_all(file.parent().context("a folder")?)?;
        Ok(fs::write(file, text)?)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the builder on the folder `part` of the project.
    fn run(&self, part: &str) -> Result<Output> {
        let mut command = builder();
        command.args(["build", "--project"]).arg(self.path(part)).arg("--out").arg(self.path("out.wasm"));
        Ok(command.output()?)
    }

    /// What it built.
    fn built(&self, part: &str) -> Result<Vec<u8>> {
        let output = self.run(part)?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        ensure!(output.stdout.is_empty() && output.stderr.is_empty(), "it says nothing where all is well");
        Ok(fs::read(self.path("out.wasm"))?)
    }

    /// What it said when it could not build, and that it left nothing.
    fn refused(&self, part: &str) -> Result<String> {
        let output = self.run(part)?;
        ensure!(output.status.code() == Some(1), "{:?}", output.status);
        ensure!(output.stdout.is_empty() && !self.path("out.wasm").exists(), "something was left");
        Ok(String::from_utf8(output.stderr)?)
    }
}

fn builder() -> Command {
    Command::new(env!("CARGO_BIN_EXE_shipworthy-go"))
}

/// Whether there is a Go to test with; where there must be one, its absence fails.
fn has_go() -> bool {
    let found = Command::new("go").arg("version").output().is_ok();
    if !found {
        assert!(std::env::var_os("SHIPWORTHY_REQUIRE_DOCKER").is_none(), "there is no `go`");
        // Past the capture of a passing test's output.
        drop(writeln!(std::io::stderr(), "skipped: there is no `go`"));
    }
    found
}
