//! Signatures, as a user meets them: `plugin sign`, `plugin verify`, `payload.signature`, and cosign and openssl beside
//! them. Keys and signatures follow from names here, so that what is told of them can stand in a snapshot.

use std::{
    ffi::OsString,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use p256::{
    SecretKey,
    pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding},
};
use shipworthy_contract::Sha256;
use shipworthy_stand_ins::{Output, Sandbox, Tree};

use crate::{sandbox, skipped};

/// Without a transparency log and without a look at a server's settings: no network.
const OFFLINE: [&str; 3] = ["--tlog-upload=false", "--use-signing-config=false", "--yes"];

/// An artifact, and the pairs of two people.
fn artifact() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal())?;
    pair(&sandbox, "release")?;
    pair(&sandbox, "stranger")?;
    Ok(sandbox)
}

pub(crate) fn pair(sandbox: &Sandbox, name: &str) -> Result<()> {
    let key = SecretKey::from_slice(Sha256::of(name.as_bytes()).as_bytes())?;
    sandbox.file(&format!("{name}.key"), key.to_pkcs8_pem(LineEnding::LF)?.as_bytes())?;
    sandbox.file(&format!("{name}.pub"), key.public_key().to_public_key_pem(LineEnding::LF)?)?;
    Ok(fs::set_permissions(sandbox.dir().join(format!("{name}.key")), Permissions::from_mode(0o600))?)
}

/// Signs the manifest by a person's key.
fn signed_by(sandbox: &Sandbox, name: &str) -> Result<()> {
    let output = sandbox.run(&["plugin", "sign", "artifact.yml", "--key", &format!("{name}.key")])?;
    ensure!(output.status == Some(0), "{}", output.snapshot());
    Ok(())
}

fn append(sandbox: &Sandbox, path: &str, text: &str) -> Result<()> {
    let before = fs::read_to_string(sandbox.dir().join(path))?;
    sandbox.file(path, before + text)?;
    Ok(())
}

/// A bundle of which one letter of the signature is another.
fn damaged(sandbox: &Sandbox) -> Result<()> {
    let path = sandbox.dir().join("artifact.yml.sigstore.json");
    let mut bundle: serde_json::Value = serde_json::from_slice(&fs::read(&path)?)?;
    let signature = bundle["messageSignature"]["signature"].as_str().context("a signature")?;
    // In the middle of one of its two numbers.
    let other = signature.char_indices().map(|(at, letter)| match (at, letter) {
        (20, 'A') => 'B',
        (20, _) => 'A',
        (_, letter) => letter,
    });
    bundle["messageSignature"]["signature"] = other.collect::<String>().into();
    Ok(fs::write(path, bundle.to_string())?)
}

/// What `payload check` says of the signature, and its exit code.
fn judged(sandbox: &Sandbox, words: &[&str]) -> Result<(Option<i32>, String)> {
    let output = sandbox.run(&[&["payload", "check", "--format", "json"], words].concat())?;
    let report = output.json()?;
    let results = report["results"].as_array().context("results")?;
    let result = results.iter().find(|result| result["rule"] == "payload.signature");
    Ok((output.status, result.map_or_else(String::new, |result| result["message"].to_string())))
}

/// Runs a tool in the sandbox, which has to succeed.
fn tool(sandbox: &Sandbox, program: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(sandbox.dir())
        .env("HOME", sandbox.dir())
        .env("COSIGN_PASSWORD", "correct horse")
        .stdin(Stdio::null())
        .output()
        .with_context(|| program.display().to_string())?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} {}: {told}", program.display(), arguments.join(" "));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn openssl(sandbox: &Sandbox, arguments: &[&str]) -> Result<String> {
    tool(sandbox, Path::new("openssl"), arguments)
}

/// cosign, or none after saying so; where everything must be there its lack is a failure.
fn cosign() -> Result<Option<PathBuf>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("HOME").map_or_else(OsString::new, |home| Path::new(&home).join("go/bin").into());
    let mut folders = std::env::split_paths(&path).chain([PathBuf::from(home)]);
    let found = folders.find_map(|folder| Some(folder.join("cosign")).filter(|file| file.is_file()));
    if found.is_none() {
        ensure!(!shipworthy_stand_ins::real::required(), "cosign is missing");
        skipped("cosign is not installed");
    }
    Ok(found)
}

