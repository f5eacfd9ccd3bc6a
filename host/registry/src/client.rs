//! What is done with registries: looked up, pulled, listed and pushed.

mod asking;
mod push;
mod visit;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use http::header;
use serde::Deserialize;
use shipworthy_contract::{Sha256, text::excerpt};
use shipworthy_plugins::{Reference, component::LARGEST_COMPONENT};

pub(crate) use self::asking::{Call, Found, MANIFEST};
use crate::{
    ArtifactProblem, Problem, RegistryError, RegistryOptions, Store, StoreError,
    host::{Action, Host},
    limits::{LARGEST_MANIFEST, LARGEST_TAGS, MOST_PAGES},
    manifest::Manifest,
    wire::Wire,
};

/// What WebAssembly begins with. Whether it is a component, and one that can be used, is seen by whoever uses it.
const MAGIC: &[u8] = b"\0asm";

/// A client of registries, for as long as one command runs: it keeps connections and tokens.
#[derive(Debug)]
pub struct Client {
    options: Arc<RegistryOptions>,
    wire: Arc<Wire>,
    hosts: Mutex<BTreeMap<String, Arc<Host>>>,
}

/// A component that is here now, and in the store.
#[derive(Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The digest of its manifest, which is what a reference pins and a signature signs.
    pub manifest: Sha256,
    /// The digest of the component itself.
    pub component: Sha256,
    /// Bytes of the component.
    pub size: u64,
    /// The component.
    pub bytes: Vec<u8>,
    /// How many requests it took; none for what the store had.
    pub requests: u32,
}

impl fmt::Debug for Pulled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { manifest, component, size, requests, bytes: _ } = self;
        write!(f, "Pulled {{ {manifest}, {component}, {size} bytes, {requests} requests }}")
    }
}

/// A component that is in a registry now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The digest of its manifest.
    pub manifest: Sha256,
    /// The digest of the component itself.
    pub component: Sha256,
    /// Bytes of the component.
    pub size: u64,
}

#[derive(Deserialize)]
struct Tags {
    /// Some registries write `null` where there are none.
    tags: Option<Vec<String>>,
}

impl Client {
    /// A client. Nothing is asked of anybody yet.
    pub fn new(options: RegistryOptions) -> Self {
        let wire = Arc::new(Wire::new(options.limits));
        Self { options: Arc::new(options), wire, hosts: Mutex::default() }
    }

    /// The digest of the manifest that a reference names now; one that names a digest is looked up all the same.
    ///
    /// # Errors
    /// There is no such manifest, or the registry is of no use.
    pub async fn resolve(&self, reference: &Reference) -> Result<Sha256, RegistryError> {
        let call = self.call(reference, Action::Pull)?;
        Ok(self.manifest(&call, reference).await?.digest)
    }

    /// The component of a reference, from the store if its digest is named and there, else from the registry. What it
    /// fetches is kept in the store.
    ///
    /// # Errors
    /// There is no such component, the registry is of no use, or what it gives is not what was asked for.
    pub async fn pull(&self, reference: &Reference, store: &Store) -> Result<Pulled, RegistryError> {
        let kept = |error: StoreError| RegistryError::new(reference, 1, Problem::Store(error));
        if let Some(digest) = reference.digest
            && let Some(pulled) = store.pulled(digest).map_err(kept)?
        {
            return Ok(pulled);
        }
        let call = self.call(reference, Action::Pull)?;
        let known = match reference.digest {
            Some(digest) => store.blob(digest).map_err(kept)?.map(|bytes| Found { digest, bytes, content_type: None }),
            None => None,
        };
        let found = match known {
            Some(found) => found,
            None => self.manifest(&call, reference).await?,
        };
        let wrong = |problem| RegistryError::new(reference, 1, problem);
        let artifact = |problem| wrong(Problem::Artifact(problem));
        let manifest = Manifest::read(&found.bytes, found.content_type.as_deref()).map_err(artifact)?;
        let layer = manifest.component().map_err(artifact)?;
        let component = layer.sha256().map_err(artifact)?;
        let bytes = if let Some(bytes) = store.blob(component).map_err(kept)? {
            bytes
        } else {
            let blob = async || call.blob("the component", component, layer.size, LARGEST_COMPONENT).await;
            self.tried(reference, blob).await?
        };
        if !bytes.starts_with(MAGIC) {
            return Err(artifact(ArtifactProblem::NotWasm(excerpt(&layer.media_type, 100))));
        }
        // The manifest last: who finds it finds the rest.
        store.put(&bytes).map_err(kept)?;
        store.put(&found.bytes).map_err(kept)?;
        let size = bytes.len() as u64;
        Ok(Pulled { manifest: found.digest, component, size, bytes, requests: call.requests() })
    }

