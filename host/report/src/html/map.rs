//! Services of several instances: a cell for each, by how it stands, and the same in a sentence.

use std::collections::HashMap;

use shipworthy_contract::{CheckResult, Outcome, Service, text::plural};

use super::{LOOK, View, markup::Html, spoken, symbol, weight};
use crate::human::fleet::{Fleet, Standing};

/// Up to so many instances have their names in their cells.
const FEW: usize = 40;

/// Most names in the sentence above a map.
const MOST_NAMES: usize = 10;

pub(super) fn render(html: &mut Html, view: &View<'_>) {
    if view.fleets.iter().next().is_none() {
        return;
    }
    let worst = worst(&view.report.results);
    html.block("section", &[("id", "instances"), ("aria-labelledby", "instances-title")], |html| {
        html.span("h2", &[("id", "instances-title")], "Instances");
        for (service, fleet) in view.fleets.iter() {
            one(html, view, service, fleet, &worst);
        }
    });
}

/// The worst result of each instance.
type Worst<'a> = HashMap<(&'a Service, &'a str), &'a CheckResult>;

fn worst(results: &[CheckResult]) -> Worst<'_> {
    let mut worst = Worst::new();
    for result in results {
        if let (Some(service), Some(instance)) = (&result.service, &result.instance) {
            let known = worst.entry((service, instance)).or_insert(result);
            if weight(result.outcome) > weight(known.outcome) {
                *known = result;
            }
        }
    }
    worst
}

fn one(html: &mut Html, view: &View<'_>, service: &Service, fleet: &Fleet<'_>, worst: &Worst<'_>) {
    let instances = fleet.instances();
    html.block("div", &[("class", "fleet")], |html| {
        html.element("h3", &[], |html| {
            html.text(service.as_str());
            html.blank();
            html.span("small", &[], &plural(instances.len(), "instance"));
        });
        html.element("p", &[], |html| match fleet.summary(&LOOK, MOST_NAMES) {
            Some(spans) => html.text(&spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>().join(" ")),
            None => html.text("Only those that something was told of are known"),
        });
        let few = instances.len() <= FEW;
        let label = format!("instances of {service}: arrow keys go from one to the next, Enter shows its results");
        let class = if few { "map named" } else { "map" };
        html.block("div", &[("class", class), ("role", "group"), ("aria-label", &label)], |html| {
            let mut ordered: Vec<_> = instances.iter().enumerate().collect();
            ordered.sort_by_key(|(at, (_, standing))| (std::cmp::Reverse(*standing), *at));
            // Only one is reached by Tab: a thousand would bar the way to what follows.
            let first = ordered.first().map(|(at, _)| *at);
            for (at, (name, standing)) in instances.iter().enumerate() {
                let result = worst.get(&(service, *name));
                let (outcome, words) = told(*standing);
                let attributes = [
                    ("class", outcome.as_str().to_owned()),
                    ("href", result.map_or_else(|| "#results".to_owned(), |result| view.numbers.link(result))),
                    ("title", format!("{name}: {words}")),
                    ("tabindex", if Some(at) == first { "0".to_owned() } else { "-1".to_owned() }),
                    ("data-instance", (*name).to_owned()),
                    ("data-service", service.to_string()),
                ];
                html.element("a", &attributes.each_ref().map(|(name, value)| (*name, value.as_str())), |html| {
                    html.span("i", &[("aria-hidden", "true")], symbol(outcome));
                    if few {
                        html.text(name);
                        spoken(html, words);
                    } else {
                        spoken(html, &format!("{name}: {words}"));
                    }
                });
            }
        });
        html.span("p", &[("class", "pointed"), ("aria-hidden", "true")], "");
    });
}

/// The outcome whose colour and symbol a standing has, and its words.
const fn told(standing: Standing) -> (Outcome, &'static str) {
    match standing {
        Standing::AsRequired => (Outcome::Pass, "as required"),
        Standing::TakenOut => (Outcome::Skip, "waived or skipped"),
        Standing::Warned => (Outcome::Warn, "with warnings"),
        Standing::Undetermined => (Outcome::Error, "undetermined"),
        Standing::Broken => (Outcome::Fail, "not as required"),
    }
}
