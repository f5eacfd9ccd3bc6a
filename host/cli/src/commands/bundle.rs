//! `bundle create` and `bundle verify`: an environment with all that may run, in one file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use shipworthy_contract::{Explain, Fault, Sha256, quantity::Bytes, text::plural};
use shipworthy_plugins::{
    Environment, Plugin, Probe,
    bundle::{self, Bundle, LARGEST_BUNDLE},
    environment::PluginSource,
    files::{self, FileError},
    lock::{Lock, LockError, LockFile},
    trust,
};
use shipworthy_registry::Store;

use crate::{
    args::{CreateArgs, PluginFlags},
    interrupt,
    output::{Stream, print},
    refusal::{Refusal, UsageError},
    replace::{Readers, replace},
    set::Set,
    stack::Plan,
    unpacked::STORE,
};

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
enum NotPacked {
    #[error("`{}` lies outside of `{}`, and a bundle holds a project", file.display(), root.display())]
    Outside { file: PathBuf, root: PathBuf },
    #[error("cannot read what belongs into the bundle")]
    File(#[source] FileError),
    #[error("no temporary folder can be made")]
    Temporary(#[source] std::io::Error),
    #[error("what was fetched cannot be read again")]
    Vanished,
}

impl Explain for NotPacked {
    fn code(&self) -> &'static str {
        match self {
            Self::Outside { .. } => "bundle.outside",
            Self::File(_) => "bundle.file",
            Self::Temporary(_) | Self::Vanished => "host.temporary",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Outside { .. } => Some("move it into the project, and name it by a relative path".to_owned()),
            Self::File(_) | Self::Temporary(_) | Self::Vanished => None,
        }
    }
}

/// `bundle create --env NAME`.
pub(crate) fn create(args: &CreateArgs) -> Result<(), Refusal> {
    let flags = PluginFlags { locked: Some(true), offline: args.offline, ..PluginFlags::default() };
    let set = Set::open(&args.env, &flags)?;
    let environment = &set.environment;
    let lock =
        set.lock().ok_or_else(|| LockError::NoLock { lock: shipworthy_plugins::lock::path_of(&environment.file) })?;
    // What could not be used elsewhere is not packed.
    let plan = Plan::whole(&set)?;
    let mut packing = Packing::new(environment);
    for file in environment.sources().iter().chain(&environment.key_files()) {
        packing.must(file)?;
    }
    packing.lock(lock, &environment.name)?;
    for file in &environment.public_files() {
        packing.may(file)?;
    }
    let temporary = tempfile::tempdir().map_err(NotPacked::Temporary)?;
    interrupt::remove_at_exit(temporary.path());
    let store = Store::open(&temporary.path().join(STORE))?;
    for (probe, plugin) in plan.probes() {
        packing.plugin(&set, probe, plugin, &store)?;
    }
    packing.store(&store)?;
    let bundle = packing.finish(environment)?;
    let bytes = bundle::write(&bundle)?;
    // What was read after it was judged, and what would lead out of the bundle, shows when it is used as it will be.
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.bundle.tar", environment.name)));
    Plan::whole(&Set::packed(&bytes, &output)?)?;
    let written = replace(&output, Readers::Usual, |out| out.write_all(&bytes));
    written.map_err(|source| UsageError::Write { what: "bundle", file: output.clone(), source })?;
    let size = Bytes(u64::try_from(bytes.len()).unwrap_or(u64::MAX).next_multiple_of(1 << 10));
    let plugins = plural(environment.probes.len(), "plugin");
    Stream::Err.write(&format!("wrote {}: {plugins}, {size}\n", output.display()));
    print(&format!("{}  {}\n", Sha256::of(&bytes), output.display()))?;
    Ok(())
}

/// `bundle verify FILE`.
pub(crate) fn verify(file: &Path, keys: &[PathBuf]) -> Result<(), Refusal> {
    let set = Set::unpacked(file, None, keys)?;
    let plan = Plan::whole(&set)?;
    let environment = &set.environment;
    let host = set.packed_by().unwrap_or_default();
    print(&format!("{}: environment `{}`, made by shipworthy {host}\n", file.display(), environment.name))?;
    for (listed, (plugin, _)) in plan.listed().iter().zip(plan.plugins()) {
        let from = if plugin.bundled { "bundled with this shipworthy, as locked" } else { "in the bundle, as locked" };
        let line = format!(
            "  {}: {} {}, sha256 {}, {from}\n",
            listed.probe, listed.plugin.name, listed.plugin.version, listed.plugin.sha256
        );
        print(&line)?;
    }
    Ok(())
}

/// A bundle that is being filled.
struct Packing {
    /// The folder whose files are packed.
    root: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
}

impl Packing {
    /// The project is the folder above `environments`, else the environment's own.
    fn new(environment: &Environment) -> Self {
        let folder = files::normal(environment.file.parent().unwrap_or(Path::new("")));
        let above = folder.parent().filter(|_| folder.file_name().is_some_and(|name| name == "environments"));
        Self { root: above.map(Path::to_owned).unwrap_or(folder), files: BTreeMap::new() }
    }

