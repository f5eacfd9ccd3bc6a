//! `plugin verify FILE --key FILE`: who signed it, or why that cannot be said.

use shipworthy_contract::text::one_line;
use shipworthy_signatures::{VerifyError, verify_digest};

use crate::{
    args::VerifyArgs,
    output::Stream,
    refusal::Refusal,
    signing::{
        SigningError, keys, registry,
        subject::{self, Subject},
    },
};

pub(super) fn run(args: &VerifyArgs) -> Result<(), Refusal> {
    let keys = keys::trusted(&args.key)?;
    let verdict = match Subject::named(&args.subject)? {
        Subject::File(file) => {
            let digest = subject::digest(&file)?;
            let signature = subject::signature_of(&file, args.signature.as_deref())?;
            signature.map_or(Err(VerifyError::Unsigned), |signature| verify_digest(digest, &signature, &keys))
        }
        Subject::Manifest(reference) => registry::verify(&registry::fetch(&reference)?, &keys),
    };
    let subject = args.subject.display().to_string();
    let signer = verdict.map_err(|source| SigningError::NotTrusted { subject: subject.clone(), source })?;
    Stream::Out.write(&one_line(&format!("{subject}: signed by {} ({})", signer.name, signer.fingerprint)));
    Stream::Out.write("\n");
    Ok(())
}