fn all(outputs: &[(&str, Output)]) -> String {
    let told = outputs.iter().map(|(name, output)| format!("# {name}\n{}\n", output.snapshot()));
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_outcome_of_verify_is_told_apart() -> Result<()> {
    let sandbox = artifact()?;
    let verify = |rest: &[&str]| sandbox.run(&[&["plugin", "verify", "artifact.yml"], rest].concat());
    let unsigned = verify(&["--key", "release.pub"])?;
    let sign = sandbox.run(&["plugin", "sign", "artifact.yml", "--key", "release.key"])?;
    let signed = verify(&["--key", "stranger.pub", "--key", "release.pub"])?;
    let wrong = verify(&["--key", "stranger.pub"])?;
    append(&sandbox, "artifact.yml", "# altered\n")?;
    let altered = verify(&["--key", "release.pub"])?;
    signed_by(&sandbox, "release")?;
    damaged(&sandbox)?;
    let broken = verify(&["--key", "release.pub"])?;
    openssl(&sandbox, &["dgst", "-sha256", "-sign", "stranger.key", "-out", "bare.sig", "artifact.yml"])?;
    let bare = verify(&["--key", "release.pub", "--signature", "bare.sig"])?;
    let codes = [&unsigned, &sign, &signed, &wrong, &altered, &broken, &bare].map(|output| output.status);
    assert_eq!(codes, [2, 0, 0, 2, 2, 2, 2].map(Some));
    insta::assert_snapshot!(all(&[
        ("not signed", unsigned),
        ("signing", sign),
        ("signed", signed),
        ("by another key", wrong),
        ("altered", altered),
        ("damaged", broken),
        ("bare, by another key", bare),
    ]));
    Ok(())
}

#[test]
fn each_outcome_of_the_rule_is_told_apart() -> Result<()> {
    let sandbox = artifact()?;
    let check = |key: &str| sandbox.run(&["payload", "check", "--quiet", "--artifact-key", key]);
    let unsigned = check("release.pub")?;
    signed_by(&sandbox, "stranger")?;
    let wrong = check("release.pub")?;
    signed_by(&sandbox, "release")?;
    let good = check("release.pub")?;
    damaged(&sandbox)?;
    let broken = check("release.pub")?;
    signed_by(&sandbox, "release")?;
    append(&sandbox, "artifact.yml", "# altered\n")?;
    let altered = check("release.pub")?;
    let codes = [&unsigned, &wrong, &good, &broken, &altered].map(|output| output.status);
    assert_eq!(codes, [1, 1, 0, 1, 1].map(Some));
    insta::assert_snapshot!(all(&[
        ("not signed", unsigned),
        ("by another key", wrong),
        ("signed", good),
        ("damaged", broken),
        ("altered", altered),
    ]));
    Ok(())
}

#[test]
fn one_of_several_keys_suffices_and_without_any_nothing_is_judged() -> Result<()> {
    let sandbox = artifact()?;
    assert_eq!(judged(&sandbox, &[])?, (Some(0), String::new()));
    signed_by(&sandbox, "release")?;
    let keys = ["--artifact-key", "stranger.pub", "--artifact-key", "release.pub"];
    let (status, told) = judged(&sandbox, &keys)?;
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("signed by `release.pub`"), "{told}");
    Ok(())
}

#[test]
fn a_key_that_cannot_be_used_judges_nothing_and_starts_nothing() -> Result<()> {
    let sandbox = artifact()?;
    sandbox.file("open.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { }\n")?;
    for key in ["release.key", "artifact.yml", "nowhere.pub"] {
        let output = sandbox.run(&["payload", "check", "--artifact-key", key])?;
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{key}\n{}", output.snapshot());
        let words = ["check", "--env", "open.toml", "--artifact-key", key, "--", "touch", "started"];
        assert_eq!(sandbox.run(&words)?.status, Some(125), "{key}");
    }
    let words = ["check", "--env", "open.toml", "--artifact-key", "release.pub", "--", "touch", "started"];
    assert_eq!(sandbox.run(&words)?.status, Some(125), "not signed");
    assert!(!sandbox.dir().join("started").exists());
    signed_by(&sandbox, "release")?;
    assert_eq!(sandbox.run(&words)?.status, Some(0), "signed");
    assert!(sandbox.dir().join("started").exists());
    Ok(())
}

