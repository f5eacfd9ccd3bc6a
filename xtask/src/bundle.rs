//! Builds the bundled probes and compiles them ahead for the baseline CPU. The binary's build script embeds what lies
//! in `target/bundled` if it was compiled from the very components that it embeds.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use shipworthy_contract::Sha256;
use shipworthy_engine::Component;

use crate::guests;

/// What a bundled probe may weigh, in bytes, so that the binary stays small and loads in no time.
const LARGEST: usize = 150_000;

pub(crate) fn run(root: &Path) -> Result<()> {
    let folder = root.join("target/bundled");
    fs::create_dir_all(&folder)?;
    let mut kept = Vec::new();
    for guest in guests::build(root).map_err(|error| anyhow!(error))? {
        let size = guest.component.len();
        let sha256 = Sha256::of(&guest.component);
        let file = folder.join(format!("{sha256}.cwasm"));
        // Always compiled: the engine's settings may be others than those of the code that lies there. Written only if it
        // differs, so that the binary is not built anew for nothing.
        let code = Component::precompile(&guest.name, &guest.component)?;
        if fs::read(&file).ok().as_ref() != Some(&code) {
            fs::write(&file, code).with_context(|| format!("{}", file.display()))?;
        }
        kept.push(file);
        println!("{:12} {size:>7} bytes  {sha256}", guest.name);
        if size > LARGEST {
            bail!("{} is larger than {LARGEST} bytes", guest.name);
        }
    }
    remove_others(&folder, &kept)
}

/// Code of components that are no longer built.
fn remove_others(folder: &Path, kept: &[PathBuf]) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        if !kept.contains(&file) {
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}
