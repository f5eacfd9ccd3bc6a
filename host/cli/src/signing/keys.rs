//! Keys that the user names: read from files, and their password from the environment.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Outcome, Secret};
use shipworthy_plugins::files;
use shipworthy_report::notice::Notice;
use shipworthy_signatures::{KeyError, PrivateKey, PublicKey, TrustedKey};
use zeroize::Zeroizing;

use super::SigningError;

/// Largest file of a key that is read, in bytes.
const LARGEST: u64 = 64 << 10;
/// Where the password of an encrypted key is, the first that is set. The second is cosign's own.
const PASSWORDS: [&str; 2] = ["SHIPWORTHY_KEY_PASSWORD", "COSIGN_PASSWORD"];

/// The keys in these files, each trusted by the file's name.
pub(crate) fn trusted(files: &[PathBuf]) -> Result<Vec<TrustedKey>, SigningError> {
    files.iter().map(|file| Ok(TrustedKey::new(&file.display().to_string(), public(file)?))).collect()
}

fn public(file: &Path) -> Result<PublicKey, SigningError> {
    PublicKey::from_pem(&text(file)?).map_err(|source| wrong(file, source))
}

/// The private key in a file.
pub(crate) fn private(file: &Path) -> Result<PrivateKey, SigningError> {
    PrivateKey::from_pem(&text(file)?, password().as_ref()).map_err(|source| wrong(file, source))
}

/// What is to be told of where a private key lies.
#[expect(clippy::disallowed_methods, reason = "the door to who may read a key")]
pub(crate) fn notice(file: &Path) -> Option<Notice> {
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    let file = file.display();
    (mode & 0o077 != 0).then(|| {
        Notice::new(Outcome::Warn, format!("others than its owner may read or change the key `{file}`"))
            .advise(format!("chmod 600 {file}"))
    })
}

/// What is no text holds no PEM, and is told so.
fn text(file: &Path) -> Result<Zeroizing<String>, SigningError> {
    let bytes = files::read(file, LARGEST).map_err(|source| SigningError::File { what: "key", source })?;
    let bytes = Zeroizing::new(bytes);
    Ok(Zeroizing::new(str::from_utf8(&bytes).unwrap_or_default().to_owned()))
}

fn wrong(file: &Path, source: KeyError) -> SigningError {
    SigningError::Key { file: file.to_owned(), source }
}

#[expect(clippy::disallowed_methods, reason = "the door to the password of a key")]
fn password() -> Option<Secret> {
    // What is no text was set by nobody who typed it, and opens nothing.
    let set = PASSWORDS.into_iter().find_map(std::env::var_os)?;
    Some(Secret::new(set.to_string_lossy().into_owned()))
}
