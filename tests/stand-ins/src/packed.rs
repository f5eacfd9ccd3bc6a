//! Recordings are packed; tests look into them.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, Result};
use flate2::read::GzDecoder;

/// The text of a file that is packed with gzip.
pub fn unpacked(file: impl AsRef<Path>) -> Result<String> {
    let file = file.as_ref();
    let mut text = String::new();
    let mut read = || GzDecoder::new(File::open(file)?).read_to_string(&mut text);
    read().with_context(|| format!("cannot unpack `{}`", file.display()))?;
    Ok(text)
}
