//! A gateway and an agent that belong together, with the certificates to reach them.

use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use crate::sandbox::temp_dir;
use crate::{Agent, Certs, Environment, Gateway, StandIn};

/// Two running stand-ins. They stop when this is dropped.
#[derive(Debug)]
pub struct Stack {
    /// Behind TLS.
    pub gateway: StandIn,
    /// Behind mutual TLS.
    pub agent: StandIn,
    /// What both show, and what the agent wants to see.
    pub certs: Certs,
    folder: TempDir,
}

impl Stack {
    /// Gateway and agent as they are today.
    pub fn start() -> Result<Self> {
        Self::with(Gateway::new(), Agent::new())
    }

    /// Gateway and agent of the caller's making.
    pub fn with(gateway: Gateway, agent: Agent) -> Result<Self> {
        let certs = Certs::generate()?;
        let folder = temp_dir()?;
        certs.write_to(folder.path())?;
        Ok(Self { gateway: gateway.start(&certs)?, agent: agent.start(&certs)?, certs, folder })
    }

    /// The folder that holds the certificates' files, by the names that [`Certs::write_to`] gives.
    pub fn certs_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The text of an environment file. Its paths are absolute: it may be written anywhere.
    pub fn environment(&self, build: impl FnOnce(Environment) -> Environment) -> String {
        self.environment_beside(&self.certs_dir().to_string_lossy(), build)
    }

    /// The text of an environment file for which the certificates lie in `certs`, absolute or relative to that file.
    pub fn environment_beside(&self, certs: &str, build: impl FnOnce(Environment) -> Environment) -> String {
        build(Environment::new(self.gateway.url(), self.agent.url(), certs.to_owned())).to_string()
    }
}
