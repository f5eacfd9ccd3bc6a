//! Whoever can write to a repository can attach anything. It costs others little, and denies them nothing.

use anyhow::{Context as _, Result};
use shipworthy_contract::{Explain as _, Sha256};
use shipworthy_registry::{Attached, AttachedKind, Attachments, RegistryError};
use shipworthy_stand_ins::{
    StandIn,
    meddler::{self, Fault, Rule},
    real::Registry,
};

use crate::{agent, client, open, reference, run};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// Largest signature that is read, in bytes.
const LARGEST: usize = 256 << 10;

/// Most attachments that are asked for.
const MOST: usize = 16;

/// What is attached and of use: to the client it is bytes.
const GOOD: &[u8] = br#"{"messageSignature":{"signature":"good"}}"#;

/// A registry with an artifact and one good signature.
struct Signed {
    registry: Registry,
    artifact: Sha256,
    signature: Sha256,
}

/// One that lists things that are of no use as well.
struct Littered {
    server: StandIn,
    artifact: Sha256,
}

impl Signed {
    fn new() -> Result<Option<Self>> {
        let Some(registry) = open() else { return Ok(None) };
        let tag = reference(registry.host(), "agent:1");
        let client = client(registry.host());
        let artifact = run(client.push(&tag, &agent()))?.manifest;
        let signature = run(client.attach(&tag, artifact, GOOD))?;
        Ok(Some(Self { registry, artifact, signature }))
    }

    /// The same, with these entries before the good one or, which is where newer ones are, behind it.
    fn littered(&self, before: &[String], behind: &[String], rules: Vec<Rule>) -> Result<Littered> {
        let good = [entry(&self.signature.to_string())];
        let index = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, [before, &good, behind].concat().join(","));
        let list = instead(format!("GET /v2/agent/manifests/sha256-{}", self.artifact), &index);
        let legacy = missing(format!("GET /v2/agent/manifests/sha256-{}.sig", self.artifact));
        let rules = rules.into_iter().chain([legacy, list]).collect();
        let server = meddler::before(self.registry.host().parse()?, rules)?;
        Ok(Littered { server, artifact: self.artifact })
    }
}

impl Littered {
    fn attached(&self) -> Result<Attachments, RegistryError> {
        let host = self.server.addr().to_string();
        run(client(&host).attached(&reference(&host, "agent:1"), self.artifact))
    }

    /// How many attachments were asked for.
    fn asked(&self) -> usize {
        let is_attachment = |line: &&String| line.starts_with("GET /v2/agent/manifests/sha256:");
        self.server.request_lines().iter().filter(is_attachment).count()
    }
}

fn good() -> Attached {
    Attached { kind: AttachedKind::Bundle, bytes: GOOD.to_vec(), signature: None }
}

fn rule(of: String, fault: Fault) -> Rule {
    Rule { of: of.leak(), times: usize::MAX, fault }
}

fn instead(of: String, body: &str) -> Rule {
    let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
    rule(of, Fault::Instead(200, kind.to_owned(), body.to_owned()))
}

fn missing(of: String) -> Rule {
    rule(of, Fault::Instead(404, String::new(), String::new()))
}

/// What a list says of a bundle.
fn entry(digest: &str) -> String {
    format!(r#"{{"mediaType":"m","digest":"sha256:{digest}","size":1,"artifactType":"{BUNDLE}"}}"#)
}

fn layer(kind: &str, digest: Sha256, size: usize) -> String {
    let signature = "dev.cosignproject.cosign/signature";
    format!(
        r#"{{"mediaType":"{kind}","digest":"sha256:{digest}","size":{size},"annotations":{{"{signature}":"c2ln"}}}}"#
    )
}

fn manifest(layers: &[String]) -> String {
    let config = layer("application/vnd.oci.empty.v1+json", Sha256::of(b"{}"), 2);
    format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{}]}}"#, layers.join(","))
}

/// The request for a manifest, and the one for a blob.
fn get(kind: &str, digest: Sha256) -> String {
    format!("GET /v2/agent/{kind}/sha256:{digest}")
}

