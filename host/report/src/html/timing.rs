//! How long finding out took: bars in a table, so that the chart and its text are one. Of many instances, how many took
//! how long, and the slowest.

use std::{collections::BTreeMap, time::Duration};

use shipworthy_contract::{CheckResult, Report, Side, text::plural};

use super::{View, markup::Html, spoken};
use crate::human::time;

/// From so many instances on, a service is told by its distribution.
const MANY: usize = 12;

/// How many of all others are told before the rest is folded away.
const MOST: usize = 24;

/// How many of the slowest are told of such a service.
const SLOWEST: usize = 10;

/// Upper ends of the classes of a distribution, in milliseconds; what is above has a class of its own.
const CLASSES: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/// One observation: a probe at an instance, or a check of the payload.
#[derive(Clone, Copy)]
struct Took<'a> {
    name: &'a str,
    ms: u64,
    attempts: u32,
}

/// Whether any result says how long it took.
pub(super) fn is_known(report: &Report) -> bool {
    report.results.iter().any(|result| result.duration_ms.is_some())
}

pub(super) fn render(html: &mut Html, view: &View<'_>) {
    if !is_known(view.report) {
        return;
    }
    let (fleets, few): (Vec<_>, Vec<_>) =
        groups(&view.report.results).into_iter().partition(|(_, observations)| observations.len() >= MANY);
    html.block("section", &[("id", "timing"), ("aria-labelledby", "timing-title")], |html| {
        html.span("h2", &[("id", "timing-title")], "Timing");
        let mut one_by_one: Vec<(String, Took<'_>)> = Vec::new();
        for (group, observations) in few {
            one_by_one.extend(observations.into_iter().map(|took| (named(&group, took.name), took)));
        }
        one_by_one.sort_by_key(|(_, took)| std::cmp::Reverse(took.ms));
        if !one_by_one.is_empty() {
            let (shown, rest) = one_by_one.split_at(one_by_one.len().min(MOST));
            table(html, "One by one", shown);
            if !rest.is_empty() {
                html.element("details", &[("class", "more")], |html| {
                    html.span("summary", &[], &format!("{} more, each quicker", rest.len()));
                    table(html, "The others", rest);
                });
            }
        }
        for (group, observations) in &fleets {
            html.block("div", &[("class", "times")], |html| {
                html.element("h3", &[], |html| {
                    html.text(group);
                    html.blank();
                    html.span("small", &[], &in_short(observations));
                });
                distribution(html, observations);
                let slowest: Vec<_> =
                    observations.iter().take(SLOWEST).map(|took| (took.name.to_owned(), *took)).collect();
                table(html, "The slowest", &slowest);
            });
        }
    });
}

/// What was observed, with its service where that is another word.
fn named(group: &str, name: &str) -> String {
    if group == name || matches!(group, "payload" | "stack") { name.to_owned() } else { format!("{group}: {name}") }
}

/// Observations by service, or by what of the payload; each probe of an instance once, however many results rest on it.
fn groups(results: &[CheckResult]) -> BTreeMap<String, Vec<Took<'_>>> {
    let mut known: BTreeMap<(String, &str), Took<'_>> = BTreeMap::new();
    for result in results {
        let Some(ms) = result.duration_ms else { continue };
        let (group, name) = match (result.side, &result.service) {
            (Side::Payload, _) => ("payload".to_owned(), result.rule.as_str()),
            (Side::Stack, None) => ("stack".to_owned(), result.rule.as_str()),
            (Side::Stack, Some(service)) => {
                let plugin = result.plugin.as_ref().map_or("", |plugin| &plugin.name);
                let group = match plugin {
                    "" => service.to_string(),
                    plugin if plugin == service.as_str() => service.to_string(),
                    plugin => format!("{service}, by {plugin}"),
                };
                (group, result.instance.as_deref().unwrap_or(service.as_str()))
            }
        };
        let took = known.entry((group, name)).or_insert(Took { name, ms, attempts: 1 });
        took.ms = took.ms.max(ms);
        took.attempts = took.attempts.max(result.attempts.unwrap_or(1));
    }
    let mut groups: BTreeMap<String, Vec<Took<'_>>> = BTreeMap::new();
    for ((group, _), took) in known {
        groups.entry(group).or_default().push(took);
    }
    for observations in groups.values_mut() {
        observations.sort_by_key(|took| std::cmp::Reverse(took.ms));
    }
    groups
}

