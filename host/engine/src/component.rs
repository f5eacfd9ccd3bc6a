//! A component that is ready to be run any number of times.

use std::path::Path;

use shipworthy_contract::Sha256;

use crate::{
    cache::Cache,
    engine::{Engine, precompile},
    error::LoadError,
    state::State,
    stubs,
    wit::ProbePre,
};

/// Compiled and linked; nothing of it has run.
pub struct Component {
    pub(crate) pre: ProbePre<State>,
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component").finish_non_exhaustive()
    }
}

impl Component {
    /// Makes a component ready from its bytes: from the cache if it was compiled before, else by compiling it.
    /// `sha256` must be the digest of exactly these bytes.
    ///
    /// # Errors
    /// [`LoadError::Compile`] or [`LoadError::Link`]. A cache that cannot be read or written is no error.
    pub fn load(
        engine: &Engine,
        plugin: &str,
        bytes: &[u8],
        sha256: Sha256,
        cache: Option<&Cache>,
    ) -> Result<Self, LoadError> {
        let entry = cache.map(|cache| cache.entry(&engine.wasmtime, sha256));
        if let Some(component) = entry.as_deref().and_then(|entry| cached(engine, entry)) {
            return Self::link(engine, plugin, &component);
        }
        let compile = || {
            let code = engine.wasmtime.precompile_component(bytes)?;
            if let Some(entry) = &entry
                && let Err(error) = Cache::keep(entry, &code)
            {
                tracing::warn!(%error, entry = %entry.display(), "the compiled plugin cannot be kept");
            }
            deserialize(engine, &code)
        };
        let component =
            compile().map_err(|error| LoadError::Compile { plugin: plugin.to_owned(), source: error.into() })?;
        Self::link(engine, plugin, &component)
    }

    /// Makes a bundled component ready from the code that was compiled when the binary was built, if this engine can
    /// use it; else as [`Component::load`].
    ///
    /// # Errors
    /// As [`Component::load`].
    pub fn load_bundled(
        engine: &Engine,
        plugin: &str,
        precompiled: Option<&'static [u8]>,
        bytes: &'static [u8],
        sha256: Sha256,
        cache: Option<&Cache>,
    ) -> Result<Self, LoadError> {
        match precompiled.map(|code| deserialize(engine, code)) {
            Some(Ok(component)) => Self::link(engine, plugin, &component),
            Some(Err(error)) => {
                tracing::warn!(plugin, %error, "the code compiled at build time does not fit; compiling");
                Self::load(engine, plugin, bytes, sha256, cache)
            }
            None => Self::load(engine, plugin, bytes, sha256, cache),
        }
    }

    /// Compiles a component for the baseline CPU, to be embedded in a binary that is being built.
    ///
    /// # Errors
    /// [`LoadError::Compile`].
    pub fn precompile(plugin: &str, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
        precompile(bytes).map_err(|error| LoadError::Compile { plugin: plugin.to_owned(), source: error.into() })
    }

    fn link(engine: &Engine, plugin: &str, component: &wasmtime::component::Component) -> Result<Self, LoadError> {
        let link = || {
            let stubbed = stubs::with_missing(&engine.linker, &engine.wasmtime, component)?;
            ProbePre::new(stubbed.as_ref().unwrap_or(&engine.linker).instantiate_pre(component)?)
        };
        let pre = link()
            .map_err(|error: wasmtime::Error| LoadError::Link { plugin: plugin.to_owned(), source: error.into() })?;
        Ok(Self { pre })
    }
}

fn cached(engine: &Engine, entry: &Path) -> Option<wasmtime::component::Component> {
    if !entry.is_file() {
        return None;
    }
    #[expect(unsafe_code, reason = "the one way to use compiled code")]
    // SAFETY: the file lies in a folder that only this user can write (`Cache::open`), and was written by this
    // version of this host under a key of component, engine and settings; wasmtime checks its own version and settings
    // again and refuses what does not fit.
    let loaded = unsafe { wasmtime::component::Component::deserialize_file(&engine.wasmtime, entry) };
    match loaded {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::warn!(%error, entry = %entry.display(), "a compiled plugin cannot be used; compiling it anew");
            None
        }
    }
}

fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<wasmtime::component::Component> {
    #[expect(unsafe_code, reason = "the one way to use compiled code")]
    // SAFETY: `code` was compiled by wasmtime a moment ago in this process, or when this binary was built and embedded
    // in it; wasmtime refuses another version or other settings.
    unsafe {
        wasmtime::component::Component::deserialize(&engine.wasmtime, code)
    }
}
