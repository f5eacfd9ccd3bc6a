//! What is a key, and what is told of what is none.

use shipworthy_signatures::{KeyError, PrivateKey, PublicKey};

use crate::{
    key, pem,
    tools::{openssl, output},
};

/// A key of openssl's, and its public half.
fn pair(algorithm: &[&str]) -> (String, String) {
    let private = openssl(&[&["genpkey"], algorithm].concat(), b"");
    let public = openssl(&["pkey", "-pubout"], private.as_bytes());
    (private, public)
}

fn ec(curve: &str) -> [String; 4] {
    ["-algorithm".to_owned(), "EC".to_owned(), "-pkeyopt".to_owned(), format!("ec_paramgen_curve:{curve}")]
}

#[test]
fn a_pair_of_openssls_is_one_key() {
    let curve = ec("P-256");
    let (private, public) = pair(&curve.each_ref().map(String::as_str));
    let read = PublicKey::from_pem(&public).unwrap();
    assert_eq!(PrivateKey::from_pem(&private, None).unwrap().public(), &read);
    let der = output("openssl", &["pkey", "-pubin", "-outform", "der"], public.as_bytes());
    assert_eq!(read.fingerprint(), shipworthy_contract::Sha256::of(&der));
    // As `openssl ecparam -genkey` and `openssl ec` write it.
    let sec1 = openssl(&["pkey", "-traditional"], private.as_bytes());
    assert!(sec1.starts_with("-----BEGIN EC PRIVATE KEY-----"), "{sec1}");
    assert_eq!(PrivateKey::from_pem(&sec1, None).unwrap().public(), &read);
    let with_parameters = openssl(&["ecparam", "-name", "prime256v1", "-genkey"], b"");
    assert!(with_parameters.starts_with("-----BEGIN EC PARAMETERS-----"), "{with_parameters}");
    PrivateKey::from_pem(&with_parameters, None).unwrap();
    // A point may be written short; it is the same key, with the same fingerprint.
    let short = openssl(&["pkey", "-pubin", "-ec_conv_form", "compressed"], public.as_bytes());
    assert_ne!(short, public);
    assert_eq!(PublicKey::from_pem(&short).unwrap(), read);
}

#[test]
fn other_kinds_of_keys_are_named() {
    let [p384, p521, k256, explicit] = ["P-384", "P-521", "secp256k1", "P-256"].map(ec);
    let explicit = [explicit.as_slice(), &["-pkeyopt".to_owned(), "ec_param_enc:explicit".to_owned()]].concat();
    let words = |words: &[String]| words.iter().map(String::as_str).map(str::to_owned).collect::<Vec<_>>();
    let table: &[(Vec<String>, &str)] = &[
        (words(&["-algorithm".to_owned(), "RSA".to_owned()]), "an RSA key"),
        (words(&["-algorithm".to_owned(), "ED25519".to_owned()]), "an Ed25519 key"),
        (words(&["-algorithm".to_owned(), "X25519".to_owned()]), "an X25519 key"),
        (words(&p384), "a key on the curve P-384"),
        (words(&p521), "a key on the curve P-521"),
        (words(&k256), "a key on the curve secp256k1"),
        (words(&explicit), "a key on a curve that it describes instead of naming it"),
    ];
    for (algorithm, name) in table {
        let algorithm: Vec<&str> = algorithm.iter().map(String::as_str).collect();
        let (private, public) = pair(&algorithm);
        let expected = KeyError::Algorithm { found: (*name).to_owned() };
        assert_eq!(PublicKey::from_pem(&public).unwrap_err(), expected);
        assert_eq!(PrivateKey::from_pem(&private, None).unwrap_err(), expected);
    }
    let sec1 = openssl(&["ecparam", "-name", "secp384r1", "-genkey"], b"");
    let told = PrivateKey::from_pem(&sec1, None).unwrap_err().to_string();
    assert_eq!(told, "expected a key for ECDSA on P-256, found a key on the curve P-384");
}

#[test]
fn what_is_given_by_mistake_is_named() {
    let private = pem("release");
    let public = |text: &str| PublicKey::from_pem(text).unwrap_err().to_string();
    let secret = |text: &str| PrivateKey::from_pem(text, None).unwrap_err().to_string();
    let expected = "expected a public key, `-----BEGIN PUBLIC KEY-----`, found ";
    assert_eq!(public(&private), format!("{expected}a private key, which must stay with who signs"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("release.key");
    std::fs::write(&file, &private).unwrap();
    let request = ["req", "-new", "-x509", "-subj", "/CN=x", "-key", file.to_str().unwrap()];
    let certificate = openssl(&request, b"");
    assert_eq!(public(&certificate), format!("{expected}a certificate"));
    assert_eq!(secret(&certificate), "expected a private key, found a certificate");
    assert_eq!(
        secret(&openssl(&["pkey", "-pubout"], private.as_bytes())),
        "expected a private key, found a public key"
    );
    let encrypted = ["pkcs8", "-topk8", "-passout", "pass:x", "-v2", "aes256"];
    assert_eq!(
        secret(&openssl(&encrypted, private.as_bytes())),
        "the block `ENCRYPTED PRIVATE KEY` is encrypted in a way that is not supported"
    );
    let old = ["pkey", "-traditional", "-aes256", "-passout", "pass:x"];
    assert_eq!(
        secret(&openssl(&old, private.as_bytes())),
        "the block `EC PRIVATE KEY` is encrypted in a way that is not supported"
    );
}

#[test]
fn damaged_keys_are_refused_and_never_shown() {
    let text = pem("release");
    let secret: Vec<&str> = text.lines().filter(|line| !line.starts_with('-')).collect();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(damaged) = String::from_utf8(bytes) else { continue };
        // A bit of the number itself makes another key; anything else is refused, in words of ours.
        let Err(error) = PrivateKey::from_pem(&damaged, None) else { continue };
        let told = format!("{error} {error:?}");
        assert!(!secret.iter().any(|line| told.contains(line)), "{told}");
    }
    let key = key("release");
    assert_eq!(format!("{key:?}"), "PrivateKey([secret])");
}
