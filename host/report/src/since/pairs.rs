//! Which result of one report is the other's: that of the same question.

use std::collections::{BTreeMap, VecDeque};

use shipworthy_contract::CheckResult;

/// The question that a result answers. What is required has a field of its own, whichever rule it is told by: a version
/// that could not be observed answers the question whether it fits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Question<'a> {
    service: Option<&'a str>,
    instance: Option<&'a str>,
    entry: Option<usize>,
    about: &'a str,
}

impl<'a> Question<'a> {
    fn of(result: &'a CheckResult) -> Self {
        let location = result.location.as_ref();
        Self {
            service: result.service.as_ref().map(shipworthy_contract::Service::as_str),
            instance: result.instance.as_deref(),
            entry: location.and_then(|location| location.entry),
            about: location.and_then(|location| location.field.as_deref()).unwrap_or(result.rule.as_str()),
        }
    }
}

/// Each result with that of the other report; in the order of the later one, and what only the earlier one has behind it.
pub(super) fn of<'a>(
    old: &'a [CheckResult],
    new: &'a [CheckResult],
) -> Vec<(Option<&'a CheckResult>, Option<&'a CheckResult>)> {
    let mut before: BTreeMap<Question<'_>, VecDeque<(usize, &CheckResult)>> = BTreeMap::new();
    for (index, result) in old.iter().enumerate() {
        before.entry(Question::of(result)).or_default().push_back((index, result));
    }
    let mut counterparts: Vec<Option<&CheckResult>> = vec![None; new.len()];
    // Several may answer one question, such as the files of a tree or the names of a list: those that tell the same first,
    // then those with the same expectation, then in their order.
    let alike: [fn(&CheckResult, &CheckResult) -> bool; 4] = [
        |old, new| old.rule == new.rule && old.expected == new.expected && old.message == new.message,
        |old, new| old.rule == new.rule && old.expected == new.expected && old.items == new.items,
        |old, new| old.expected.is_some() && old.expected == new.expected,
        |old, new| old.rule == new.rule || has_field(old) && has_field(new),
    ];
    for is_alike in alike {
        for (result, counterpart) in new.iter().zip(&mut counterparts) {
            let Some(open) = before.get_mut(&Question::of(result)).filter(|_| counterpart.is_none()) else { continue };
            if let Some(at) = open.iter().position(|(_, old)| is_alike(old, result)) {
                *counterpart = open.remove(at).map(|(_, old)| old);
            }
        }
    }
    let mut rest: Vec<(usize, &CheckResult)> = before.into_values().flatten().collect();
    rest.sort_by_key(|(index, _)| *index);
    let paired = counterparts.into_iter().zip(new.iter().map(Some));
    paired.chain(rest.into_iter().map(|(_, old)| (Some(old), None))).collect()
}

fn has_field(result: &CheckResult) -> bool {
    result.location.as_ref().is_some_and(|location| location.field.is_some())
}
