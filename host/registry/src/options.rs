//! How registries are reached, as whoever makes a client says.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// How one registry is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryAccess {
    /// It is spoken to without TLS. Otherwise nothing is sent without it, and no redirect leads out of it.
    pub plain_http: bool,
    /// The PEM file of the only authorities that are trusted for it; without one, the system's.
    pub ca: Option<PathBuf>,
}

/// How long a registry is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the next byte.
    pub idle: Duration,
    /// For one request as a whole, from its first byte to the answer's last.
    pub total: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), idle: Duration::from_secs(30), total: Duration::from_mins(5) }
    }
}

/// What a client may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryOptions {
    /// By authority as a reference has it (`registry.example:5000`); one that is not listed is reached by TLS with the
    /// system's authorities. A token server or a redirect's target that is not listed is reached as its registry is.
    pub hosts: BTreeMap<String, RegistryAccess>,
    /// How long it is waited for.
    pub limits: TimeLimits,
    /// Docker's `config.json`; one that is not there has no credentials.
    pub docker_config: Option<PathBuf>,
    /// Nothing is asked of any registry: whatever the store does not have is [`crate::Problem::Offline`].
    pub offline: bool,
}

impl RegistryOptions {
    /// How this registry is reached.
    pub(crate) fn access(&self, authority: &str) -> RegistryAccess {
        self.hosts.get(authority).cloned().unwrap_or_default()
    }
}
