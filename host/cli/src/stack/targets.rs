//! Endpoints made ready: secrets fetched, certificates read, once for all probes that share one.

use std::{collections::BTreeMap, sync::Arc};

use shipworthy_capabilities::{ConfigError, Target};
use shipworthy_contract::{Explain, Fault, Secret, explain::Place};
use shipworthy_plugins::Environment;

use crate::refusal::Refusal;

/// Most errors that are told.
const MOST_ERRORS: usize = 20;

/// The instances of one endpoint, by name.
pub(super) type Instances = Vec<(String, Arc<Target>)>;

/// Endpoints by name.
pub(super) struct Targets {
    by_name: BTreeMap<String, Instances>,
    /// Every secret of every endpoint: masked in all that any probe is told.
    pub(super) secrets: Vec<Secret>,
}

impl Targets {
    /// No endpoint: a replay reaches nothing.
    pub(super) const fn none() -> Self {
        Self { by_name: BTreeMap::new(), secrets: Vec::new() }
    }

    /// Prepares those endpoints of an environment that are named, and tells everything that is wrong with any of them.
    pub(super) fn prepare<'a>(
        environment: &Environment,
        names: impl IntoIterator<Item = &'a String>,
        variables: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Refusal> {
        let mut targets = Self::none();
        let mut refusal = Refusal { errors: Vec::new() };
        for name in names {
            if targets.by_name.contains_key(name) {
                continue;
            }
            // An endpoint that is not there was refused when the plan was made.
            let Some(spec) = environment.endpoints.get(name) else { continue };
            let mut instances = Instances::new();
            match spec.resolve(variables) {
                Err(error) => refusal.errors.push(Box::new(error)),
                Ok(endpoints) => {
                    // Headers are the endpoint's, the same for every instance.
                    let headers = endpoints.first().map(|first| first.headers.as_slice()).unwrap_or_default();
                    targets.secrets.extend(headers.iter().map(|(_, secret)| secret.clone()));
                    let names: Vec<String> = endpoints.iter().map(|endpoint| endpoint.instance.clone()).collect();
                    for (name, target) in names.into_iter().zip(Target::prepare_all(endpoints)) {
                        match target {
                            Ok(target) => instances.push((name, Arc::new(target))),
                            Err(error) if refusal.errors.len() < MOST_ERRORS => {
                                let at = place(environment, &error).unwrap_or_else(|| spec.at.clone());
                                refusal.errors.push(Box::new(EndpointError { error, at }));
                            }
                            // A thousand instances that lack the same file have told enough.
                            Err(_) => {}
                        }
                    }
                }
            }
            targets.by_name.insert(name.clone(), instances);
        }
        if refusal.errors.is_empty() { Ok(targets) } else { Err(refusal) }
    }

    /// Whether any endpoint is, or may be, on another machine.
    pub(super) fn are_elsewhere(&self) -> bool {
        self.by_name.values().flatten().any(|(_, target)| !target.is_local())
    }

    /// The instances of an endpoint.
    pub(super) fn of(&self, name: &str) -> &Instances {
        const NONE: &Instances = &Instances::new();
        self.by_name.get(name).unwrap_or(NONE)
    }
}

/// What keeps an endpoint from being made ready, with the place in the environment that says so.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
struct EndpointError {
    #[source]
    error: ConfigError,
    at: Place,
}

impl Explain for EndpointError {
    fn code(&self) -> &'static str {
        self.error.code()
    }

    fn fault(&self) -> Fault {
        self.error.fault()
    }

    fn help(&self) -> Option<String> {
        self.error.help()
    }

    fn place(&self) -> Option<Place> {
        Some(self.at.clone())
    }
}

/// Where the key stands that names a file: another file than its endpoint's, where one environment extends another.
fn place(environment: &Environment, error: &ConfigError) -> Option<Place> {
    let (ConfigError::File { endpoint, key, .. } | ConfigError::Content { endpoint, key, .. }) = error else {
        return None;
    };
    let key = format!("endpoints.{endpoint}.{key}");
    environment.place(&key)
}
