//! A component that is ready to be run any number of times.

use std::time::{Duration, Instant};

use shipworthy_contract::Sha256;

use crate::{
    cache::Cache,
    compiler::{CompileLimits, Compiler},
    engine::{Engine, precompile},
    error::LoadError,
    stubs,
    versions::{self, Guest},
};

/// Compiled and linked; nothing of it has run.
pub struct Component {
    /// In the words of the version that it is called by.
    pub(crate) guest: Box<dyn Guest>,
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component").finish_non_exhaustive()
    }
}

/// What a component is made of.
#[derive(Clone, Copy, Debug)]
pub struct Binary<'a> {
    /// The plugin's name, for messages.
    pub plugin: &'a str,
    /// The component.
    pub bytes: &'a [u8],
    /// The digest of exactly these bytes.
    pub sha256: Sha256,
    /// Of a bundled one, the code that was compiled when the binary was built.
    pub precompiled: Option<&'static [u8]>,
}

/// Where the code of a component came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was compiled before, and kept.
    Cache,
    /// It was compiled just now, which took so long; and whether it was kept.
    Compiled {
        /// From waiting for its turn to the code.
        took: Duration,
        /// Whether the next run finds it.
        kept: bool,
    },
}

/// Makes components ready.
#[derive(Clone, Debug)]
pub struct Loader {
    /// Where code is kept, if it is.
    pub cache: Option<Cache>,
    /// Who compiles what is not kept.
    pub compiler: Compiler,
}

impl Loader {
    /// Makes a component ready: from the cache if it was compiled before, else by compiling it. `tell` is called once if that takes long enough for a person to
    /// wonder.
    ///
    /// # Errors
    /// [`LoadError::Compile`], [`LoadError::Limit`], [`LoadError::Compiler`] or [`LoadError::Link`]. A cache that cannot
    /// be read or written is no error.
    pub fn load(
        &self,
        engine: &Engine,
        binary: &Binary<'_>,
        limits: CompileLimits,
        tell: &dyn Fn(),
    ) -> Result<(Component, Origin), LoadError> {
        let (component, origin) = self.ready(engine, binary, limits, tell)?;
        Ok((Component::link(engine, binary.plugin, &component)?, origin))
    }

    /// Makes a component ready that was kept before; none if it was not, or does not fit the engine's pool.
    pub fn load_kept(&self, engine: &Engine, binary: &Binary<'_>) -> Option<Component> {
        let kept = self.cache.as_ref()?.slot(&engine.wasmtime, binary.sha256).load(&engine.wasmtime)?;
        Component::link(engine, binary.plugin, &kept).ok()
    }

    fn ready(
        &self,
        engine: &Engine,
        binary: &Binary<'_>,
        limits: CompileLimits,
        tell: &dyn Fn(),
    ) -> Result<(wasmtime::component::Component, Origin), LoadError> {
        let slot = self.cache.as_ref().map(|cache| cache.slot(&engine.wasmtime, binary.sha256));
        let kept = || slot.as_ref().and_then(|slot| slot.load(&engine.wasmtime));
        if let Some(component) = kept() {
            return Ok((component, Origin::Cache));
        }
        let begun = Instant::now();
        // Whoever had the turn before may have compiled the same.
        let _turn = self.cache.as_ref().and_then(|cache| cache.turn(limits.time));
        if let Some(component) = kept() {
            return Ok((component, Origin::Cache));
        }
        let code = self.compiler.compile(engine, binary.plugin, binary.bytes, limits, tell)?;
        let kept = slot.as_ref().is_some_and(|slot| {
            let kept = slot.keep(&code);
            if let Err(error) = &kept {
                tracing::warn!(%error, plugin = binary.plugin, "the compiled plugin cannot be kept");
            }
            kept.is_ok()
        });
        if let Some(cache) = &self.cache {
            cache.tidy();
        }
        let component = deserialize(engine, &code)
            .map_err(|error| LoadError::Compile { plugin: binary.plugin.to_owned(), source: error.into() })?;
        Ok((component, Origin::Compiled { took: begun.elapsed(), kept }))
    }
}

impl Component {
    /// Makes a bundled component ready from the code that was compiled when the binary was built; none if it has none,
    /// or none that this engine can use. Touches no file.
    ///
    /// # Errors
    /// [`LoadError::Link`].
    pub fn load_bundled(engine: &Engine, binary: &Binary<'_>) -> Result<Option<Self>, LoadError> {
        let Some(code) = binary.precompiled else { return Ok(None) };
        match deserialize(engine, code) {
            Ok(component) => Self::link(engine, binary.plugin, &component).map(Some),
            Err(error) => {
                tracing::warn!(binary.plugin, %error, "the code compiled at build time does not fit");
                Ok(None)
            }
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
            let stubbed = stubs::with_missing(engine, component)?;
            let instance = stubbed.as_ref().unwrap_or(&engine.linker).instantiate_pre(component)?;
            let version = versions::of(component, engine.versions);
            (version.ok_or_else(|| wasmtime::Error::msg("this engine serves no version"))?.find)(instance)
        };
        let guest = link()
            .map_err(|error: wasmtime::Error| LoadError::Link { plugin: plugin.to_owned(), source: error.into() })?;
        Ok(Self { guest })
    }
}

fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<wasmtime::component::Component> {
    #[expect(unsafe_code, reason = "the one way to use compiled code")]
    // SAFETY: `code` was compiled by wasmtime a moment ago, in this process or in a child of this same program, or when
    // this binary was built and embedded in it; wasmtime refuses another version or other settings.
    unsafe {
        wasmtime::component::Component::deserialize(&engine.wasmtime, code)
    }
}
