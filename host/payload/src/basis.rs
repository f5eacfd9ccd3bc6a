//! What a verdict on an artifact rests on, to be looked at once more right before a deploy begins.
//!
//! While a check reads, it notes what every file was by the file system's own account: which file, its kind, mode and
//! size, when it was written to and changed last. [`Watched::changes`] looks again. Where all is as it was, every byte
//! is as it was read; where something differs, the whole check is made once more and its outcome compared.
//!
//! Nobody can set the time of a file's last change, but a clock has ticks: what was changed within one tick before the
//! check could change again without a trace. Such a young artifact is always checked once more.

mod stamp;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use shipworthy_contract::{CheckResult, Sha256, text::excerpt};

pub(crate) use self::stamp::{Mixer, Stamp, Sum};
use crate::{
    Checked, PayloadError, Request, check,
    root::Root,
    source,
    tree::{survey, walk::Folder},
};

/// Changes that are told one by one; what is beyond is counted.
const MOST_TOLD: usize = 10;

/// Paths of one result that a change names.
const MOST_ITEMS: usize = 5;

/// Longest text of a change, in characters.
const LONGEST: usize = 400;

/// An outcome, and what it rests on.
#[derive(Debug)]
pub struct Watched {
    /// The outcome.
    pub checked: Checked,
    basis: Basis,
}

impl Watched {
    /// Checks an artifact as [`check()`] does, and notes what the outcome rests on. `now` is the time before anything is
    /// read.
    ///
    /// # Errors
    ///
    /// As [`check()`].
    pub fn check(request: &Request<'_>, now: SystemTime) -> Result<Self, PayloadError> {
        let watch = Arc::new(Watch::new(now));
        let checked = check::watched(request, &watch)?;
        Ok(Self { checked, basis: watch.basis() })
    }

    /// What is not as it was when it was checked, in words; nothing if the outcome stands. `request` is that of the check.
    ///
    /// Everything is looked at. It is read and judged once more only if something looks different, or was changed so
    /// shortly before the check that a further change need not show.
    #[tracing::instrument(name = "payload.changes", skip_all)]
    pub fn changes(&self, request: &Request<'_>, now: SystemTime) -> Vec<String> {
        if self.stands(request) {
            return Vec::new();
        }
        tracing::debug!(young = self.basis.is_young, "the artifact is checked once more");
        match Self::check(request, now) {
            Ok(again) => self.told(&again),
            Err(error) => vec![error.to_string()],
        }
    }

    fn stands(&self, request: &Request<'_>) -> bool {
        let basis = &self.basis;
        !basis.is_young
            && manifest(request) == self.checked.artifact.sha256
            && basis.files.iter().all(|file| file.stamp == Stamp::of_path(&file.path))
            && basis.trees.iter().all(|tree| tree.sum(request).is_some_and(|sum| sum == tree.sum))
    }

    fn told(&self, again: &Self) -> Vec<String> {
        let mut told = Vec::new();
        let (before, after) = (&self.checked.artifact, &again.checked.artifact);
        if before.sha256 != after.sha256 {
            let shown = |digest: Option<Sha256>| digest.map_or_else(|| "unreadable".to_owned(), |of| of.to_string());
            let (file, was, is) = (&before.path, shown(before.sha256), shown(after.sha256));
            // What another manifest names is no change of what was checked.
            return vec![format!("the manifest `{file}`: sha256 was {was} and is {is}")];
        }
        for file in &self.basis.files {
            let now = again.basis.files.iter().find(|now| now.path == file.path);
            let how = match (file.stamp, now.and_then(|now| now.stamp)) {
                (None, Some(_)) => "was not there",
                (Some(_), None) => "is gone",
                (Some(_), Some(_)) if now.is_some_and(|now| now.digest != file.digest) => "has other bytes",
                (Some(_), Some(_)) | (None, None) => continue,
            };
            told.push(format!("`{}` {how}", excerpt(&file.path.to_string_lossy(), LONGEST)));
        }
        told.extend(only_in(&again.checked.results, &self.checked.results).map(found));
        if told.is_empty() {
            told.extend(only_in(&self.checked.results, &again.checked.results).map(gone));
        }
        for tree in before.trees.iter().filter(|tree| !after.trees.contains(tree)) {
            if told.is_empty() {
                told.push(format!("the tree of entry {} is another one: `{}`", tree.entry, tree.root));
            }
        }
        let more = told.len().saturating_sub(MOST_TOLD);
        told.truncate(MOST_TOLD);
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        told
    }
}

