//! Which result of one report is the other's: that of the same question.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use shipworthy_contract::{CheckResult, Outcome, Report, RuleId, Side, rules};

use super::entries::{Entries, Place, entry};

/// A result of the earlier report with that of the later one.
pub(super) type Pair<'a> = (Option<&'a CheckResult>, Option<&'a CheckResult>);

/// Rule, message, what is expected and what was observed.
type Words<'a> = (&'a str, Cow<'a, str>, Option<&'a str>, Option<&'a str>);

/// A service and its instance.
type Whose<'a> = (Option<&'a str>, Option<&'a str>);

/// The question that a result answers. What is required has a field of its own, whichever rule it is told by: a version
/// that could not be observed answers the question whether it fits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Question<'a> {
    service: Option<&'a str>,
    instance: Option<&'a str>,
    place: Place,
    about: &'a str,
    /// All that it says, where nobody knows whether its entry is the other's.
    words: Option<Words<'a>>,
}

impl<'a> Question<'a> {
    fn of(result: &'a CheckResult, place: Place) -> Self {
        let field = result.location.as_ref().and_then(|location| location.field.as_deref());
        let words = || {
            let (expected, observed) = (result.expected.as_deref(), result.observed.as_deref());
            (result.rule.as_str(), without_index(result), expected, observed)
        };
        Self {
            service: service(result),
            instance: result.instance.as_deref(),
            place,
            about: field.map_or(result.rule.as_str(), |field| within(field, place)),
            words: (place == Place::Loose).then(words),
        }
    }
}

/// A field within its entry, wherever that stands.
fn within(field: &str, place: Place) -> &str {
    let rest = || field.strip_prefix("artifacts[")?.split_once(']').map(|(_, rest)| rest);
    if place == Place::Whole { field } else { rest().unwrap_or(field) }
}

/// The message without the index of its entry.
fn without_index(result: &CheckResult) -> Cow<'_, str> {
    let index = entry(result).map(|entry| format!("artifacts[{entry}]"));
    match index.filter(|index| result.message.contains(index)) {
        Some(index) => Cow::Owned(result.message.replace(&index, "artifacts[]")),
        None => Cow::Borrowed(&result.message),
    }
}

/// Whose rule it is. Where one does not hold it is told at the field that breaks it, and where it holds at all of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Holder<'a> {
    side: Side,
    rule: &'a RuleId,
    place: Place,
    service: Option<&'a str>,
    instance: Option<&'a str>,
}

impl<'a> Holder<'a> {
    fn of(result: &'a CheckResult, place: Place) -> Self {
        let instance = result.instance.as_deref();
        Self { side: result.side, rule: &result.rule, place, service: service(result), instance }
    }
}

fn service(result: &CheckResult) -> Option<&str> {
    result.service.as_ref().map(shipworthy_contract::Service::as_str)
}

/// Each result with that of the other report; in the order of the later one, and what only the earlier one has behind it.
pub(super) fn of<'a>(old: &'a Report, new: &'a Report, entries: &Entries) -> Vec<Pair<'a>> {
    let (mut rest, mut counterparts) = by_question(&old.results, &new.results, entries);
    by_rule(&mut rest, &new.results, &mut counterparts, entries);
    let mut mended = Mended::of(&new.results, &counterparts, entries);
    let behind: Vec<Pair<'a>> =
        rest.iter().map(|result| (Some(*result), mended.by(result, entries.of_old(result)))).collect();
    counterparts.into_iter().zip(new.results.iter().map(Some)).chain(behind).collect()
}

/// By question; and what of the earlier results has no counterpart.
fn by_question<'a>(
    old: &'a [CheckResult],
    new: &'a [CheckResult],
    entries: &Entries,
) -> (Vec<&'a CheckResult>, Vec<Option<&'a CheckResult>>) {
    let mut before: BTreeMap<Question<'_>, VecDeque<(usize, &CheckResult)>> = BTreeMap::new();
    for (index, result) in old.iter().enumerate() {
        before.entry(Question::of(result, entries.of_old(result))).or_default().push_back((index, result));
    }
    let questions: Vec<Question<'_>> = new.iter().map(|result| Question::of(result, entries.of_new(result))).collect();
    let mut counterparts: Vec<Option<&CheckResult>> = vec![None; new.len()];
    // Several may answer one question, such as the files of a tree or the names of a list: those that tell the same first,
    // then those with the same expectation, then in their order.
    let alike: [fn(&CheckResult, &CheckResult) -> bool; 5] = [
        |old, new| old.rule == new.rule && old.expected == new.expected && without_index(old) == without_index(new),
        |old, new| old.rule == new.rule && old.expected == new.expected && old.items == new.items,
        |old, new| old.expected.is_some() && old.expected == new.expected,
        |old, new| old.rule == new.rule,
        // What is not observed is told by a rule of its own.
        |old, new| has_field(old) && has_field(new) && [old, new].iter().any(|one| one.rule == rules::OBSERVATION),
    ];
    for is_alike in alike {
        for ((result, question), counterpart) in new.iter().zip(&questions).zip(&mut counterparts) {
            let Some(open) = before.get_mut(question).filter(|_| counterpart.is_none()) else { continue };
            if let Some(at) = open.iter().position(|(_, old)| is_alike(old, result)) {
                *counterpart = open.remove(at).map(|(_, old)| old);
            }
        }
    }
    let mut rest: Vec<(usize, &CheckResult)> = before.into_values().flatten().collect();
    rest.sort_by_key(|(index, _)| *index);
    (rest.into_iter().map(|(_, result)| result).collect(), counterparts)
}

