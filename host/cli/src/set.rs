//! An environment together with what says which plugins it may run: its lock, and whoever brings what lies in a registry.

use std::path::{Path, PathBuf};

use shipworthy_contract::Sha256;
use shipworthy_plugins::{
    Bundled, Environment, Probe,
    environment::{self, PluginSource},
    files,
    lock::{self, Entry, LockFile},
    source::{Finder, Pins},
};

use crate::{
    args::PluginFlags,
    clock,
    commands::env,
    reach::Reach,
    refusal::Refusal,
    unpacked::{NotUnpacked, Unpacked},
};

/// An environment that is about to be used.
pub(crate) struct Set {
    pub(crate) environment: Environment,
    pins: Held,
    reach: Reach,
    /// The bundle that it is from, for as long as it is used.
    unpacked: Option<Unpacked>,
}

/// What says which bytes were reviewed.
enum Held {
    Environment,
    Lock(LockFile),
    Missing,
}

impl Set {
    /// The environment that a name or a path means.
    pub(crate) fn open(name: &str, flags: &PluginFlags) -> Result<Self, Refusal> {
        if let Some(bundle) = &flags.bundle {
            return Self::unpacked(bundle, Some(name), &flags.bundle_key);
        }
        Self::with(env::load(name)?, flags)
    }

    /// An environment that was read.
    pub(crate) fn with(environment: Environment, flags: &PluginFlags) -> Result<Self, Refusal> {
        let locked = flags.locked.unwrap_or_else(|| says_yes("CI"));
        let pins = match read_lock(&environment.file)? {
            Some(lock) => Held::Lock(lock),
            None if locked || (flags.locked.is_none() && is_locked_elsewhere(&environment)) => Held::Missing,
            None => Held::Environment,
        };
        let reach = Reach::new(&environment.registries, flags.offline);
        Ok(Self { environment, pins, reach, unpacked: None })
    }

    /// The environment of a bundle, with its lock and nothing but its plugins. With `keys` one of them must have signed it.
    pub(crate) fn unpacked(file: &Path, name: Option<&str>, keys: &[PathBuf]) -> Result<Self, Refusal> {
        Self::from_unpacked(Unpacked::open(file, name, keys)?, file)
    }

    /// The same of a bundle that is about to be written.
    pub(crate) fn packed(bytes: &[u8], file: &Path) -> Result<Self, Refusal> {
        Self::from_unpacked(Unpacked::of(bytes, file, None)?, file)
    }

    fn from_unpacked((unpacked, environment): (Unpacked, Environment), file: &Path) -> Result<Self, Refusal> {
        let Some(lock) = read_lock(&environment.file)? else {
            return Err(NotUnpacked::NoLock { file: file.to_owned() }.into());
        };
        let reach = Reach::within(unpacked.store());
        Ok(Self { environment, pins: Held::Lock(lock), reach, unpacked: Some(unpacked) })
    }

    /// The version of the shipworthy that made the bundle that this is from.
    pub(crate) fn packed_by(&self) -> Option<&str> {
        self.unpacked.as_ref().map(|unpacked| unpacked.host.as_str())
    }

    /// An environment whose own pins are all there is: one that is written for a test, or that is only looked at.
    pub(crate) fn alone(environment: Environment, offline: bool) -> Self {
        let reach = Reach::new(&environment.registries, offline);
        Self { environment, pins: Held::Environment, reach, unpacked: None }
    }

    /// Whoever finds its plugins.
    pub(crate) fn finder<'a>(&'a self, bundled: &'a [Bundled]) -> Finder<'a> {
        Finder::new(&self.environment, bundled, &self.reach, clock::calendar_day()).with_pins(match &self.pins {
            Held::Environment => Pins::Environment,
            Held::Lock(lock) => Pins::Lock(lock),
            Held::Missing => Pins::Missing(lock::path_of(&self.environment.file)),
        })
    }

    /// Its file, for people: of a bundle, the bundle and the path in it.
    pub(crate) fn file(&self) -> PathBuf {
        let unpacked = self.unpacked.as_ref();
        unpacked.map_or_else(|| self.environment.file.clone(), |unpacked| unpacked.shown.clone())
    }

    /// Its lock, if there is one.
    pub(crate) fn lock(&self) -> Option<&LockFile> {
        if let Held::Lock(lock) = &self.pins { Some(lock) } else { None }
    }

    /// What its lock holds of a probe.
    pub(crate) fn locked(&self, probe: &Probe) -> Option<&Entry> {
        self.lock()?.lock.entry(&self.environment.name, &probe.name)
    }

    /// The manifest that a probe's reference means: by its own digest, else by the lock.
    pub(crate) fn manifest(&self, probe: &Probe) -> Option<Sha256> {
        let PluginSource::Oci(reference) = &probe.plugin else { return None };
        reference.digest.or_else(|| self.locked(probe)?.manifest)
    }

    /// Whoever brings what lies in a registry.
    pub(crate) fn reach(&self) -> &Reach {
        &self.reach
    }
}

/// The lock beside an environment's file.
pub(crate) fn read_lock(environment: &Path) -> Result<Option<LockFile>, Refusal> {
    lock::load(&lock::path_of(environment)).map_err(|errors| Refusal::all(errors.into_vec()))
}

/// Whether there is a lock where the file really lies, or beside one that it extends: whoever wrote that did not mean
/// their plugins to be run by another file that has none.
fn is_locked_elsewhere(environment: &Environment) -> bool {
    let real = files::identity(&environment.file);
    environment.sources().iter().chain([&real]).any(|file| files::exists(&lock::path_of(file)))
}

/// The environments that were named, else all that can be named from here.
pub(crate) fn environments(names: &[String]) -> Result<Vec<Environment>, Refusal> {
    if !names.is_empty() {
        let mut environments: Vec<Environment> = Vec::new();
        for name in names {
            let environment = env::load(name)?;
            let identity = files::identity(&environment.file);
            if environments.iter().all(|known| files::identity(&known.file) != identity) {
                environments.push(environment);
            }
        }
        return Ok(environments);
    }
    let mut refusal = Refusal { errors: Vec::new() };
    let mut environments = Vec::new();
    for (_, file) in environment::list(&env::current_folder()?) {
        match environment::load(&file) {
            Ok(environment) => environments.push(environment),
            Err(errors) => refusal.errors.extend(Refusal::all(errors.into_vec()).errors),
        }
    }
    if refusal.errors.is_empty() { Ok(environments) } else { Err(refusal) }
}

/// Whether a variable says yes, as every CI system says it by `CI`: `false`, `0` and nothing are no.
#[expect(clippy::disallowed_methods, reason = "the door to CI and SHIPWORTHY_OFFLINE")]
pub(crate) fn says_yes(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}
