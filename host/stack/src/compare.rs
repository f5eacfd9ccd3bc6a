//! Several readings of one thing, folded into one answer: all of them count.

use std::collections::{HashMap, HashSet};

use shipworthy_contract::{evidence::Origin, report::EvidenceLine};

use crate::{
    rules::Scope,
    tell,
    want::{Want, What},
};

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
    /// As evidence.
    pub line: EvidenceLine,
    /// How it compares.
    pub compared: Compared,
    /// What was not looked at, such as `~ds1` after a version.
    pub ignored: String,
}

impl Reading {
    /// A reading of a probe; `who` is set for what is stack-wide.
    pub(crate) fn of(name: &str, value: &str, who: Option<&str>, origin: &Origin, compared: Compared) -> Self {
        let subject = origin.subject.as_deref().map(tell::clean);
        // Stack-wide evidence names its service; a service's own names only the part of it, if there are several.
        let subject = match (who, subject) {
            (Some(who), Some(subject)) => Some(format!("{} {subject}", tell::clean(who))),
            (Some(who), None) => Some(tell::clean(who)),
            (None, subject) => subject,
        };
        let line = EvidenceLine {
            name: tell::clean(name),
            value: tell::clean(value),
            source: tell::clean(&origin.what),
            subject,
        };
        Self { line, compared, ignored: String::new() }
    }

    /// As it is shown.
    fn value(&self) -> &str {
        &self.line.value
    }

    /// Whose it is, where there are several: a service, an instance, a container. Where nothing narrower is known, it is
    /// told by where it was read.
    fn who(&self) -> &str {
        self.line.subject.as_deref().unwrap_or(&self.line.source)
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
pub(crate) fn fold(want: &Want, readings: Vec<Reading>, scope: Scope) -> Weighed {
    let row = readings.iter().filter_map(|reading| match reading.compared {
        Compared::Differs(row) => Some(row),
        Compared::Same | Compared::Unreadable => None,
    });
    // The severest row stands first in the table.
    let row = row.min();
    let unreadable = readings.iter().any(|reading| reading.compared == Compared::Unreadable);
    let (noun, expected) = (&want.noun, &want.expected);
    let (found, quoted) = match readings.as_slice() {
        [one] => (one.value().to_owned(), format!("`{}`", one.value())),
        several => {
            let distinct = distinct(several);
            (values(&distinct, ""), values(&distinct, "`"))
        }
    };
    let message = match (row, unreadable) {
        (Some(_), _) => {
            // A fact's name is quoted as well; two quotes in a row would read as one.
            let to_be = if matches!(want.what, What::Fact(..)) { " to be" } else { "" };
            format!("expected {noun}{to_be} `{expected}`, found {quoted}")
        }
        (None, true) => format!("{noun} cannot be compared: expected `{expected}`, found {quoted}"),
        (None, false) => format!("{noun} is {quoted}{}", ignored(&readings)),
    };
    let named = scope == Scope::Stack || readings.len() > 1;
    let differing = readings.iter().filter(|reading| named && reading.compared != Compared::Same);
    let items = differing.map(|reading| format!("{}: {}", reading.who(), reading.value())).collect();
    let evidence = lines(readings.into_iter().map(|reading| reading.line));
    let told = Told { message, observed: found, items, evidence };
    match row {
        Some(row) => Weighed::Broken(row, told),
        None if unreadable => Weighed::Unreadable(told),
        None => Weighed::Holds(told),
    }
}

/// Evidence lines of a result, cut to the most that are shown. A fleet has many results, so none keeps room to spare.
pub(crate) fn lines(lines: impl Iterator<Item = EvidenceLine>) -> Vec<EvidenceLine> {
    let mut lines: Vec<EvidenceLine> = lines.take(MOST_LINES).collect();
    lines.shrink_to_fit();
    lines
}

/// Every distinct value, with whose it is.
fn distinct(readings: &[Reading]) -> Vec<(&str, Vec<&str>)> {
    let mut distinct: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut named: HashSet<(&str, &str)> = HashSet::new();
    for reading in readings {
        let (value, who) = (reading.value(), reading.who());
        let at = *known.entry(value).or_insert(distinct.len());
        if at == distinct.len() {
            distinct.push((value, Vec::new()));
        }
        if let Some((_, names)) = distinct.get_mut(at).filter(|_| named.insert((value, who))) {
            names.push(who);
        }
    }
    distinct
}

/// The values in words; where there are several, each with whose it is.
fn values(distinct: &[(&str, Vec<&str>)], quote: &str) -> String {
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
