//! Every result, by side and service, with what finds one among thousands.
//!
//! What the script reads: an element of class `r` is one result; `data-outcome`, `data-side`, `data-service` and
//! `data-rule` stand on it or on the element around it that tells what several have in common; elements of class `h`
//! between the two, and one of class `shared` around them, hold text that all results within share.

use std::collections::BTreeSet;

use shipworthy_contract::{CheckResult, Side, text::plural};

use super::{View, entry, markup::Html, summary, symbol, weight};
use crate::human::group::{Entry, Section, sections};

/// From so many entries on, a browser lays out only those that are looked at.
const MANY: usize = 200;

pub(super) fn render(html: &mut Html, view: &View<'_>) {
    let results = &view.report.results;
    let sections = sections(results, view.fleets, true, |_| true);
    html.block("section", &[("id", "results"), ("tabindex", "-1"), ("aria-labelledby", "results-title")], |html| {
        html.span("h2", &[("id", "results-title")], "Results");
        if results.is_empty() {
            html.span(
                "p",
                &[("class", "empty")],
                "There are no results: nothing was required, and nothing was checked.",
            );
            return;
        }
        tools(html, view);
        for section in sections {
            one(html, view, section);
        }
        html.element("p", &[("class", "empty"), ("id", "none"), ("hidden", "")], |html| {
            html.text("No result matches.");
            html.blank();
            html.span("button", &[("type", "button"), ("class", "clear")], "Show all");
        });
    });
}

/// Filters and search. They do nothing without the script, which shows them.
fn tools(html: &mut Html, view: &View<'_>) {
    html.block("div", &[("class", "tools"), ("role", "search"), ("hidden", "")], |html| {
        html.element("div", &[("class", "row")], |html| {
            html.element("label", &[("class", "find")], |html| {
                html.span("span", &[("class", "spoken")], "Search in the results");
                let attributes = [("type", "search"), ("id", "q"), ("placeholder", "Search"), ("autocomplete", "off")];
                html.void("input", &[&attributes[..], &[("spellcheck", "false")]].concat());
                html.span("kbd", &[("aria-hidden", "true")], "/");
            });
            choice(html, "side", "Side", &sides(&view.report.results));
            choice(html, "service", "Service", &services(&view.report.results));
        });
        html.element("div", &[("class", "row")], |html| {
            html.element("div", &[("class", "outcome"), ("role", "group"), ("aria-label", "Outcomes")], |html| {
                for (outcome, count) in summary::counts(view.report) {
                    let attributes = [
                        ("type", "button"),
                        ("class", outcome.as_str()),
                        ("aria-pressed", "false"),
                        ("data-outcome", outcome.as_str()),
                    ];
                    html.element("button", &attributes, |html| {
                        html.span("i", &[("aria-hidden", "true")], symbol(outcome));
                        html.text(outcome.as_str());
                        html.blank();
                        html.span("small", &[], &count.to_string());
                    });
                }
            });
            html.span("span", &[("id", "narrowed")], "");
            html.span("button", &[("type", "button"), ("class", "clear"), ("id", "clear"), ("hidden", "")], "Show all");
            html.span("p", &[("id", "count"), ("role", "status")], &plural(view.report.results.len(), "result"));
        });
    });
}

fn choice(html: &mut Html, id: &str, label: &str, values: &[(String, String)]) {
    if values.len() < 2 {
        return;
    }
    html.element("label", &[], |html| {
        html.span("span", &[("class", "spoken")], label);
        html.element("select", &[("id", id)], |html| {
            html.element("option", &[], |html| html.text(&format!("{label}: all")));
            for (value, name) in values {
                html.span("option", &[("value", value)], name);
            }
        });
    });
}

fn sides(results: &[CheckResult]) -> Vec<(String, String)> {
    let is_there = |side: &Side| results.iter().any(|result| result.side == *side);
    [Side::Payload, Side::Stack].into_iter().filter(is_there).map(|side| (side.to_string(), side.to_string())).collect()
}

/// Services in the order of the results, and `-` for what is of no service.
fn services(results: &[CheckResult]) -> Vec<(String, String)> {
    let mut services: Vec<(String, String)> = Vec::new();
    let mut known = BTreeSet::new();
    for service in results.iter().map(|result| result.service.as_ref()).filter(|service| known.insert(*service)) {
        services.push(match service {
            Some(service) => (service.to_string(), service.to_string()),
            None => ("-".to_owned(), "of no service".to_owned()),
        });
    }
    services
}

fn one(html: &mut Html, view: &View<'_>, mut section: Section<'_>) {
    section.entries.sort_by_key(|entry| std::cmp::Reverse(worst(entry).map_or(0, |result| weight(result.outcome))));
    html.block("section", &[("class", "side")], |html| {
        html.element("h3", &[], |html| match (section.side, section.service) {
            (Side::Payload, _) => html.text("payload"),
            (Side::Stack, None) => html.text("stack"),
            (Side::Stack, Some(service)) => {
                html.span("small", &[], "stack");
                html.blank();
                html.text(service.as_str());
            }
        });
        for plugin in section.plugins() {
            let text = format!("seen by {} {}, sha256 {}", plugin.name, plugin.version, plugin.sha256);
            html.span("p", &[("class", "plugin")], &text);
        }
        let class = if section.entries.len() > MANY { "entries many" } else { "entries" };
        html.block("div", &[("class", class)], |html| {
            for entry in &section.entries {
                entry::render(html, view, entry);
            }
        });
    });
}

fn worst<'a>(entry: &Entry<'a>) -> Option<&'a CheckResult> {
    match entry {
        Entry::Passes(results) | Entry::Many { results, .. } | Entry::Unjudged { results, .. } => {
            results.first().copied()
        }
        Entry::One { result, .. } => Some(result),
        Entry::More { .. } => None,
    }
}
