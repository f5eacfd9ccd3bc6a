//! One compile at a time on this host: whoever compiles holds a lock, which the system takes back from a process that is
//! killed.

use std::{
    path::Path,
    time::{Duration, Instant},
};

/// How often a turn is asked for.
const PAUSE: Duration = Duration::from_millis(10);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _lock: std::fs::File,
}

impl Turn {
    /// Waits for the lock on a file. None where it cannot be locked, or not `within` this time: then more than one
    /// compile at a time is the lesser evil.
    pub(super) fn wait(file: &Path, within: Duration) -> Option<Self> {
        let until = Instant::now() + within;
        let lock = open(file).inspect_err(|error| tracing::debug!(%error, "no turn to compile")).ok()?;
        loop {
            match lock.try_lock() {
                Ok(()) => return Some(Self { _lock: lock }),
                Err(std::fs::TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
                Err(error) => {
                    tracing::debug!(%error, "no turn to compile");
                    return None;
                }
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the door to the cache folder")]
fn open(file: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_turn_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lock");
        let first = Turn::wait(&file, Duration::ZERO).unwrap();
        assert!(Turn::wait(&file, Duration::from_millis(20)).is_none());
        drop(first);
        assert!(Turn::wait(&file, Duration::ZERO).is_some());
        assert!(Turn::wait(&folder.path().join("none/lock"), Duration::ZERO).is_none());
    }
}
