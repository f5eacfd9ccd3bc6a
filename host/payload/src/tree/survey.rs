//! The look at a tree before anything of it is read: what lies in it, of which kind, how large, with which permissions.

use std::{io, path::Path, sync::Mutex};

use rustix::fs::Stat;
use shipworthy_contract::quantity::Bytes;

use super::{
    fault::Fault,
    faults::{Faults, shown},
    link,
    listing::{Listing, State},
    outline::Outline,
    walk::{Entry, Folder, Kind, PathKey, Walk},
};
use crate::{
    Limits,
    basis::{Mixer, Sum},
    hash::{
        crew::{self, held},
        files::{Job, Seen},
    },
};

/// A file of at least so many bytes is read first, so that the last files to be read are small ones and every core
/// ends at the same time.
const BIG: u64 = 4 << 20;

/// Most bytes of paths that are kept for it; what is beyond is read as it is found.
const BIG_PATHS: usize = 1 << 20;

/// Most files that are kept for the reading, so that the tree need not be walked again for them.
const MOST_KEPT: usize = 64 << 10;

/// Most folders that may be held open by them.
const MOST_FOLDERS: u64 = 256;

/// What a thread looks at before it takes more, on few cores.
const BATCH: usize = 64;

const SET_ID: u32 = 0o6000;
const WORLD_WRITABLE: u32 = 0o0002;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// What is wrong with the tree without a file of it being read.
    pub(crate) faults: Faults,
    /// A limit that ended the walk, or that forbids to read: what is allowed, and what was found.
    pub(crate) exceeded: Option<(String, String)>,
    /// Bytes of all files.
    pub(crate) bytes: u64,
    /// Files to be read.
    pub(crate) files_to_read: u64,
    /// Their bytes.
    pub(crate) bytes_to_read: u64,
    /// Folders with nothing in them, as text.
    pub(crate) empty: Vec<String>,
    /// Listed files to be read first, the largest last.
    pub(crate) big: Vec<Big>,
    /// Folders that cannot be looked into, with a `/` at the end.
    pub(crate) closed: Vec<Vec<u8>>,
    /// All other files that are to be read; none where there are too many to keep.
    pub(crate) kept: Option<Vec<Job>>,
    /// One number for all that was looked at, where that is wanted.
    pub(crate) sum: Sum,
}

/// A big file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Big {
    size: u64,
    pub(crate) path: Vec<u8>,
    pub(crate) row: usize,
}

/// What a tree is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Against<'a> {
    /// The tree's root, without links on the way.
    pub(crate) resolved: &'a Path,
    /// None where nothing can be said of what is listed.
    pub(crate) listing: Option<&'a Listing>,
    /// What is neither missing from the listing nor judged by it.
    pub(crate) exempt: &'a [PathKey],
    pub(crate) limits: &'a Limits,
    /// What makes one number of the tree, where that is wanted.
    pub(crate) mixer: Option<&'a Mixer>,
}

/// Looks at everything beneath a root.
pub(crate) fn look(root: Folder, against: &Against<'_>) -> Survey {
    let limits = against.limits;
    let most = limits.tree_files.saturating_add(against.exempt.len() as u64);
    let outline = Mutex::new(Outline::new(Walk::new(root, limits.folders), most, limits));
    let found = Mutex::new(Survey { kept: Some(Vec::new()), ..Survey::default() });
    let count = crew::share(BATCH);
    let take = |batch: &mut Vec<Entry>, looker: &mut Looker<'_>| {
        let mut outline = held(&outline);
        let any = outline.next_entries(count, batch);
        if outline.folders > MOST_FOLDERS {
            looker.found.kept = None;
        }
        any
    };
    let work = || {
        let mut looker = Looker::new(against);
        let mut batch = Vec::new();
        while take(&mut batch, &mut looker) {
            batch.drain(..).for_each(|entry| looker.entry(entry));
        }
        held(&found).merge(looker.found);
    };
    // Most trees are small: only one that is not done after a first batch is worth more threads.
    let mut first = Looker::new(against);
    let mut batch = Vec::new();
    let more = take(&mut batch, &mut first) && batch.len() == count;
    batch.drain(..).for_each(|entry| first.entry(entry));
    crew::run(if more { crew::size() - 1 } else { 0 }, &|| (), &work);
    let mut found = crew::gathered(found);
    found.merge(first.found);
    let outline = crew::gathered(outline);
    found.merge(Survey { kept: Some(Vec::new()), ..outline.found });
    if found.exceeded.is_none() && found.bytes > limits.tree_bytes {
        let most = format!("at most {} in all files of a tree", Bytes(limits.tree_bytes));
        found.exceeded = Some((most, Bytes(found.bytes).to_string()));
    }
    found.big.sort_unstable();
    found
}

/// One number for a tree as it is now, without anything of it being read.
pub(crate) fn sum(root: Folder, resolved: &Path, limits: &Limits, mixer: &Mixer) -> Sum {
    // Sums file and manifest were exempt from the limit.
    let limits = &Limits { tree_files: limits.tree_files.saturating_add(2), ..*limits };
    look(root, &Against { resolved, listing: None, exempt: &[], limits, mixer: Some(mixer) }).sum
}

