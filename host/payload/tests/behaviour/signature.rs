//! Who signed the manifest.

use p256::{
    SecretKey,
    pkcs8::{EncodePrivateKey as _, LineEnding},
};
use shipworthy_contract::{Class, Outcome, Policy, Sha256, rules};
use shipworthy_payload::{Demands, Silent, read_requirement};
use shipworthy_signatures::{LARGEST_SIGNATURE, PrivateKey, TrustedKey, sign_blob};
use time::macros::date;

use crate::sandbox::{Artifact, SOUND};

const BUNDLE: &str = "artifact.yml.sigstore.json";

/// A key that follows from its name, so that no key lies in the tree.
#[expect(clippy::unwrap_used, reason = "every digest that is used is a key")]
fn key(name: &str) -> PrivateKey {
    let secret = SecretKey::from_slice(Sha256::of(name.as_bytes()).as_bytes()).unwrap();
    PrivateKey::from_pem(&secret.to_pkcs8_pem(LineEnding::LF).unwrap(), None).unwrap()
}

fn trusted(name: &str) -> TrustedKey {
    TrustedKey::new(name, key(name).public().clone())
}

#[expect(clippy::unwrap_used, reason = "a sound key signs")]
fn signed(name: &str, bytes: &str) -> String {
    sign_blob(&key(name), bytes.as_bytes()).unwrap()
}

/// An artifact of which the signers are asked for.
fn asked(signers: Vec<TrustedKey>) -> Artifact {
    let mut artifact = Artifact::new(SOUND);
    artifact.demands = Demands { signers: Some(signers), ..Demands::default() };
    artifact
}

/// What becomes of the rule, in a line.
fn told(artifact: &Artifact) -> String {
    artifact.result(&rules::SIGNATURE).map_or_else(
        || "nothing".to_owned(),
        |result| format!("{:?} {:?}: {}", result.outcome, result.class, result.message),
    )
}

#[test]
fn nothing_is_said_where_nobody_asks() {
    assert_eq!(told(&Artifact::new(SOUND)), "nothing");
    assert_eq!(told(&Artifact::new(SOUND).file(BUNDLE, "damaged")), "nothing");
}

#[test]
fn each_way_to_be_or_not_to_be_signed_has_its_text() {
    let release = || vec![trusted("release")];
    let late = || vec![trusted("release").until(date!(2026 - 06 - 30), date!(2026 - 07 - 01))];
    let by = key("release").public().fingerprint();
    let table = [
        (
            asked(release()).file(BUNDLE, signed("release", SOUND)),
            format!("Pass Satisfied: the manifest is signed by `release` ({by})"),
        ),
        (asked(release()), "Fail Violated: the manifest is not signed".to_owned()),
        (
            asked(release()).file(BUNDLE, signed("stranger", SOUND)),
            "Fail Violated: the manifest is signed by a key that is not trusted to sign artifacts here".to_owned(),
        ),
        (
            asked(Vec::new()).file(BUNDLE, signed("release", SOUND)),
            "Fail Violated: the manifest is signed, and no key is trusted to sign artifacts here".to_owned(),
        ),
        (
            asked(release()).file(BUNDLE, signed("release", "other")),
            "Fail Violated: the manifest is not what `release` signed".to_owned(),
        ),
        (asked(release()).file(BUNDLE, "{}"), "Fail Violated: the manifest's signature is not valid".to_owned()),
        (
            asked(late()).file(BUNDLE, signed("release", SOUND)),
            "Fail Violated: the manifest is signed by `release`, which was trusted until 2026-06-30".to_owned(),
        ),
        (asked(Vec::new()), "Fail Violated: the manifest is not signed".to_owned()),
    ];
    for (mut artifact, expected) in table {
        assert_eq!(told(&artifact), expected);
        artifact.policy = Policy::Warn;
        assert_eq!(told(&artifact), expected, "no policy takes it easier");
    }
}

#[test]
fn a_bare_signature_counts_where_there_is_no_bundle() {
    let release = || vec![trusted("release")];
    let bundle = signed("release", SOUND);
    let bundle: serde_json::Value = serde_json::from_str(&bundle).unwrap_or_default();
    let bare = bundle.pointer("/messageSignature/signature").and_then(|text| text.as_str()).unwrap_or_default();
    let signed_bare = asked(release()).file("artifact.yml.sig", bare);
    assert_eq!(signed_bare.result(&rules::SIGNATURE).map(|result| result.outcome), Some(Outcome::Pass));
    let others = asked(release()).file("artifact.yml", "other: 1\n");
    assert_eq!(
        told(&others.file("artifact.yml.sig", bare)),
        "Fail Violated: the manifest's signature is by a key that is not trusted here, or of other bytes"
    );
    let both = signed_bare.file(BUNDLE, signed("stranger", SOUND));
    assert_eq!(
        told(&both),
        "Fail Violated: the manifest is signed by a key that is not trusted to sign artifacts here",
        "the first that is there is the one"
    );
}

#[test]
fn what_lies_there_instead_of_a_signature_does_no_harm() {
    let release = || vec![trusted("release")];
    let large = " ".repeat(LARGEST_SIGNATURE + 1);
    for (artifact, class, why) in [
        (asked(release()).folder(BUNDLE), Class::Unreadable, "it is a folder"),
        (asked(release()).fifo(BUNDLE), Class::Unreadable, "it is a FIFO, not a regular file"),
        (asked(release()).link(BUNDLE, "/dev/zero"), Class::Unreadable, "it is a device, not a regular file"),
        (asked(release()).file(BUNDLE, large), Class::Limit, "it has more than 256KiB"),
    ] {
        let told = told(&artifact);
        assert_eq!(told, format!("Fail {class:?}: the manifest's signature cannot be read: {why}"));
    }
}

#[test]
fn a_manifest_that_is_not_yaml_is_judged_by_its_bytes() {
    let damaged = "project: [";
    let artifact =
        asked(vec![trusted("release")]).file("artifact.yml", damaged).file(BUNDLE, signed("release", damaged));
    assert_eq!(artifact.result(&rules::SIGNATURE).map(|result| result.outcome), Some(Outcome::Pass));
}

#[test]
fn a_manifest_that_cannot_be_read_has_no_signer() {
    let artifact = asked(vec![trusted("release")]).without("artifact.yml").folder("artifact.yml");
    assert_eq!(told(&artifact), "Skip Skipped: whose the manifest is cannot be told, since it cannot be read");
}

#[test]
fn of_a_requirement_alone_no_signature_is_opened() {
    let artifact = asked(vec![trusted("release")]);
    let manifest = artifact.place("artifact.yml");
    let read = read_requirement(&artifact.request(&manifest, &Silent)).map(|checked| checked.results);
    assert!(read.is_ok_and(|results| results.iter().all(|result| result.rule != rules::SIGNATURE)));
}

#[test]
fn a_signature_says_nothing_of_what_the_environment_demands_within() {
    let artifact = asked(vec![trusted("release")]).file(BUNDLE, signed("release", SOUND));
    assert!(artifact.result(&rules::ENVIRONMENT).is_none());
}
