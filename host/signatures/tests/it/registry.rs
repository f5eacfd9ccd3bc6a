//! A real registry: what cosign attaches to a manifest is read, and what is signed here cosign's `verify` accepts.

use std::{
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use shipworthy_contract::Sha256;
use shipworthy_signatures::{Attached, sign_manifest, verify_manifest};
use tempfile::TempDir;

use crate::{
    tools::{OFFLINE, PASSWORD, Pair, output, tool},
    trusted, word,
};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// After this long a registry will not come up any more.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Debian's `docker-registry` on loopback, and oras to ask it. It goes when this is dropped.
struct Registry {
    process: Child,
    oras: PathBuf,
    address: String,
    _folder: TempDir,
}

impl Registry {
    fn start() -> Option<Self> {
        let (program, oras) = (tool("docker-registry")?, tool("oras")?);
        let folder = tempfile::tempdir().unwrap();
        // Free a moment ago; if somebody was faster, the next one is tried.
        for _ in 0..5 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
            let config = folder.path().join("config.yml");
            let (storage, storage_text) = (folder.path().join("storage"), "storage: { filesystem: { rootdirectory: ");
            let text =
                format!("version: 0.1\n{storage_text}{} }} }}\nhttp: {{ addr: '{address}' }}\n", storage.display());
            std::fs::write(&config, text).unwrap();
            let mut process = Command::new(&program)
                .arg("serve")
                .arg(&config)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let end = Instant::now() + TIMEOUT;
            while process.try_wait().unwrap().is_none() && Instant::now() < end {
                if TcpStream::connect(&address).is_ok() {
                    return Some(Self { process, oras, address, _folder: folder });
                }
                thread::sleep(Duration::from_millis(5));
            }
            drop(process.kill());
            drop(process.wait());
        }
        panic!("the registry does not come up");
    }

    /// oras on a subcommand of two words, without TLS.
    fn oras(&self, words: &[&str], rest: &[&str]) -> Vec<u8> {
        output(&self.oras, &[words, &["--plain-http"], rest].concat(), b"")
    }

    fn manifest(&self, reference: &str) -> Value {
        serde_json::from_slice(&self.oras(&["manifest", "fetch"], &[reference])).unwrap()
    }

    /// The first layer of a manifest.
    fn layer(&self, manifest: &Value) -> Vec<u8> {
        let digest = manifest["layers"][0]["digest"].as_str().unwrap();
        self.oras(&["blob", "fetch"], &["--output", "-", &format!("{}@{digest}", self.repository())])
    }

    fn repository(&self) -> String {
        format!("{}/probe", self.address)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn manifests_are_signed_for_cosign_and_by_cosign() {
    let Some(pair) = Pair::new() else { return };
    let Some(registry) = Registry::start() else { return };
    let repository = registry.repository();
    // A fresh artifact for each signature: cosign looks at all that lie beside one.
    let pushed = |content: &str| {
        let file = pair.write(content, content.as_bytes());
        let tag = format!("{repository}:{content}");
        let words = ["--disable-path-validation", tag.as_str(), &format!("{file}:application/wasm")];
        registry.oras(&["push"], &words);
        let manifest = registry.oras(&["manifest", "fetch"], &[&tag]);
        Sha256::of(&manifest)
    };
    let sign = |digest: Sha256, more: &[&str]| {
        let (key, subject) = (pair.path("release.key"), format!("{repository}@sha256:{digest}"));
        let words = [&["sign", "--key", &key, "--allow-http-registry"], OFFLINE.as_slice(), more, &[&subject]];
        pair.run(&words.concat());
    };
    let verdicts = |attached: &[Attached<'_>], digest: Sha256| {
        let other = Sha256::of(b"another manifest");
        let keys = pair.trusted();
        [
            word(&verify_manifest(digest, attached, &keys)).to_owned(),
            word(&verify_manifest(other, attached, &keys)).to_owned(),
            word(&verify_manifest(digest, attached, &trusted(&["stranger"]))).to_owned(),
        ]
    };

    // The new format, found by the tag that stands in for the referrers.
    let digest = pushed("new");
    sign(digest, &["-a", "svc=billing"]);
    let index = registry.manifest(&format!("{repository}:sha256-{digest}"));
    let entry = &index["manifests"][0];
    assert_eq!(entry["artifactType"], BUNDLE);
    let signature = registry.manifest(&format!("{repository}@{}", entry["digest"].as_str().unwrap()));
    let bundle = registry.layer(&signature);
    assert_eq!(verdicts(&[Attached::Bundle(&bundle)], digest), ["release", "altered", "wrong-key"]);

    // The one before.
    let digest = pushed("legacy");
    sign(digest, &["--new-bundle-format=false"]);
    let manifest = registry.manifest(&format!("{repository}:sha256-{digest}.sig"));
    let payload = registry.layer(&manifest);
    let annotation = &manifest["layers"][0]["annotations"]["dev.cosignproject.cosign/signature"];
    let simple = Attached::SimpleSigning { payload: &payload, signature: annotation.as_str().unwrap() };
    assert_eq!(verdicts(&[simple], digest), ["release", "altered", "unmatched"]);

    // Ours.
    let digest = pushed("ours");
    let ours = sign_manifest(&pair.private(Some(PASSWORD)).unwrap(), digest).unwrap();
    let file = pair.write("bundle", ours.as_bytes());
    let subject = format!("{repository}@sha256:{digest}");
    registry.oras(
        &["attach"],
        &[
            "--disable-path-validation",
            "--artifact-type",
            BUNDLE,
            "--annotation",
            "dev.sigstore.bundle.content=dsse-envelope",
            "--annotation",
            "dev.sigstore.bundle.predicateType=https://sigstore.dev/cosign/sign/v1",
            &subject,
            &format!("{file}:{BUNDLE}"),
        ],
    );
    let public = pair.path("release.pub");
    pair.run(&["verify", "--key", &public, "--insecure-ignore-tlog", "--allow-http-registry", &subject]);
}
