//! What is told as one: a result, or the same question at many instances, with what it made impossible beneath it.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use shipworthy_contract::{CheckResult, Class, Outcome, Service, text::plural};

use super::{
    View, badge,
    detail::{self, Field},
    markup::Html,
};
use crate::human::{
    alike::common_message,
    causes,
    group::Entry,
    line::{distinct_instance, whole_place},
    time,
};

pub(super) fn render(html: &mut Html, view: &View<'_>, entry: &Entry<'_>) {
    match entry {
        Entry::One { result, beneath } => told(html, view, &[result], beneath),
        Entry::Passes(results) => told(html, view, results, &[]),
        Entry::Many { results, echoes, beneath } => {
            let all: Vec<&CheckResult> = results.iter().chain(echoes).copied().collect();
            told(html, view, &all, beneath);
        }
        Entry::Unjudged { reason, results } => unjudged(html, view, reason, results),
        // Everything is listed here; nothing is only counted.
        Entry::More { .. } => {}
    }
}

/// Results of one question. The first stands for all in what they have in common.
fn told(html: &mut Html, view: &View<'_>, results: &[&CheckResult], beneath: &[&CheckResult]) {
    let Some(first) = results.first() else { return };
    let alone = results.len() == 1;
    let id = view.numbers.id(first);
    let mut attributes = holder(first, if alone { "entry r h" } else { "entry h" });
    if alone {
        attributes.push(("id", id));
        attributes.extend(first.instance.clone().map(|instance| ("data-instance", instance)));
    }
    let attributes: Vec<(&'static str, &str)> =
        attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html.block("article", &attributes, |html| {
        let open: &[(&'static str, &str)] = if is_open(first.outcome) { &[("open", "")] } else { &[] };
        html.element("details", open, |html| {
            html.element("summary", &[], |html| headline(html, view, results));
            html.block("div", &[("class", "body")], |html| {
                detailed(html, view, results);
                consequences(html, view, first, beneath);
            });
        });
    });
}

/// What asks for a look is open from the start.
const fn is_open(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Warn | Outcome::Fail | Outcome::Error => true,
        Outcome::Pass | Outcome::Info | Outcome::Skip => false,
    }
}

/// What the filters read of results.
fn holder(result: &CheckResult, class: &str) -> Vec<(&'static str, String)> {
    let service = result.service.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    vec![
        ("class", format!("{class} {}", result.outcome)),
        ("data-outcome", result.outcome.to_string()),
        ("data-side", result.side.to_string()),
        ("data-service", service),
        ("data-rule", result.rule.to_string()),
    ]
}

fn headline(html: &mut Html, view: &View<'_>, results: &[&CheckResult]) {
    let Some(first) = results.first() else { return };
    badge(html, first.outcome);
    html.blank();
    html.element("span", &[("class", "message")], |html| {
        let message = common_message(results);
        html.text(&message.unwrap_or_else(|| format!("`{}` is {}", first.rule, first.class).into()));
    });
    html.blank();
    html.element("span", &[("class", "meta")], |html| {
        html.span("code", &[], first.rule.as_str());
        if results.len() > 1 {
            html.blank();
            html.span("span", &[], &view.fleets.share(first.service.as_ref(), results.len()));
        } else if let Some(instance) = distinct_instance(first) {
            html.blank();
            html.span("span", &[], instance);
        }
        for part in taken_out(first).into_iter().chain(effort(results)) {
            html.blank();
            html.span("span", &[], &part);
        }
    });
}

/// That a result was not judged, by what, and what it would have been.
fn taken_out(result: &CheckResult) -> Option<String> {
    let word = if result.class == Class::Waived { "waived" } else { "skipped" };
    let told = result.would_be.map_or_else(|| word.to_owned(), |outcome| format!("{word}, would be {outcome}"));
    (result.outcome == Outcome::Skip).then_some(told)
}

/// How long the slowest took, and attempts whenever there were several.
fn effort(results: &[&CheckResult]) -> Vec<String> {
    let took = results.iter().filter_map(|result| result.duration_ms).max();
    let attempts = results.iter().filter_map(|result| result.attempts).max().filter(|attempts| *attempts > 1);
    let took = took.map(|ms| time(Duration::from_millis(ms)));
    took.into_iter().chain(attempts.map(|attempts| format!("{attempts} attempts"))).collect()
}

/// What all have in common once, then what differs with the instances of each.
fn detailed(html: &mut Html, view: &View<'_>, results: &[&CheckResult]) {
    let Some(first) = results.first() else { return };
    let (common, differing): (Vec<Field>, Vec<Field>) =
        Field::ALL.into_iter().partition(|field| results.iter().all(|result| field.is_same(first, result)));
    detail::render(html, first, &common);
    if results.len() == 1 {
        return;
    }
    for way in ways(results, &differing) {
        let Some(first) = way.first() else { continue };
        html.block("div", &[("class", "way h")], |html| {
            if differing.contains(&Field::Message) {
                html.span("p", &[("class", "message")], &first.message);
            }
            detail::render(html, first, &differing);
            chips(html, view, &way);
        });
    }
}

/// Results that are the same in all these fields stand together, in the order in which each was met first.
fn ways<'a>(results: &[&'a CheckResult], differing: &[Field]) -> Vec<Vec<&'a CheckResult>> {
    let mut ways: Vec<Vec<&CheckResult>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for result in results {
        let key = differing.iter().map(|field| field.key(result)).collect::<Vec<_>>().join("\u{0}");
        let at = *known.entry(key).or_insert(ways.len());
        match ways.get_mut(at) {
            Some(way) => way.push(result),
            None => ways.push(vec![result]),
        }
    }
    ways
}

