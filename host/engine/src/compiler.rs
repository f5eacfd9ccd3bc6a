//! Compiling in a process of its own. A compile cannot be cancelled and takes memory, so an uncached plugin is compiled by
//! a child of this same program that has nothing but its standard streams, and limits on memory, processor time and time.

mod child;
mod parent;

use std::{ffi::OsString, path::PathBuf, time::Duration};

pub use child::{Exit, run_child};
pub(crate) use parent::LARGEST_CODE;

use crate::{engine::Engine, error::LoadError};

/// What compiling one component may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// From the child's start to its end; the time of all its threads together may be twice as long.
    pub time: Duration,
    /// Address space of the child, in bytes.
    pub memory: u64,
}

/// Who compiles.
#[derive(Clone, Debug)]
pub struct Compiler(Where);

#[derive(Clone, Debug)]
enum Where {
    Here,
    Child { program: PathBuf, arguments: Vec<OsString> },
}

impl Compiler {
    /// A child process: `program` with `arguments`, which does nothing but call [`run_child`].
    pub fn child(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self(Where::Child { program, arguments })
    }

    /// This process, without limits: for components of one's own, such as those that a build compiles ahead.
    pub const fn here() -> Self {
        Self(Where::Here)
    }

    /// The code of a component. `tell` is called once if it takes long enough for a person to wonder.
    pub(crate) fn compile(
        &self,
        engine: &Engine,
        plugin: &str,
        component: &[u8],
        limits: CompileLimits,
        tell: &dyn Fn(),
    ) -> Result<Vec<u8>, LoadError> {
        match &self.0 {
            Where::Here => engine
                .wasmtime
                .precompile_component(component)
                .map_err(|error| LoadError::Compile { plugin: plugin.to_owned(), source: error.into() }),
            Where::Child { program, arguments } => parent::compile(program, arguments, plugin, component, limits, tell),
        }
    }
}

/// How long a person waits without a word.
const PATIENCE: Duration = Duration::from_secs(1);
