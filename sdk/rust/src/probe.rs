//! The one thing that a probe's author implements.

use serde::de::DeserializeOwned;

use crate::{Failure, Stack};

/// What is to be looked at in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The service as requirements name it, such as `gateway`.
    pub service: String,
    /// Which of the endpoint's instances this run is for.
    pub instance: String,
    /// The compose project that containers are found in.
    pub project: Option<String>,
}

/// A probe: it looks at one running service and says what it sees.
///
/// It keeps nothing between runs, since every run has a new instance of the component. It never judges: whether what
/// it saw satisfies a requirement is the host's to decide.
pub trait Probe {
    /// The environment's `config` for this probe; [`NoConfig`](crate::NoConfig) where it takes none. The host has
    /// checked it against the descriptor's schema. What cannot be read all the same is [`Gap::Config`].
    ///
    /// [`Gap::Config`]: crate::Gap::Config
    type Config: DeserializeOwned;

    /// Looks, and gives evidence to `stack` as it is seen.
    ///
    /// # Errors
    ///
    /// Where nothing at all, or nothing more, can be seen. Part of it is better told by [`Stack::missing`].
    fn observe(stack: &Stack<'_>, target: &Target, config: Self::Config) -> Result<(), Failure>;
}

/// Reads the configuration and runs the probe: what the component exports, and what a test's script runs.
pub(crate) fn run<P: Probe>(stack: &Stack<'_>, target: &Target, config: &str) -> Result<(), Failure> {
    let config =
        serde_json::from_slice(config.as_bytes()).map_err(|error| Failure::config(format!("config: {error}")))?;
    P::observe(stack, target, config)
}
