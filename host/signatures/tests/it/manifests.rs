//! Manifests in a registry.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use shipworthy_contract::Sha256;
use shipworthy_signatures::{
    Attached, Flaw, MOST_SIGNATURES, PrivateKey, VerifyError, sign_blob, sign_manifest, verify_manifest,
};
use time::macros::date;

use crate::{key, trusted, word};

fn digest() -> Sha256 {
    Sha256::of(b"a manifest")
}

fn signed(name: &str, of: Sha256) -> Vec<u8> {
    sign_manifest(&key(name), of).unwrap().into_bytes()
}

/// A statement of one's own, signed as it should be.
fn stated(name: &str, statement: &str) -> Vec<u8> {
    let kind = "application/vnd.in-toto+json";
    let pae = format!("DSSEv1 {} {kind} {} {statement}", kind.len(), statement.len());
    let mut bundle: Value = serde_json::from_slice(&signed(name, digest())).unwrap();
    bundle["dsseEnvelope"]["payload"] = STANDARD.encode(statement).into();
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = bare(&key(name), pae.as_bytes()).into();
    bundle.to_string().into_bytes()
}

/// A signature of bytes, as base64.
fn bare(key: &PrivateKey, bytes: &[u8]) -> String {
    let bundle: Value = serde_json::from_str(&sign_blob(key, bytes).unwrap()).unwrap();
    bundle["messageSignature"]["signature"].as_str().unwrap().to_owned()
}

fn simple(digest: &str, kind: &str) -> String {
    json!({
        "critical": {
            "identity": { "docker-reference": "registry.example/probe" },
            "image": { "docker-manifest-digest": digest },
            "type": kind,
        },
        "optional": { "svc": "billing" },
    })
    .to_string()
}

fn outcome(attached: &[Attached<'_>]) -> Result<shipworthy_signatures::Signer, VerifyError> {
    verify_manifest(digest(), attached, &trusted(&["backup", "release"]))
}

#[test]
fn what_is_signed_is_the_digest_alone() {
    let bundle: Value = serde_json::from_slice(&signed("release", digest())).unwrap();
    let envelope = &bundle["dsseEnvelope"];
    let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let expected = format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{}"}},"annotations":{{}}}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{{}}}}"#,
        digest()
    );
    assert_eq!(String::from_utf8(payload).unwrap(), expected);
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
    assert_eq!(word(&outcome(&[Attached::Bundle(&signed("release", digest()))])), "release");
}

