//! Prints every hostile plugin with what becomes of it: `hostile BINARY [--write FILE] [--only PART-OF-A-NAME]`.
#![expect(clippy::disallowed_methods, reason = "writes the page that it is told to")]

use std::{io, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use shipworthy_hostile::{measure, table};

fn main() -> Result<ExitCode> {
    if let Some(done) = measure::if_asked() {
        return Ok(done);
    }
    let mut arguments = std::env::args().skip(1);
    let binary = PathBuf::from(arguments.next().context("usage: hostile BINARY [--write FILE] [--only PART]")?);
    let (mut file, mut only) = (None, String::new());
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "--write" => file = Some(arguments.next().context("expected a file after `--write`")?),
            "--only" => only = arguments.next().context("expected a part of a name after `--only`")?,
            other => bail!("expected `--write FILE` or `--only PART`, found: {other}"),
        }
    }
    let (page, is_contained) = table::play(&binary, &only, &mut io::stdout())?;
    if let Some(file) = file {
        std::fs::write(&file, page).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(if is_contained { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
