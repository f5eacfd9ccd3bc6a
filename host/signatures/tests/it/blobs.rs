//! Files: each way in which a signature is accepted or not.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use shipworthy_contract::Sha256;
use shipworthy_signatures::{Flaw, LARGEST_SIGNATURE, VerifyError, sign_blob, sign_digest, verify_blob};
use time::macros::date;

use crate::{key, trusted, word};

const BYTES: &[u8] = b"the bytes";

fn bundle(name: &str, bytes: &[u8]) -> Value {
    serde_json::from_str(&sign_blob(&key(name), bytes).unwrap()).unwrap()
}

/// A bundle with one value replaced.
fn with(mut bundle: Value, pointer: &str, value: Value) -> Value {
    *bundle.pointer_mut(pointer).unwrap() = value;
    bundle
}

fn without(mut bundle: Value, parent: &str, field: &str) -> Value {
    bundle.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(field).unwrap();
    bundle
}

fn der(bundle: &Value) -> Vec<u8> {
    STANDARD.decode(bundle["messageSignature"]["signature"].as_str().unwrap()).unwrap()
}

fn base64_of(bytes: &[u8]) -> Value {
    STANDARD.encode(bytes).into()
}

#[test]
fn a_bundle_is_what_cosign_writes() {
    let key = key("release");
    let hint = STANDARD.encode(key.public().fingerprint().as_bytes());
    let digest = STANDARD.encode(Sha256::of(BYTES).as_bytes());
    let text = sign_blob(&key, BYTES).unwrap();
    let signature = bundle("release", BYTES)["messageSignature"]["signature"].as_str().unwrap().to_owned();
    assert_eq!(
        text,
        format!(
            r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"publicKey":{{"hint":"{hint}"}}}},"messageSignature":{{"messageDigest":{{"algorithm":"SHA2_256","digest":"{digest}"}},"signature":"{signature}"}}}}"#
        )
    );
    assert_eq!(sign_digest(&key, Sha256::of(BYTES)).unwrap(), text, "the same key and bytes give the same signature");
}

#[test]
fn every_form_of_a_good_signature_is_accepted() {
    let good = bundle("release", BYTES);
    let der = der(&good);
    let old_name = json!("application/vnd.dev.sigstore.bundle+json;version=0.3");
    let text = STANDARD.encode(&der);
    let forms: &[(&str, Vec<u8>)] = &[
        ("a bundle", good.to_string().into()),
        ("its media type as it was first spelt", with(good.clone(), "/mediaType", old_name).to_string().into()),
        ("other spacing", serde_json::to_vec_pretty(&good).unwrap()),
        ("no hint", without(good.clone(), "/verificationMaterial", "publicKey").to_string().into()),
        ("another hint", with(good.clone(), "/verificationMaterial/publicKey/hint", json!("x")).to_string().into()),
        ("no digest", without(good.clone(), "/messageSignature", "messageDigest").to_string().into()),
        ("cosign's older bundle", json!({ "base64Signature": text }).to_string().into()),
        ("the signature alone", text.clone().into()),
        ("with an end of line", format!("{text}\n").into()),
        ("as DER", der),
    ];
    for (name, signature) in forms {
        let outcome = verify_blob(BYTES, signature, &trusted(&["backup", "release"]));
        assert_eq!(word(&outcome), "release", "{name}: {outcome:?}");
        assert_eq!(outcome.unwrap().fingerprint, key("release").public().fingerprint());
    }
}

