//! Holds what is about to run against the lock, step by step: first who is meant, then the bytes, then what it may do.

use shipworthy_contract::{Sha256, grant::Grant};

use super::{Entry, LockError, LockFile, error::Measured, source_of};
use crate::{Environment, Plugin, Probe};

/// The entry of a probe, which must be about the same plugin.
///
/// # Errors
///
/// If there is none, or if the environment names another plugin.
pub(crate) fn hold_source<'a>(
    file: &'a LockFile,
    environment: &Environment,
    probe: &Probe,
) -> Result<&'a Entry, LockError> {
    let lock = file.file.clone();
    let Some(entry) = file.lock.entry(&environment.name, &probe.name) else {
        return Err(LockError::NotLocked { lock, environment: environment.name.clone() });
    };
    let found = source_of(&probe.plugin, environment);
    if entry.source != found {
        return Err(LockError::OtherSource { lock, locked: entry.source.clone(), found });
    }
    Ok(entry)
}

/// The component's bytes, of which nothing was read yet.
///
/// # Errors
///
/// If they are other bytes.
pub(crate) fn hold_bytes(file: &LockFile, entry: &Entry, found: Sha256, size: u64) -> Result<(), LockError> {
    if entry.sha256 == found && entry.size == size {
        return Ok(());
    }
    Err(LockError::OtherBytes {
        lock: file.file.clone(),
        origin: entry.source.clone(),
        locked: Box::new(Measured { sha256: entry.sha256, size: entry.size }),
        found: Box::new(Measured { sha256: found, size }),
    })
}

/// What it needs, and what it is given.
///
/// # Errors
///
/// If either is not what was locked.
pub(crate) fn hold_descriptor(
    file: &LockFile,
    entry: &Entry,
    plugin: &Plugin,
    probe: &Probe,
    given: &[Grant],
) -> Result<(), LockError> {
    let lock = || file.file.clone();
    let descriptor = &plugin.descriptor;
    // What lies beside the component is not among the bytes that were held.
    if entry.descriptor != plugin.beside {
        return Err(LockError::OtherDescriptor { lock: lock(), locked: entry.descriptor, found: plugin.beside });
    }
    for (what, locked, found) in
        [("name", &entry.name, &descriptor.name), ("version", &entry.version, &descriptor.version)]
    {
        if locked != found {
            return Err(LockError::OtherWord { lock: lock(), what, locked: locked.clone(), found: found.clone() });
        }
    }
    for (what, locked, found) in [
        ("needs", &entry.needs, &descriptor.needs[..]),
        ("optional", &entry.optional, &descriptor.optional),
        ("grants", &entry.grants, given),
    ] {
        let more: Vec<Grant> = found.iter().filter(|line| !locked.contains(line)).cloned().collect();
        let fewer: Vec<Grant> = locked.iter().filter(|line| !found.contains(line)).cloned().collect();
        if !more.is_empty() || !fewer.is_empty() {
            return Err(LockError::OtherLines { lock: lock(), what, more, fewer });
        }
    }
    if entry.service != probe.service {
        let (locked, found) = (entry.service.clone(), probe.service.clone());
        return Err(LockError::OtherService { lock: lock(), locked, found });
    }
    Ok(())
}
