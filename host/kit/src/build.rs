//! From a project to a component that says who it is.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use shipworthy_plugins::component::DESCRIPTOR_SECTION;

use crate::{KitError, Project, files, section::append_section, toolchain};

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The component.
    pub file: PathBuf,
    /// How long the toolchain took.
    pub took: Duration,
}

/// Builds a project with its language's toolchain, puts the descriptor into the component and writes it to `out`.
///
/// # Errors
///
/// If a part of the toolchain is missing, or it fails. What it says goes to standard error as it says it, or stands in
/// the error.
pub fn build(project: &Project, out: &Path) -> Result<Built, KitError> {
    let begun = Instant::now();
    let mut component = toolchain::component(project)?;
    append_section(&mut component, DESCRIPTOR_SECTION, project.descriptor_text.as_bytes());
    files::write(out, &component).map_err(|source| KitError::write(out, source))?;
    Ok(Built { file: out.to_owned(), took: begun.elapsed() })
}
