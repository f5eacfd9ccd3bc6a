//! Real parts for tests: containers on a real Docker Engine, shaped as ESB shapes them, and a real containerd.
//!
//! What runs in the containers is still a stand-in, the Go program in `tests/stand-ins/esb`; engine, networks, states,
//! health checks, logs and file systems are real. Every container, network and volume carries the label
//! [`LABEL`] with the process that made it: it goes when its handle is dropped, when the process ends in whatever way,
//! and at the latest when the next process begins. Images stay; they are small, and named `shipworthy.test/...`.

use std::sync::LazyLock;

pub mod container;
pub mod containerd;
pub mod esb;
pub mod project;
pub mod proxy;
pub mod registry;

mod binary;
mod docker;
mod image;
mod leftovers;

pub use container::{Container, Started};
pub use containerd::Containerd;
pub use esb::{Esb, Mode};
pub use project::Project;
pub use proxy::Proxy;
pub use registry::{Auth, Registry};

/// The label of everything that tests leave on an engine while they run; its value is the process.
pub const LABEL: &str = "shipworthy.test";

/// Set to `1`, it makes the lack of an engine, of containerd or of Go a failure instead of a reason to skip.
const REQUIRE: &str = "SHIPWORTHY_REQUIRE_DOCKER";

/// A Docker Engine that answers, with the stand-ins' image on it.
#[derive(Debug)]
pub struct Engine {
    version: String,
    image: String,
}

impl Engine {
    /// `unix:///PATH`, as an environment's `socket` has it.
    pub fn url(&self) -> String {
        std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned())
    }

    /// Its version: `20.10.24`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The image that every other one is a name of.
    pub(crate) fn image(&self) -> &str {
        &self.image
    }
}

/// The engine, or in words why there is none.
pub fn engine() -> Result<&'static Engine, String> {
    static ENGINE: LazyLock<Result<Engine, String>> = LazyLock::new(|| {
        let version = docker::run(&["version", "--format", "{{.Server.Version}}"])
            .map_err(|error| format!("no Docker Engine answers: {error}"))?;
        let told = |error: anyhow::Error| format!("the stand-in for ESB's services is not to be had: {error:#}");
        let binary = binary::path().map_err(told)?;
        leftovers::remove().map_err(told)?;
        let image = image::import(&binary).map_err(told)?;
        Ok(Engine { version, image })
    });
    ENGINE.as_ref().map_err(Clone::clone)
}

/// Whether a part that is not to be had is a failure.
pub fn required() -> bool {
    std::env::var(REQUIRE).is_ok_and(|value| value == "1")
}
