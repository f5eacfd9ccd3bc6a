//! Whole-tree integrity: every byte beneath an entry's root is what its sums file says, and nothing else is there
//! (contract.md, part 2, payload tree rules).
//!
//! In this order: the sums file is read and held against the manifest's digest; the whole tree is looked at, without
//! anything of it being read, and held against listing and limits; then every listed file is read, on all cores. All
//! steps go from handle to handle beneath the root, and follow no link.

mod fault;
mod faults;
mod link;
pub(crate) mod listing;
mod names;
mod open;
mod outline;
pub(crate) mod produce;
mod results;
mod root_digest;
pub(crate) mod survey;
pub(crate) mod walk;

use std::{
    collections::HashMap,
    ffi::CString,
    fs::File,
    io::{self, Seek as _},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use shipworthy_contract::Sha256;

pub(crate) use self::results::report;
use self::{
    fault::Fault,
    faults::Faults,
    listing::{Listing, ListingFault, State, Sums},
    open::open_sums,
    survey::{Against, Big, Survey},
    walk::{Entry, Folder, PathKey, Walk},
};
use crate::{
    Limits, Progress,
    basis::Watch,
    hash::{
        crew,
        files::{self, Extent, Job, ReadFault},
        queue::{Big as BigFiles, Found, Rest},
    },
    paths::RelPath,
    root::Root,
};

/// A tree that is to be checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) root: &'a Root,
    /// The sums file, relative to the root.
    pub(crate) sums: &'a RelPath,
    /// What the bytes of the sums file must hash to.
    pub(crate) digest: Sha256,
    /// The manifest, resolved: it may lie in the tree.
    pub(crate) manifest: Option<&'a Path>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Why the sums file cannot be used.
    sums: Option<SumsFault>,
    /// What is wrong with the tree.
    faults: Faults,
    /// A limit that forbade to read: what is allowed, and what was found.
    exceeded: Option<(String, String)>,
    /// Why nothing could be read.
    stopped: Option<String>,
    /// Folders with nothing in them.
    empty: Vec<String>,
    /// How many files are listed.
    listed: usize,
    /// How many bytes they have.
    bytes: u64,
    /// One digest for all of it, where every byte was checked and nothing is wrong that blocks.
    pub(crate) digest: Option<Sha256>,
}

