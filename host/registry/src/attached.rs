//! Signatures that are attached to an artifact, as they are. Whether they are any good is seen by whoever has the keys.

use base64::Engine as _;
use bytes::Bytes;
use http::header::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shipworthy_contract::{Sha256, text::excerpt};
use shipworthy_plugins::Reference;

use crate::{
    ArtifactProblem, Client, Problem, RegistryError, Store,
    artifact::written,
    client::{Call, Found, MANIFEST},
    host::{Action, get},
    limits::{LARGEST_MANIFEST, LARGEST_SIGNATURE, MOST_SIGNATURES},
    manifest::{Descriptor, EMPTY, IMAGE, INDEX, Index, Manifest},
};

/// Sigstore's bundle, in which cosign keeps signatures since version 3.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// What cosign's earlier signatures are over.
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The annotation that holds the signature over it.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// What is asked for where a bundle or a payload is, in words.
const BLOB: &str = "a signature";

/// Longest signature in an annotation, in bytes.
const LONGEST_SIGNATURE: usize = 16 << 10;

/// By which a registry says that it keeps the list of what is attached itself (specification, "Pushing manifests with
/// subject").
const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttachedKind {
    /// A sigstore bundle.
    Bundle,
    /// cosign's payload, with the signature beside it.
    SimpleSigning,
}

/// One signature that is attached to an artifact. It is whoever's who can write to the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// How it is written.
    pub kind: AttachedKind,
    /// The bundle, or the payload.
    pub bytes: Vec<u8>,
    /// The payload's signature in Base64; a bundle holds its own.
    pub signature: Option<String>,
}

/// All signatures of one artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachments {
    /// Those that were fetched, the newest first as far as the registry's order tells.
    pub signatures: Vec<Attached>,
    /// How many more there are: of no use, or beyond the number that is looked at.
    pub left_out: usize,
}

impl Client {
    /// What is attached to the manifest of this digest in the reference's repository: by the referrers API or the tag
    /// that stands for it, and by the tag that cosign used before.
    ///
    /// # Errors
    /// The registry is of no use. That nothing is attached is no error, nor is it one that is of no use: it is left
    /// out, so that whoever can write to the repository cannot deny it to others by one piece of junk.
    pub async fn attached(&self, reference: &Reference, digest: Sha256) -> Result<Attachments, RegistryError> {
        let pinned = reference.pinned(digest);
        let call = self.call(&pinned, Action::Pull)?;
        let mut found = Attachments::default();
        let referrers = useful(self.tried(&pinned, async || call.referrers(digest).await).await)?;
        found.left_out += usize::from(referrers.is_none());
        let mut bundles = referrers.iter().flatten().rev().filter(|entry| is_bundle(entry));
        // Asked is bounded, not found: nobody pays for a list of things that are not there.
        let mut room = MOST_SIGNATURES;
        for entry in bundles.by_ref().take(MOST_SIGNATURES) {
            room = room.saturating_sub(1);
            found.add(useful(self.tried(&pinned, async || call.bundle(entry).await).await)?.flatten());
        }
        found.left_out += bundles.count();
        let legacy = useful(self.tried(&pinned, async || call.simple_signing(digest).await).await)?;
        found.left_out += usize::from(legacy.is_none());
        let mut layers = legacy.iter().flatten().rev();
        for layer in layers.by_ref().take(room) {
            found.add(useful(self.tried(&pinned, async || call.simple(layer).await).await)?);
        }
        found.left_out += layers.count();
        Ok(found)
    }

    /// As [`Self::attached`], and remembers it in the store; offline, what the store remembers.
    ///
    /// # Errors
    /// As [`Self::attached`]; offline, if it was never looked.
    pub async fn signatures(
        &self,
        reference: &Reference,
        digest: Sha256,
        store: &Store,
    ) -> Result<Attachments, RegistryError> {
        let pinned = reference.pinned(digest);
        let wrong = |problem| RegistryError::new(&pinned, 1, problem);
        if self.is_offline() {
            let kept = store.attached(digest).map_err(|error| wrong(Problem::Store(error)))?;
            return kept.ok_or_else(|| wrong(Problem::OfflineSignatures));
        }
        let found = self.attached(reference, digest).await?;
        store.keep_attached(digest, &found).map_err(|error| wrong(Problem::Store(error)))?;
        Ok(found)
    }

