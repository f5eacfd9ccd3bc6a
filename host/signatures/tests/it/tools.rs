//! cosign and openssl: what they make is accepted here, and what is made here by them.

use std::{
    ffi::OsString,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use shipworthy_contract::{Secret, Sha256};
use shipworthy_signatures::{
    Attached, KeyError, PrivateKey, PublicKey, TrustedKey, sign_blob, sign_manifest, verify_blob, verify_manifest,
};
use tempfile::TempDir;

use crate::{key, pem, word};

/// The password of the pair that cosign makes.
pub(crate) const PASSWORD: &str = "correct horse";
/// Without a transparency log and without a look at a server's settings: no network.
pub(crate) const OFFLINE: [&str; 3] = ["--tlog-upload=false", "--use-signing-config=false", "--yes"];

/// What a program that has to succeed says.
pub(crate) fn output(program: impl AsRef<Path>, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let program = program.as_ref();
    let mut child = Command::new(program)
        .args(arguments)
        .env("COSIGN_PASSWORD", PASSWORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    // Whoever does not read it has closed it.
    drop(child.stdin.take().unwrap().write_all(input));
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{} {}: {told}", program.display(), arguments.join(" "));
    output.stdout
}

/// What openssl says.
pub(crate) fn openssl(arguments: &[&str], input: &[u8]) -> String {
    String::from_utf8(output("openssl", arguments, input)).unwrap()
}

/// Where a tool is; if it is nowhere that is said, or fails where everything must be there.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("HOME").map_or_else(OsString::new, |home| Path::new(&home).join("go/bin").into());
    let mut folders = std::env::split_paths(&path).chain([PathBuf::from(home)]);
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()));
    if found.is_none() {
        assert!(std::env::var_os("SHIPWORTHY_REQUIRE_DOCKER").is_none_or(|value| value != "1"), "{name} is missing");
        drop(writeln!(std::io::stderr(), "skipped: {name} is not installed"));
    }
    found
}

/// A folder with a pair that cosign made.
pub(crate) struct Pair {
    cosign: PathBuf,
    folder: TempDir,
}

