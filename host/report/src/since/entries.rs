//! Which entry of one report's manifest is the other's. An entry has no name: what was put in front of it moves its
//! index, and its root tells it again where the report has that.

use std::collections::{BTreeMap, BTreeSet};

use shipworthy_contract::{CheckResult, Report};

use super::Move;

/// What a result is of, by the indexes of the earlier report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Of no entry.
    Whole,
    /// Of an entry that both reports have.
    Entry(usize),
    /// Of an entry of which nobody knows whether the other report has it.
    Loose,
}

/// The entries of two reports, held against each other.
pub(super) struct Entries {
    old: BTreeSet<usize>,
    new: BTreeSet<usize>,
    /// By the later index the earlier one.
    earlier: BTreeMap<usize, usize>,
    /// The earlier ones among them.
    known: BTreeSet<usize>,
    /// By the later index the root that told it again.
    roots: BTreeMap<usize, String>,
}

impl Entries {
    pub(super) fn of(old: &Report, new: &Report) -> Self {
        let mut all = Self {
            old: indexes(old),
            new: indexes(new),
            earlier: BTreeMap::new(),
            known: BTreeSet::new(),
            roots: BTreeMap::new(),
        };
        let before = roots(old);
        for (root, now) in roots(new) {
            if let Some(then) = before.get(root) {
                all.earlier.insert(now, *then);
                all.roots.insert(now, root.to_owned());
            }
        }
        all.fill();
        all.known = all.earlier.values().copied().collect();
        all
    }

    /// Entries between those that are known are in their order, if there are as many as before.
    fn fill(&mut self) {
        let (later, earlier): (Vec<usize>, Vec<usize>) = self.earlier.iter().map(|(now, then)| (*now, *then)).unzip();
        if !earlier.is_sorted() {
            return;
        }
        let mut between: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for then in self.old.iter().filter(|then| earlier.binary_search(then).is_err()) {
            between.entry(earlier.partition_point(|known| known < then)).or_default().0.push(*then);
        }
        for now in self.new.iter().filter(|now| later.binary_search(now).is_err()) {
            between.entry(later.partition_point(|known| known < now)).or_default().1.push(*now);
        }
        let alike = between.into_values().filter(|(then, now)| then.len() == now.len());
        self.earlier.extend(alike.flat_map(|(then, now)| now.into_iter().zip(then)));
    }

    pub(super) fn of_old(&self, result: &CheckResult) -> Place {
        match entry(result) {
            None => Place::Whole,
            Some(index) if self.known.contains(&index) => Place::Entry(index),
            Some(_) => Place::Loose,
        }
    }

    pub(super) fn of_new(&self, result: &CheckResult) -> Place {
        match entry(result) {
            None => Place::Whole,
            Some(index) => self.earlier.get(&index).map_or(Place::Loose, |then| Place::Entry(*then)),
        }
    }

    /// What is said of it: how many there are, and which stand elsewhere.
    pub(super) fn moved(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        let is = |of: String, what: &str, before: String, now: String| Move {
            of,
            what: what.to_owned(),
            before: Some(before),
            now: Some(now),
        };
        // A report without an entry looked at none, and says nothing of how many there are.
        if self.old.len() != self.new.len() && !self.old.is_empty() && !self.new.is_empty() {
            let (before, now) = (self.old.len().to_string(), self.new.len().to_string());
            moves.push(is("the check".to_owned(), "entries", before, now));
        }
        for (now, root) in &self.roots {
            if let Some(then) = self.earlier.get(now).filter(|then| *then != now) {
                moves.push(is(root.clone(), "entry", format!("artifacts[{then}]"), format!("artifacts[{now}]")));
            }
        }
        moves
    }
}

/// The index of the entry that a result is of.
pub(super) fn entry(result: &CheckResult) -> Option<usize> {
    result.location.as_ref().and_then(|location| location.entry)
}

fn indexes(report: &Report) -> BTreeSet<usize> {
    let trees = report.artifact.iter().flat_map(|artifact| &artifact.trees).map(|tree| tree.entry);
    report.results.iter().filter_map(entry).chain(trees).collect()
}

/// By root its entry; without roots that several entries have.
fn roots(report: &Report) -> BTreeMap<&str, usize> {
    let mut roots: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    for tree in report.artifact.iter().flat_map(|artifact| &artifact.trees) {
        roots.entry(&tree.root).and_modify(|entry| *entry = None).or_insert(Some(tree.entry));
    }
    roots.into_iter().filter_map(|(root, entry)| Some((root, entry?))).collect()
}
