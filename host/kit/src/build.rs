//! From a project to a component that says who it is.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use shipworthy_plugins::component::DESCRIPTOR_SECTION;

use crate::{KitError, Project, files, toolchain};

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

/// Appends a custom section, which the binary format allows at the end of any component.
fn append_section(component: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut body = Vec::new();
    push_length(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    component.push(0);
    push_length(component, body.len());
    component.extend_from_slice(&body);
}

/// Unsigned LEB128.
fn push_length(out: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = u8::try_from(length & 0x7f).unwrap_or(0);
        length >>= 7;
        if length == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}
