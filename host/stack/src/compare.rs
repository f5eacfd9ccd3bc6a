//! Several readings of one thing, folded into one answer: all of them count.

use shipworthy_contract::{evidence::Origin, report::EvidenceLine};

use crate::{rules::Scope, tell, want::What};

/// Most evidence lines of one result; a fleet's thousandth line helps nobody.
const MOST_LINES: usize = 64;
/// Most names after one value in a message.
const MOST_NAMES: usize = 4;

/// How one reading compares with what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It is what is wanted.
    Same,
    /// It is not; which row of the rule says what that comes to.
    Differs(usize),
    /// It cannot be compared: not observed, never incompatible.
    Unreadable,
}

/// One reading.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// As it is shown.
    pub value: String,
    /// Whose it is, where there are several: a service, an instance, a container.
    pub who: String,
    /// As evidence.
    pub line: EvidenceLine,
    /// How it compares.
    pub compared: Compared,
    /// What was not looked at, such as `~ds1` after a version.
    pub ignored: String,
}

impl Reading {
    /// A reading of a probe; `who` is set for what is stack-wide. Where nothing narrower is known, it is told by where
    /// it was read.
    pub(crate) fn of(name: &str, value: &str, who: Option<&str>, origin: &Origin, compared: Compared) -> Self {
        let (value, stack_wide) = (tell::clean(value), who.is_some());
        let subject = origin.subject.as_deref().map(tell::clean);
        let who = match (who, &subject) {
            (Some(who), Some(subject)) => format!("{} {subject}", tell::clean(who)),
            (Some(who), None) => tell::clean(who),
            (None, Some(subject)) => subject.clone(),
            (None, None) => tell::clean(&origin.what),
        };
        // Stack-wide evidence names its service; a service's own names only the part of it, if there are several.
        let subject = if stack_wide { Some(who.clone()) } else { subject };
        let line =
            EvidenceLine { name: tell::clean(name), value: value.clone(), source: tell::clean(&origin.what), subject };
        Self { value, who, line, compared, ignored: String::new() }
    }
}

/// What is told of one want.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// For a person.
    pub message: String,
    /// What was seen.
    pub observed: String,
    /// Names, where it is about several.
    pub items: Vec<String>,
    /// What it rests on.
    pub evidence: Vec<EvidenceLine>,
}

/// What became of one want.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Weighed {
    /// It holds.
    Holds(Told),
    /// It does not; by which row of its rule.
    Broken(usize, Told),
    /// Something was seen that cannot be compared.
    Unreadable(Told),
}

/// Folds readings: one that differs breaks it, by the severest row; else one that cannot be compared leaves it open.
///
/// `items` names every reading that differs, as `who: value`; for a service's own single reading there is nothing to name.
pub(crate) fn fold(what: &What, readings: Vec<Reading>, scope: Scope) -> Weighed {
    let row = readings.iter().filter_map(|reading| match reading.compared {
        Compared::Differs(row) => Some(row),
        Compared::Same | Compared::Unreadable => None,
    });
    // The severest row stands first in the table.
    let row = row.min();
    let unreadable = readings.iter().any(|reading| reading.compared == Compared::Unreadable);
    let (noun, expected) = (what.noun(), what.expected());
    let (found, quoted) = (values(&readings, ""), values(&readings, "`"));
    let message = match (row, unreadable) {
        (Some(_), _) => {
            // A fact's name is quoted as well; two quotes in a row would read as one.
            let to_be = if matches!(what, What::Fact(..)) { " to be" } else { "" };
            format!("expected {noun}{to_be} `{expected}`, found {quoted}")
        }
        (None, true) => format!("{noun} cannot be compared: expected `{expected}`, found {quoted}"),
        (None, false) => format!("{noun} is {quoted}{}", ignored(&readings)),
    };
    let named = scope == Scope::Stack || readings.len() > 1;
    let differing = readings.iter().filter(|reading| named && reading.compared != Compared::Same);
    let items = differing.map(|reading| format!("{}: {}", reading.who, reading.value)).collect();
    let evidence = readings.into_iter().map(|reading| reading.line).take(MOST_LINES).collect();
    let told = Told { message, observed: found, items, evidence };
    match row {
        Some(row) => Weighed::Broken(row, told),
        None if unreadable => Weighed::Unreadable(told),
        None => Weighed::Holds(told),
    }
}

/// Evidence lines of a result, cut to the most that are shown.
pub(crate) fn lines(lines: impl Iterator<Item = EvidenceLine>) -> Vec<EvidenceLine> {
    lines.take(MOST_LINES).collect()
}

/// Every distinct value; where there are several, each with whose it is.
fn values(readings: &[Reading], quote: &str) -> String {
    let mut distinct: Vec<(&str, Vec<&str>)> = Vec::new();
    for reading in readings {
        match distinct.iter_mut().find(|(value, _)| *value == reading.value) {
            Some((_, names)) if names.contains(&reading.who.as_str()) => {}
            Some((_, names)) => names.push(&reading.who),
            None => distinct.push((&reading.value, vec![&reading.who])),
        }
    }
    let several = distinct.len() > 1;
    let told = distinct.iter().take(MOST_NAMES).map(|(value, names)| {
        let whose = if several { format!(" ({})", some(names)) } else { String::new() };
        format!("{quote}{value}{quote}{whose}")
    });
    let mut told: Vec<String> = told.collect();
    if distinct.len() > MOST_NAMES {
        told.push(format!("{} more", distinct.len() - MOST_NAMES));
    }
    told.join(", ")
}

/// The first few names, and how many more.
pub(crate) fn some(names: &[&str]) -> String {
    let shown = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn ignored(readings: &[Reading]) -> String {
    match readings.iter().map(|reading| reading.ignored.as_str()).find(|ignored| !ignored.is_empty()) {
        Some(ignored) => format!(" (`{ignored}` is not compared)"),
        None => String::new(),
    }
}