#[test]
fn openssl_signs_by_hand_and_verifies_what_is_signed_here() -> Result<()> {
    let sandbox = artifact()?;
    // As DER, and as base64 where the check looks for it.
    openssl(&sandbox, &["dgst", "-sha256", "-sign", "release.key", "-out", "artifact.yml.sig", "artifact.yml"])?;
    assert_eq!(judged(&sandbox, &["--artifact-key", "release.pub"])?.0, Some(0));
    openssl(&sandbox, &["base64", "-A", "-in", "artifact.yml.sig", "-out", "text"])?;
    fs::rename(sandbox.dir().join("text"), sandbox.dir().join("artifact.yml.sig"))?;
    assert_eq!(judged(&sandbox, &["--artifact-key", "release.pub"])?.0, Some(0));

    signed_by(&sandbox, "release")?;
    let bundle = fs::read(sandbox.dir().join("artifact.yml.sigstore.json"))?;
    let bundle: serde_json::Value = serde_json::from_slice(&bundle)?;
    sandbox.file("text", bundle["messageSignature"]["signature"].as_str().context("a signature")?)?;
    openssl(&sandbox, &["base64", "-A", "-d", "-in", "text", "-out", "der"])?;
    let told = openssl(&sandbox, &["dgst", "-sha256", "-verify", "release.pub", "-signature", "der", "artifact.yml"])?;
    assert_eq!(told, "Verified OK\n");
    Ok(())
}

#[test]
fn cosign_signs_and_verifies_what_is_signed_here() -> Result<()> {
    let Some(cosign) = cosign()? else { return Ok(()) };
    let mut sandbox = artifact()?;
    tool(&sandbox, &cosign, &["generate-key-pair", "--output-key-prefix", "theirs"])?;
    let bundle = ["--bundle", "artifact.yml.sigstore.json", "artifact.yml"];
    tool(&sandbox, &cosign, &[["sign-blob", "--key", "theirs.key"].as_slice(), &OFFLINE, &bundle].concat())?;
    assert_eq!(judged(&sandbox, &["--artifact-key", "theirs.pub"])?.0, Some(0));
    assert_eq!(judged(&sandbox, &["--artifact-key", "release.pub"])?.0, Some(1));
    let verified = sandbox.run(&["plugin", "verify", "artifact.yml", "--key", "theirs.pub"])?;
    assert!(verified.stdout.starts_with("artifact.yml: signed by theirs.pub ("), "{}", verified.snapshot());

    fs::remove_file(sandbox.dir().join("artifact.yml.sigstore.json"))?;
    sandbox.variable("COSIGN_PASSWORD", "correct horse");
    let signed = sandbox.run(&["plugin", "sign", "artifact.yml", "--key", "theirs.key"])?;
    assert_eq!(signed.status, Some(0), "{}", signed.snapshot());
    let verify = ["verify-blob", "--key", "theirs.pub", "--insecure-ignore-tlog"];
    tool(&sandbox, &cosign, &[verify.as_slice(), &bundle].concat())?;
    Ok(())
}

#[test]
fn an_encrypted_key_takes_its_password_from_the_environment() -> Result<()> {
    let Some(cosign) = cosign()? else { return Ok(()) };
    let words = ["plugin", "sign", "artifact.yml", "--key", "theirs.key"];
    let mut sandbox = artifact()?;
    tool(&sandbox, &cosign, &["generate-key-pair", "--output-key-prefix", "theirs"])?;
    let none = sandbox.run(&words)?;
    sandbox.variable("COSIGN_PASSWORD", "battery staple");
    let wrong = sandbox.run(&words)?;
    for (output, told) in [(&none, "no password was given"), (&wrong, "the password does not open it")] {
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains(told) && output.stderr.contains("[key.password]"), "{}", output.snapshot());
        assert!(!output.stderr.contains("staple"), "{}", output.snapshot());
    }
    assert!(!sandbox.dir().join("artifact.yml.sigstore.json").exists());
    sandbox.variable("SHIPWORTHY_KEY_PASSWORD", "correct horse");
    let right = sandbox.run(&words)?;
    assert_eq!(right.status, Some(0), "its own variable comes first: {}", right.snapshot());
    Ok(())
}