#[test]
fn one_piece_of_junk_hides_no_good_signature() -> Result<()> {
    let Some(signed) = Signed::new()? else { return Ok(()) };
    let (nowhere, whole) = (Sha256::of(b"nowhere"), Sha256::of(GOOD));
    let of = |kind, digest, size| manifest(&[layer(kind, digest, size)]);
    let size = GOOD.len();
    let altered = instead(get("blobs", nowhere), &"x".repeat(size));
    let chunked = rule(get("blobs", whole), Fault::Chunked);
    for (what, body, others) in [
        ("no manifest", "nonsense".to_owned(), vec![]),
        ("another kind of manifest", r#"{"mediaType":"application/x"}"#.to_owned(), vec![]),
        ("another layer", of("text/plain", whole, size), vec![]),
        ("a manifest that is too large", " ".repeat(LARGEST + 1), vec![]),
        ("a layer that is too large", of(BUNDLE, nowhere, LARGEST + 1), vec![]),
        ("a layer that is not there", of(BUNDLE, nowhere, size), vec![]),
        ("a layer that is larger than it says", of(BUNDLE, whole, size - 1), vec![]),
        ("a layer that is smaller than it says", of(BUNDLE, whole, size + 1), vec![]),
        ("the same, where no size is told", of(BUNDLE, whole, size + 1), vec![chunked]),
        ("a layer that is altered", of(BUNDLE, nowhere, size), vec![altered]),
        ("another digest", of(BUNDLE, whole, size).replace("sha256:", "md5:"), vec![]),
    ] {
        let digest = Sha256::of(body.as_bytes());
        let rules = others.into_iter().chain([instead(get("manifests", digest), &body)]).collect();
        let littered = signed.littered(&[], &[entry(&digest.to_string())], rules)?;
        let found = littered.attached().context(what)?;
        assert_eq!(found, Attachments { signatures: vec![good()], left_out: 1 }, "{what}");
    }
    let altered = vec![instead(get("manifests", nowhere), &of(BUNDLE, whole, size))];
    for (what, junk, rules) in [
        ("a manifest that is not there", entry(&nowhere.to_string()), vec![]),
        ("a manifest that is altered", entry(&nowhere.to_string()), altered),
        ("a manifest of another digest", entry("0"), vec![]),
    ] {
        let found = signed.littered(&[], &[junk], rules)?.attached().context(what)?;
        assert_eq!(found, Attachments { signatures: vec![good()], left_out: 1 }, "{what}");
    }
    Ok(())
}

#[test]
fn junk_in_one_list_hides_nothing_in_the_other() -> Result<()> {
    let Some(signed) = Signed::new()? else { return Ok(()) };
    let list = format!("GET /v2/agent/manifests/sha256-{}", signed.artifact);
    let legacy = format!("{list}.sig");
    let found = signed.littered(&[], &[], vec![instead(legacy.clone(), "nonsense")])?.attached()?;
    assert_eq!(found, Attachments { signatures: vec![good()], left_out: 1 });

    let whole = layer(SIMPLE_SIGNING, Sha256::of(GOOD), GOOD.len());
    let junk = layer(SIMPLE_SIGNING, Sha256::of(b"nowhere"), 7);
    let layers = manifest(&[junk.clone(), whole, junk]);
    let found = signed.littered(&[], &[], vec![instead(legacy, &layers), instead(list, "nonsense")])?.attached()?;
    let simple =
        Attached { kind: AttachedKind::SimpleSigning, bytes: GOOD.to_vec(), signature: Some("c2ln".to_owned()) };
    assert_eq!(found, Attachments { signatures: vec![simple], left_out: 3 });
    Ok(())
}

#[test]
fn a_list_without_an_end_costs_a_few_requests() -> Result<()> {
    let Some(signed) = Signed::new()? else { return Ok(()) };
    let count = 20_000;
    let nowhere = vec![entry(&Sha256::of(b"nowhere").to_string()); count];
    let littered = signed.littered(&nowhere, &[], vec![])?;
    assert_eq!(littered.attached()?, Attachments { signatures: vec![good()], left_out: count });
    assert_eq!(littered.asked(), MOST);

    let other = manifest(&[layer("text/plain", Sha256::of(GOOD), GOOD.len())]);
    let digest = Sha256::of(other.as_bytes());
    let others = vec![entry(&digest.to_string()); count];
    let littered = signed.littered(&others, &[], vec![instead(get("manifests", digest), &other)])?;
    assert_eq!(littered.attached()?, Attachments { signatures: vec![good()], left_out: count });
    assert_eq!(littered.asked(), MOST);

    // Both lists share the number.
    let layers = manifest(&vec![layer(SIMPLE_SIGNING, Sha256::of(b"nowhere"), 7); 40]);
    let legacy = instead(format!("GET /v2/agent/manifests/sha256-{}.sig", signed.artifact), &layers);
    let littered = signed.littered(&nowhere[..9], &[], vec![legacy])?;
    assert_eq!(littered.attached()?, Attachments { signatures: vec![good()], left_out: 49 });
    let blobs = |line: &&String| line.starts_with("GET /v2/agent/blobs/");
    let blobs = littered.server.request_lines().iter().filter(blobs).count();
    assert_eq!((littered.asked(), blobs), (10, 1 + 6));
    Ok(())
}

#[test]
fn faults_of_the_registry_and_of_the_way_to_it_stay_errors() -> Result<()> {
    let Some(signed) = Signed::new()? else { return Ok(()) };
    let status = |status| Fault::Instead(status, "Retry-After: 0\r\n".to_owned(), String::new());
    let (at_manifest, at_blob) = (get("manifests", signed.signature), get("blobs", Sha256::of(GOOD)));
    let referrers = format!("GET /v2/agent/referrers/sha256:{}", signed.artifact);
    let page = Fault::Instead(200, String::new(), "<html>Log in</html>".to_owned());
    for (of, fault, expected) in [
        (at_manifest, status(503), "registry.refused"),
        (at_blob.clone(), status(403), "registry.forbidden"),
        (at_blob.clone(), Fault::Cut(9), "registry.cut-short"),
        (at_blob, Fault::Stall(9), "registry.timed-out"),
        // The registry's own list, which nobody attached.
        (referrers, page, "registry.malformed"),
    ] {
        let what = format!("{fault:?}");
        let error = signed.littered(&[], &[], vec![rule(of, fault)])?.attached().expect_err(&what);
        assert_eq!(error.code(), expected, "{what}: {error}");
    }
    Ok(())
}