/// `1000 instances, half within 3 ms, 95 % within 12 ms`, of observations that stand slowest first.
fn in_short(observations: &[Took<'_>]) -> String {
    let count = observations.len();
    let within = |percent: usize| {
        let slower = count * (100 - percent) / 100;
        observations.get(slower).map(|took| shown(took.ms)).unwrap_or_default()
    };
    format!("{}, half within {}, 95 % within {}", plural(count, "observation"), within(50), within(95))
}

fn distribution(html: &mut Html, observations: &[Took<'_>]) {
    let class = |ms: u64| CLASSES.iter().position(|end| ms <= *end).unwrap_or(CLASSES.len());
    let mut counts = [0_usize; CLASSES.len() + 1];
    for took in observations {
        if let Some(count) = counts.get_mut(class(took.ms)) {
            *count += 1;
        }
    }
    let is_empty = |count: &usize| *count == 0;
    let first = counts.iter().position(|count| !is_empty(count)).unwrap_or_default();
    let last = counts.iter().rposition(|count| !is_empty(count)).unwrap_or_default();
    let most = counts.iter().copied().max().unwrap_or_default();
    html.block("table", &[("class", "bars")], |html| {
        html.span("caption", &[], "How many took how long");
        header(html, ["time", "", "instances"]);
        html.element("tbody", &[], |html| {
            for (at, count) in counts.iter().enumerate().take(last + 1).skip(first) {
                let label = match (CLASSES.get(at), at.checked_sub(1).and_then(|at| CLASSES.get(at))) {
                    (Some(end), _) => format!("≤ {}", shown(*end)),
                    (None, before) => format!("> {}", shown(before.copied().unwrap_or_default())),
                };
                row(html, &label, as_u64(*count), as_u64(most), &count.to_string());
            }
        });
    });
}

/// Observations that stand slowest first.
fn table(html: &mut Html, caption: &str, observations: &[(String, Took<'_>)]) {
    let longest = observations.iter().map(|(_, took)| took.ms).max().unwrap_or_default();
    html.block("table", &[("class", "bars")], |html| {
        html.span("caption", &[], caption);
        header(html, ["what", "", "time"]);
        html.element("tbody", &[], |html| {
            for (name, took) in observations {
                let text = match took.attempts {
                    0 | 1 => shown(took.ms),
                    attempts => format!("{} ({attempts} attempts)", shown(took.ms)),
                };
                row(html, name, took.ms, longest, &text);
            }
        });
    });
}

fn header(html: &mut Html, names: [&str; 3]) {
    html.element("thead", &[], |html| {
        html.element("tr", &[], |html| {
            for name in names {
                if name.is_empty() {
                    html.element("td", &[], |_| {});
                } else {
                    html.element("th", &[("scope", "col")], |html| spoken(html, name));
                }
            }
        });
    });
}

/// A name, a bar as long as `value` is of `most`, and the value in words. Styles in attributes are against the policy,
/// so the bar is drawn.
fn row(html: &mut Html, name: &str, value: u64, most: u64, text: &str) {
    html.block("tr", &[], |html| {
        html.span("th", &[("scope", "row")], name);
        html.element("td", &[("class", "bar")], |html| {
            // What took any time at all can be seen.
            let permille = (value.saturating_mul(1_000) / most.max(1)).max(u64::from(value > 0) * 4);
            let width = format!("{}.{}%", permille / 10, permille % 10);
            html.element("svg", &[("width", "100%"), ("height", "10"), ("aria-hidden", "true")], |html| {
                html.element("rect", &[("width", &width), ("height", "10"), ("rx", "2")], |_| {});
            });
        });
        html.span("td", &[("class", "number")], text);
    });
}

fn shown(ms: u64) -> String {
    time(Duration::from_millis(ms))
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