/// Why a sums file cannot be used.
#[derive(Debug)]
enum SumsFault {
    Missing,
    /// A link, or behind one.
    Link,
    Kind(&'static str),
    TooLarge,
    Io(String),
    Digest(Sha256),
    TooMany,
    Malformed(Vec<String>, u64),
    Empty,
    Twice(Vec<String>),
}

/// Trees of one run. Several entries may name the same one, which is then checked once.
#[derive(Debug, Default)]
pub(crate) struct Trees(HashMap<(PathBuf, String, Sha256), Arc<Checked>>);

impl Trees {
    /// Checks a tree, unless it was.
    #[tracing::instrument(name = "payload.tree", skip_all, fields(sums = asked.sums.as_str()))]
    pub(crate) fn check(&mut self, asked: &Asked<'_>, limits: &Limits, progress: &dyn Progress) -> Arc<Checked> {
        let key = (asked.root.resolved().to_owned(), asked.sums.as_str().to_owned(), asked.digest);
        Arc::clone(self.0.entry(key).or_insert_with(|| Arc::new(check(asked, limits, progress))))
    }
}

fn check(asked: &Asked<'_>, limits: &Limits, progress: &dyn Progress) -> Checked {
    let mut checked = Checked {
        sums: None,
        faults: Faults::default(),
        exceeded: None,
        stopped: None,
        empty: Vec::new(),
        listed: 0,
        bytes: 0,
        digest: None,
    };
    let exempt = exempt(asked);
    let opened = open_sums(asked, limits).and_then(|file| Ok((read_sums(asked, &file, &exempt, limits)?, file)));
    let (listing, file) = match opened {
        Ok((listing, file)) => (Some(listing), Some(file)),
        Err(fault) => {
            checked.sums = Some(fault);
            (None, None)
        }
    };
    if let Some(listing) = &listing {
        for row in exempt.iter().filter_map(|key| listing.find(key)) {
            listing.set(row, State::Exempt);
        }
        checked.listed = listing.len() - listing.count(State::Exempt);
    }
    let mixer = asked.root.watch().map(Watch::mixer);
    let against = Against {
        resolved: asked.root.resolved(),
        listing: listing.as_ref(),
        exempt: &exempt,
        limits,
        mixer: mixer.as_ref(),
    };
    let (of_root, mut survey) = match asked.root.handle() {
        Ok(root) => {
            let of_root = mixer.as_ref().and_then(|mixer| mixer.root(&root));
            (of_root.unwrap_or_default(), survey::look(Folder::root(root), &against))
        }
        Err(error) => {
            checked.stopped = Some(format!("the root cannot be opened again: {error}"));
            return checked;
        }
    };
    if let (Some(watch), Some(mixer)) = (asked.root.watch(), mixer) {
        watch.tree(asked.root.named(), mixer, of_root.with(survey.sum));
    }
    checked.faults = std::mem::take(&mut survey.faults);
    checked.exceeded = survey.exceeded.take();
    checked.empty = std::mem::take(&mut survey.empty);
    if let (Some(listing), Some(file)) = (&listing, &file)
        && checked.may_be_read()
    {
        let tree = Tree { asked, listing, file, limits, exempt: &exempt };
        tree.read(&mut survey, progress, &mut checked);
        tree.name_missing(&survey, &mut checked);
        tree.digest(&mut checked);
    }
    checked
}

/// What is listed without being judged: the sums file, whose digest the manifest has, and the manifest.
fn exempt(asked: &Asked<'_>) -> Vec<PathKey> {
    let mut keys = vec![PathKey::of(asked.sums.as_str().as_bytes())];
    let manifest = asked.manifest.and_then(|path| path.strip_prefix(asked.root.resolved()).ok());
    keys.extend(manifest.map(|path| PathKey::of(path.as_os_str().as_bytes())));
    keys
}

fn read_sums(asked: &Asked<'_>, file: &File, exempt: &[PathKey], limits: &Limits) -> Result<Listing, SumsFault> {
    let io = |error: io::Error| SumsFault::Io(error.to_string());
    let Sums { digest, listing } = Listing::read(rewound(file).map_err(io)?, exempt, limits, || rewound(file));
    match digest {
        Some(digest) if digest != asked.digest => return Err(SumsFault::Digest(digest)),
        Some(_) | None => {}
    }
    listing.map_err(|fault| match fault {
        ListingFault::Io(error) => io(error),
        ListingFault::TooLarge => SumsFault::TooLarge,
        ListingFault::TooMany => SumsFault::TooMany,
        ListingFault::Empty => SumsFault::Empty,
        ListingFault::Malformed(lines, count) => {
            let lines = lines.iter().map(|line| format!("line {} {}", line.number, line.fault)).collect();
            SumsFault::Malformed(lines, count)
        }
        ListingFault::Twice(names) => SumsFault::Twice(names.iter().map(|name| faults::shown(name)).collect()),
    })
}

/// The file from its beginning. All readers share one place in it, so there is one at a time.
fn rewound(mut file: &File) -> io::Result<&File> {
    file.rewind()?;
    Ok(file)
}

/// The folder that holds a path beneath a root, and the path's last name.
fn beneath(root: Folder, path: &[u8]) -> io::Result<(Folder, CString)> {
    let mut folder = root;
    let mut names = path.split(|byte| *byte == b'/').map(CString::new);
    let mut name = names.next().unwrap_or_else(|| CString::new(""))?;
    for next in names {
        folder = folder.open(&name)?;
        name = next?;
    }
    Ok((folder, name))
}

/// A folder beneath a root.
fn below(root: Folder, path: &[u8]) -> io::Result<Folder> {
    let (folder, name) = beneath(root, path)?;
    folder.open(&name)
}

/// The folders of files, each once.
fn distinct_folders(jobs: &[Job]) -> Vec<Arc<Folder>> {
    let mut folders: Vec<Arc<Folder>> = jobs.iter().map(|job| Arc::clone(&job.folder)).collect();
    folders.sort_unstable_by_key(Arc::as_ptr);
    folders.dedup_by_key(|folder| Arc::as_ptr(folder));
    folders
}

impl Checked {
    /// Whether every limit holds: more is not read at all.
    fn may_be_read(&self) -> bool {
        self.exceeded.is_none() && self.faults.none(|fault| fault.rule().0 == shipworthy_contract::rules::LIMIT)
    }

    /// Whether every byte of the tree is what is listed and nothing else is there. A link counts as something else:
    /// its target is in no digest.
    fn is_whole(&self) -> bool {
        let breaks = |fault| !matches!(fault, Fault::WorldWritable | Fault::NameCollides);
        self.sums.is_none() && self.stopped.is_none() && self.exceeded.is_none() && self.faults.none(breaks)
    }
}

/// A tree whose listing is sound and whose limits hold.
struct Tree<'a> {
    asked: &'a Asked<'a>,
    listing: &'a Listing,
    file: &'a File,
    limits: &'a Limits,
    exempt: &'a [PathKey],
}