#[test]
fn every_failure_has_its_outcome() {
    let good = bundle("release", BYTES);
    let text = |value: &Value| value.to_string().into_bytes();
    let hint = "/verificationMaterial/publicKey/hint";
    let of_other = json!(bundle("release", b"x")["messageSignature"]["signature"]);
    let stranger = bundle("stranger", BYTES);
    let certificate = json!({ "certificate": { "rawBytes": "" } });
    let table: &[(&str, Vec<u8>, &[u8], &str)] = &[
        ("another key", text(&stranger), BYTES, "wrong-key"),
        ("another key and other bytes", text(&stranger), b"x", "wrong-key"),
        (
            "another key, with no hint",
            text(&without(stranger.clone(), "/verificationMaterial", "publicKey")),
            BYTES,
            "wrong-key",
        ),
        (
            "another key with a trusted one's hint",
            text(&with(stranger.clone(), hint, good.pointer(hint).unwrap().clone())),
            BYTES,
            "broken",
        ),
        ("other bytes", text(&good), b"The bytes", "altered"),
        ("no bytes", text(&good), b"", "altered"),
        (
            "another one's signature",
            text(&with(good.clone(), "/messageSignature/signature", of_other)),
            BYTES,
            "broken",
        ),
        ("a bare one, other bytes", der(&good), b"x", "unmatched"),
        ("a bare one, another key", der(&stranger), BYTES, "unmatched"),
        ("with a certificate", text(&with(stranger, "/verificationMaterial", certificate)), BYTES, "broken"),
    ];
    for (name, signature, bytes, expected) in table {
        let outcome = verify_blob(bytes, signature, &trusted(&["backup", "release"]));
        assert_eq!(word(&outcome), *expected, "{name}: {outcome:?}");
    }
    let outcome = verify_blob(b"x", &text(&good), &trusted(&["release"]));
    let (signed, found) = (Sha256::of(BYTES), Sha256::of(b"x"));
    assert_eq!(outcome, Err(VerifyError::Altered { key: "release".to_owned(), signed, found }));
}

#[test]
fn nobody_is_trusted_by_an_empty_list() {
    let good = bundle("release", BYTES).to_string();
    let found = Some(key("release").public().fingerprint());
    assert_eq!(verify_blob(BYTES, good.as_bytes(), &[]), Err(VerifyError::WrongKey { found, trusted: Vec::new() }));
}

#[test]
fn a_keys_time_is_over_after_its_last_day() {
    let good = bundle("release", BYTES).to_string();
    let [release] = <[_; 1]>::try_from(trusted(&["release"])).unwrap();
    let last = date!(2027 - 06 - 30);
    for (today, expected) in [(date!(2026 - 01 - 01), "release"), (last, "release"), (date!(2027 - 07 - 01), "expired")]
    {
        let keys = [release.clone().until(last, today)];
        assert_eq!(word(&verify_blob(BYTES, good.as_bytes(), &keys)), expected, "{today}");
    }
    let late = release.clone().until(last, date!(2027 - 07 - 01));
    let altered = verify_blob(b"x", good.as_bytes(), std::slice::from_ref(&late));
    assert_eq!(word(&altered), "altered", "time does not hide what was altered");
    // The same key under a name whose time is not over.
    assert_eq!(word(&verify_blob(BYTES, good.as_bytes(), &[late, release])), "release");
}