impl Survey {
    fn merge(&mut self, other: Self) {
        self.faults.merge(other.faults);
        self.exceeded = self.exceeded.take().or(other.exceeded);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.files_to_read += other.files_to_read;
        self.bytes_to_read = self.bytes_to_read.saturating_add(other.bytes_to_read);
        self.empty.extend(other.empty);
        self.big.extend(other.big);
        self.closed.extend(other.closed);
        self.sum = self.sum.with(other.sum);
        self.kept = match (self.kept.take(), other.kept) {
            (Some(mut kept), Some(others)) => {
                kept.extend(others);
                Some(kept)
            }
            (None, _) | (_, None) => None,
        };
    }
}

/// One thread's look.
struct Looker<'a> {
    against: &'a Against<'a>,
    found: Survey,
    big_paths: usize,
    most_kept: usize,
}

impl<'a> Looker<'a> {
    fn new(against: &'a Against<'a>) -> Self {
        let found = Survey { kept: against.listing.map(|_| Vec::new()), ..Survey::default() };
        Self { against, found, big_paths: 0, most_kept: MOST_KEPT / crew::size() }
    }

    fn entry(&mut self, entry: Entry) {
        let found = self.look_at(&entry);
        let Some((row, seen)) = found else { return };
        if let Some(kept) = self.found.kept.as_mut().filter(|kept| kept.len() < self.most_kept) {
            kept.push(Job { folder: entry.folder, name: entry.name, row, seen: Some(seen) });
        } else {
            self.found.kept = None;
        }
    }

    /// Gives the row of a listed file that is to be read as it comes.
    fn look_at(&mut self, entry: &Entry) -> Option<(usize, Seen)> {
        let key = entry.key();
        let row = self.against.listing.and_then(|listing| listing.find(&key));
        let stat = match entry.folder.look(&entry.name) {
            Ok(stat) => stat,
            Err(error) => {
                self.lost(entry, row, &error);
                return None;
            }
        };
        if let Some(mixer) = self.against.mixer {
            self.found.sum = self.found.sum.with(mixer.entry(&key, &stat));
        }
        let mut to_read = None;
        match entry.kind {
            Kind::Link => {
                self.link(entry, row);
                return None;
            }
            Kind::File if self.against.exempt.contains(&key) => {}
            Kind::File => to_read = self.file(entry, row, Seen::of(&stat)),
            Kind::Folder | Kind::Fifo | Kind::Socket | Kind::Device => self.no_file(entry, row),
        }
        self.mode(entry, &stat);
        to_read
    }

    fn file(&mut self, entry: &Entry, row: Option<usize>, seen: Seen) -> Option<(usize, Seen)> {
        let size = seen.size;
        let most = self.against.limits.file_bytes;
        if size > most {
            self.tell(row);
            let most = format!("at most {} a file", Bytes(most));
            self.found.faults.push_seen(Fault::FileTooLarge, &entry.path(), Bytes(size).to_string(), most);
            return None;
        }
        self.found.bytes = self.found.bytes.saturating_add(size);
        let listing = match (self.against.listing, row) {
            (Some(_), None) => {
                self.found.faults.push(Fault::Unlisted, &entry.path());
                return None;
            }
            (listing, _) => listing,
        };
        self.found.files_to_read += 1;
        self.found.bytes_to_read = self.found.bytes_to_read.saturating_add(size);
        let (listing, row) = (listing?, row?);
        listing.found(row, seen);
        if size >= BIG && self.big_paths < BIG_PATHS {
            let path = entry.path();
            self.big_paths += path.len();
            self.found.big.push(Big { size, path, row });
            return None;
        }
        Some((row, seen))
    }

    fn link(&mut self, entry: &Entry, row: Option<usize>) {
        let path = entry.path();
        self.tell(row);
        let fault = if row.is_some() { Fault::LinkListed } else { link::fault(self.against.resolved, &path) };
        let text = entry.folder.link_text(&entry.name).map_or_else(|error| error.to_string(), |text| shown(&text));
        self.found.faults.push_seen(fault, &path, format!("leads to {text}"), "the link's text");
    }

    /// A folder, which is as it should be unless it is listed, or a special file, which never is.
    fn no_file(&mut self, entry: &Entry, row: Option<usize>) {
        let (fault, how) = match (row, entry.kind) {
            (None, Kind::Folder) => return,
            (None, _) => (Fault::Special, "its kind"),
            (Some(_), _) => (Fault::SpecialListed, "its kind; listed as a file"),
        };
        self.tell(row);
        self.found.faults.push_seen(fault, &entry.path(), entry.kind.as_str(), how);
    }

    fn mode(&mut self, entry: &Entry, stat: &Stat) {
        let mode = stat.st_mode & 0o7777;
        let fault = if mode & SET_ID != 0 {
            Fault::SetId
        } else if entry.kind == Kind::File && mode & WORLD_WRITABLE != 0 {
            Fault::WorldWritable
        } else {
            return;
        };
        self.found.faults.push_seen(fault, &entry.path(), format!("mode {mode:04o}"), "its permissions");
    }

    /// Something that was there a moment ago.
    fn lost(&mut self, entry: &Entry, row: Option<usize>, error: &io::Error) {
        self.tell(row);
        let fault = if row.is_some() { Fault::Changed } else { Fault::Unlisted };
        self.found.faults.push_seen(fault, &entry.path(), error.to_string(), "looked at after it was found");
    }

    /// A row that is not to be read, because something is told of it already.
    fn tell(&self, row: Option<usize>) {
        if let (Some(listing), Some(row)) = (self.against.listing, row)
            && listing.state(row) != State::Exempt
        {
            listing.set(row, State::Told);
        }
    }
}