    /// Attaches a sigstore bundle to the manifest of this digest, as cosign does. In a registry without the referrers
    /// API the list is a tag, which is read and written: of two who attach at the same moment, one may be lost.
    ///
    /// # Errors
    /// There is no such manifest, or the registry is of no use.
    pub async fn attach(&self, reference: &Reference, digest: Sha256, bundle: &[u8]) -> Result<Sha256, RegistryError> {
        let pinned = reference.pinned(digest);
        let wrong = |problem| RegistryError::new(&pinned, 1, problem);
        let call = self.call(&pinned, Action::Push)?;
        let subject = self.manifest(&call, &pinned).await?;
        let manifest = signature_manifest(&subject, bundle).map_err(wrong)?;
        let entry = Descriptor { annotations: manifest.annotations.clone(), ..Descriptor::of(IMAGE, &[]) };
        let bytes = Bytes::from(written(&manifest).map_err(wrong)?);
        let signature = Sha256::of(&bytes);
        let entry = Descriptor {
            digest: format!("sha256:{signature}"),
            size: bytes.len() as u64,
            artifact_type: Some(BUNDLE.to_owned()),
            ..entry
        };
        for blob in [Bytes::from_static(b"{}"), Bytes::copy_from_slice(bundle)] {
            self.tried(&pinned, async || call.push_blob(&blob).await).await?;
        }
        let name = format!("sha256:{signature}");
        let done = self.tried(&pinned, async || call.push_manifest(&name, IMAGE, &bytes).await).await?;
        if done.headers.contains_key(OCI_SUBJECT) {
            return Ok(signature);
        }
        self.tried(&pinned, async || call.list(digest, &entry).await).await?;
        Ok(signature)
    }
}

impl Attachments {
    /// Takes one, or counts one that was of no use.
    fn add(&mut self, one: Option<Attached>) {
        match one {
            Some(one) => self.signatures.push(one),
            None => self.left_out += 1,
        }
    }
}

impl Call {
    /// What refers to a manifest.
    async fn referrers(&self, digest: Sha256) -> Result<Vec<Descriptor>, Problem> {
        let what = "the list of what is attached";
        let answer = self.host.ask(self, get(self.path(&format!("referrers/sha256:{digest}")), what, LARGEST_MANIFEST));
        let answer = answer.await?;
        match answer.status.as_u16() {
            // No such API here: the tag is the list (specification, "Unavailable Referrers API"). Some registries have
            // another word for that than they should.
            400 | 404 | 405 => Ok(self.listed(digest).await?.map(|index| index.manifests).unwrap_or_default()),
            200..=299 => match serde_json::from_slice::<Index>(&answer.body) {
                Ok(index) => Ok(index.manifests),
                // The registry's own word: not something that anybody attached.
                Err(error) => Err(Problem::Malformed(format!("{what} is none ({})", excerpt(&error.to_string(), 100)))),
            },
            _ => Err(self.host.refused(&answer).await),
        }
    }

    /// The list that a tag stands for.
    async fn listed(&self, digest: Sha256) -> Result<Option<Index>, Problem> {
        let found = self.manifest(&format!("sha256-{digest}"), None, LARGEST_MANIFEST).await?;
        found.map(|found| index(&found.bytes)).transpose()
    }

    /// Adds an entry to that list, unless it stands there or the registry keeps the list itself.
    async fn list(&self, digest: Sha256, entry: &Descriptor) -> Result<(), Problem> {
        let what = "the list of what is attached";
        let asked = get(self.path(&format!("referrers/sha256:{digest}")), what, LARGEST_MANIFEST);
        if self.host.ask(self, asked).await?.status.is_success() {
            return Ok(());
        }
        let new = || Index { schema_version: 2, media_type: INDEX.to_owned(), manifests: Vec::new() };
        let mut index = self.listed(digest).await?.unwrap_or_else(new);
        if index.manifests.iter().any(|known| known.digest == entry.digest) {
            return Ok(());
        }
        index.manifests.push(entry.clone());
        let bytes = Bytes::from(written(&index)?);
        self.push_manifest(&format!("sha256-{digest}"), INDEX, &bytes).await.map(drop)
    }

    /// The bundle of one manifest that refers to another; none where it is not there, or holds something else.
    async fn bundle(&self, entry: &Descriptor) -> Result<Option<Attached>, Problem> {
        let digest = entry.sha256().map_err(Problem::Artifact)?;
        let found = self.manifest(&format!("sha256:{digest}"), Some(digest), LARGEST_SIGNATURE).await?;
        let Some(found) = found else { return Ok(None) };
        let manifest = Manifest::read(&found.bytes, found.content_type.as_deref()).map_err(Problem::Artifact)?;
        let Some(layer) = manifest.layers.iter().find(|layer| layer.media_type == BUNDLE) else { return Ok(None) };
        let bytes = self.signature(layer).await?;
        Ok(Some(Attached { kind: AttachedKind::Bundle, bytes, signature: None }))
    }