    /// A file without which it could not be used.
    fn must(&mut self, file: &Path) -> Result<(), NotPacked> {
        match self.inside(file) {
            Some(path) => self.add(path, file),
            None => Err(NotPacked::Outside { file: file.to_owned(), root: self.root.clone() }),
        }
    }

    /// A file that is packed if it is the project's; another machine has its own otherwise.
    fn may(&mut self, file: &Path) -> Result<(), NotPacked> {
        match self.inside(file).filter(|_| files::exists(file)) {
            Some(path) => self.add(path, file),
            None => Ok(()),
        }
    }

    fn add(&mut self, path: String, file: &Path) -> Result<(), NotPacked> {
        let bytes = files::read(file, LARGEST_BUNDLE).map_err(NotPacked::File)?;
        self.files.insert(path, bytes);
        Ok(())
    }

    fn inside(&self, file: &Path) -> Option<String> {
        let file = files::normal(file);
        let parts: Option<Vec<&str>> =
            file.strip_prefix(&self.root).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }

    /// Of the lock, what is of this environment: another one's swap is none of this bundle's.
    fn lock(&mut self, held: &LockFile, environment: &str) -> Result<(), NotPacked> {
        let outside = || NotPacked::Outside { file: held.file.clone(), root: self.root.clone() };
        let path = self.inside(&held.file).ok_or_else(outside)?;
        let own = held.lock.entries.iter().filter(|entry| entry.environment == environment).cloned();
        self.files.insert(path, Lock { entries: own.collect() }.to_string().into_bytes());
        Ok(())
    }

    /// A plugin as its source is found again: a file by its path, an artifact by its digest. What this binary brings
    /// along, the other one brings along as well, or its lock is not held.
    fn plugin(&mut self, set: &Set, probe: &Probe, plugin: &Plugin, store: &Store) -> Result<(), Refusal> {
        match &probe.plugin {
            PluginSource::Builtin(_) => Ok(()),
            PluginSource::File(path) => {
                let inside = self.inside(path);
                let outside = || NotPacked::Outside { file: path.clone(), root: self.root.clone() };
                // The bytes that were held against the lock, not what lies there now.
                let inside = inside.ok_or_else(outside)?;
                self.files.insert(inside, plugin.bytes.to_vec());
                if plugin.beside.is_some() {
                    self.must(&path.with_extension("probe.json"))?;
                }
                self.may(&trust::signature_file(path))?;
                Ok(())
            }
            PluginSource::Oci(reference) => {
                let manifest = set.manifest(probe).ok_or(NotPacked::Vanished)?;
                let signed = set.environment.trust.signers(&probe.name).is_some();
                set.reach().copy(reference, manifest, signed, store).map_err(|fault| Refusal { errors: vec![fault] })
            }
        }
    }

    /// Everything in a store.
    fn store(&mut self, store: &Store) -> Result<(), Refusal> {
        for path in store.files()? {
            let bytes = files::read(&store.folder().join(&path), LARGEST_BUNDLE).map_err(NotPacked::File)?;
            self.files.insert(format!("{STORE}/{path}"), bytes);
        }
        Ok(())
    }

    fn finish(self, environment: &Environment) -> Result<Bundle, NotPacked> {
        let outside = || NotPacked::Outside { file: environment.file.clone(), root: self.root.clone() };
        Ok(Bundle {
            host: env!("CARGO_PKG_VERSION").to_owned(),
            environment: environment.name.clone(),
            file: self.inside(&environment.file).ok_or_else(outside)?,
            files: self.files,
        })
    }
}
