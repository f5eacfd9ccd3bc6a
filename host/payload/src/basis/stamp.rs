//! What a file is by the file system's own account, and one number for a whole tree of such accounts.

use std::{
    fs::{File, Metadata},
    hash::{BuildHasher as _, RandomState},
    os::{fd::AsFd, unix::fs::MetadataExt as _},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::fs::Stat;

use crate::tree::walk::PathKey;

/// How long a further change may leave the time of the last one as it is: the ticks of a kernel's clock are 10 ms at
/// most.
const TICK: Duration = Duration::from_millis(50);

/// The same on a file system that keeps whole seconds, of which some keep every other one.
const SECONDS: Duration = Duration::from_secs(2);

/// One file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    mode: u32,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// Of what a name leads to; none if that is nothing.
    #[expect(clippy::disallowed_methods, reason = "the door: a file is looked at, nothing is opened")]
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|metadata| Self::of(&metadata))
    }

    pub(crate) fn of_file(file: &File) -> Option<Self> {
        file.metadata().ok().map(|metadata| Self::of(&metadata))
    }

    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            mode: metadata.mode(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    pub(super) fn is_young(&self, begun: SystemTime) -> bool {
        let (seconds, nanoseconds) = self.changed;
        is_young(begun, seconds, u32::try_from(nanoseconds).unwrap_or_default())
    }
}

/// Whether a file that was changed then could change after `begun` and keep that time. What lies in the future is young:
/// there two clocks do not agree.
fn is_young(begun: SystemTime, seconds: i64, nanoseconds: u32) -> bool {
    let Ok(seconds) = u64::try_from(seconds) else { return false };
    let tick = if nanoseconds == 0 { SECONDS } else { TICK };
    let changed = UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds));
    changed.and_then(|changed| changed.checked_add(tick)).is_none_or(|old| old > begun)
}

/// A whole tree in one number, which does not depend on the order of looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    mixed: u128,
    entries: u64,
    pub(crate) is_young: bool,
}

impl Sum {
    #[must_use]
    pub(crate) const fn with(self, other: Self) -> Self {
        Self {
            mixed: self.mixed.wrapping_add(other.mixed),
            entries: self.entries.saturating_add(other.entries),
            is_young: self.is_young || other.is_young,
        }
    }
}

/// Gives the sums of one tree: a keyed hash of everything in it, added up. The key is drawn for the process, so that
/// nobody can choose names and sizes that cancel each other out.
#[derive(Debug)]
pub(crate) struct Mixer {
    begun: SystemTime,
    key: RandomState,
}

impl Mixer {
    pub(super) fn new(begun: SystemTime) -> Self {
        Self { begun, key: RandomState::new() }
    }

    /// Something in the tree.
    pub(crate) fn entry(&self, path: &PathKey, stat: &Stat) -> Sum {
        let times = (stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec);
        let all = (path, stat.st_dev, stat.st_ino, stat.st_mode, stat.st_size, times);
        let half = |half: u8| u128::from(self.key.hash_one((half, all)));
        let nanoseconds = u32::try_from(stat.st_ctime_nsec).unwrap_or_default();
        Sum { mixed: (half(0) << 64) | half(1), entries: 1, is_young: is_young(self.begun, stat.st_ctime, nanoseconds) }
    }

    /// The tree's root.
    pub(crate) fn root(&self, handle: impl AsFd) -> Option<Sum> {
        rustix::fs::fstat(handle).ok().map(|stat| self.entry(&PathKey::of(b""), &stat))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_change_within_a_tick_is_young() {
        let begun = UNIX_EPOCH + Duration::new(1_000, 500_000_000);
        for (seconds, nanoseconds, young) in [
            (1_000, 449_999_999, false),
            (1_000, 450_000_001, true),
            (1_000, 500_000_000, true),
            // Whole seconds are ticks of their own.
            (1_000, 0, true),
            (999, 0, true),
            (998, 0, false),
            (998, 1, false),
            // Clocks that do not agree.
            (2_000, 1, true),
            (i64::MAX, 1, true),
            (-5, 1, false),
        ] {
            assert_eq!(is_young(begun, seconds, nanoseconds), young, "{seconds}.{nanoseconds:09}");
        }
    }

    #[test]
    fn a_sum_does_not_depend_on_the_order_and_every_part_counts() {
        let stat = rustix::fs::stat("/").unwrap();
        let mixer = Mixer::new(UNIX_EPOCH);
        let (a, b) = (mixer.entry(&PathKey::of(b"a"), &stat), mixer.entry(&PathKey::of(b"b"), &stat));
        assert_eq!(a.with(b), b.with(a));
        assert_ne!(a.mixed, b.mixed, "the path");
        let mut other = stat;
        other.st_ctime_nsec ^= 1;
        assert_ne!(mixer.entry(&PathKey::of(b"a"), &other).mixed, a.mixed, "the time of the last change");
        assert_ne!(Mixer::new(UNIX_EPOCH).entry(&PathKey::of(b"a"), &stat).mixed, a.mixed, "the key");
    }
}