#[test]
fn a_key_that_others_may_read_is_warned_of() -> Result<()> {
    let sandbox = artifact()?;
    fs::set_permissions(sandbox.dir().join("release.key"), Permissions::from_mode(0o640))?;
    let output = sandbox.run(&["plugin", "sign", "artifact.yml", "--key", "release.key"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    assert_eq!(
        output.stderr,
        "‼ others than its owner may read or change the key `release.key`\n  → chmod 600 release.key\n"
    );
    Ok(())
}

#[test]
fn any_file_is_signed_and_by_default_beside_it() -> Result<()> {
    let sandbox = artifact()?;
    sandbox.file("plugins/orders.wasm", b"\0asm")?;
    let sign = ["plugin", "sign", "plugins/orders.wasm", "--key", "release.key"];
    assert_eq!(sandbox.run(&sign)?.status, Some(0));
    let beside = fs::read(sandbox.dir().join("plugins/orders.wasm.sigstore.json"))?;
    let elsewhere = sandbox.run(&[&sign[..], &["--output", "elsewhere"]].concat())?;
    assert_eq!(elsewhere.status, Some(0), "{}", elsewhere.snapshot());
    assert_eq!(fs::read(sandbox.dir().join("elsewhere"))?, beside, "the same key and bytes give the same signature");
    let verify = ["plugin", "verify", "plugins/orders.wasm", "--key", "release.pub", "--signature"];
    for (signature, status) in [("elsewhere", 0), ("nowhere", 2), ("release.pub", 2)] {
        let output = sandbox.run(&[&verify[..], &[signature]].concat())?;
        assert_eq!(output.status, Some(status), "{signature}\n{}", output.snapshot());
    }
    Ok(())
}

/// A bundle is larger than any plugin in it. Of nothing, so that it takes no room on the disk.
#[test]
fn a_file_as_large_as_a_bundle_is_signed() -> Result<()> {
    let sandbox = artifact()?;
    let file = fs::File::create(sandbox.dir().join("staging.bundle.tar"))?;
    file.set_len(65 << 20)?;
    let signed = sandbox.run(&["plugin", "sign", "staging.bundle.tar", "--key", "release.key"])?;
    let digest = openssl(&sandbox, &["dgst", "-sha256", "-r", "staging.bundle.tar"])?;
    let digest = digest.split(' ').next().context("a digest")?;
    assert!(signed.status == Some(0) && signed.stdout.contains(digest), "{digest} {}", signed.snapshot());
    let verify = ["plugin", "verify", "staging.bundle.tar", "--key", "release.pub"];
    let verified = sandbox.run(&verify)?;
    assert_eq!(verified.status, Some(0), "{}", verified.snapshot());
    file.set_len((640 << 20) + 1)?;
    let larger = sandbox.run(&verify)?;
    assert!(larger.stderr.contains("expected at most 671088640 bytes"), "{}", larger.snapshot());
    Ok(())
}

#[test]
fn what_cannot_be_signed_says_why() -> Result<()> {
    let sandbox = artifact()?;
    let sign = |subject: &str| sandbox.run(&["plugin", "sign", subject, "--key", "release.key"]);
    let verify = |subject: &str| sandbox.run(&["plugin", "verify", subject, "--key", "release.pub"]);
    let outputs = [
        ("nothing there", sign("nowhere.wasm")?),
        ("a bundled plugin", sign("builtin:agent")?),
        ("a tag", sign("oci://registry.example/agent:1")?),
        ("no reference", verify("oci://registry.example")?),
        ("a public key", sandbox.run(&["plugin", "sign", "artifact.yml", "--key", "release.pub"])?),
        ("a private key", sandbox.run(&["plugin", "verify", "artifact.yml", "--key", "release.key"])?),
    ];
    for (name, output) in &outputs {
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{name}: {}", output.snapshot());
    }
    insta::assert_snapshot!(all(&outputs));
    Ok(())
}

#[test]
fn an_environment_says_who_may_sign_an_artifact_and_until_when() -> Result<()> {
    let sandbox = artifact()?;
    let environment = |artifact: &str, key: &str| {
        sandbox.file("env.toml", format!("[trust]\nartifact = {artifact}\n[trust.keys]\nrelease = {key}\n"))
    };
    signed_by(&sandbox, "release")?;
    for (artifact, key, status, told) in [
        ("[\"release\"]", "\"release.pub\"", 0, "signed by `release`"),
        ("[\"release\"]", "{ file = \"release.pub\", expires = 2999-12-31 }", 0, "signed by `release`"),
        ("[\"release\"]", "{ file = \"release.pub\", expires = 2020-01-31 }", 1, "trusted until 2020-01-31"),
        ("[\"release\"]", "\"stranger.pub\"", 1, "a key that is not trusted"),
        ("[]", "\"release.pub\"", 1, "no key is trusted"),
    ] {
        environment(artifact, key)?;
        let (found, message) = judged(&sandbox, &["--env", "env.toml"])?;
        assert!(found == Some(status) && message.contains(told), "{artifact} {key}: {found:?} {message}");
    }
    // The command line wins.
    assert_eq!(judged(&sandbox, &["--env", "env.toml", "--artifact-key", "release.pub"])?.0, Some(0));
    for (artifact, key, code) in [
        ("[\"relase\"]", "\"release.pub\"", "[env.unknown-name]"),
        ("[\"release\"]", "\"nowhere.pub\"", "[env.key-file]"),
        ("[\"release\"]", "\"release.key\"", "[env.key]"),
    ] {
        environment(artifact, key)?;
        let output = sandbox.run(&["payload", "check", "--env", "env.toml"])?;
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{}", output.snapshot());
        assert!(output.stderr.contains(code), "{code}\n{}", output.snapshot());
    }
    Ok(())
}
