//! `plugin lock`: writes down what every environment may run, and asks before any of it may do more than it could.

use std::{collections::BTreeMap, path::PathBuf};

use shipworthy_contract::{Explain, Fault, Service, grant::Grant, text::plural};
use shipworthy_plugins::{
    Environment, files, lock,
    lock::{Change, ChangeKind, Entry, Lock, Replaced, Update},
};
use shipworthy_report::locked::{self, Changes, Fact, Line, Mark};

use crate::{
    args::{Accept, LockArgs},
    bundled, clock,
    output::{self, Stream, look, print},
    reach::Reach,
    refusal::Refusal,
    set,
};

/// Why a lock is not written.
#[derive(Debug, thiserror::Error)]
enum NotWritten {
    #[error("`{}` would let plugins do more than what was locked, which nobody approved", lock.display())]
    Widened { lock: PathBuf },
    #[error("`--accept {probe}:'{line}'` approves what nothing asks for")]
    NothingAsks { probe: String, line: Grant, asked: Vec<String> },
    #[error("`{}` is not what `shipworthy plugin lock` would write", lock.display())]
    Stale { lock: PathBuf },
    #[error("no environments/*.toml here or in a folder above")]
    NoEnvironments,
    #[error("`--update {probe}` names a probe that no environment has")]
    NoProbe { probe: String },
}

impl Explain for NotWritten {
    fn code(&self) -> &'static str {
        match self {
            Self::Widened { .. } => "lock.widened",
            Self::NothingAsks { .. } => "lock.accept",
            Self::Stale { .. } => "lock.stale",
            Self::NoEnvironments => "lock.environments",
            Self::NoProbe { .. } => "lock.update",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Widened { .. } => "approve each line that is meant, as shown above; nothing was written".to_owned(),
            Self::NothingAsks { asked, .. } if asked.is_empty() => {
                "leave it out: nothing has to be approved".to_owned()
            }
            Self::NothingAsks { asked, .. } => format!("what asks for approval: {}", asked.join(", ")),
            Self::Stale { .. } => "run `shipworthy plugin lock` and review what it changes".to_owned(),
            Self::NoEnvironments => "name the file with `--env`".to_owned(),
            Self::NoProbe { .. } => "probes are named as in `[probes.NAME]`".to_owned(),
        })
    }
}

/// A lock before and after.
struct Written {
    file: PathBuf,
    exists: bool,
    before: Lock,
    after: Lock,
}

pub(super) fn run(args: &LockArgs) -> Result<(), Refusal> {
    let environments = set::environments(&args.env)?;
    if environments.is_empty() {
        return Err(NotWritten::NoEnvironments.into());
    }
    let update = match &args.update {
        None => Update::Nothing,
        Some(probes) if probes.is_empty() => Update::Everything,
        Some(probes) => {
            let known = |probe: &&String| {
                environments.iter().any(|environment| environment.probes.iter().any(|known| known.name == **probe))
            };
            if let Some(probe) = probes.iter().find(|probe| !known(probe)) {
                return Err(NotWritten::NoProbe { probe: probe.clone() }.into());
            }
            Update::Probes(probes.clone())
        }
    };
    let mut by_lock: BTreeMap<PathBuf, Vec<Environment>> = BTreeMap::new();
    for environment in environments {
        by_lock.entry(lock::path_of(&environment.file)).or_default().push(environment);
    }
    let mut refusal = Refusal { errors: Vec::new() };
    let mut drafts = Vec::new();
    for (file, environments) in by_lock {
        match draft(file, &environments, &update, args) {
            Ok(written) => drafts.push(written),
            Err(Refusal { errors }) => refusal.errors.extend(errors),
        }
    }
    if !refusal.errors.is_empty() {
        return Err(refusal);
    }
    settle(&drafts, args)
}

/// What the lock of a folder would be.
fn draft(file: PathBuf, environments: &[Environment], update: &Update, args: &LockArgs) -> Result<Written, Refusal> {
    let read = lock::load(&file).map_err(|errors| Refusal::all(errors.into_vec()))?;
    let exists = read.is_some();
    let before = read.map(|read| read.lock).unwrap_or_default();
    let bundled = bundled::table();
    let mut refusal = Refusal { errors: Vec::new() };
    let mut entries = Vec::new();
    for environment in environments {
        let reach = Reach::new(&environment.registries, args.offline);
        match lock::draft(environment, &before, update, &bundled, &reach, clock::calendar_day()) {
            Ok(drafted) => entries.extend(drafted),
            Err(errors) => refusal.errors.extend(Refusal::all(errors).errors),
        }
    }
    if !refusal.errors.is_empty() {
        return Err(refusal);
    }
    let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
    let mut after = before.with(&names, entries);
    if args.env.is_empty() {
        // What cannot be named from here can be there all the same: a nearer folder hides it.
        after.entries.retain(|entry| files::exists(&file.with_file_name(format!("{}.toml", entry.environment))));
    }
    Ok(Written { file, exists, before, after })
}