    /// The layers of cosign's earlier form that have a signature beside them.
    async fn simple_signing(&self, digest: Sha256) -> Result<Vec<Descriptor>, Problem> {
        let found = self.manifest(&format!("sha256-{digest}.sig"), None, LARGEST_MANIFEST).await?;
        let Some(found) = found else { return Ok(Vec::new()) };
        let manifest = Manifest::read(&found.bytes, found.content_type.as_deref()).map_err(Problem::Artifact)?;
        let is_signed = |layer: &Descriptor| {
            layer.media_type == SIMPLE_SIGNING
                && layer.annotation(SIGNATURE).is_some_and(|signature| signature.len() <= LONGEST_SIGNATURE)
        };
        Ok(manifest.layers.into_iter().filter(is_signed).collect())
    }

    async fn simple(&self, layer: &Descriptor) -> Result<Attached, Problem> {
        let signature = layer.annotation(SIGNATURE).map(str::to_owned);
        Ok(Attached { kind: AttachedKind::SimpleSigning, bytes: self.signature(layer).await?, signature })
    }

    async fn signature(&self, layer: &Descriptor) -> Result<Vec<u8>, Problem> {
        let digest = layer.sha256().map_err(Problem::Artifact)?;
        self.blob(BLOB, digest, layer.size, LARGEST_SIGNATURE).await
    }
}

/// Whether an entry is a signature, by what is said of it: what it holds is looked at anyway.
fn is_bundle(entry: &Descriptor) -> bool {
    entry.artifact_type.as_deref() == Some(BUNDLE)
}

/// What was asked for; none if it is of no use by what somebody put there. Faults of the registry and of the way to it
/// stay errors: they say nothing of what is attached.
fn useful<T>(outcome: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
    match outcome {
        Err(error) if is_junk(error.problem()) => {
            tracing::warn!(%error, "something that is attached is of no use, and left out");
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}

fn is_junk(problem: &Problem) -> bool {
    match problem {
        Problem::Artifact(_) | Problem::UnknownBlob { .. } | Problem::Size { .. } | Problem::Altered { .. } => true,
        // Not the head of an answer, or the registry's own list.
        Problem::TooLarge { what, .. } => [MANIFEST, BLOB].contains(what),
        _ => false,
    }
}

fn index(bytes: &[u8]) -> Result<Index, Problem> {
    let unreadable =
        |error: serde_json::Error| Problem::Artifact(ArtifactProblem::Unreadable(excerpt(&error.to_string(), 100)));
    serde_json::from_slice(bytes).map_err(unreadable)
}

/// The manifest of a signature. It has no date: the same signature of the same artifact is the same manifest.
fn signature_manifest(subject: &Found, bundle: &[u8]) -> Result<Manifest, Problem> {
    let media_type = subject.content_type.clone().unwrap_or_else(|| IMAGE.to_owned());
    Ok(Manifest {
        schema_version: 2,
        media_type: IMAGE.to_owned(),
        artifact_type: Some(BUNDLE.to_owned()),
        config: Descriptor::of(EMPTY, b"{}"),
        layers: vec![Descriptor::of(BUNDLE, bundle)],
        subject: Some(Descriptor::of(&media_type, &subject.bytes)),
        annotations: annotations(bundle)?,
    })
}

/// What cosign says of a bundle beside it.
fn annotations(bundle: &[u8]) -> Result<Map<String, Value>, Problem> {
    let parsed: Value = serde_json::from_slice(bundle)
        .ok()
        .ok_or_else(|| Problem::Artifact(ArtifactProblem::Unreadable("the bundle is not JSON".to_owned())))?;
    let mut annotations = Map::new();
    let content = if parsed.get("dsseEnvelope").is_some() { "dsse-envelope" } else { "message-signature" };
    annotations.insert("dev.sigstore.bundle.content".to_owned(), content.into());
    let payload = parsed.pointer("/dsseEnvelope/payload").and_then(Value::as_str);
    let payload = payload.and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
    let statement: Option<Value> = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(kind) = statement.as_ref().and_then(|statement| statement.get("predicateType")?.as_str()) {
        annotations.insert("dev.sigstore.bundle.predicateType".to_owned(), kind.into());
    }
    Ok(annotations)
}
