//! Pushing: blobs that are not there yet, then the manifest that names them.

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use shipworthy_contract::Sha256;
use shipworthy_plugins::Reference;

use super::{Call, Client, Pushed};
use crate::{
    Problem, RegistryError, artifact,
    host::Action,
    limits::LARGEST_REFUSAL,
    manifest::IMAGE,
    wire::{Address, Answer, Asked},
};

impl Client {
    /// Pushes a component that carries its descriptor, as a standard Wasm OCI artifact. The same bytes give the same
    /// manifest wherever they are pushed. A reference without a tag names the artifact by its digest alone.
    ///
    /// # Errors
    /// It is no component that a host takes, or the registry is of no use.
    pub async fn push(&self, reference: &Reference, component: &[u8]) -> Result<Pushed, RegistryError> {
        let wrong = |problem| RegistryError::new(reference, 1, problem);
        let artifact = artifact::of(component).map_err(wrong)?;
        let manifest = Sha256::of(&artifact.manifest);
        if let Some(expected) = reference.digest.filter(|expected| *expected != manifest) {
            return Err(wrong(Problem::OtherDigest { expected, found: manifest }));
        }
        let call = self.call(reference, Action::Push)?;
        for bytes in [Bytes::copy_from_slice(component), Bytes::from(artifact.config)] {
            self.tried(reference, async || call.push_blob(&bytes).await).await?;
        }
        let bytes = Bytes::from(artifact.manifest);
        let name = reference.tag.clone().unwrap_or_else(|| format!("sha256:{manifest}"));
        self.tried(reference, async || call.push_manifest(&name, IMAGE, &bytes).await).await?;
        let component = artifact.layer.sha256().map_err(|problem| wrong(Problem::Artifact(problem)))?;
        Ok(Pushed { manifest, component, size: artifact.layer.size })
    }
}

impl Call {
    /// Sends a blob, unless it is there.
    pub(crate) async fn push_blob(&self, bytes: &Bytes) -> Result<(), Problem> {
        let digest = Sha256::of(bytes);
        let what = "the blob";
        let asked = Asked::new(Method::HEAD, self.path(&format!("blobs/sha256:{digest}")), what, 0);
        let there = self.host.ask(self, asked).await?;
        if there.status.is_success() {
            // A registry that lost a part of it answers as if it had it, and takes no other copy.
            let size = there.header(header::CONTENT_LENGTH).and_then(|text| text.parse().ok());
            let expected = bytes.len() as u64;
            return match size {
                Some(found) if found != expected => Err(Problem::Size { what, expected, found }),
                _ => Ok(()),
            };
        }
        let begin = self.host.ask(self, Asked::new(Method::POST, self.path("blobs/uploads/"), what, LARGEST_REFUSAL));
        let begun = begin.await?;
        let address = self.upload(&begun).await?.and(&format!("digest=sha256:{digest}"));
        let mut asked = Asked::new(Method::PUT, address, what, LARGEST_REFUSAL)
            .with(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        asked.body = bytes.clone();
        let done = self.host.ask(self, asked).await?;
        if done.status.is_success() { Ok(()) } else { Err(self.host.refused(&done).await) }
    }

    /// Where a blob is to be sent. Only to the registry itself, since that is whom the credentials are for.
    async fn upload(&self, begun: &Answer) -> Result<Address, Problem> {
        if !begun.status.is_success() {
            return Err(self.host.refused(begun).await);
        }
        let location = begun.header(header::LOCATION).unwrap_or_default();
        let Some(address) = begun.from.join(location) else {
            return Err(Problem::Malformed("it does not say where to send the blob".to_owned()));
        };
        if address.is_at_same(&begun.from) {
            Ok(address)
        } else {
            Err(Problem::Redirect { target: address.origin.to_string(), what: "a blob is sent to the registry only" })
        }
    }

    /// Sends a manifest under a tag or its digest, and gives the answer.
    pub(crate) async fn push_manifest(&self, name: &str, media_type: &str, bytes: &Bytes) -> Result<Answer, Problem> {
        let what = "the manifest";
        let media_type = HeaderValue::from_str(media_type)
            .ok()
            .ok_or_else(|| Problem::Malformed("the manifest's media type is none".to_owned()))?;
        let mut asked = Asked::new(Method::PUT, self.path(&format!("manifests/{name}")), what, LARGEST_REFUSAL)
            .with(header::CONTENT_TYPE, media_type);
        asked.body = bytes.clone();
        let done = self.host.ask(self, asked).await?;
        if done.status.is_success() { Ok(done) } else { Err(self.host.refused(&done).await) }
    }
}
