//! The sums file, opened: a regular file beneath the root, and no more of it than is read.

use std::{fs::File, io};

use rustix::fs::FileType;

use super::{
    Asked, SumsFault, beneath, folder_of,
    walk::{self, Kind},
};
use crate::{Limits, basis::Stamp};

/// Opens the sums file, every step beneath the root and no link followed.
pub(super) fn open_sums(asked: &Asked<'_>, limits: &Limits) -> Result<File, SumsFault> {
    let path = asked.sums.as_str().as_bytes();
    let fault = |error: io::Error| match error.kind() {
        _ if walk::is_link_refused(&error) => SumsFault::Link,
        io::ErrorKind::NotFound => SumsFault::Missing,
        _ => SumsFault::Io(error.to_string()),
    };
    let (folder, name) = folder_of(asked).and_then(|root| beneath(root, path)).map_err(fault)?;
    let kind = |stat: &rustix::fs::Stat| FileType::from_raw_mode(stat.st_mode);
    // Looked at before it is opened: opening alone can wake a device.
    match kind(&folder.look(&name).map_err(fault)?) {
        FileType::RegularFile => {}
        FileType::Symlink => return Err(SumsFault::Link),
        other => return Err(SumsFault::Kind(kind_in_words(other))),
    }
    let file = File::from(folder.open_file(&name).map_err(fault)?);
    if let Some(watch) = asked.root.watch() {
        // What it must hash to stands in the manifest.
        watch.file(&asked.root.named().join(asked.sums.as_str()), Stamp::of_file(&file), asked.digest);
    }
    let metadata = file.metadata().map_err(fault)?;
    if !metadata.is_file() {
        return Err(SumsFault::Kind("something else by now"));
    }
    if metadata.len() > limits.sums_bytes {
        return Err(SumsFault::TooLarge);
    }
    Ok(file)
}

fn kind_in_words(kind: FileType) -> &'static str {
    match kind {
        FileType::Directory => Kind::Folder.as_str(),
        FileType::Fifo => Kind::Fifo.as_str(),
        FileType::Socket => Kind::Socket.as_str(),
        _ => Kind::Device.as_str(),
    }
}
