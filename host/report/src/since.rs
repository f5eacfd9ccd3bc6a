//! What changed between two reports: what fails now and did not, what is mended, what is no longer looked at, and which
//! versions moved.
//!
//! A result that is waived, skipped or gone is not mended: it is told apart from what holds now.

mod entries;
mod moved;
mod page;
mod pairs;

use std::collections::BTreeSet;

use serde::Serialize;
use shipworthy_contract::{
    CheckResult, Class, Outcome, Report, RuleId, Service, Side,
    report::{FailOn, Verdict, judge},
};

use entries::Entries;
pub use moved::Move;
pub use page::render;

use crate::human::verdict;

/// The format, in its field `schema`.
pub const SINCE_SCHEMA: &str = "shipworthy.report-diff/1";

/// Two reports side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Since {
    /// Always [`SINCE_SCHEMA`].
    pub schema: &'static str,
    /// The earlier report.
    pub old: Named,
    /// The later one.
    pub new: Named,
    /// What became of results, worst first.
    pub changes: Vec<Change>,
    /// What is another one now, and no failure by itself.
    pub moved: Vec<Move>,
    /// Results that are as they were and hold.
    pub unchanged: usize,
}

/// A report as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The file that was read.
    pub file: String,
    /// When the check began; none in reports of an older host.
    pub started: Option<String>,
    /// Its verdict.
    pub verdict: Verdict,
    /// The same in words.
    #[serde(skip)]
    pub words: &'static str,
    /// The manifest that was looked at.
    pub artifact: Option<String>,
    /// The environment it was held against.
    pub environment: Option<String>,
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It stops a deploy now, and did not; or more does, or something else, by the same rule.
    NewFailure,
    /// It stopped a deploy, and does so still.
    StillFailing,
    /// It is a warning now, and held; or it is one of more, or of something else.
    NewWarning,
    /// It stopped a deploy, and is a warning now.
    Eased,
    /// It stopped a deploy or warned, and is waived or skipped now: that mends nothing.
    SetAside,
    /// It stopped a deploy or warned, and nobody looks any more.
    NoLongerChecked,
    /// It held, and is not looked at any more or could not be.
    Unseen,
    /// It stopped a deploy or warned, and holds now.
    Fixed,
}

impl Kind {
    /// Every kind, worst first.
    pub const ALL: [Self; 8] = [
        Self::NewFailure,
        Self::StillFailing,
        Self::NewWarning,
        Self::Eased,
        Self::SetAside,
        Self::NoLongerChecked,
        Self::Unseen,
        Self::Fixed,
    ];
}

/// One result that is not as it was, or fails as it did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What became of it.
    pub kind: Kind,
    /// The rule, by the later report if it is in it.
    pub rule: RuleId,
    /// The rule's side.
    pub side: Side,
    /// The service it is of.
    pub service: Option<Service>,
    /// The instance, where there are several.
    pub instance: Option<String>,
    /// How it was; none if it was not looked at.
    pub before: Option<Told>,
    /// How it is; none if it is not looked at.
    pub now: Option<Told>,
    /// Where it is wrong as it was, paths, keys or names that are wrong now only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_items: Vec<String>,
    /// The same for what was wrong before only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone_items: Vec<String>,
}

/// A result as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What became of the rule.
    pub outcome: Outcome,
    /// Its message.
    pub message: String,
    /// What was required.
    pub expected: Option<String>,
    /// What was seen.
    pub observed: Option<String>,
    /// Paths, keys or names, where the rule is about several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
}

impl Told {
    fn of(result: &CheckResult) -> Self {
        let (expected, observed) = (result.expected.clone(), result.observed.clone());
        let (message, items) = (result.message.clone(), result.items.clone());
        Self { outcome: result.outcome, message, expected, observed, items }
    }
}

/// What changed from one report to the other.
pub fn compare(old: (&str, &Report), new: (&str, &Report)) -> Since {
    let entries = Entries::of(old.1, new.1);
    let pairs = pairs::of(old.1, new.1, &entries);
    let mut changes: Vec<Change> = pairs.iter().filter_map(|(before, now)| change(*before, *now)).collect();
    // What belongs together stands together; else the order of the reports is kept.
    changes.sort_by_key(|change| change.kind);
    let held = |(before, now): &&(Option<&CheckResult>, Option<&CheckResult>)| {
        before.zip(*now).is_some_and(|(before, now)| before.outcome == Outcome::Pass && now.outcome == Outcome::Pass)
    };
    let mut moved = moved::of(old.1, new.1);
    moved.extend(entries.moved());
    Since {
        schema: SINCE_SCHEMA,
        old: named(old),
        new: named(new),
        unchanged: pairs.iter().filter(held).count(),
        changes,
        moved,
    }
}

