//! `cache path`, `cache warm`, `cache clean`: the code of plugins that were compiled before. Nothing of a plugin is run.

use std::path::{Path, PathBuf};

use shipworthy_contract::{Explain, Fault, Sha256, quantity::Bytes, text::plural};
use shipworthy_engine::{Binary, Cache, Component, Engine, Loader, Origin};
use shipworthy_plugins::{
    component::{self, ComponentError, LARGEST_COMPONENT},
    environment::Limits,
    files::{self, FileError},
};

use crate::{
    args::WarmArgs,
    output::print,
    refusal::Refusal,
    set::Set,
    stack::{Plan, components},
};

/// Why the cache is of no use.
#[derive(Debug, thiserror::Error)]
enum CacheError {
    #[error("there is no cache folder: neither `XDG_CACHE_HOME` nor `HOME` is an absolute path")]
    NoFolder,
    #[error("`{}` cannot be emptied", folder.display())]
    Clean {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("plugin `{plugin}` was compiled, and cannot be kept in `{}`", folder.display())]
    NotKept { plugin: String, folder: PathBuf },
    #[error("cannot read the plugin")]
    File(#[source] FileError),
    #[error("cannot use the plugin `{}`", file.display())]
    Component {
        file: PathBuf,
        #[source]
        source: ComponentError,
    },
}

/// `cache path`.
pub(crate) fn path() -> Result<(), Refusal> {
    print(&format!("{}\n", folder()?.display()))?;
    Ok(())
}

/// `cache clean`.
pub(crate) fn clean() -> Result<(), Refusal> {
    let folder = folder()?;
    let cleaned =
        Cache::open(&folder)?.clean().map_err(|source| CacheError::Clean { folder: folder.clone(), source })?;
    let count = plural(cleaned.entries, "compiled plugin");
    print(&format!("removed {count}, {} in all, from {}\n", Bytes(cleaned.bytes), folder.display()))?;
    Ok(())
}

/// `cache warm`.
pub(crate) fn warm(args: &WarmArgs) -> Result<(), Refusal> {
    let folder = folder()?;
    let loader = Loader { cache: Some(Cache::open(&folder)?), ..components::loader() };
    let warmer = Warmer { engine: Engine::new()?, loader, folder };
    for name in &args.env {
        let plan = Plan::whole(&Set::open(name, &args.plugins)?)?;
        for (plugin, limits) in plan.plugins() {
            warmer.warm(&components::binary(plugin), limits)?;
        }
    }
    for file in &args.files {
        warmer.file(file)?;
    }
    Ok(())
}

struct Warmer {
    engine: Engine,
    loader: Loader,
    folder: PathBuf,
}

impl Warmer {
    fn file(&self, file: &Path) -> Result<(), Refusal> {
        let bytes = files::read(file, LARGEST_COMPONENT).map_err(CacheError::File)?;
        let inspected =
            component::inspect(&bytes).map_err(|source| CacheError::Component { file: file.to_owned(), source })?;
        let stem = || file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = inspected.descriptor.map_or_else(stem, |descriptor| descriptor.name);
        let binary = Binary { plugin: &name, bytes: &bytes, sha256: Sha256::of(&bytes), precompiled: None };
        self.warm(&binary, &Limits::default())
    }

    fn warm(&self, binary: &Binary<'_>, limits: &Limits) -> Result<(), Refusal> {
        let name = shipworthy_contract::text::excerpt(binary.plugin, 60);
        if Component::load_bundled(&self.engine, binary)?.is_some() {
            print(&format!("{name}  {}  bundled: compiled when Shipworthy was built\n", binary.sha256))?;
            return Ok(());
        }
        let (_, origin) = components::load(&self.loader, &self.engine, binary, limits)?;
        let what = match origin {
            Origin::Cache => "compiled before".to_owned(),
            Origin::Compiled { took, kept: true } => format!("compiled in {} ms, and kept", took.as_millis()),
            Origin::Compiled { kept: false, .. } => {
                return Err(CacheError::NotKept { plugin: name, folder: self.folder.clone() }.into());
            }
        };
        print(&format!("{name}  {}  {what}\n", binary.sha256))?;
        Ok(())
    }
}

fn folder() -> Result<PathBuf, CacheError> {
    components::cache_folder().ok_or(CacheError::NoFolder)
}

impl Explain for CacheError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoFolder => "cache.folder",
            Self::Clean { .. } => "cache.clean",
            Self::NotKept { .. } => "cache.write",
            Self::File(_) => "plugin.file",
            Self::Component { source, .. } => source.code(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Component { source, .. } => source.fault(),
            Self::NoFolder | Self::Clean { .. } | Self::NotKept { .. } | Self::File(_) => Fault::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NoFolder => Some("set `XDG_CACHE_HOME` to a folder of this user's".to_owned()),
            Self::NotKept { .. } => Some("see that the disk has room and that the folder can be written".to_owned()),
            Self::Clean { .. } => Some("see that the folder can be written".to_owned()),
            Self::Component { source, .. } => source.help(),
            Self::File(_) => None,
        }
    }
}
