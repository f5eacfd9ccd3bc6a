//! Where the signature of a file lies.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// What is put behind the file's name: a bundle as cosign writes it, else a bare signature as openssl does.
const ENDINGS: [&str; 2] = [".sigstore.json", ".sig"];

/// The files in which the signature of a file is looked for, in this order. The first is where it is written to.
pub fn files_beside(file: &Path) -> [PathBuf; 2] {
    ENDINGS.map(|ending| {
        let mut name = OsString::from(file);
        name.push(ending);
        name.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_is_kept() {
        let [bundle, bare] = files_beside(Path::new("out/artifact.yml"));
        assert_eq!(bundle, Path::new("out/artifact.yml.sigstore.json"));
        assert_eq!(bare, Path::new("out/artifact.yml.sig"));
    }
}