#[test]
fn what_is_no_signature_says_what_it_is() {
    let good = bundle("release", BYTES);
    let text = |value: Value| value.to_string().into_bytes();
    let digest = "/messageSignature/messageDigest";
    let json_flaw = |what: &str| Flaw::Json { what: what.to_owned() };
    let twice = good.to_string().replacen(r#""signature":"#, r#""signature":"","signature":"#, 1);
    let table: Vec<(Vec<u8>, Flaw)> = vec![
        (Vec::new(), Flaw::Unknown),
        (b"hello".to_vec(), Flaw::Unknown),
        (b"0hello".to_vec(), Flaw::Unknown),
        (vec![0xff; 40], Flaw::Unknown),
        (b"{".to_vec(), json_flaw("EOF while parsing an object at line 1 column 1")),
        (b"{}".to_vec(), json_flaw("the field `mediaType` is missing")),
        (b"[]".to_vec(), Flaw::Unknown),
        (vec![b' '; LARGEST_SIGNATURE + 1], Flaw::TooLarge { limit: LARGEST_SIGNATURE }),
        (
            twice.clone().into(),
            json_flaw(&format!("duplicate field `signature` at line 1 column {}", twice.rfind(r#"":""#).unwrap() + 1)),
        ),
        (
            text(with(good.clone(), "/mediaType", json!("text/plain"))),
            Flaw::MediaType { found: "text/plain".to_owned() },
        ),
        (text(without(good.clone(), "", "messageSignature")), Flaw::Content { expected: "messageSignature" }),
        (text(with(good.clone(), "/messageSignature/signature", json!("*"))), Flaw::Base64 { field: "signature" }),
        (text(with(good.clone(), "/messageSignature/signature", json!("AAEC"))), Flaw::Der { field: "signature" }),
        (text(with(good.clone(), "/messageSignature/signature", json!(""))), Flaw::Der { field: "signature" }),
        (
            text(with(good.clone(), &format!("{digest}/algorithm"), json!("SHA2_512"))),
            Flaw::Algorithm { found: "SHA2_512".to_owned() },
        ),
        (text(with(good.clone(), &format!("{digest}/digest"), json!("AAEC"))), Flaw::Base64 { field: "digest" }),
        (
            text(with(good, &format!("{digest}/digest"), base64_of(&[7; 32]))),
            Flaw::OtherDigest { said: Sha256::from_bytes([7; 32]) },
        ),
    ];
    for (signature, flaw) in table {
        let shown = String::from_utf8_lossy(&signature[..signature.len().min(400)]).into_owned();
        assert_eq!(
            verify_blob(BYTES, &signature, &trusted(&["release"])),
            Err(VerifyError::Broken { flaw }),
            "{shown}"
        );
    }
}

/// Every bit of everything that a signature consists of. What is not the signature, such as the hint, may change without
/// harm; the signature and what it is of may not.
#[test]
fn no_altered_byte_is_ever_accepted() {
    let keys = trusted(&["release"]);
    let good = bundle("release", BYTES);
    let der = der(&good);
    for (name, region) in [("DER", der.clone()), ("base64", STANDARD.encode(&der).into_bytes())] {
        for at in 0..region.len() {
            for bit in 0..8 {
                let mut altered = region.clone();
                altered[at] ^= 1 << bit;
                let outcome = verify_blob(BYTES, &altered, &keys);
                assert!(outcome.is_err(), "{name}, byte {at}, bit {bit}: {outcome:?}");
            }
        }
    }
    let text = good.to_string();
    let signature = good["messageSignature"]["signature"].as_str().unwrap();
    let digest = good["messageSignature"]["messageDigest"]["digest"].as_str().unwrap();
    for region in [signature, digest] {
        let begin = text.find(region).unwrap();
        for at in begin..begin + region.len() {
            for bit in 0..8 {
                let mut altered = text.clone().into_bytes();
                altered[at] ^= 1 << bit;
                let outcome = verify_blob(BYTES, &altered, &keys);
                assert_eq!(word(&outcome), "broken", "byte {at}, bit {bit}");
            }
        }
    }
    for at in 0..BYTES.len() {
        let mut altered = BYTES.to_vec();
        altered[at] ^= 1;
        assert_eq!(word(&verify_blob(&altered, text.as_bytes(), &keys)), "altered", "byte {at}");
    }
}

/// Of an ECDSA signature (r, s) anybody can make (r, n - s): it is as good, and nothing rests on there being one.
#[test]
fn the_other_half_of_a_signature_is_as_good() {
    let made = p256::ecdsa::Signature::from_der(&der(&bundle("release", BYTES))).unwrap();
    let other = p256::ecdsa::Signature::from_scalars(made.r(), -made.s()).unwrap();
    assert_ne!(made, other);
    let outcome = verify_blob(BYTES, other.to_der().as_bytes(), &trusted(&["release"]));
    assert_eq!(word(&outcome), "release");
}
