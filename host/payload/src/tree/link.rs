//! Where a link in a tree leads. Nothing that it leads to is opened: only names are resolved.

use std::{ffi::OsStr, io, os::unix::ffi::OsStrExt as _, path::Path};

use rustix::io::Errno;

use super::fault::Fault;
use crate::source;

/// What is wrong with a link at `path`, relative to the resolved root; even one that stays inside is told.
#[expect(clippy::disallowed_methods, reason = "the door: where a link leads is found out here")]
pub(crate) fn fault(root: &Path, path: &[u8]) -> Fault {
    match std::fs::canonicalize(root.join(OsStr::from_bytes(path))) {
        Ok(target) => of_target(root, &target),
        Err(error) => of_error(&error),
    }
}

fn of_target(root: &Path, target: &Path) -> Fault {
    if target.starts_with(root) { Fault::LinkInside } else { Fault::LinkOutside }
}

fn of_error(error: &io::Error) -> Fault {
    if Errno::from_io_error(error) == Some(Errno::LOOP) {
        Fault::LinkLooping
    } else if source::is_missing(error) {
        Fault::LinkDangling
    } else {
        Fault::LinkUnresolved
    }
}