    /// The tags of a reference's repository, sorted; its own tag and digest do not matter.
    ///
    /// # Errors
    /// There is no such repository, or the registry is of no use.
    pub async fn tags(&self, reference: &Reference) -> Result<Vec<String>, RegistryError> {
        let call = self.call(reference, Action::Pull)?;
        let name = format!("{}{}", shipworthy_plugins::reference::SCHEME, reference.name());
        self.tried(&name, async || call.tags().await).await
    }

    /// The manifest that a reference names. One that is not there is told with what is there instead.
    pub(crate) async fn manifest(&self, call: &Call, reference: &Reference) -> Result<Found, RegistryError> {
        let found = self.tried(reference, async || {
            let name = match (reference.digest, &reference.tag) {
                (Some(digest), _) => format!("sha256:{digest}"),
                (None, Some(tag)) => tag.clone(),
                (None, None) => return Err(Problem::UnknownDigest),
            };
            match call.manifest(&name, reference.digest, LARGEST_MANIFEST).await? {
                Some(found) => Ok(found),
                None => Err(call.unknown(reference).await),
            }
        });
        found.await
    }

    /// Whether nothing is asked of any registry.
    pub(crate) fn is_offline(&self) -> bool {
        self.options.offline
    }

    /// What it takes to ask about a repository.
    pub(crate) fn call(&self, reference: &Reference, action: Action) -> Result<Call, RegistryError> {
        if self.is_offline() {
            let problem = if reference.digest.is_some() { Problem::Offline } else { Problem::OfflineTag };
            return Err(RegistryError::new(reference, 1, problem));
        }
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts
            .entry(reference.host.clone())
            .or_insert_with(|| Arc::new(Host::new(&reference.host, &self.options, &self.wire)));
        Ok(Call::new(Arc::clone(host), reference.repository.clone(), action))
    }
}

impl Call {
    async fn tags(&self) -> Result<Vec<String>, Problem> {
        let mut tags = Vec::new();
        let mut address = self.path("tags/list?n=1000");
        for _ in 0..MOST_PAGES {
            let asked = crate::host::get(address.clone(), "the list of tags", LARGEST_TAGS);
            let answer = self.host.ask(self, asked).await?;
            match answer.status.as_u16() {
                404 => return Err(Problem::UnknownRepository),
                200..=299 => {}
                _ => return Err(self.host.refused(&answer).await),
            }
            let page: Tags = serde_json::from_slice(&answer.body).map_err(|error| {
                Problem::Malformed(format!("its list of tags is none ({})", excerpt(&error.to_string(), 100)))
            })?;
            tags.extend(page.tags.unwrap_or_default().into_iter().map(|tag| excerpt(&tag, 128)));
            // RFC 8288, as far as the specification needs it: `</v2/NAME/tags/list?n=1000&last=x>; rel="next"`.
            let next = answer.header(header::LINK).and_then(|link| link.trim().strip_prefix('<')?.split('>').next());
            let Some(next) = next else { break };
            match answer.from.join(next).filter(|next| next.is_at_same(&answer.from)) {
                Some(next) => address = next,
                None => break,
            }
        }
        // The specification asks for this order, and not every registry heeds it.
        tags.sort();
        tags.dedup();
        Ok(tags)
    }

    /// Why there is no such manifest: the registry's own words do not tell, so its list of tags is looked at.
    async fn unknown(&self, reference: &Reference) -> Problem {
        match (self.tags().await, reference.digest) {
            (Err(Problem::UnknownRepository), _) => Problem::UnknownRepository,
            (_, Some(_)) => Problem::UnknownDigest,
            (Ok(mut tags), None) => {
                tags.retain(|tag| !is_list(tag));
                Problem::UnknownTag { tags }
            }
            (Err(_), None) => Problem::UnknownTag { tags: Vec::new() },
        }
    }
}

/// Whether a tag stands for what is attached to a manifest, in the standard's form or cosign's. Nobody looks for one of
/// these.
fn is_list(tag: &str) -> bool {
    let digest = tag.strip_prefix("sha256-").map(|rest| rest.strip_suffix(".sig").unwrap_or(rest));
    digest.is_some_and(|digest| digest.parse::<Sha256>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_list_what_is_attached_are_told_from_others() {
        let digest = Sha256::of(b"x").to_string();
        for (tag, expected) in [
            (format!("sha256-{digest}"), true),
            (format!("sha256-{digest}.sig"), true),
            (format!("sha256-{digest}.sig.sig"), false),
            (format!("sha256-{digest}0"), false),
            (format!("sha256-{digest}-fixed"), false),
            (digest, false),
            ("sha256-1".to_owned(), false),
            ("1.2.0".to_owned(), false),
        ] {
            assert_eq!(is_list(&tag), expected, "{tag}");
        }
    }
}
