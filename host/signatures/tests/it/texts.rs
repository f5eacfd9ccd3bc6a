//! Every text that people read, once.

use std::error::Error;

use shipworthy_contract::{Explain, Sha256};
use shipworthy_signatures::{Flaw, KeyError, VerifyError};
use time::macros::date;

fn told(error: &dyn Explain) -> String {
    let mut text = format!("{} ({}): {error}", error.code(), error.fault());
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("\n  caused by: {error}"));
        cause = error.source();
    }
    text + &error.help().map(|help| format!("\n  help: {help}")).unwrap_or_default() + "\n"
}

#[test]
fn every_outcome_has_its_own_text() {
    let (signed, found) = (Sha256::of(b"signed"), Sha256::of(b"found"));
    let flaw = Flaw::DoesNotHold { key: "release".to_owned() };
    let trusted = vec!["release".to_owned(), "backup".to_owned()];
    let outcomes = [
        VerifyError::Unsigned,
        VerifyError::WrongKey { found: Some(found), trusted: trusted.clone() },
        VerifyError::WrongKey { found: None, trusted: (1..=10).map(|n| format!("key-{n}")).collect() },
        VerifyError::WrongKey { found: None, trusted: Vec::new() },
        VerifyError::Unmatched { trusted },
        VerifyError::Altered { key: "release".to_owned(), signed, found },
        VerifyError::Broken { flaw },
        VerifyError::Expired { key: "release".to_owned(), since: date!(2027 - 06 - 30) },
    ];
    let lines = outcomes.iter().map(|error| {
        let expected = error.expected(&crate::trusted(&["release", "backup"]));
        format!("{}  expected: {expected}\n  observed: {}\n", told(error), error.observed())
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_flaw_has_its_own_text() {
    let flaws = [
        Flaw::TooLarge { limit: 262_144 },
        Flaw::TooMany { found: 129, limit: 128 },
        Flaw::Unknown,
        Flaw::Json { what: "the field `mediaType` is missing".to_owned() },
        Flaw::MediaType { found: "text/plain".to_owned() },
        Flaw::Base64 { field: "signature" },
        Flaw::Der { field: "signature" },
        Flaw::Algorithm { found: "SHA2_512".to_owned() },
        Flaw::Content { expected: "messageSignature" },
        Flaw::Count { found: 2 },
        Flaw::Statement { what: "found the type x".to_owned() },
        Flaw::DoesNotHold { key: "release".to_owned() },
        Flaw::OtherDigest { said: Sha256::of(b"said") },
        Flaw::Keyless,
    ];
    insta::assert_snapshot!(flaws.map(|flaw| VerifyError::Broken { flaw }.in_a_line()).join("\n"));
}

#[test]
fn every_fault_of_a_key_has_its_own_text() {
    let faults = [
        KeyError::TooLarge { limit: 65_536 },
        KeyError::NoPem { open_ssh: false },
        KeyError::NoPem { open_ssh: true },
        KeyError::Unfinished { label: "PUBLIC KEY".to_owned() },
        KeyError::Base64,
        KeyError::Kind { expected: "a private key", found: "a certificate".to_owned() },
        KeyError::Algorithm { found: "an RSA key".to_owned() },
        KeyError::Der,
        KeyError::EncryptedOtherwise { label: "ENCRYPTED PRIVATE KEY".to_owned() },
        KeyError::Envelope { what: "expected the derivation `scrypt`, found: x".to_owned() },
        KeyError::Costly { asked: "65536 MiB of memory".to_owned(), limit: "256 MiB" },
        KeyError::NoPassword,
        KeyError::WrongPassword,
        KeyError::CannotSign,
    ];
    insta::assert_snapshot!(faults.iter().map(|fault| told(fault)).collect::<String>());
}