#[test]
fn every_failure_has_its_outcome() {
    let other = Sha256::of(b"another manifest");
    let statement = |predicate: &str, subject: &str| {
        format!(r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{subject}],"predicateType":"{predicate}"}}"#)
    };
    let sign = "https://sigstore.dev/cosign/sign/v1";
    let slsa = "https://slsa.dev/provenance/v1";
    let ours = format!(r#"{{"digest":{{"sha256":"{}"}}}}"#, digest());
    let twice = format!(r#"{{"digest":{{"sha256":"{other}","sha256":"{}"}}}}"#, digest());
    let mut swapped: Value = serde_json::from_slice(&signed("stranger", digest())).unwrap();
    swapped["verificationMaterial"]["publicKey"]["hint"] =
        STANDARD.encode(key("release").public().fingerprint().as_bytes()).into();
    let mut two: Value = serde_json::from_slice(&signed("release", digest())).unwrap();
    let first = two["dsseEnvelope"]["signatures"][0].clone();
    two["dsseEnvelope"]["signatures"].as_array_mut().unwrap().push(first);
    let mut typed: Value = serde_json::from_slice(&signed("release", digest())).unwrap();
    typed["dsseEnvelope"]["payloadType"] = json!("text/plain");
    let old = statement(sign, &ours).replace("Statement/v1", "Statement/v0.1");
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("as cosign writes it", signed("release", digest()), "release"),
        ("no annotations", stated("release", &statement(sign, &ours)), "release"),
        ("one subject of two", stated("release", &statement(sign, &format!(r#"{{"digest":{{}}}},{ours}"#))), "release"),
        ("another key", signed("stranger", digest()), "wrong-key"),
        ("another key with a trusted one's hint", swapped.to_string().into(), "broken"),
        ("another manifest", signed("release", other), "altered"),
        ("another manifest, another key", signed("stranger", other), "wrong-key"),
        ("a statement of another kind", stated("release", &statement(slsa, &ours)), "unsigned"),
        ("one of an older type", stated("release", &statement(slsa, &ours).replace("/v1\"", "/v0.1\"")), "unsigned"),
        ("one of another kind by another key", stated("stranger", &statement(slsa, &ours)), "unsigned"),
        ("no subject", stated("release", &statement(sign, "")), "broken"),
        ("a subject without sha256", stated("release", &statement(sign, r#"{"digest":{}}"#)), "broken"),
        ("a digest that stands twice", stated("release", &statement(sign, &twice)), "broken"),
        ("an older type of statement", stated("release", &old), "broken"),
        ("other JSON", stated("release", "[]"), "broken"),
        ("two signatures in one envelope", two.to_string().into(), "broken"),
        ("another type of payload", typed.to_string().into(), "broken"),
        ("a signature of a file", sign_blob(&key("release"), b"a manifest").unwrap().into(), "broken"),
        ("nothing", Vec::new(), "broken"),
    ];
    for (name, bundle, expected) in &table {
        let outcome = outcome(&[Attached::Bundle(bundle)]);
        assert_eq!(word(&outcome), *expected, "{name}: {outcome:?}");
    }
    assert_eq!(outcome(&[]), Err(VerifyError::Unsigned));
}

#[test]
fn simple_signing_is_read() {
    let kind = "cosign container image signature";
    let [ours, other] = [digest(), Sha256::of(b"x")].map(|digest| format!("sha256:{digest}"));
    let cut = ours.strip_suffix('0').map_or_else(|| ours[..ours.len() - 1].to_owned(), str::to_owned);
    for (name, payload, by, expected) in [
        ("good", simple(&ours, kind), "release", "release"),
        ("another key", simple(&ours, kind), "stranger", "unmatched"),
        ("another manifest", simple(&other, kind), "release", "altered"),
        ("another type", simple(&ours, "atomic container signature"), "release", "broken"),
        ("no digest", simple(&cut, kind), "release", "broken"),
        ("other JSON", "{}".to_owned(), "release", "broken"),
    ] {
        let signature = bare(&key(by), payload.as_bytes());
        let outcome = outcome(&[Attached::SimpleSigning { payload: payload.as_bytes(), signature: &signature }]);
        assert_eq!(word(&outcome), expected, "{name}: {outcome:?}");
    }
    let payload = simple(&ours, kind);
    let signature = bare(&key("release"), payload.as_bytes());
    for at in 0..payload.len() {
        let mut altered = payload.clone().into_bytes();
        altered[at] ^= 1;
        assert_eq!(
            word(&outcome(&[Attached::SimpleSigning { payload: &altered, signature: &signature }])),
            "unmatched"
        );
    }
}

#[test]
fn one_good_signature_suffices_and_else_the_most_telling_is_told() {
    let good = signed("release", digest());
    let stranger = signed("stranger", digest());
    let altered = signed("release", Sha256::of(b"x"));
    let [good, stranger, altered, broken] = [&good, &stranger, &altered, b"{}".as_slice()].map(Attached::Bundle);
    for (attached, expected) in [
        (vec![stranger, broken, altered, good], "release"),
        (vec![altered, broken, stranger], "altered"),
        (vec![stranger, broken], "broken"),
        (vec![stranger, stranger], "wrong-key"),
    ] {
        assert_eq!(word(&outcome(&attached)), expected);
    }
    let keys: Vec<_> =
        trusted(&["release"]).into_iter().map(|key| key.until(date!(2026 - 01 - 01), date!(2026 - 01 - 02))).collect();
    assert_eq!(word(&verify_manifest(digest(), &[altered, good, stranger], &keys)), "expired");
}

#[test]
fn no_more_than_a_number_of_signatures_is_looked_at() {
    let (stranger, good) = (signed("stranger", digest()), signed("release", digest()));
    let mut attached = vec![Attached::Bundle(&stranger); MOST_SIGNATURES];
    attached.push(Attached::Bundle(&good));
    let flaw = Flaw::TooMany { found: MOST_SIGNATURES + 1, limit: MOST_SIGNATURES };
    assert_eq!(outcome(&attached), Err(VerifyError::Broken { flaw }));
}

#[test]
fn no_altered_byte_is_ever_accepted() {
    let bundle: Value = serde_json::from_slice(&signed("release", digest())).unwrap();
    let text = bundle.to_string();
    let envelope = &bundle["dsseEnvelope"];
    for region in [&envelope["payload"], &envelope["payloadType"], &envelope["signatures"][0]["sig"]] {
        let region = region.as_str().unwrap();
        let begin = text.find(region).unwrap();
        for at in begin..begin + region.len() {
            for bit in 0..8 {
                let mut altered = text.clone().into_bytes();
                altered[at] ^= 1 << bit;
                let outcome = outcome(&[Attached::Bundle(&altered)]);
                assert!(outcome.is_err(), "byte {at}, bit {bit}");
            }
        }
    }
}
