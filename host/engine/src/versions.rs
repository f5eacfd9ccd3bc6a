//! The versions of `shipworthy:probe` that this host serves, side by side.
//!
//! Each minor version has a module of its own (`since_0_1`): bindings made from its newest release, conversions between
//! its words and the host's, and an entry here. A component may import any of them, and is called by the newest `guest`
//! that it exports and the host knows.

use std::pin::Pin;

use shipworthy_contract::{evidence::Gap, wit};
use wasmtime::{
    Store,
    component::{InstancePre, Linker},
};

use crate::{run::Target, since_0_1, state::State};

/// Every version, newest first.
pub(crate) const SERVED: &[Version] = &[since_0_1::VERSION];

/// One version.
#[derive(Debug)]
pub(crate) struct Version {
    /// Its newest release.
    pub(crate) release: &'static str,
    /// Gives a linker what guests of this version import.
    pub(crate) link: fn(&mut Linker<State>) -> wasmtime::Result<()>,
    /// Finds what guests of this version export. Fails if it is not there, or of another type.
    pub(crate) find: fn(InstancePre<State>) -> wasmtime::Result<Box<dyn Guest>>,
}

/// A probe that is ready to be called, in the words of its version.
pub(crate) trait Guest: Send + Sync {
    /// Makes an instance and calls it.
    fn observe<'a>(&'a self, store: &'a mut Store<State>, target: &'a Target) -> Observing<'a>;
}

/// A call that is under way.
pub(crate) type Observing<'a> = Pin<Box<dyn Future<Output = wasmtime::Result<Result<(), Failure>>> + Send + 'a>>;

/// Nothing at all, or nothing more, can be seen.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) why: Gap,
    pub(crate) detail: String,
}

impl Version {
    /// The name under which guests of this version export what they are called by.
    pub(crate) fn guest(&self) -> String {
        format!("{}/{}@{}", wit::PACKAGE, wit::GUEST, self.release)
    }
}

/// The version that a component is called by: the newest of those that it exports `guest` of. If it exports none, the
/// newest of all, so that what it lacks is named.
pub(crate) fn of<'v>(component: &wasmtime::component::Component, versions: &'v [Version]) -> Option<&'v Version> {
    // The name stands for any release of the same minor version.
    let exports = |version: &&Version| component.get_export_index(None, version.guest()).is_some();
    versions.iter().find(exports).or_else(|| versions.first())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial;
