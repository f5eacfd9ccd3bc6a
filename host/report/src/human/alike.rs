//! What is the same at several instances, and in what it differs.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    net::SocketAddr,
};

use shipworthy_contract::{CheckResult, Class, Location, Outcome, RuleId, rules};

/// What is told as one: the same question, with the same outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Question<'a> {
    rule: &'a RuleId,
    outcome: Outcome,
    class: Class,
    would_be: Option<Outcome>,
    expected: Option<&'a str>,
    /// Field and file of what asks, its line and its column.
    place: (Option<&'a str>, Option<&'a str>),
    position: (Option<u32>, Option<u32>),
    /// Of what nobody asks, what its message begins with: which probe, and what became of it.
    head: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// The question that a result answers.
    pub(crate) fn of(result: &'a CheckResult) -> Self {
        let at = |part: fn(&Location) -> Option<&String>| result.location.as_ref().and_then(part).map(String::as_str);
        let number = |part: fn(&Location) -> Option<u32>| result.location.as_ref().and_then(part);
        let is_observation = result.rule == rules::OBSERVATION && result.location.is_none();
        let head = || result.message.split_once(": ").map_or(result.message.as_str(), |(head, _)| head);
        Self {
            rule: &result.rule,
            outcome: result.outcome,
            class: result.class,
            would_be: result.would_be,
            expected: result.expected.as_deref(),
            place: (at(|at| at.field.as_ref()), at(|at| at.file.as_ref())),
            position: (number(|at| at.line), number(|at| at.column)),
            head: is_observation.then(head),
        }
    }
}

/// One of the ways in which something came out.
pub(super) struct Way<'a> {
    /// What was observed, else the message. Where several differ by an address only, without it.
    pub(super) text: Cow<'a, str>,
    /// Whether the text is what was observed.
    pub(super) is_observed: bool,
    /// The first that came out so.
    pub(super) first: &'a CheckResult,
    /// Where.
    pub(super) instances: Vec<&'a str>,
}

/// The ways in which results came out, the most frequent first and else in the order of the results.
pub(super) fn ways<'a>(results: impl Iterator<Item = &'a CheckResult>) -> Vec<Way<'a>> {
    let mut ways: Vec<Way<'a>> = Vec::new();
    let mut known: HashMap<Cow<'a, str>, usize> = HashMap::new();
    let mut last: Option<(usize, &str)> = None;
    for result in results {
        let (text, instance) = (text_of(result), result.instance.as_deref().unwrap_or_default());
        let at = match last {
            // What is the same stands together.
            Some((at, before)) if before == text => at,
            _ => *known.entry(shape(result, text)).or_insert(ways.len()),
        };
        last = Some((at, text));
        if at == ways.len() {
            let is_observed = result.observed.is_some();
            ways.push(Way { text: Cow::Borrowed(text), is_observed, first: result, instances: Vec::new() });
        }
        if let Some(way) = ways.get_mut(at) {
            if way.text != text && text_of(way.first) == way.text {
                way.text = shape(result, text);
            }
            way.instances.push(instance);
        }
    }
    for way in ways.iter_mut().filter(|way| !way.instances.is_sorted_by(|a, b| a < b)) {
        let mut counted = HashSet::new();
        way.instances.retain(|instance| counted.insert(*instance));
    }
    ways.sort_by_key(|way| std::cmp::Reverse(way.instances.len()));
    ways
}

fn text_of(result: &CheckResult) -> &str {
    result.observed.as_deref().unwrap_or(&result.message)
}

/// What all messages say; where they differ stands `…`. Nothing if they have nothing in common.
pub(crate) fn common_message<'a>(results: &[&'a CheckResult]) -> Option<Cow<'a, str>> {
    let first = results.first()?;
    if results.iter().all(|result| result.message == first.message) {
        return Some(Cow::Borrowed(&first.message));
    }
    let mut known: HashSet<Cow<'_, str>> = HashSet::new();
    let shapes: Vec<Cow<'_, str>> = results
        .iter()
        .map(|result| shape(result, &result.message))
        .filter(|shape| known.insert(shape.clone()))
        .collect();
    let [first, others @ ..] = shapes.as_slice() else { return None };
    if others.is_empty() {
        return Some(first.clone());
    }
    let words: Vec<&str> = first.split(' ').collect();
    let others: Vec<Vec<&str>> = others.iter().map(|other| other.split(' ').collect()).collect();
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let begin = others.iter().map(|other| same(&mut words.iter().zip(other))).min()?;
    let shortest = others.iter().map(Vec::len).min()?.min(words.len());
    let end = others.iter().map(|other| same(&mut words.iter().rev().zip(other.iter().rev()))).min()?;
    let end = end.min(shortest - begin);
    let (begin, end) = (words.get(..begin)?, words.get(words.len() - end..)?);
    let in_common = !(begin.is_empty() && end.is_empty());
    in_common.then(|| Cow::Owned([begin, &["…"], end].concat().join(" ")))
}

