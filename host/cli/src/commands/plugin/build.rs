//! `plugin build`: a project's component, and what it turned out to be.

use std::path::{Path, PathBuf};

use shipworthy_kit::{KitError, Project, build};

use super::inspect;
use crate::{
    args::{BuildArgs, InspectArgs},
    output::Stream,
    refusal::Refusal,
};

pub(super) fn run(args: &BuildArgs) -> Result<(), Refusal> {
    let project = Project::open(&args.project, args.lang)?;
    let out = args.out.clone().unwrap_or_else(|| shown(&project.component()));
    build_to(&project, &out)?;
    // What was built is looked at as anybody would, so what keeps it from being used is told here.
    inspect::run(&InspectArgs { file: out, env: None, format: args.format })
}

/// Builds a project, and says on standard error that and how long.
pub(super) fn build_to(project: &Project, out: &Path) -> Result<(), Refusal> {
    Stream::Err.write(&format!("building `{}` ({})\n", project.descriptor.name, project.language));
    let built = build::build(project, out).inspect_err(|error| {
        // As the toolchain said it, of the author's own code: before the error, as if it had been shown meanwhile.
        if let KitError::Build { said, .. } = error
            && !said.is_empty()
        {
            Stream::Err.write(&format!("{}\n", said.trim_end()));
        }
    })?;
    Stream::Err.write(&format!("built `{}` in {} ms\n", built.file.display(), built.took.as_millis()));
    Ok(())
}

/// A path without a leading `./`.
pub(super) fn shown(path: &Path) -> PathBuf {
    path.strip_prefix(".").map_or_else(|_| path.to_owned(), Path::to_owned)
}
