//! The report as one page that needs nothing beside it: `--format html`.
//!
//! The page is whole without its script, which only filters what is there. Nothing is fetched, by a policy in the page
//! itself; text of services, plugins and artifacts comes in through `markup` alone. What stands together is decided
//! where it is for the terminal (`human/group.rs`, `human/causes.rs`), so that both tell the same.

mod assets;
mod detail;
mod entry;
mod map;
mod markup;
mod matrix;
mod results;
mod summary;
mod timing;

use std::collections::HashMap;

use shipworthy_contract::{CheckResult, Outcome, Report};

use crate::{
    Look,
    human::{fleet::Fleets, verdict::Told},
};
use markup::Html;

/// How texts that are shared with the terminal's report are laid out before they come here.
const LOOK: Look = Look { color: false, unicode: true, width: 200, plain: false };

/// The report as an HTML document.
pub fn render(report: &Report) -> String {
    let fleets = Fleets::of(&report.results);
    let told = Told::of(report);
    let view = View { report, fleets: &fleets, numbers: Numbers::of(&report.results) };
    let mut html = Html::default();
    html.doctype();
    html.block("html", &[("lang", "en")], |html| {
        html.block("head", &[], |html| head(html, report, &told));
        html.block("body", &[("id", "page")], |html| {
            html.span("a", &[("class", "skip-link"), ("href", "#results")], "Skip to the results");
            html.block("header", &[("class", "top")], |html| top(html, &view));
            html.block("main", &[], |html| {
                summary::render(html, report, &told);
                matrix::render(html, &view);
                map::render(html, &view);
                results::render(html, &view);
                timing::render(html, &view);
            });
            html.block("footer", &[], |html| footer(html, report));
            assets::script(html);
        });
    });
    html.finish()
}

/// What every part of the page is made from.
struct View<'a> {
    report: &'a Report,
    fleets: &'a Fleets<'a>,
    numbers: Numbers,
}

/// The place of each result in the report, by its address: what a part of the page links to.
struct Numbers(HashMap<*const CheckResult, usize>);

impl Numbers {
    fn of(results: &[CheckResult]) -> Self {
        Self(results.iter().enumerate().map(|(number, result)| (std::ptr::from_ref(result), number)).collect())
    }

    /// The id of a result's element.
    fn id(&self, result: &CheckResult) -> String {
        format!("r{}", self.0.get(&std::ptr::from_ref(result)).copied().unwrap_or_default())
    }

    /// A link to it within the page.
    fn link(&self, result: &CheckResult) -> String {
        format!("#{}", self.id(result))
    }
}

fn head(html: &mut Html, report: &Report, told: &Told) {
    html.void("meta", &[("charset", "utf-8")]);
    // Before anything that it could forbid.
    html.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &assets::policy())]);
    html.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
    html.void("meta", &[("name", "color-scheme"), ("content", "light dark")]);
    html.void("meta", &[("name", "referrer"), ("content", "no-referrer")]);
    let artifact = report.artifact.as_ref().map(|artifact| artifact.path.as_str());
    let environment = report.environment.as_ref().map(|environment| environment.name.as_str());
    let parts: Vec<&str> = [Some(told.words), artifact, environment].into_iter().flatten().collect();
    html.span("title", &[], &parts.join(" · "));
    assets::style(html);
}

fn top(html: &mut Html, view: &View<'_>) {
    html.span("a", &[("class", "brand"), ("href", "#page")], "Shipworthy");
    html.element("nav", &[("aria-label", "Parts of the report")], |html| {
        let parts = [
            ("#matrix", "Rules", !view.report.results.is_empty()),
            ("#instances", "Instances", view.fleets.iter().next().is_some()),
            ("#results", "Results", true),
            ("#timing", "Timing", timing::is_known(view.report)),
        ];
        for (link, name, _) in parts.into_iter().filter(|(_, _, is_there)| *is_there) {
            html.span("a", &[("href", link)], name);
        }
    });
    html.element("button", &[("type", "button"), ("id", "theme"), ("hidden", "")], |html| {
        html.text("Theme: system");
    });
}

fn footer(html: &mut Html, report: &Report) {
    html.element("p", &[], |html| match &report.run {
        Some(run) => html.text(&format!("Made by shipworthy {} from {}", run.shipworthy, report.schema)),
        None => html.text(&format!("Made by shipworthy from {}", report.schema)),
    });
    html.element("p", &[("id", "keys"), ("hidden", "")], |html| {
        html.element("label", &[], |html| {
            html.void("input", &[("type", "checkbox"), ("id", "use-keys"), ("checked", "")]);
            html.text("Keys");
        });
        for (key, does) in [
            ("/", "search"),
            ("j", "next result"),
            ("k", "result before"),
            ("Enter", "open or close"),
            ("Esc", "show all"),
        ] {
            html.blank();
            html.element("span", &[("class", "key")], |html| {
                html.span("kbd", &[], key);
                html.blank();
                html.text(does);
            });
        }
    });
}

/// The symbol of an outcome. It never stands without the word, if only for who hears it.
const fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✓",
        Outcome::Info => "i",
        Outcome::Warn => "!",
        Outcome::Fail => "✕",
        Outcome::Skip => "–",
        Outcome::Error => "?",
    }
}

/// How much an outcome asks to be looked at, the most last.
const fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Info => 0,
        Outcome::Pass => 1,
        Outcome::Skip => 2,
        Outcome::Warn => 3,
        Outcome::Error => 4,
        Outcome::Fail => 5,
    }
}

/// An outcome's symbol and word.
fn badge(html: &mut Html, outcome: Outcome) {
    html.element("span", &[("class", &format!("badge {outcome}"))], |html| {
        html.span("i", &[("aria-hidden", "true")], symbol(outcome));
        html.text(outcome.as_str());
    });
}

/// What only who hears the page is told.
fn spoken(html: &mut Html, text: &str) {
    html.span("span", &[("class", "spoken")], text);
}
