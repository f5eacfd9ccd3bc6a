//! A compose project of a test's own, under names that no other test has.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Result, anyhow};

use super::{Container, Engine, LABEL, Started, docker, leftovers};
use crate::Certs;

/// Projects that this process has begun.
static BEGUN: AtomicU32 = AtomicU32::new(0);

/// Containers that belong together. They and their volumes go when this is dropped.
#[derive(Debug)]
pub struct Project {
    engine: &'static Engine,
    env: String,
}

impl Project {
    /// A project without containers.
    pub fn begin(engine: &'static Engine) -> Self {
        let number = BEGUN.fetch_add(1, Ordering::Relaxed);
        // All names are of one length, so that text that is broken into lines breaks at the same places.
        let env = format!("t{:07}n{number:03}", std::process::id());
        Self { engine, env }
    }

    /// The compose project's name.
    pub fn name(&self) -> String {
        format!("esb-{}", self.env)
    }

    /// ESB's own name for the environment: it is a part of the containers' names, and the label `esb_env`.
    pub fn env(&self) -> &str {
        &self.env
    }

    /// The engine that it is on.
    pub const fn engine(&self) -> &'static Engine {
        self.engine
    }

    /// Starts a container, and waits until it says that it is ready, has the health that was asked for, or has ended.
    pub fn start(&self, container: Container) -> Result<Started> {
        container.start(self)
    }

    /// A text in which this project's own names stand for those of any: `esb-ENV` of `ENV`, which is as long as they.
    pub fn masked(&self, text: &str) -> String {
        text.replace(&self.env, "t0000000n000")
    }

    /// A named volume, and the folder in which the engine keeps it.
    pub fn volume(&self, name: &str) -> Result<(String, PathBuf)> {
        let name = format!("{}_{name}", self.name());
        let mut words = vec!["volume".to_owned(), "create".to_owned()];
        words.extend(self.labels()?);
        words.push(name.clone());
        docker::run(&words)?;
        let folder = docker::run(&["volume", "inspect", "--format", "{{.Mountpoint}}", &name])?;
        Ok((name, PathBuf::from(folder)))
    }

    /// The bridge network of all services, made when the first of them needs it. One for all projects of a process: no
    /// stand-in looks for another by its name, and an engine takes a second to make and remove one.
    pub(crate) fn network() -> Result<String> {
        static NETWORK: LazyLock<Result<String, String>> = LazyLock::new(|| {
            let name = format!("shipworthy-{}", std::process::id());
            let made =
                leftovers::label().and_then(|label| docker::run(&["network", "create", "--label", label, &name]));
            made.map(|_id| name).map_err(|error| format!("{error:#}"))
        });
        NETWORK.clone().map_err(|error| anyhow!(error))
    }

    /// Options that label what belongs to this project.
    pub(crate) fn labels(&self) -> Result<Vec<String>> {
        let mine = leftovers::label()?.to_owned();
        Ok(vec!["--label".to_owned(), mine, "--label".to_owned(), self.label()])
    }

    fn label(&self) -> String {
        format!("{LABEL}.project={}", self.env)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        leftovers::of(&self.label());
    }
}

/// The folder of this process's certificates, by the names that [`Certs::write_to`] gives.
pub fn certs() -> Result<&'static Path> {
    static CERTS: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let written = || {
            let folder = leftovers::folder()?.join("certs");
            Certs::generate()?.write_to(&folder)?;
            Ok(folder)
        };
        written().map_err(|error: anyhow::Error| format!("{error:#}"))
    });
    CERTS.as_deref().map_err(|error| anyhow!(error.clone()))
}
