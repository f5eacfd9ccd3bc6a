//! `payload sums DIR`: the sums file of a tree, for whoever makes an artifact.

use std::{
    fs::{File, Metadata},
    io,
    os::fd::AsFd as _,
    os::unix::fs::MetadataExt as _,
};

use shipworthy_contract::Outcome;
use shipworthy_payload::{Limits, sums_of};
use shipworthy_report::notice::{self, Notice};

use crate::{
    args::SumsArgs,
    output::{self, Stream},
    progress::Bar,
    refusal::{Refusal, UsageError},
};

pub(crate) fn run(args: &SumsArgs) -> Result<(), Refusal> {
    let sums = sums_of(&args.folder, standard_output(), &Limits::default(), &Bar::shown(true))?;
    Stream::Out.write_bytes(&sums.text).map_err(UsageError::StandardOutput)?;
    let warnings: Vec<Notice> = sums.warnings.iter().map(|line| Notice::new(Outcome::Warn, line)).collect();
    if !warnings.is_empty() {
        Stream::Err.write(&notice::render(&warnings, &output::look(Stream::Err)));
    }
    Ok(())
}

/// Device and inode of standard output: a file that lies in the tree does not list itself.
fn standard_output() -> Option<(u64, u64)> {
    let metadata = io::stdout().as_fd().try_clone_to_owned().map(File::from).and_then(|file| file.metadata());
    metadata.ok().filter(Metadata::is_file).map(|found| (found.dev(), found.ino()))
}
