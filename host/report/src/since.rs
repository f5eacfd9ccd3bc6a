//! What changed between two reports: what fails now and did not, what is mended, what is no longer looked at, and which
//! versions moved.
//!
//! A result that is waived, skipped or gone is not mended: it is told apart from what holds now.

mod moved;
mod page;
mod pairs;

use serde::Serialize;
use shipworthy_contract::{
    CheckResult, Outcome, Report, RuleId, Service, Side,
    report::{FailOn, Verdict, judge},
};

pub use moved::Move;
pub use page::render;

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
    /// The manifest that was looked at.
    pub artifact: Option<String>,
    /// The environment it was held against.
    pub environment: Option<String>,
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It stops a deploy now, and did not.
    NewFailure,
    /// It stopped a deploy, and does so still.
    StillFailing,
    /// It is a warning now, and held.
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
}

impl Told {
    fn of(result: &CheckResult) -> Self {
        let (expected, observed) = (result.expected.clone(), result.observed.clone());
        Self { outcome: result.outcome, message: result.message.clone(), expected, observed }
    }
}

/// What changed from one report to the other.
pub fn compare(old: (&str, &Report), new: (&str, &Report)) -> Since {
    let pairs = pairs::of(&old.1.results, &new.1.results);
    let mut changes: Vec<Change> = pairs.iter().filter_map(|(before, now)| change(*before, *now)).collect();
    // What belongs together stands together; else the order of the reports is kept.
    changes.sort_by_key(|change| change.kind);
    let held = |(before, now): &&(Option<&CheckResult>, Option<&CheckResult>)| {
        before.zip(*now).is_some_and(|(before, now)| before.outcome == Outcome::Pass && now.outcome == Outcome::Pass)
    };
    Since {
        schema: SINCE_SCHEMA,
        old: named(old),
        new: named(new),
        unchanged: pairs.iter().filter(held).count(),
        changes,
        moved: moved::of(old.1, new.1),
    }
}

/// The exit status that new failures alone would give: of those that hold now, what stops a deploy and did not.
pub fn exit_code(old: &Report, new: &Report) -> u8 {
    let pairs = pairs::of(&old.results, &new.results);
    let newly = pairs.iter().filter(|(before, now)| kind(*before, *now) == Some(Kind::NewFailure));
    let newly: Vec<CheckResult> = newly.filter_map(|(_, now)| now.cloned()).collect();
    judge(&newly, FailOn::Fail).1
}

fn named((file, report): (&str, &Report)) -> Named {
    Named {
        file: file.to_owned(),
        started: report.run.as_ref().map(|run| run.started.clone()),
        verdict: report.verdict,
        artifact: report.artifact.as_ref().map(|artifact| artifact.path.clone()),
        environment: report.environment.as_ref().map(|environment| environment.name.clone()),
    }
}

fn change(before: Option<&CheckResult>, now: Option<&CheckResult>) -> Option<Change> {
    let kind = kind(before, now)?;
    let shown = now.or(before)?;
    Some(Change {
        kind,
        rule: shown.rule.clone(),
        side: shown.side,
        service: shown.service.clone(),
        instance: shown.instance.clone(),
        before: before.map(Told::of),
        now: now.map(Told::of),
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

fn kind(before: Option<&CheckResult>, now: Option<&CheckResult>) -> Option<Kind> {
    use Standing::{Absent, Holds, SetAside, Stops, Warns};
    match (standing(before), standing(now)) {
        (Stops, Stops) => Some(Kind::StillFailing),
        (_, Stops) => Some(Kind::NewFailure),
        (Stops, Warns) => Some(Kind::Eased),
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