/// A text without what differs from instance to instance. What was found otherwise is told as it is.
fn shape<'t>(result: &CheckResult, text: &'t str) -> Cow<'t, str> {
    if result.rule == rules::OBSERVATION || result.rule == rules::CERTIFICATE {
        without_addresses(text, result.instance.as_deref().unwrap_or_default())
    } else {
        Cow::Borrowed(text)
    }
}

/// A text without addresses, and without names that the instance's own begins.
fn without_addresses<'t>(text: &'t str, instance: &str) -> Cow<'t, str> {
    if !text.split(' ').any(|word| is_address(core(word), instance)) {
        return Cow::Borrowed(text);
    }
    let word = |word: &'t str| {
        let core = core(word);
        if is_address(core, instance) { Cow::Owned(word.replacen(core, "…", 1)) } else { Cow::Borrowed(word) }
    };
    Cow::Owned(text.split(' ').map(word).collect::<Vec<_>>().join(" "))
}

/// A word without quotes and punctuation around it.
fn core(word: &str) -> &str {
    let begun = word.trim_start_matches(['`', '"', '\'', '(']);
    begun.trim_end_matches(['`', '"', '\'', ')', ',', ';', ':', '.'])
}

fn is_address(core: &str, instance: &str) -> bool {
    let of_instance = |rest: &str| rest.is_empty() || rest.starts_with(['.', ':', '/']);
    if core.contains("://") || (!instance.is_empty() && core.strip_prefix(instance).is_some_and(of_instance)) {
        return true;
    }
    core.starts_with(|c: char| c.is_ascii_digit() || c == '[') && core.parse::<SocketAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(messages: &[(&str, &str)]) -> Vec<CheckResult> {
        let one = |(instance, message): &(&str, &str)| {
            let mut result = CheckResult::new(rules::OBSERVATION, Outcome::Error, Class::Unreachable, *message);
            result.instance = Some((*instance).to_owned());
            result
        };
        messages.iter().map(one).collect()
    }

    #[test]
    fn what_differs_from_instance_to_instance_is_left_out() {
        for (text, shape) in [
            (
                "cannot connect to `http://10.0.0.1:50051`: connection refused",
                "cannot connect to `…`: connection refused",
            ),
            ("refused by 10.0.0.1:80, after 2s", "refused by …, after 2s"),
            ("refused by [::1]:80", "refused by …"),
            ("no name `edge-7.example`: gone", "no name `…`: gone"),
            ("no name `edge-70`: gone", "no name `edge-70`: gone"),
            ("version 1.9.0 of 2026-01-01 12:00", "version 1.9.0 of 2026-01-01 12:00"),
        ] {
            assert_eq!(without_addresses(text, "edge-7"), shape);
        }
    }

    #[test]
    fn ways_are_counted_most_frequent_first() {
        let results = results(&[
            ("a", "slow"),
            ("b", "cannot reach http://b"),
            ("c", "cannot reach http://c"),
            ("c", "cannot reach http://c"),
            ("d", "odd http://d"),
        ]);
        let ways = ways(results.iter());
        let told: Vec<_> = ways.iter().map(|way| (way.text.as_ref(), way.instances.join(" "))).collect();
        let expected = [("cannot reach …", "b c"), ("slow", "a"), ("odd http://d", "d")];
        assert_eq!(told, expected.map(|(text, names)| (text, names.to_owned())));
    }

    #[test]
    fn what_was_found_otherwise_is_told_as_it_is() {
        let mut results = results(&[("a", "http://a"), ("b", "http://b"), ("c", "c")]);
        for result in &mut results {
            result.rule = rules::FACT;
        }
        let told: Vec<_> = ways(results.iter()).into_iter().map(|way| way.text.into_owned()).collect();
        assert_eq!(told, ["http://a", "http://b", "c"]);
    }

    #[test]
    fn messages_have_their_beginning_and_end_in_common() {
        for (messages, common) in [
            (&["found `1.9.0`", "found `1.9.0`"] as &[&str], Some("found `1.9.0`")),
            (&["expected `2`, found `1.9.0`", "expected `2`, found `1.8.0`"], Some("expected `2`, found …")),
            (&["found 1 (waived: why)", "found 2 (waived: why)"], Some("found … (waived: why)")),
            (&["a b", "a a b"], Some("a … b")),
            (&["x", "x x", "x x x"], Some("x …")),
            (&["at http://a: refused", "at http://b: refused"], Some("at …: refused")),
            (&["one", "another"], None),
        ] {
            let named: Vec<(&str, &str)> = messages.iter().map(|message| ("i", *message)).collect();
            let results = results(&named);
            let results: Vec<&CheckResult> = results.iter().collect();
            assert_eq!(common_message(&results).as_deref(), common, "{messages:?}");
        }
    }
}