/// One small element for each result: where, and how long it took.
fn chips(html: &mut Html, view: &View<'_>, results: &[&CheckResult]) {
    html.element("ul", &[("class", "chips")], |html| {
        for result in results {
            html.block("li", &[("class", "r"), ("id", &view.numbers.id(result))], |html| {
                let place = result.location.as_ref().and_then(whole_place);
                html.text(result.instance.as_deref().or(place.as_deref()).unwrap_or("here"));
                if let Some(ms) = result.duration_ms {
                    html.blank();
                    html.span("small", &[], &time(Duration::from_millis(ms)));
                }
            });
        }
    });
}

fn consequences(html: &mut Html, view: &View<'_>, cause: &CheckResult, beneath: &[&CheckResult]) {
    if beneath.is_empty() {
        return;
    }
    html.block("div", &[("class", "beneath")], |html| {
        html.span("p", &[], &format!("{} not judged because of it", plural(beneath.len(), "check")));
        list(html, view, Some(cause), beneath, causes::own_words);
    });
}

fn unjudged(html: &mut Html, view: &View<'_>, reason: &str, results: &[&CheckResult]) {
    html.block("article", &[("class", "entry skip h shared")], |html| {
        html.element("details", &[("open", "")], |html| {
            html.element("summary", &[], |html| {
                badge(html, Outcome::Skip);
                html.blank();
                html.element("span", &[("class", "message")], |html| {
                    html.text(&format!("{} of the stack skipped: {reason}", plural(results.len(), "check")));
                });
            });
            html.block("div", &[("class", "body")], |html| {
                let end = format!(" ({reason})");
                list(html, view, None, results, |result| result.message.strip_suffix(&end).unwrap_or(&result.message));
            });
        });
    });
}

/// What results that share a line have in common: service, rule, words, and what they would have been.
type Same<'a> = (Option<&'a Service>, &'a str, &'a str, Option<Outcome>);

/// A line for what is the same, in the words that `words` takes from it, with the instances where there are several.
fn list<'r>(
    html: &mut Html,
    view: &View<'_>,
    cause: Option<&CheckResult>,
    results: &[&'r CheckResult],
    words: impl Fn(&'r CheckResult) -> &'r str,
) {
    let mut lines: Vec<(&str, Vec<&CheckResult>)> = Vec::new();
    let mut known: BTreeMap<Same<'_>, usize> = BTreeMap::new();
    for result in results {
        let own = words(result);
        let key = (result.service.as_ref(), result.rule.as_str(), own, result.would_be);
        let at = *known.entry(key).or_insert(lines.len());
        match lines.get_mut(at) {
            Some((_, all)) => all.push(result),
            None => lines.push((own, vec![result])),
        }
    }
    html.element("ul", &[("class", "lines")], |html| {
        for (own, all) in lines {
            line(html, view, cause, own, &all);
        }
    });
}

fn line(html: &mut Html, view: &View<'_>, cause: Option<&CheckResult>, own: &str, all: &[&CheckResult]) {
    let Some(first) = all.first() else { return };
    let alone = all.len() == 1;
    let mut attributes = holder(first, if alone { "r h" } else { "h" });
    if alone {
        attributes.push(("id", view.numbers.id(first)));
        attributes.extend(first.instance.clone().map(|instance| ("data-instance", instance)));
    }
    let attributes: Vec<(&'static str, &str)> =
        attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html.block("li", &attributes, |html| {
        html.element("p", &[], |html| {
            badge(html, first.outcome);
            let told = cause.and_then(|cause| cause.service.as_ref());
            if let Some(service) = first.service.as_ref().filter(|service| told != Some(service)) {
                html.blank();
                html.span("b", &[], service.as_str());
            }
            html.blank();
            html.span("span", &[], own);
            html.blank();
            html.element("span", &[("class", "meta")], |html| {
                html.span("code", &[], first.rule.as_str());
                if alone && let Some(instance) = distinct_instance(first) {
                    html.blank();
                    html.span("span", &[], instance);
                }
                if let Some(would_be) = taken_out(first).filter(|_| first.would_be.is_some()) {
                    html.blank();
                    html.span("span", &[], &would_be);
                }
            });
        });
        if !alone {
            chips(html, view, all);
        }
    });
}