/// The exit status that new failures alone would give: of those that hold now, what stops a deploy and did not.
pub fn exit_code(since: &Since) -> u8 {
    let newly = since.changes.iter().filter(|change| change.kind == Kind::NewFailure);
    // Of a result the judge looks at its rule and its outcome.
    let result = |change: &Change| {
        let outcome = change.now.as_ref()?.outcome;
        Some(CheckResult::new(change.rule.clone(), outcome, Class::Violated, ""))
    };
    judge(&newly.filter_map(result).collect::<Vec<_>>(), FailOn::Fail).1
}

fn named((file, report): (&str, &Report)) -> Named {
    Named {
        file: file.to_owned(),
        started: report.run.as_ref().map(|run| run.started.clone()),
        verdict: report.verdict,
        words: verdict::Told::of(report).words,
        artifact: report.artifact.as_ref().map(|artifact| artifact.path.clone()),
        environment: report.environment.as_ref().map(|environment| environment.name.clone()),
    }
}

fn change(before: Option<&CheckResult>, now: Option<&CheckResult>) -> Option<Change> {
    let kind = kind(before, now)?;
    let shown = now.or(before)?;
    let (new_items, gone_items) = match before.zip(now) {
        Some((before, now)) if is_wrong(before) && is_wrong(now) => (only(now, before), only(before, now)),
        Some(_) | None => (Vec::new(), Vec::new()),
    };
    Some(Change {
        kind,
        rule: shown.rule.clone(),
        side: shown.side,
        service: shown.service.clone(),
        instance: shown.instance.clone(),
        before: before.map(Told::of),
        now: now.map(Told::of),
        new_items,
        gone_items,
    })
}

/// How a result counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Stops,
    Warns,
    Holds,
    SetAside,
    Absent,
}

fn standing(result: Option<&CheckResult>) -> Standing {
    match result.map(|result| result.outcome) {
        Some(Outcome::Fail | Outcome::Error) => Standing::Stops,
        Some(Outcome::Warn) => Standing::Warns,
        Some(Outcome::Pass | Outcome::Info) => Standing::Holds,
        Some(Outcome::Skip) => Standing::SetAside,
        None => Standing::Absent,
    }
}

fn is_wrong(result: &CheckResult) -> bool {
    matches!(standing(Some(result)), Standing::Stops | Standing::Warns)
}

/// The items of one that are not the other's.
fn only(of: &CheckResult, but: &CheckResult) -> Vec<String> {
    let known: BTreeSet<&String> = but.items.iter().collect();
    of.items.iter().filter(|item| !known.contains(item)).cloned().collect()
}

/// Whether something is wrong now that was not, be it by the same rule.
fn has_more(before: Option<&CheckResult>, now: Option<&CheckResult>) -> bool {
    before.zip(now).is_some_and(|(before, now)| !only(now, before).is_empty())
}

fn kind(before: Option<&CheckResult>, now: Option<&CheckResult>) -> Option<Kind> {
    use Standing::{Absent, Holds, SetAside, Stops, Warns};
    match (standing(before), standing(now)) {
        (Stops, Stops) if !has_more(before, now) => Some(Kind::StillFailing),
        (_, Stops) => Some(Kind::NewFailure),
        (Stops, Warns) => Some(Kind::Eased),
        (Warns, Warns) if has_more(before, now) => Some(Kind::NewWarning),
        (Holds | SetAside | Absent, Warns) => Some(Kind::NewWarning),
        (Stops | Warns, Holds) => Some(Kind::Fixed),
        (Stops | Warns, SetAside) => Some(Kind::SetAside),
        (Stops | Warns, Absent) => Some(Kind::NoLongerChecked),
        // Information comes and goes, and nothing rests on it.
        (Holds, SetAside | Absent) => before.filter(|result| result.outcome == Outcome::Pass).map(|_| Kind::Unseen),
        (Warns, Warns) | (SetAside | Absent | Holds, Holds) | (SetAside | Absent, SetAside | Absent) => None,
    }
}

/// The comparison as JSON.
pub fn json(since: &Since) -> String {
    crate::json::pretty(since)
}