/// The digest of the manifest as it is now.
fn manifest(request: &Request<'_>) -> Option<Sha256> {
    source::read(request.manifest, request.limits.document_bytes).ok().map(|bytes| Sha256::of(&bytes))
}

fn only_in<'a>(these: &'a [CheckResult], those: &'a [CheckResult]) -> impl Iterator<Item = &'a CheckResult> {
    these.iter().filter(|one| !those.contains(one))
}

fn found(result: &CheckResult) -> String {
    let mut items: Vec<&str> = result.items.iter().take(MOST_ITEMS).map(String::as_str).collect();
    let more = result.items.len().saturating_sub(MOST_ITEMS);
    let rest = format!("{more} more");
    if more > 0 {
        items.push(&rest);
    }
    let items = if items.is_empty() { String::new() } else { format!(": {}", items.join(", ")) };
    excerpt(&format!("{}: {}{items}", result.rule, result.message), LONGEST)
}

fn gone(result: &CheckResult) -> String {
    excerpt(&format!("no longer: {}: {}", result.rule, result.message), LONGEST)
}

/// What one check has looked at.
#[derive(Debug, Default)]
struct Basis {
    files: Vec<Looked>,
    trees: Vec<LookedTree>,
    /// Whether anything was changed so shortly before that a further change need not show.
    is_young: bool,
}

/// A file that was read, or that was not there.
#[derive(Debug)]
struct Looked {
    /// As it was named: links on the way are followed again.
    path: PathBuf,
    stamp: Option<Stamp>,
    /// Of the bytes that were read, where they are not bound by another digest.
    digest: Option<Sha256>,
}

/// A tree that was held against its sums file.
#[derive(Debug)]
struct LookedTree {
    /// As it was named.
    root: PathBuf,
    mixer: Mixer,
    sum: Sum,
}

impl LookedTree {
    /// The sum of the tree as it is now; none if there is no such tree.
    fn sum(&self, request: &Request<'_>) -> Option<Sum> {
        let root = Root::open_folder(&self.root).ok()?;
        let handle = root.handle().ok()?;
        let of_root = self.mixer.root(&handle)?;
        Some(of_root.with(survey::sum(Folder::root(handle), root.resolved(), request.limits, &self.mixer)))
    }
}

/// Takes down what a check looks at, while it does.
#[derive(Debug)]
pub(crate) struct Watch {
    begun: SystemTime,
    basis: Mutex<Basis>,
}

impl Watch {
    fn new(begun: SystemTime) -> Self {
        Self { begun, basis: Mutex::default() }
    }

    /// A file that is about to be read, or that is missing, by its name.
    pub(crate) fn path(&self, path: &Path) {
        self.note(path, Stamp::of_path(path), None);
    }

    /// A file that was read: what it was before, and the digest of what was read.
    pub(crate) fn file(&self, path: &Path, stamp: Option<Stamp>, digest: Sha256) {
        self.note(path, stamp, Some(digest));
    }

    /// What gives the sum of a tree that is about to be looked at.
    pub(crate) fn mixer(&self) -> Mixer {
        Mixer::new(self.begun)
    }

    /// A tree that was looked at, by its root's name.
    pub(crate) fn tree(&self, root: &Path, mixer: Mixer, sum: Sum) {
        let mut basis = self.held();
        basis.is_young |= sum.is_young;
        basis.trees.push(LookedTree { root: root.to_owned(), mixer, sum });
    }

    fn note(&self, path: &Path, stamp: Option<Stamp>, digest: Option<Sha256>) {
        let mut basis = self.held();
        basis.is_young |= stamp.is_some_and(|stamp| stamp.is_young(self.begun));
        basis.files.push(Looked { path: path.to_owned(), stamp, digest });
    }

    fn basis(&self) -> Basis {
        std::mem::take(&mut *self.held())
    }

    fn held(&self) -> MutexGuard<'_, Basis> {
        self.basis.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