impl Tree<'_> {
    /// Reads every listed file that was found, and holds it against its digest.
    fn read(&self, survey: &mut Survey, progress: &dyn Progress, checked: &mut Checked) {
        let faults = Mutex::new(std::mem::take(&mut checked.faults));
        let done = |job: &Job, digest: Result<Sha256, ReadFault>| {
            self.listing.set(job.row, State::Read);
            let listed = self.listing.digest(job.row);
            let (fault, seen, how) = match digest {
                Ok(found) if Some(found) == listed => return,
                Ok(found) => {
                    let listed = listed.map(|listed| listed.to_string()).unwrap_or_default();
                    (Fault::Altered, format!("sha256 {found}"), format!("its bytes; listed with {listed}"))
                }
                Err(ReadFault::Io(error)) => (Fault::Unreadable, error.to_string(), "opened or read".to_owned()),
                Err(ReadFault::Changed(how)) => (Fault::Changed, how.to_owned(), "its size and times".to_owned()),
            };
            crew::held(&faults).push_seen(fault, &job.folder.path_of(&job.name), seen, how);
        };
        let folders = survey.kept.as_deref().map(distinct_folders).unwrap_or_default();
        let extent = Extent { files: survey.files_to_read, bytes: survey.bytes_to_read, limit: self.limits.file_bytes };
        match folder_of(self.asked) {
            Ok(root) => {
                let mut walk = Walk::new(root, self.limits.folders);
                let mut largest = survey.big.iter().rev();
                let mut next_big = || largest.next().and_then(|big| self.big(big));
                let big = BigFiles { left: survey.big.len(), next: &mut next_big };
                let mut next = || walk.next_file();
                let rest = match survey.kept.take() {
                    Some(kept) => Rest::Known(kept),
                    None => Rest::Found(Found { next: &mut next, job: &|entry| self.job(entry) }),
                };
                files::read(big, rest, extent, progress, &done);
            }
            Err(error) => checked.stopped = Some(format!("the root cannot be opened again: {error}")),
        }
        checked.faults = crew::gathered(faults);
        // What was read by a handle that was kept has to lie where it lay.
        for folder in folders.iter().filter(|folder| !self.is_in_place(folder)) {
            let how = "its path, once more";
            checked.faults.push_seen(Fault::Changed, folder.path(), "it was moved or replaced meanwhile", how);
        }
        checked.bytes = survey.bytes_to_read;
    }

    fn is_in_place(&self, folder: &Folder) -> bool {
        let path = folder.path();
        let again = folder_of(self.asked).and_then(|root| if path.is_empty() { Ok(root) } else { below(root, path) });
        again.is_ok_and(|again| again.is_same(folder))
    }

    /// A listed file that the first walk has found, on the second.
    fn job(&self, entry: Entry) -> Option<Job> {
        let row = self.listing.find(&entry.key())?;
        if self.listing.state(row) != State::Found {
            return None;
        }
        self.listing.set(row, State::Queued);
        Some(Job { folder: entry.folder, name: entry.name, row, seen: self.listing.seen(row) })
    }

    /// A big file. One that cannot be reached any more is left to the walk, and then to the end.
    fn big(&self, big: &Big) -> Option<Job> {
        let (folder, name) = folder_of(self.asked).and_then(|root| beneath(root, &big.path)).ok()?;
        self.listing.set(big.row, State::Queued);
        Some(Job { folder: Arc::new(folder), name, row: big.row, seen: self.listing.seen(big.row) })
    }

    /// Names what is listed and was not met, by reading the sums file once more.
    fn name_missing(&self, survey: &Survey, checked: &mut Checked) {
        let open = [State::Unseen, State::Found, State::Queued];
        if open.iter().all(|state| self.listing.count(*state) == 0) {
            return;
        }
        let named = rewound(self.file).and_then(|file| {
            listing::lines(file, self.limits, |line| {
                let Some(row) = self.listing.find(&PathKey::of(&line.name)) else {
                    return Err(io::Error::other("the sums file changed while it was read"));
                };
                match self.listing.state(row) {
                    State::Unseen if survey.closed.iter().any(|closed| line.name.starts_with(closed)) => {
                        let how = "a folder above it";
                        checked.faults.push_seen(Fault::Unreadable, &line.name, "cannot be looked into", how);
                    }
                    State::Unseen => checked.faults.push(Fault::Missing, &line.name),
                    State::Found | State::Queued => {
                        let how = "the tree, once more";
                        checked.faults.push_seen(Fault::Changed, &line.name, "it was gone when it was to be read", how);
                    }
                    State::Told | State::Read | State::Exempt => {}
                }
                Ok(())
            })
        });
        if let Err(error) = named {
            checked.stopped = Some(format!("the sums file cannot be read again: {error}"));
        }
    }

    fn digest(&self, checked: &mut Checked) {
        if !checked.is_whole() {
            return;
        }
        let left_out = |name: &[u8]| self.exempt.contains(&PathKey::of(name));
        let digest = match self.listing.root_digest {
            Some(digest) => Ok(digest),
            None => root_digest::of(|| rewound(self.file), &left_out, self.limits),
        };
        match digest {
            Ok(digest) => checked.digest = Some(digest),
            Err(error) => checked.stopped = Some(format!("the sums file cannot be read again: {error}")),
        }
    }
}

/// The root, opened once more.
fn folder_of(asked: &Asked<'_>) -> io::Result<Folder> {
    asked.root.handle().map(Folder::root)
}
