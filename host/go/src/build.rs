//! One build, from the project's folder to the component.

use std::path::{Path, PathBuf};

use crate::{
    args::BuildArgs,
    bindings::{self, FOLDER},
    component,
    error::BuildError,
    overlay,
    project::Project,
    toolchain::{Go, text},
};

/// Builds the component and writes it.
#[expect(clippy::disallowed_methods, reason = "the one file that Go made is read")]
pub(crate) fn run(args: &BuildArgs) -> Result<(), BuildError> {
    if !args.project.is_dir() {
        return Err(BuildError::NoProject(args.project.clone()));
    }
    let go = Go::find(&args.project)?;
    let project = Project::read(&go)?;
    let scratch = Scratch::new(args.build_dir.as_deref())?;
    let files = bindings::files(&project.path)?;
    let overlay = overlay::write(&scratch.folder, &project.folder, &files)?;
    let core = scratch.folder.join("core.wasm");
    compile(&go, &project, &overlay, &core)?;
    let module = std::fs::read(&core).map_err(|source| BuildError::Read { file: core.clone(), source })?;
    if !component::exports_a_probe(&module) {
        return Err(BuildError::NoExport { path: project.path });
    }
    overlay::replace_file(&args.out, &component::encode(module)?)
}

/// Where what is generated lies.
struct Scratch {
    folder: PathBuf,
    /// Removed at the end, unless somebody wants to look at it.
    _temporary: Option<tempfile::TempDir>,
}

impl Scratch {
    #[expect(clippy::disallowed_methods, reason = "the build folder was asked for")]
    fn new(kept: Option<&Path>) -> Result<Self, BuildError> {
        let wrong = |file: &Path| {
            let file = file.to_owned();
            |source| BuildError::Write { file, source }
        };
        if let Some(kept) = kept {
            std::fs::create_dir_all(kept).map_err(wrong(kept))?;
            // Go runs in the project's folder.
            let folder = std::fs::canonicalize(kept).map_err(wrong(kept))?;
            return Ok(Self { folder, _temporary: None });
        }
        let temporary = tempfile::tempdir().map_err(wrong(&std::env::temp_dir()))?;
        Ok(Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) })
    }
}

/// `go build`: one module, whose paths are those of the packages, so that the same sources give the same bytes.
fn compile(go: &Go<'_>, project: &Project, overlay: &Path, core: &Path) -> Result<(), BuildError> {
    let component = format!("{}/{FOLDER}", project.path);
    let (overlay, core) = (overlay.to_string_lossy(), core.to_string_lossy());
    let output = go.run(&[
        "build",
        "-overlay",
        &overlay,
        "-trimpath",
        "-buildvcs=false",
        "-buildmode=c-shared",
        "-ldflags=-s -w",
        "-o",
        &core,
        &component,
    ])?;
    if output.status.success() {
        return Ok(());
    }
    let said = text(&output.stderr);
    // Go names each package that does not compile in a line of its own.
    if said.lines().any(|line| line.strip_prefix("# ").is_some_and(|package| package.starts_with(&component))) {
        return Err(BuildError::SdkMismatch { said });
    }
    Err(BuildError::Compile { said })
}