fn settle(drafts: &[Written], args: &LockArgs) -> Result<(), Refusal> {
    let mut refusal = Refusal { errors: Vec::new() };
    let mut asked: Vec<(String, Grant)> = Vec::new();
    let mut shown = Changes::default();
    for draft in drafts {
        let changes = lock::changes(&draft.before, &draft.after);
        let mut open = false;
        for change in &changes {
            for line in change.widened() {
                asked.push((change.probe.clone(), line.clone()));
                if !is_approved(&change.probe, line, &args.accept) {
                    open = true;
                    let argument = argument(&change.probe, line);
                    if !shown.to_approve.contains(&argument) {
                        shown.to_approve.push(argument);
                    }
                }
            }
        }
        shown.changes.extend(changes.iter().map(|change| change_shown(change, &args.accept)));
        if args.check && (draft.before != draft.after || !draft.exists) {
            refusal.errors.push(Box::new(NotWritten::Stale { lock: draft.file.clone() }));
        } else if open {
            refusal.errors.push(Box::new(NotWritten::Widened { lock: draft.file.clone() }));
        }
    }
    for Accept { probe, line } in &args.accept {
        if !asked.iter().any(|(asking, wanted)| asking == probe && wanted == line) {
            let asked = asked.iter().map(|(probe, line)| format!("{probe}:'{line}'")).collect();
            let error = NotWritten::NothingAsks { probe: probe.clone(), line: line.clone(), asked };
            refusal.errors.push(Box::new(error));
        }
    }
    if args.check {
        shown.to_approve.clear();
    }
    print(&locked::render(&shown, &look(Stream::Out)))?;
    if !refusal.errors.is_empty() {
        return Err(refusal);
    }
    drafts.iter().try_for_each(|draft| write(draft, args.check))
}

fn write(draft: &Written, only_checked: bool) -> Result<(), Refusal> {
    let count = plural(draft.after.entries.len(), "plugin");
    let file = draft.file.display();
    if only_checked || (draft.exists && draft.before == draft.after) {
        Stream::Err.write(&format!("{file} holds {count}: nothing to change\n"));
        return Ok(());
    }
    output::write_atomically(&draft.file, &draft.after.to_string(), "lock")?;
    Stream::Err.write(&format!("wrote {file}: {count}\n"));
    Ok(())
}

fn is_approved(probe: &str, line: &Grant, accepted: &[Accept]) -> bool {
    accepted.iter().any(|accept| accept.probe == probe && accept.line == *line)
}

/// As a shell takes it: a line has no quotes but what a label or a path brings.
fn argument(probe: &str, line: &Grant) -> String {
    format!("--accept {probe}:'{}'", line.to_string().replace('\'', r"'\''"))
}

fn change_shown(change: &Change, accepted: &[Accept]) -> locked::Change {
    let (what, facts, lines) = match &change.kind {
        ChangeKind::Added(entry, beyond) => ("added", facts(None, entry), may(change, entry, beyond, accepted)),
        ChangeKind::Removed(entry) => ("removed", facts(None, entry), Vec::new()),
        ChangeKind::Replaced(replaced) => {
            ("changed", facts(Some(&replaced.before), &replaced.after), replaced_lines(change, replaced, accepted))
        }
    };
    locked::Change { environment: change.environment.clone(), probe: change.probe.clone(), what, facts, lines }
}

fn may(change: &Change, entry: &Entry, beyond: &[Grant], accepted: &[Accept]) -> Vec<Line> {
    let needs = beyond.iter().filter(|line| !entry.grants.contains(line));
    let lines = entry.grants.iter().chain(needs);
    lines
        .map(|line| {
            let mark = match (beyond.contains(line), entry.grants.contains(line)) {
                (false, _) => Mark::May,
                (true, _) if is_approved(&change.probe, line, accepted) => Mark::Approved,
                (true, true) => Mark::MayNow,
                (true, false) => Mark::NeedsNow,
            };
            shown(mark, line, &entry.service)
        })
        .collect()
}

fn shown(mark: Mark, line: &Grant, own: &Service) -> Line {
    Line { mark, line: line.to_string(), words: line.in_words(own) }
}

fn replaced_lines(change: &Change, replaced: &Replaced, accepted: &[Accept]) -> Vec<Line> {
    let (before, after) = (&replaced.before.service, &replaced.after.service);
    let mut lines: Vec<Line> = Vec::new();
    for line in replaced.widened() {
        let mark = if is_approved(&change.probe, line, accepted) {
            Mark::Approved
        } else if replaced.more_grants.contains(line) {
            Mark::MayNow
        } else {
            Mark::NeedsNow
        };
        lines.push(shown(mark, line, after));
    }
    for line in replaced.fewer_grants.iter().chain(&replaced.fewer_needs) {
        let line = shown(Mark::NoLonger, line, before);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Name and version, source, digest: what differs, or all of what is there alone.
fn facts(before: Option<&Entry>, after: &Entry) -> Vec<Fact> {
    let of = |entry: &Entry| {
        [
            ("plugin", format!("{} {}", entry.name, entry.version)),
            ("service", entry.service.to_string()),
            ("source", entry.source.clone()),
            ("manifest", entry.manifest.map(|manifest| format!("sha256:{manifest}")).unwrap_or_default()),
            ("sha256", entry.sha256.to_string()),
            ("size", format!("{} bytes", entry.size)),
            ("descriptor", entry.descriptor.map(|digest| digest.to_string()).unwrap_or_default()),
            ("wit", entry.wit.clone()),
        ]
    };
    let Some(before) = before else {
        let wanted = ["plugin", "source", "sha256"];
        let all = of(after).into_iter().filter(|(name, _)| wanted.contains(name));
        return all.map(|(name, after)| Fact { name, before: None, after }).collect();
    };
    let pairs = of(before).into_iter().zip(of(after));
    let facts = pairs.filter(|((name, before), (_, after))| before != after || *name == "plugin");
    facts
        .map(|((name, before), (_, after))| Fact { name, before: (before != after).then_some(before), after })
        .collect()
}
