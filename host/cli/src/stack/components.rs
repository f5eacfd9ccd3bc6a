//! The plan's components made ready: bundled, from the cache, or compiled now, which a person is told of if it takes long.

use std::{cell::OnceCell, collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use shipworthy_contract::{Sha256, evidence::RunEnd, quantity::Bytes};
use shipworthy_engine::{Binary, Cache, CompileLimits, Compiler, Component, Engine, LoadError, Loader, Origin};
use shipworthy_plugins::{Plugin, environment::Limits};

use super::plan::Planned;
use crate::{args::COMPILE, bundled, output::Stream, refusal::Refusal};

/// A component that can be run, and the engine that it was made ready for.
#[derive(Clone)]
pub(super) struct Ready {
    pub(super) engine: Arc<Engine>,
    pub(super) component: Arc<Component>,
}

impl Ready {
    fn new(engine: &Arc<Engine>, component: Component) -> Self {
        Self { engine: Arc::clone(engine), component: Arc::new(component) }
    }
}

/// What came of making one ready. A limit that it went over ends its runs before they begin, and touches no other.
pub(super) type Loaded = Result<Ready, RunEnd>;

/// Makes components ready, each once, however many probes share it.
pub(super) struct Components {
    /// Made when the first plugin needs it: bundled ones need no cache.
    loader: OnceCell<Loader>,
    engine: Arc<Engine>,
    pool: Option<Arc<Engine>>,
    loaded: BTreeMap<Sha256, Loaded>,
}

impl Components {
    /// For so many runs in all, of which so many at once, of guests of at most `memory` bytes.
    pub(super) fn new(runs: usize, at_once: u32, memory: u64) -> Result<Self, Refusal> {
        let engine = Arc::new(Engine::new()?);
        // Where there is no address space for a pool, such as under `ulimit -v`, a fleet takes longer.
        let pool = (runs >= POOL_FROM).then(|| Engine::pooled(at_once, memory));
        let pool = pool.and_then(|pool| {
            pool.inspect_err(|error| tracing::warn!(%error, "runs without a pool")).ok().map(Arc::new)
        });
        Ok(Self { loader: OnceCell::new(), engine, pool, loaded: BTreeMap::new() })
    }

    /// The component of a planned probe.
    ///
    /// # Errors
    /// Why the plugin cannot be used at all.
    pub(super) fn of(&mut self, planned: &Planned) -> Result<Loaded, Refusal> {
        if let Some(known) = self.loaded.get(&planned.plugin.sha256) {
            return Ok(known.clone());
        }
        let binary = binary(&planned.plugin);
        let loaded = match self.bundled(&binary)? {
            Some(ready) => Ok(ready),
            None => self.plugin(&binary, &planned.probe.limits)?,
        };
        self.loaded.insert(planned.plugin.sha256, loaded.clone());
        Ok(loaded)
    }

    fn bundled(&self, binary: &Binary<'_>) -> Result<Option<Ready>, LoadError> {
        for engine in self.pool.iter().chain([&self.engine]) {
            if let Some(component) = Component::load_bundled(engine, binary)? {
                return Ok(Some(Ready::new(engine, component)));
            }
        }
        Ok(None)
    }

    fn plugin(&self, binary: &Binary<'_>, limits: &Limits) -> Result<Loaded, LoadError> {
        let loader = self.loader.get_or_init(loader);
        match load(loader, &self.engine, binary, limits) {
            Ok((component, _)) => {
                let pooled = self.pool.as_ref().and_then(|pool| Some((pool, loader.load_kept(pool, binary)?)));
                let (engine, component) = pooled.unwrap_or((&self.engine, component));
                Ok(Ok(Ready::new(engine, component)))
            }
            Err(LoadError::Limit { name, limit, observed, .. }) => {
                Ok(Err(RunEnd::Limit { name: name.to_owned(), limit, observed }))
            }
            Err(error) => Err(error),
        }
    }
}

/// From this many runs on a pool pays for being set up.
const POOL_FROM: usize = 64;

/// A plugin as the engine wants to see it.
pub(crate) fn binary(plugin: &Plugin) -> Binary<'_> {
    let embedded = bundled::by_digest(plugin.sha256);
    Binary {
        plugin: &plugin.descriptor.name,
        bytes: &plugin.bytes,
        sha256: plugin.sha256,
        precompiled: embedded.and_then(|embedded| embedded.precompiled),
    }
}

/// Makes a component ready within a probe's limits, and says on standard error what takes long.
pub(crate) fn load(
    loader: &Loader,
    engine: &Engine,
    binary: &Binary<'_>,
    limits: &Limits,
) -> Result<(Component, Origin), LoadError> {
    let limits = CompileLimits { time: limits.compile_time, memory: limits.compile_memory.0 };
    let name = shipworthy_contract::text::excerpt(binary.plugin, 60);
    let tell = || {
        let size = Bytes(u64::try_from(binary.bytes.len()).unwrap_or(u64::MAX).next_multiple_of(1 << 10));
        let kept = if loader.cache.is_some() { "the result is kept for later runs" } else { "it cannot be kept" };
        Stream::Err.write(&format!("compiling plugin `{name}` ({size}), which may take a while; {kept}\n"));
    };
    let loaded = loader.load(engine, binary, limits, &tell)?;
    if let Origin::Compiled { took, kept: false } = loaded.1
        && took >= WORTH_KEEPING
    {
        let why = "no cache can be written: see `shipworthy cache path`";
        Stream::Err.write(&format!("plugin `{name}` will be compiled in every run, {} ms: {why}\n", took.as_millis()));
    }
    Ok(loaded)
}

/// What takes less time to compile is not missed in a cache.
const WORTH_KEEPING: Duration = Duration::from_secs(1);

/// Compiles in a child of this program; keeps what it can.
pub(crate) fn loader() -> Loader {
    let cache = match cache_folder().map(|folder| Cache::open(&folder)) {
        Some(Ok(cache)) => Some(cache),
        Some(Err(error)) => {
            tracing::warn!(%error, "plugins are compiled without a cache");
            None
        }
        None => None,
    };
    Loader { cache, compiler: Compiler::child(this_program(), vec![COMPILE.into()]) }
}

/// This very program, also where its file has been replaced since it was started.
fn this_program() -> PathBuf {
    let same = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && same.exists() { same } else { std::env::current_exe().unwrap_or(same) }
}

/// `$XDG_CACHE_HOME/shipworthy/compiled`, or below `~/.cache`; none where neither is an absolute path.
#[expect(clippy::disallowed_methods, reason = "the door to where caches lie")]
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(caches.join("shipworthy/compiled"))
}
