//! Chores of this workspace: `cargo xtask NAME`.

#![expect(clippy::disallowed_methods, reason = "chores read and write the tree they stand in")]
#![expect(clippy::print_stdout, reason = "chores say what they did")]

mod bundle;
mod gallery;
mod generate;
#[expect(unreachable_pub, dead_code, reason = "one file, also used by the binary's build script")]
mod guests;
mod reference;

use std::path::PathBuf;

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask bundle     build the bundled probes and compile them ahead
       cargo xtask gen        write the generated parts of the documentation
       cargo xtask gen-check  say which of them are out of date";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = root();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bundle"] => bundle::run(&root),
        ["gen"] => generate::write(&root),
        ["gen-check"] => generate::check(&root),
        _ => bail!("{USAGE}"),
    }
}

fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}
