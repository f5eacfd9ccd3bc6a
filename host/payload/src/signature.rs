//! `payload.signature`: who signed the manifest. The signature lies beside it, and is of the very bytes that were read.

use std::path::{Path, PathBuf};

use shipworthy_contract::{Class, Location, Sha256, rules};
use shipworthy_signatures::{LARGEST_SIGNATURE, TrustedKey, VerifyError, files_beside, verify_digest};

use crate::{
    finding::{FIRST, Finding, Findings, shown},
    source::{self, SourceError},
};

/// Judges the signature of the manifest of this digest.
pub(crate) fn check(manifest: &Path, sha256: Sha256, signers: &[TrustedKey], at: Location, findings: &mut Findings) {
    let verdict = match read(manifest) {
        Ok(Some(signature)) => verify_digest(sha256, &signature, signers),
        Ok(None) => Err(VerifyError::Unsigned),
        Err((file, error)) => {
            findings.push(unreadable(&file, &error).at(at));
            return;
        }
    };
    match verdict {
        Ok(signer) => {
            let message = format!("the manifest is signed by `{}` ({})", shown(&signer.name), signer.fingerprint);
            findings.pass(rules::SIGNATURE, at, message);
        }
        Err(error) => findings.push(broken(manifest, &error, signers).at(at)),
    }
}

/// Says that it cannot be judged, since the manifest could not be read.
pub(crate) fn skip(at: Location, findings: &mut Findings) {
    findings.skip(rules::SIGNATURE, at, "whose the manifest is cannot be told, since it cannot be read");
}

/// The signature, or none if none is there.
fn read(manifest: &Path) -> Result<Option<Vec<u8>>, (PathBuf, SourceError)> {
    let limit = u64::try_from(LARGEST_SIGNATURE).unwrap_or(u64::MAX);
    for file in files_beside(manifest) {
        match source::read(&file, limit) {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(SourceError::Missing) => {}
            Err(error) => return Err((file, error)),
        }
    }
    Ok(None)
}

fn unreadable(file: &Path, error: &SourceError) -> Finding {
    let class = match error {
        SourceError::TooLarge(_) => Class::Limit,
        SourceError::Missing | SourceError::Folder | SourceError::Kind(_) | SourceError::Io(_) => Class::Unreadable,
    };
    let file = shown(&file.display().to_string());
    Finding::violated(rules::SIGNATURE, FIRST, format!("the manifest's signature cannot be read: {}", error.reason()))
        .class(class)
        .expected("a signature by a trusted key")
        .observed(&file)
        .hint(format!("make `{file}` a file that can be read, or let the manifest be signed again"))
}

/// Each outcome has its own text.
fn broken(manifest: &Path, error: &VerifyError, signers: &[TrustedKey]) -> Finding {
    let file = shown(&manifest.display().to_string());
    let sign = format!("`shipworthy plugin sign {file} --key KEY`");
    let (message, hint) = match error {
        VerifyError::Unsigned => ("the manifest is not signed".to_owned(), format!("let its producer sign it: {sign}")),
        VerifyError::WrongKey { trusted, .. } | VerifyError::Unmatched { trusted } if trusted.is_empty() => (
            "the manifest is signed, and no key is trusted to sign artifacts here".to_owned(),
            "name a key by `--artifact-key FILE`, or in the environment".to_owned(),
        ),
        VerifyError::WrongKey { .. } => (
            "the manifest is signed by a key that is not trusted to sign artifacts here".to_owned(),
            format!("find out who signed it; let whoever may sign it do so: {sign}"),
        ),
        VerifyError::Unmatched { .. } => (
            "the manifest's signature is by a key that is not trusted here, or of other bytes".to_owned(),
            format!("a bare signature cannot say more; a bundle can: {sign}"),
        ),
        VerifyError::Altered { key, .. } => (
            format!("the manifest is not what `{}` signed", shown(key)),
            format!("find out who changed it; only if the change is meant, let it be signed again: {sign}"),
        ),
        VerifyError::Broken { .. } => (
            "the manifest's signature is not valid".to_owned(),
            format!("fetch manifest and signature anew, or let it be signed again: {sign}"),
        ),
        VerifyError::Expired { key, since } => (
            format!("the manifest is signed by `{}`, which was trusted until {since}", shown(key)),
            format!("let it be signed by a key that is trusted today: {sign}"),
        ),
    };
    Finding::violated(rules::SIGNATURE, FIRST, message)
        .expected(error.expected(signers))
        .observed(&error.observed())
        .hint(hint)
}
