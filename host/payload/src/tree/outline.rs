//! What shows in the order of a walk: empty and closed folders, how much there is, and names that collide. Whatever
//! needs a look at a thing itself is left to whoever takes the entries.

use std::{ffi::CString, hash::RandomState};

use super::{
    fault::Fault,
    faults::shown,
    names::Names,
    survey::Survey,
    walk::{Entry, Folder, Kind, Met, Walk},
};
use crate::Limits;

/// A walk, and what was found on the way.
pub(crate) struct Outline<'a> {
    walk: Walk,
    /// Most files, and most folders.
    most: u64,
    limits: &'a Limits,
    files: u64,
    pub(crate) folders: u64,
    /// The names of every folder that the walk is in, the deepest last.
    names: Vec<Names>,
    hasher: RandomState,
    pub(crate) found: Survey,
}

impl<'a> Outline<'a> {
    pub(crate) fn new(walk: Walk, most: u64, limits: &'a Limits) -> Self {
        let found = Survey::default();
        Self { walk, most, limits, files: 0, folders: 0, names: Vec::new(), hasher: RandomState::new(), found }
    }

    /// Adds at most `count` entries to `batch`, and gives whether there were any.
    pub(crate) fn next_entries(&mut self, count: usize, batch: &mut Vec<Entry>) -> bool {
        while batch.len() < count
            && let Some(met) = self.walk.next()
        {
            match met {
                Met::Entered => self.names.push(Names::default()),
                Met::Left(folder, entries) => self.left(&folder, entries),
                Met::Unreadable(path, error) => {
                    self.found.faults.push_seen(Fault::Closed, &path, error.to_string(), "opened");
                    let slash = if path.is_empty() { &b""[..] } else { b"/" };
                    self.found.closed.push([&path, slash].concat());
                }
                Met::TooDeep(path) => {
                    let most = format!("at most {} folders deep", self.limits.folders);
                    self.found.faults.push_seen(Fault::TooDeep, &path, "deeper", most);
                }
                Met::Entry(entry) => {
                    if let Some(names) = self.names.last_mut() {
                        names.note(&self.hasher, entry.name.to_bytes());
                    }
                    if !self.count(entry.kind) {
                        self.walk.end();
                    }
                    batch.push(entry);
                }
            }
        }
        !batch.is_empty()
    }

    /// Gives whether there are not too many.
    fn count(&mut self, kind: Kind) -> bool {
        let (count, what) = match kind {
            Kind::Folder => (&mut self.folders, "folders"),
            Kind::File | Kind::Link | Kind::Fifo | Kind::Socket | Kind::Device => (&mut self.files, "files"),
        };
        *count += 1;
        if *count <= self.most {
            return true;
        }
        let most = self.limits.tree_files;
        self.found.exceeded = Some((format!("at most {most} {what} in a tree"), format!("more than {most}")));
        false
    }

    fn left(&mut self, folder: &Folder, entries: u64) {
        let closed = self.found.closed.last().is_some_and(|closed| closed.strip_suffix(b"/") == Some(folder.path()));
        if entries == 0 && !folder.path().is_empty() && !closed {
            self.found.empty.push(shown(folder.path()));
        }
        let Some(mut names) = self.names.pop() else { return };
        if names.may_collide() {
            self.collisions(folder, &names);
        }
    }

    fn collisions(&mut self, folder: &Folder, names: &Names) {
        let Ok(all) = folder.names() else { return };
        for group in names.colliding(&self.hasher, all.filter_map(Result::ok)) {
            let [first, second, ..] = group.as_slice() else { continue };
            for name in &group {
                let other = if name == first { second } else { first };
                let Ok(c_name) = CString::new(name.clone()) else { continue };
                let told = format!("the same as `{}` on other systems", shown(other));
                let how = "names without case and normalisation";
                self.found.faults.push_seen(Fault::NameCollides, &folder.path_of(&c_name), told, how);
            }
        }
    }
}
