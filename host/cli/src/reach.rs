//! Whoever brings what lies in a registry: a client, and the store of this user. Neither is opened before it is needed.

use std::{collections::BTreeMap, path::PathBuf, sync::OnceLock, time::Duration};

use shipworthy_contract::{Explain, Sha256};
use shipworthy_plugins::{
    Reference,
    environment::RegistrySpec,
    registry::{Attached, Looked, Registry, RegistryFault},
};
use shipworthy_registry::{
    AttachedKind, Attachments, Client, Pulled, Pushed, RegistryAccess, RegistryError, RegistryOptions, Store,
    TimeLimits,
};
use tokio::runtime::Runtime;

use crate::{
    args::RegistryFlags,
    commands::env,
    refusal::{Refusal, UsageError},
    set::says_yes,
    stack::components,
};

/// The registries of an environment.
#[derive(Debug)]
pub(crate) struct Reach {
    options: RegistryOptions,
    /// Where the store is, if not at its usual place.
    store: Option<PathBuf>,
    opened: OnceLock<Opened>,
}

#[derive(Debug)]
struct Opened {
    client: Client,
    store: Store,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A name that is still being looked up holds up nobody.
            runtime.shutdown_background();
        }
    }
}

impl Reach {
    /// As an environment says.
    pub(crate) fn new(registries: &BTreeMap<String, RegistrySpec>, offline: bool) -> Self {
        let access = |spec: &RegistrySpec| RegistryAccess { plain_http: spec.plain_http, ca: spec.ca.clone() };
        let hosts = registries.iter().map(|(host, spec)| (host.clone(), access(spec))).collect();
        let options = RegistryOptions {
            hosts,
            docker_config: docker_config(),
            offline: offline || says_yes("SHIPWORTHY_OFFLINE"),
            ..RegistryOptions::default()
        };
        Self { options, store: None, opened: OnceLock::new() }
    }

    /// How registries are reached by who only wants to see whether they answer; none where nobody is to be asked.
    pub(crate) fn options(registries: &BTreeMap<String, RegistrySpec>) -> Option<RegistryOptions> {
        let options = Self::new(registries, false).options;
        let limits = TimeLimits {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(15),
        };
        (!options.offline).then_some(RegistryOptions { limits, ..options })
    }

    /// What a store holds, and nothing else.
    pub(crate) fn within(store: PathBuf) -> Self {
        let options = RegistryOptions { offline: true, ..RegistryOptions::default() };
        Self { options, store: Some(store), opened: OnceLock::new() }
    }

    /// Copies an artifact to another store, with what is attached to it if it is `signed`.
    pub(crate) fn copy(
        &self,
        reference: &Reference,
        manifest: Sha256,
        signed: bool,
        into: &Store,
    ) -> Result<(), RegistryFault> {
        let opened = self.opened()?;
        let fault = |error| Box::new(error) as RegistryFault;
        let pulled = opened.run(opened.client.pull(&reference.pinned(manifest), &opened.store))?;
        for digest in [pulled.manifest, pulled.component] {
            if let Some(bytes) = opened.store.blob(digest).map_err(fault)? {
                into.put(&bytes).map_err(fault)?;
            }
        }
        if signed {
            let attached = opened.run(opened.client.signatures(reference, manifest, &opened.store))?;
            into.keep_attached(manifest, &attached).map_err(fault)?;
        }
        Ok(())
    }

    /// As the command line says for the registry of one reference, else as the environment that it names.
    pub(crate) fn named(reference: &Reference, flags: &RegistryFlags, offline: bool) -> Result<Self, Refusal> {
        let registries = match &flags.env {
            Some(name) => env::load(name)?.registries,
            None => BTreeMap::new(),
        };
        let mut reach = Self::new(&registries, offline);
        if flags.plain_http || flags.ca.is_some() {
            let access = RegistryAccess { plain_http: flags.plain_http, ca: flags.ca.clone() };
            reach.options.hosts.insert(reference.host.clone(), access);
        }
        Ok(reach)
    }

    /// Brings a component, and what is attached to it, into the store.
    pub(crate) fn pull(&self, reference: &Reference) -> Result<(Pulled, Attachments), RegistryFault> {
        let opened = self.opened()?;
        opened.run(async {
            let pulled = opened.client.pull(reference, &opened.store).await?;
            // What is attached may have changed since, also to what the store has.
            let attached = match opened.client.signatures(reference, pulled.manifest, &opened.store).await {
                Err(_) if self.options.offline => Attachments::default(),
                attached => attached?,
            };
            Ok((pulled, attached))
        })
    }

