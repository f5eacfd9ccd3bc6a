//! What a new lock changes, and what of it has to be approved by name: whatever a plugin needs or may do that it did not
//! need or could not do before.

use shipworthy_contract::grant::Grant;

use super::{Entry, Lock};

/// What changes for one probe of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The environment.
    pub environment: String,
    /// The probe.
    pub probe: String,
    /// What.
    pub kind: ChangeKind,
}

/// The ways in which an entry changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there. What it needs or may do beyond what the environment's other probes of its service had has to be
    /// approved: a probe that was renamed is not a new one.
    Added(Entry, Vec<Grant>),
    /// It is not there any more.
    Removed(Entry),
    /// It is another one.
    Replaced(Box<Replaced>),
}

/// An entry before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Before.
    pub before: Entry,
    /// After.
    pub after: Entry,
    /// What it may do now and could not do before.
    pub more_grants: Vec<Grant>,
    /// What it needs now and did not need before.
    pub more_needs: Vec<Grant>,
    /// What it may not do any more.
    pub fewer_grants: Vec<Grant>,
    /// What it does not need any more.
    pub fewer_needs: Vec<Grant>,
}

impl Change {
    /// The lines that have to be approved, each once.
    pub fn widened(&self) -> Vec<&Grant> {
        match &self.kind {
            ChangeKind::Added(_, beyond) => beyond.iter().collect(),
            ChangeKind::Removed(_) => Vec::new(),
            ChangeKind::Replaced(replaced) => replaced.widened(),
        }
    }
}

impl Replaced {
    fn new(before: &Entry, after: &Entry) -> Self {
        let same_service = before.service == after.service;
        let beyond = |lines: &[Grant], known: &[Grant]| -> Vec<Grant> {
            let covered = |line: &Grant| same_service && known.iter().any(|known| known.covers(line, &after.service));
            lines.iter().filter(|line| !covered(line)).cloned().collect()
        };
        Self {
            more_grants: beyond(&after.grants, &before.grants),
            more_needs: beyond(&after.needs, &before.needs),
            fewer_grants: beyond(&before.grants, &after.grants),
            fewer_needs: beyond(&before.needs, &after.needs),
            before: before.clone(),
            after: after.clone(),
        }
    }

    /// The lines that have to be approved, each once.
    pub fn widened(&self) -> Vec<&Grant> {
        let needs = self.more_needs.iter().filter(|line| !self.more_grants.contains(line));
        self.more_grants.iter().chain(needs).collect()
    }
}

/// The lines of a new entry that no earlier one of the same environment and service had. Where there was none, a service is
/// looked at that nobody looked at, and whoever reviews it sees all that is new.
fn beyond_others(before: &Lock, entry: &Entry) -> Vec<Grant> {
    let others = || {
        before.entries.iter().filter(|other| other.environment == entry.environment && other.service == entry.service)
    };
    if others().next().is_none() {
        return Vec::new();
    }
    let had = |line: &Grant, lines: fn(&Entry) -> &Vec<Grant>| {
        others().flat_map(lines).any(|known| known.covers(line, &entry.service))
    };
    let mut beyond: Vec<Grant> =
        entry.grants.iter().filter(|line| !had(line, |other| &other.grants)).cloned().collect();
    let needs = entry.needs.iter().filter(|line| !had(line, |other| &other.needs)).cloned();
    let needs: Vec<Grant> = needs.filter(|line| !beyond.contains(line)).collect();
    beyond.extend(needs);
    beyond
}

/// What changes from one lock to another, sorted by environment, then probe.
pub fn changes(before: &Lock, after: &Lock) -> Vec<Change> {
    let change =
        |entry: &Entry, kind| Change { environment: entry.environment.clone(), probe: entry.probe.clone(), kind };
    let mut changes: Vec<Change> = after
        .entries
        .iter()
        .filter_map(|entry| match before.entry(&entry.environment, &entry.probe) {
            None => Some(change(entry, ChangeKind::Added(entry.clone(), beyond_others(before, entry)))),
            Some(known) if known == entry => None,
            Some(known) => Some(change(entry, ChangeKind::Replaced(Box::new(Replaced::new(known, entry))))),
        })
        .collect();
    let gone = before.entries.iter().filter(|entry| after.entry(&entry.environment, &entry.probe).is_none());
    changes.extend(gone.map(|entry| change(entry, ChangeKind::Removed(entry.clone()))));
    changes.sort_by(|a, b| (&a.environment, &a.probe).cmp(&(&b.environment, &b.probe)));
    changes
}

#[cfg(test)]
mod tests {
    use shipworthy_contract::Sha256;

    use super::*;

    fn entry(service: &str, needs: &[&str], grants: &[&str]) -> Entry {
        let lines = |lines: &[&str]| lines.iter().map(|line| line.parse().unwrap()).collect();
        Entry {
            environment: "staging".to_owned(),
            probe: "gateway".to_owned(),
            service: service.parse().unwrap(),
            name: "gateway".to_owned(),
            version: "1.0.0".to_owned(),
            source: "gateway.wasm".to_owned(),
            manifest: None,
            sha256: Sha256::of(b"x"),
            size: 1,
            descriptor: None,
            wit: "0.1.0".to_owned(),
            needs: lines(needs),
            optional: Vec::new(),
            grants: lines(grants),
        }
    }

    fn widened(before: &Entry, after: &Entry) -> Vec<String> {
        Replaced::new(before, after).widened().into_iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_was_given_before_in_wider_words_widens_nothing() {
        let before = entry("gateway", &["http GET /a"], &["http GET /**", "env gateway TAG"]);
        let after = entry("gateway", &["http GET /a", "env . TAG"], &["http GET /a", "http GET /b/*", "env . TAG"]);
        assert_eq!(widened(&before, &after), ["env . TAG"], "its author did not ask for it before");
        let known = entry("gateway", &["http GET /a", "env . TAG"], &["http GET /**", "env gateway TAG"]);
        assert_eq!(widened(&known, &after), Vec::<String>::new());
    }

    #[test]
    fn more_of_any_kind_widens_once() {
        let before = entry("gateway", &["http GET /a"], &["http GET /a"]);
        let after = entry("gateway", &["http GET /a", "http POST /x"], &["http GET /**", "http POST /x"]);
        assert_eq!(widened(&before, &after), ["http GET /**", "http POST /x"]);
        assert_eq!(widened(&after, &before), Vec::<String>::new());
    }

    #[test]
    fn of_another_service_all_is_new() {
        let before = entry("gateway", &["container ."], &["container ."]);
        let after = entry("agent", &["container ."], &["container ."]);
        assert_eq!(widened(&before, &after), ["container ."]);
    }

    #[test]
    fn only_what_differs_changes() {
        let known = entry("gateway", &[], &[]);
        let other = Entry { environment: "production".to_owned(), ..known.clone() };
        let before = Lock { entries: vec![other.clone(), known.clone()] };
        let swapped = Entry { sha256: Sha256::of(b"y"), ..known.clone() };
        let after = before.with(&["staging"], vec![swapped.clone()]);
        assert_eq!(after.entry("production", "gateway"), Some(&other));
        let found = changes(&before, &after);
        assert_eq!(found.len(), 1);
        assert!(matches!(&found[0].kind, ChangeKind::Replaced(replaced) if replaced.after == swapped));
        let gone = changes(&before, &before.with(&["staging"], Vec::new()));
        assert!(matches!(gone.as_slice(), [Change { kind: ChangeKind::Removed(_), .. }]));
    }
}