impl Pair {
    pub(crate) fn new() -> Option<Self> {
        let (cosign, folder) = (tool("cosign")?, tempfile::tempdir().unwrap());
        let prefix = folder.path().join("release");
        output(&cosign, &["generate-key-pair", "--output-key-prefix", prefix.to_str().unwrap()], b"");
        Some(Self { cosign, folder })
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(crate) fn private(&self, password: Option<&str>) -> Result<PrivateKey, KeyError> {
        PrivateKey::from_pem(&self.text("release.key"), password.map(|text| Secret::new(text.to_owned())).as_ref())
    }

    pub(crate) fn trusted(&self) -> [TrustedKey; 1] {
        [TrustedKey::new("release", PublicKey::from_pem(&self.text("release.pub")).unwrap())]
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Vec<u8> {
        output(&self.cosign, arguments, b"")
    }
}

#[test]
fn cosigns_pair_is_a_key_behind_its_password() {
    let Some(pair) = Pair::new() else { return };
    let [release] = pair.trusted();
    assert_eq!(pair.private(Some(PASSWORD)).unwrap().public(), &release.key);
    assert_eq!(pair.private(None).unwrap_err(), KeyError::NoPassword);
    for wrong in ["", "correct horse "] {
        assert_eq!(pair.private(Some(wrong)).unwrap_err(), KeyError::WrongPassword);
    }
    // As it was called before.
    let older = pair.text("release.key").replace("SIGSTORE", "COSIGN");
    PrivateKey::from_pem(&older, Some(&Secret::new(PASSWORD.to_owned()))).unwrap();
}

#[test]
fn what_cosign_signs_is_accepted_in_every_form() {
    let Some(pair) = Pair::new() else { return };
    let bytes = b"schema_version: '1'\n";
    let file = pair.write("artifact.yml", bytes);
    let (key, bundle) = (pair.path("release.key"), pair.path("bundle"));
    let sign = [&["sign-blob", "--key", &key], OFFLINE.as_slice()].concat();
    pair.run(&[&sign, ["--bundle", &bundle, &file].as_slice()].concat());
    let old = pair.path("old");
    pair.run(&[&sign, ["--new-bundle-format=false", "--bundle", &old, &file].as_slice()].concat());
    let bare = pair.path("bare");
    pair.run(&[&sign, ["--new-bundle-format=false", "--output-signature", &bare, &file].as_slice()].concat());
    for (form, of_others) in [("bundle", "altered"), ("old", "unmatched"), ("bare", "unmatched")] {
        let signature = pair.read(form);
        assert_eq!(word(&verify_blob(bytes, &signature, &pair.trusted())), "release", "{form}");
        assert_eq!(word(&verify_blob(b"x", &signature, &pair.trusted())), of_others, "{form}");
    }
}

#[test]
fn cosign_accepts_what_is_signed_here() {
    let Some(pair) = Pair::new() else { return };
    let bytes = b"schema_version: '1'\n";
    let (file, public) = (pair.write("artifact.yml", bytes), pair.path("release.pub"));
    let bundle = pair.write("ours", sign_blob(&pair.private(Some(PASSWORD)).unwrap(), bytes).unwrap().as_bytes());
    pair.run(&["verify-blob", "--key", &public, "--insecure-ignore-tlog", "--bundle", &bundle, &file]);
}

#[test]
fn statements_go_both_ways_between_cosign_and_here() {
    let Some(pair) = Pair::new() else { return };
    let kind = "https://sigstore.dev/cosign/sign/v1";
    let manifest = br#"{"schemaVersion":2}"#;
    let digest = Sha256::of(manifest);
    let (file, public, key) = (pair.write("manifest", manifest), pair.path("release.pub"), pair.path("release.key"));
    let ours = sign_manifest(&pair.private(Some(PASSWORD)).unwrap(), digest).unwrap();
    let bundle = pair.write("ours", ours.as_bytes());
    let verify = ["verify-blob-attestation", "--key", &public, "--insecure-ignore-tlog", "--type", kind];
    pair.run(&[verify.as_slice(), &["--bundle", &bundle, &file]].concat());

    let (predicate, theirs) = (pair.write("predicate", b"{}"), pair.path("theirs"));
    let attest = [["attest-blob", "--key", &key].as_slice(), &OFFLINE].concat();
    let kind = "https://slsa.dev/provenance/v1";
    pair.run(&[&attest, ["--predicate", &predicate, "--type", kind, "--bundle", &theirs, &file].as_slice()].concat());
    let theirs = pair.read("theirs");
    let outcome = |attached: &[Attached<'_>]| verify_manifest(digest, attached, &pair.trusted());
    assert_eq!(word(&outcome(&[Attached::Bundle(&theirs)])), "unsigned", "where it was built is no signature");
    assert_eq!(word(&outcome(&[Attached::Bundle(&theirs), Attached::Bundle(ours.as_bytes())])), "release");
}

#[test]
fn openssl_and_here_sign_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let bytes = b"schema_version: '1'\n";
    std::fs::write(path("artifact.yml"), bytes).unwrap();
    std::fs::write(path("release.key"), pem("release")).unwrap();
    openssl(&["pkey", "-in", &path("release.key"), "-pubout", "-out", &path("release.pub")], b"");
    let trusted = TrustedKey::new("release", key("release").public().clone());

    let sign = ["dgst", "-sha256", "-sign", &path("release.key"), "-out", &path("sig.der"), &path("artifact.yml")];
    openssl(&sign, b"");
    let der = std::fs::read(path("sig.der")).unwrap();
    let base64 = output("openssl", &["base64", "-A", "-in", &path("sig.der")], b"");
    for signature in [der, base64] {
        assert_eq!(word(&verify_blob(bytes, &signature, std::slice::from_ref(&trusted))), "release");
    }

    let ours: serde_json::Value = serde_json::from_str(&sign_blob(&key("release"), bytes).unwrap()).unwrap();
    let base64 = ours["messageSignature"]["signature"].as_str().unwrap().as_bytes();
    let der = output("openssl", &["base64", "-A", "-d"], base64);
    std::fs::write(path("ours.der"), der).unwrap();
    let verify = ["dgst", "-sha256", "-verify", &path("release.pub"), "-signature", &path("ours.der")];
    assert_eq!(openssl(&[verify.as_slice(), &[&path("artifact.yml")]].concat(), b""), "Verified OK\n");
}
