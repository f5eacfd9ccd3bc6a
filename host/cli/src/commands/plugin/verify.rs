//! `plugin verify FILE --key FILE`: who signed it, or why that cannot be said.

use shipworthy_contract::text::one_line;
use shipworthy_plugins::{
    registry::{Looked, Registry as _},
    trust,
};
use shipworthy_signatures::{VerifyError, verify_digest};

use super::pull::one;
use crate::{
    args::VerifyArgs,
    interrupt::remove_at_exit,
    output::print,
    reach::Reach,
    refusal::Refusal,
    signing::{
        SigningError, keys,
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
        Subject::Manifest(reference) => {
            // What the registry holds now, not what was kept of it: the component too, which a signature of its manifest
            // covers by its digest alone.
            let store = tempfile::tempdir().map_err(SigningError::Temporary)?;
            remove_at_exit(store.path());
            let reach = Reach::named(&reference, &args.registry, false)?.with_store(store.path().join("store"));
            let manifest = reach.digest(&reference).map_err(one)?;
            reach.fetch(&reference, manifest).map_err(one)?;
            let attached = reach.signatures(&reference, manifest, Looked::Now).map_err(one)?;
            trust::of_manifest(manifest, &attached, &keys)
        }
    };
    let subject = args.subject.display().to_string();
    let signer = verdict.map_err(|source| SigningError::NotTrusted { subject: subject.clone(), source })?;
    print(&one_line(&format!("{subject}: signed by {} ({})", signer.name, signer.fingerprint)))?;
    print("\n")?;
    Ok(())
}
