//! The sums of a tree, for whoever makes an artifact: one line for every file, in the order of the names.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use shipworthy_contract::{Explain, Fault as Whose, Outcome, Policy, Sha256, rules};

use super::{
    fault::Fault,
    survey::{self, Against, Survey},
    walk::{Entry, Folder, Walk},
};
use crate::{
    Limits, Progress,
    finding::outcome,
    hash::{
        crew,
        files::{self, Extent, Job, ReadFault},
        queue,
    },
    root::{Root, RootFault},
    sums,
};

/// Paths that an error or a notice names; the rest is counted.
const MOST_NAMED: usize = 10;

/// The sums of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SumsOf {
    /// The lines, as `sha256sum` writes them and in the order of the bytes of the names.
    pub text: Vec<u8>,
    /// How many files they list.
    pub files: usize,
    /// What a check of the tree will warn of, a line for each kind.
    pub warnings: Vec<String>,
}

/// Why a tree has no sums.
#[derive(Debug, thiserror::Error)]
pub enum SumsError {
    /// There is no such folder.
    #[error("`{}` {fault}", .path.display())]
    Folder {
        /// As the user named it.
        path: PathBuf,
        /// Why not.
        fault: RootFault,
    },
    /// It holds what no sums file can list, or more than is read.
    #[error("`{}` cannot be a payload: {what}", .path.display())]
    Refused {
        /// As the user named it.
        path: PathBuf,
        /// What is wrong, and where.
        what: String,
    },
    /// Files that could not be read, or changed.
    #[error("`{}` cannot be read whole: {what}", .path.display())]
    Read {
        /// As the user named it.
        path: PathBuf,
        /// Which, and why.
        what: String,
    },
}

impl Explain for SumsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "payload.sums-folder",
            Self::Refused { .. } => "payload.sums-refused",
            Self::Read { .. } => "payload.sums-read",
        }
    }

    fn fault(&self) -> Whose {
        match self {
            Self::Refused { .. } => Whose::Artifact,
            Self::Folder { .. } | Self::Read { .. } => Whose::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(
            match self {
                Self::Folder { .. } => "give the folder that is to be an entry's `artifact_root`",
                Self::Refused { .. } => {
                    "mend the tree first: `payload check` would refuse it, whatever its sums file says"
                }
                Self::Read { .. } => "let nobody write to the tree meanwhile, and run as a user who may read all of it",
            }
            .to_owned(),
        )
    }
}

/// The sums of all files beneath a folder, but for `left_out`: the device and inode numbers of a file that the lines
/// are being written to.
///
/// # Errors
///
/// If the tree holds what `payload check` refuses under every policy, or not all of it can be read.
#[tracing::instrument(name = "payload.sums", skip_all)]
pub fn sums_of(
    path: &Path,
    left_out: Option<(u64, u64)>,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<SumsOf, SumsError> {
    let no_folder = |fault| SumsError::Folder { path: path.to_owned(), fault };
    let root = Root::open_folder(path).map_err(no_folder)?;
    let handle = || root.handle().map(Folder::root).map_err(|error| no_folder(RootFault::Io(error)));
    // The file that the lines are written to is none of the payload's.
    let tree_files = limits.tree_files.saturating_add(left_out.iter().len() as u64);
    let limits = &Limits { tree_files, ..*limits };
    let against = Against { resolved: root.resolved(), listing: None, exempt: &[], limits, mixer: None };
    let survey = survey::look(handle()?, &against);
    let refused = |what| SumsError::Refused { path: path.to_owned(), what };
    if let Some((most, found)) = &survey.exceeded {
        return Err(refused(format!("expected {most}, found {found}")));
    }
    // What can be read by nobody but its owner is told by the reading itself.
    let failures = told(&survey, Outcome::Fail);
    if !failures.is_empty() {
        return Err(refused(failures.join("; ")));
    }
    let read = Mutex::new(Vec::new());
    let failed = Mutex::new(Vec::new());
    let done = |job: &Job, digest: Result<Sha256, ReadFault>| match digest {
        Ok(digest) => crew::held(&read).push((job.folder.path_of(&job.name), digest)),
        Err(fault) => {
            let path = super::faults::shown(&job.folder.path_of(&job.name));
            crew::held(&failed).push(format!("`{path}`: {fault}"));
        }
    };
    let extent = Extent { files: survey.files_to_read, bytes: survey.bytes_to_read, limit: limits.file_bytes };
    let mut walk = Walk::new(handle()?, limits.folders);
    let none = queue::Big { left: 0, next: &mut || None };
    let rest = queue::Rest::Found(queue::Found { next: &mut || walk.next_file(), job: &|entry| job(entry, left_out) });
    files::read(none, rest, extent, progress, &done);
    let mut failed = crew::gathered(failed);
    if !failed.is_empty() {
        failed.sort_unstable();
        return Err(SumsError::Read { path: path.to_owned(), what: some(&failed) });
    }
    let mut read = crew::gathered(read);
    read.sort_unstable();
    let mut text = Vec::new();
    for (name, digest) in &read {
        sums::write(digest, name, &mut text);
    }
    Ok(SumsOf { text, files: read.len(), warnings: told(&survey, Outcome::Warn) })
}

/// What is wrong with a tree, a line for each kind that has this outcome even under the milder policy.
fn told(survey: &Survey, wanted: Outcome) -> Vec<String> {
    let has = |fault: Fault| {
        let (rule, row) = fault.rule();
        let lists = rule != rules::TREE_DIGEST;
        lists && outcome(&rule, row, Policy::Warn) == wanted
    };
    let line = |(fault, group): (Fault, &super::faults::Group)| {
        let paths: Vec<String> = group.paths.iter().map(|path| format!("`{path}`")).collect();
        format!("{}: {}", fault.told(group.paths.len()), some(&paths))
    };
    survey.faults.groups(has).into_iter().map(line).collect()
}

/// The first of several, and how many more there are.
fn some(all: &[String]) -> String {
    let named: Vec<&str> = all.iter().take(MOST_NAMED).map(String::as_str).collect();
    match all.len().saturating_sub(MOST_NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// A file, unless it is the one that the lines are being written to.
fn job(Entry { folder, name, .. }: Entry, left_out: Option<(u64, u64)>) -> Option<Job> {
    let is = |file: (u64, u64)| folder.look(&name).is_ok_and(|stat| (stat.st_dev, stat.st_ino) == file);
    if left_out.is_some_and(is) {
        return None;
    }
    Some(Job { folder, name, row: 0, seen: None })
}
