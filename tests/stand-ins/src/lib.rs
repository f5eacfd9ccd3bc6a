//! Stand-ins for the services that Shipworthy asks, and the sandbox that tests run its binary in.
//!
//! Nothing here is a part of what users install. Every server is a *stand-in*: it answers as `docs/contract.md` says
//! that the real service answers, or deliberately badly ([`hostile`]). All of them listen on 127.0.0.1 only, on a port
//! that the system chooses, but for those in containers ([`real`]), and stop when their handle is dropped.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! use shipworthy_stand_ins::{Sandbox, Stack, Tree};
//!
//! let stack = Stack::start()?;
//! let sandbox = Sandbox::new("target/debug/shipworthy")?;
//! sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker"))?;
//! sandbox.file("env.toml", stack.environment(|e| e.probe_gateway().probe_agent()))?;
//! let output = sandbox.run(&["check", "--env", "env.toml"])?;
//! assert_eq!(output.status, Some(0), "{}", output.snapshot());
//! # Ok(())
//! # }
//! ```
#![expect(clippy::disallowed_methods, reason = "test support: writes fixtures, starts the binary, serves on loopback")]

pub mod agent;
pub mod certs;
pub mod component;
pub mod docker;
pub mod environment;
pub mod gateway;
pub mod hostile;
pub mod meddler;
mod packed;
pub mod plugin;
pub mod real;
pub mod sandbox;
#[path = "../../../host/kit/src/section.rs"]
#[expect(unreachable_pub, reason = "the kit's own file")]
mod section;
mod serve;
pub mod stack;
mod stand_in;
pub mod tokens;
pub mod tree;

pub use agent::Agent;
pub use certs::{Certs, ServerCert};
pub use environment::Environment;
pub use gateway::Gateway;
pub use packed::unpacked;
pub use plugin::Plugin;
pub use sandbox::{Output, Sandbox};
pub use stack::Stack;
pub use stand_in::{Received, StandIn};
pub use tokens::TokenServer;
pub use tree::Tree;
