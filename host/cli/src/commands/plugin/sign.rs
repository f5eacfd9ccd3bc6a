//! `plugin sign FILE --key FILE`: a signature beside the file, or beside the manifest in a registry.

use shipworthy_contract::Sha256;
use shipworthy_plugins::Reference;
use shipworthy_report::notice;
use shipworthy_signatures::{KeyError, PrivateKey, sign_digest, sign_manifest};

use super::pull::one;
use crate::{
    args::SignArgs,
    output::{Stream, look, print, write_atomically},
    reach::Reach,
    refusal::{Refusal, UsageError},
    signing::{
        SigningError, keys,
        subject::{self, Subject},
    },
};

pub(super) fn run(args: &SignArgs) -> Result<(), Refusal> {
    let subject = Subject::named(&args.subject)?;
    let key = keys::private(&args.key)?;
    if let Some(notice) = keys::notice(&args.key) {
        Stream::Err.write(&notice::render(&[notice], &look(Stream::Err)));
    }
    match subject {
        Subject::File(file) => {
            let digest = subject::digest(&file)?;
            let text = signed(args, sign_digest(&key, digest))?;
            let output = args.output.clone().unwrap_or_else(|| subject::bundle_of(&file));
            write_atomically(&output, &text, "signature")?;
            tell(&output.display().to_string(), digest, &key)?;
        }
        Subject::Manifest(reference) => {
            let digest = pinned(&reference)?;
            let text = signed(args, sign_manifest(&key, digest))?;
            if let Some(output) = &args.output {
                write_atomically(output, &text, "signature")?;
            } else {
                let reach = Reach::named(&reference, &args.registry, false)?;
                reach.attach(&reference, digest, text.trim_end().as_bytes()).map_err(one)?;
            }
            let place = args.output.as_ref().map_or_else(|| reference.name(), |output| output.display().to_string());
            tell(&place, digest, &key)?;
        }
    }
    Ok(())
}

/// A tag is not what is signed: between reading it and signing it could come to mean other bytes.
fn pinned(reference: &Reference) -> Result<Sha256, SigningError> {
    reference.digest.ok_or_else(|| SigningError::NotPinned { reference: reference.clone() })
}

/// The text of the file, which ends with its line.
fn signed(args: &SignArgs, signed: Result<String, KeyError>) -> Result<String, SigningError> {
    let signed = signed.map_err(|source| SigningError::Key { file: args.key.clone(), source })?;
    Ok(signed + "\n")
}

fn tell(place: &str, digest: Sha256, key: &PrivateKey) -> Result<(), UsageError> {
    let key = key.public().fingerprint();
    print(&format!("signed: {place}\n  sha256 {digest}\n  by key {key}\n"))
}