    /// Pushes a component.
    pub(crate) fn push(&self, reference: &Reference, component: &[u8]) -> Result<Pushed, RegistryFault> {
        let opened = self.opened()?;
        opened.run(opened.client.push(reference, component))
    }

    /// The same, with a store of its own.
    pub(crate) fn with_store(self, store: PathBuf) -> Self {
        Self { store: Some(store), ..self }
    }

    /// Attaches a signature to a manifest.
    pub(crate) fn attach(&self, reference: &Reference, manifest: Sha256, bundle: &[u8]) -> Result<(), RegistryFault> {
        let opened = self.opened()?;
        opened.run(opened.client.attach(reference, manifest, bundle)).map(drop)
    }

    fn opened(&self) -> Result<&Opened, RegistryFault> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        let folder = self.store.clone().or_else(store_folder).ok_or(NoStore)?;
        let store = Store::open(&folder).map_err(|error| Box::new(error) as RegistryFault)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = Some(runtime.map_err(|error| Box::new(UsageError::Runtime(error)) as RegistryFault)?);
        let opened = Opened { client: Client::new(self.options.clone()), store, runtime };
        Ok(self.opened.get_or_init(|| opened))
    }
}

impl Opened {
    fn run<T>(&self, work: impl Future<Output = Result<T, RegistryError>>) -> Result<T, RegistryFault> {
        let Some(runtime) = &self.runtime else { return Err(NoStore.into()) };
        runtime.block_on(work).map_err(|error| Box::new(error) as RegistryFault)
    }
}

impl Registry for Reach {
    fn digest(&self, reference: &Reference) -> Result<Sha256, RegistryFault> {
        if let Some(digest) = reference.digest {
            return Ok(digest);
        }
        let opened = self.opened()?;
        opened.run(opened.client.resolve(reference))
    }

    fn fetch(&self, reference: &Reference, manifest: Sha256) -> Result<Vec<u8>, RegistryFault> {
        let opened = self.opened()?;
        let pulled = opened.run(opened.client.pull(&reference.pinned(manifest), &opened.store))?;
        Ok(pulled.bytes)
    }

    fn signatures(
        &self,
        reference: &Reference,
        manifest: Sha256,
        looked: Looked,
    ) -> Result<Vec<Attached>, RegistryFault> {
        let opened = self.opened()?;
        let kept = match looked {
            Looked::Before => opened.store.attached(manifest).map_err(|error| Box::new(error) as RegistryFault)?,
            Looked::Now => None,
        };
        let attached = match kept.filter(|kept| !kept.signatures.is_empty()) {
            Some(kept) => kept,
            None => opened.run(opened.client.signatures(reference, manifest, &opened.store))?,
        };
        Ok(attached.signatures.into_iter().map(handed_on).collect())
    }

    fn tags(&self, reference: &Reference) -> Result<Vec<String>, RegistryFault> {
        let opened = self.opened()?;
        opened.run(opened.client.tags(reference))
    }
}

fn handed_on(attached: shipworthy_registry::Attached) -> Attached {
    match attached.kind {
        AttachedKind::Bundle => Attached::Bundle(attached.bytes),
        AttachedKind::SimpleSigning => {
            Attached::SimpleSigning { payload: attached.bytes, signature: attached.signature.unwrap_or_default() }
        }
    }
}

/// There is no place for a store.
#[derive(Debug, thiserror::Error)]
#[error("there is no store: neither `XDG_CACHE_HOME` nor `HOME` is an absolute path")]
struct NoStore;

impl Explain for NoStore {
    fn code(&self) -> &'static str {
        "store.folder"
    }

    fn fault(&self) -> shipworthy_contract::Fault {
        shipworthy_contract::Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some("set `XDG_CACHE_HOME` to a folder of this user's".to_owned())
    }
}

impl From<NoStore> for RegistryFault {
    fn from(error: NoStore) -> Self {
        Box::new(error)
    }
}

/// Beside the folder of compiled plugins.
fn store_folder() -> Option<PathBuf> {
    Some(components::cache_folder()?.with_file_name("store"))
}

/// Where docker and its like keep what they know of registries.
#[expect(clippy::disallowed_methods, reason = "the door to DOCKER_CONFIG")]
pub(crate) fn docker_config() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = folder("DOCKER_CONFIG").or_else(|| Some(folder("HOME")?.join(".docker")))?;
    Some(folder.join("config.json"))
}