/// What is broken now with what said that the rule holds.
fn by_rule<'a>(
    rest: &mut Vec<&'a CheckResult>,
    new: &'a [CheckResult],
    counterparts: &mut [Option<&'a CheckResult>],
    entries: &Entries,
) {
    let mut held: BTreeMap<Holder<'_>, VecDeque<(usize, &'a CheckResult)>> = BTreeMap::new();
    for (index, result) in rest.iter().enumerate().filter(|(_, result)| result.outcome == Outcome::Pass) {
        held.entry(Holder::of(result, entries.of_old(result))).or_default().push_back((index, result));
    }
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (result, counterpart) in new.iter().zip(counterparts) {
        if counterpart.is_some() || !is_wrong(result) {
            continue;
        }
        let place = entries.of_new(result);
        let Some(open) = held.get_mut(&Holder::of(result, place)) else { continue };
        let first = open.front().copied().filter(|(_, passed)| may_answer(passed, result));
        let Some((index, passed)) = first else { continue };
        // Of one entry it says so of all that is wrong there; of several that are not told apart, of one.
        if place == Place::Loose {
            open.pop_front();
        }
        taken.insert(index);
        *counterpart = Some(passed);
    }
    let mut index = 0..;
    rest.retain(|_| index.next().is_none_or(|index| !taken.contains(&index)));
}

/// What says in the later report that something is mended.
struct Mended<'a> {
    /// What holds and has no counterpart.
    holds: BTreeMap<Holder<'a>, VecDeque<&'a CheckResult>>,
    /// What is seen of a service and instance, and was not: by why it was not seen, none where nobody says.
    seen: BTreeMap<Whose<'a>, BTreeMap<Option<&'a str>, &'a CheckResult>>,
}

impl<'a> Mended<'a> {
    fn of(new: &'a [CheckResult], counterparts: &[Option<&'a CheckResult>], entries: &Entries) -> Self {
        let mut holds: BTreeMap<Holder<'_>, VecDeque<&CheckResult>> = BTreeMap::new();
        let mut seen: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        let passed = new.iter().zip(counterparts).filter(|(result, _)| result.outcome == Outcome::Pass);
        for (result, counterpart) in passed {
            let why = match counterpart {
                None => {
                    holds.entry(Holder::of(result, entries.of_new(result))).or_default().push_back(result);
                    None
                }
                Some(before) if before.rule == rules::OBSERVATION => before.observed.as_deref(),
                Some(_) => continue,
            };
            if result.side == Side::Stack {
                let whose = (service(result), result.instance.as_deref());
                seen.entry(whose).or_default().entry(why).or_insert(result);
            }
        }
        Self { holds, seen }
    }

    /// What says so of an earlier result; none if it was not wrong, or nothing does.
    fn by(&mut self, result: &'a CheckResult, place: Place) -> Option<&'a CheckResult> {
        if !is_wrong(result) {
            return None;
        }
        if result.rule == rules::OBSERVATION && !has_field(result) && result.service.is_some() {
            let seen = self.seen.get(&(service(result), result.instance.as_deref()))?;
            return seen.get(&result.observed.as_deref()).or_else(|| seen.get(&None)).copied();
        }
        let open = self.holds.get_mut(&Holder::of(result, place))?;
        let passed = open.front().copied().filter(|passed| may_answer(passed, result))?;
        if place == Place::Loose {
            open.pop_front();
        }
        Some(passed)
    }
}

const fn is_wrong(result: &CheckResult) -> bool {
    matches!(result.outcome, Outcome::Fail | Outcome::Error | Outcome::Warn)
}

/// Whether what holds can be what is wrong: a name of a list is no other name of it.
fn may_answer(passed: &CheckResult, wrong: &CheckResult) -> bool {
    passed.expected.is_none() || passed.expected == wrong.expected
}

fn has_field(result: &CheckResult) -> bool {
    result.location.as_ref().is_some_and(|location| location.field.is_some())
}
