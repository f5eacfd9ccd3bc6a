//! What a service's team makes a probe with: a project to begin from, a build, and a stack from a file to test it on.
//!
//! A check never comes here. Nothing in this crate judges or runs a component: `stage` writes an environment and serves
//! what a test says, and the host runs the component against it by the way of every check.

pub mod build;
pub mod case;
pub mod error;
pub mod evidence;
mod fake;
mod files;
pub mod language;
pub mod name;
pub mod project;
pub mod scaffold;
#[expect(unreachable_pub, reason = "one file, shared with the build script of the bundled probes")]
mod section;
pub mod stage;
mod toolchain;
pub mod tools;

pub use case::Case;
pub use error::KitError;
pub use language::Language;
pub use project::Project;
pub use stage::Stage;
