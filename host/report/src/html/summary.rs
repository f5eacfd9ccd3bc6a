//! The verdict in words, what was judged, where and when, and how many results had which outcome.

use std::time::Duration;

use shipworthy_contract::{Fault, Outcome, Report, report::Artifact, text::plural};

use super::{LOOK, badge, markup::Html, symbol};
use crate::human::{head::in_words, time, verdict::Told};

/// Units of the bar of outcomes.
const WHOLE: usize = 1_000;

pub(super) fn render(html: &mut Html, report: &Report, told: &Told) {
    html.block("section", &[("class", &format!("verdict {}", told.outcome)), ("aria-labelledby", "verdict")], |html| {
        html.span("span", &[("class", "seal"), ("aria-hidden", "true")], symbol(told.outcome));
        html.element("div", &[], |html| {
            html.span("h1", &[("id", "verdict")], &capital(told.words));
            html.span("p", &[("class", "counted")], &told.details);
            steps(html, told);
            html.element("p", &[("class", "asides")], |html| {
                html.span("span", &[], &format!("exit code {}", report.exit_code));
                if let Some(whose) = whose(report) {
                    html.blank();
                    html.span("span", &[], &whose);
                }
                for note in &told.notes {
                    html.blank();
                    html.span("span", &[], note);
                }
            });
        });
    });
    outcomes(html, report);
    html.block("dl", &[("class", "about")], |html| about(html, report));
}

fn steps(html: &mut Html, told: &Told) {
    if told.steps.is_empty() {
        return;
    }
    html.element("ul", &[("class", "steps"), ("aria-label", "Next steps")], |html| {
        for step in &told.steps {
            html.span("li", &[], step);
        }
    });
}

/// Whose it is to mend what stands in the way, most results first.
fn whose(report: &Report) -> Option<String> {
    let mut counts: Vec<(Fault, usize)> = Vec::new();
    let stops = report.results.iter().filter(|result| result.outcome.blocks() || result.outcome == Outcome::Warn);
    for fault in stops.filter_map(|result| result.fault) {
        match counts.iter_mut().find(|(known, _)| *known == fault) {
            Some((_, count)) => *count += 1,
            None => counts.push((fault, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told = |(fault, count): (Fault, usize)| format!("{} ({})", fault.in_words(), plural(count, "result"));
    let told: Vec<String> = counts.into_iter().map(told).collect();
    (!told.is_empty()).then(|| format!("at fault: {}", told.join(", ")))
}

/// One bar of all results, with its parts in words beneath it.
fn outcomes(html: &mut Html, report: &Report) {
    let parts = counts(report);
    let all: usize = parts.iter().map(|(_, count)| count).sum();
    if all == 0 {
        return;
    }
    html.block("div", &[("class", "outcomes")], |html| {
        let bar = [("width", "100%"), ("height", "8"), ("viewBox", "0 0 1000 8"), ("preserveAspectRatio", "none")];
        html.element("svg", &[&bar[..], &[("aria-hidden", "true"), ("class", "share")]].concat(), |html| {
            let mut before = 0;
            for (outcome, count) in &parts {
                let (from, to) = (before * WHOLE / all, (before + count) * WHOLE / all);
                before += count;
                let (x, width) = (from.to_string(), (to - from).to_string());
                let class = outcome.as_str();
                html.element("rect", &[("class", class), ("x", &x), ("width", &width), ("height", "8")], |_| {});
            }
        });
        html.element("ul", &[("aria-label", "Results by outcome")], |html| {
            for (outcome, count) in &parts {
                html.element("li", &[], |html| {
                    badge(html, *outcome);
                    html.blank();
                    html.span("b", &[], &count.to_string());
                });
            }
        });
    });
}

/// How many results had which outcome, what asks most to be looked at first; none that had none.
pub(super) fn counts(report: &Report) -> Vec<(Outcome, usize)> {
    let summary = &report.summary;
    let counts = [
        (Outcome::Fail, summary.fail),
        (Outcome::Error, summary.error),
        (Outcome::Warn, summary.warn),
        (Outcome::Skip, summary.skip),
        (Outcome::Pass, summary.pass),
        (Outcome::Info, summary.info),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn about(html: &mut Html, report: &Report) {
    match &report.artifact {
        Some(artifact) => of_artifact(html, artifact),
        None => fact(html, "artifact", "none named", Some("the environment's own requirements only")),
    }
    if let Some(environment) = &report.environment {
        fact(html, "environment", &environment.name, Some(&environment.file.to_string_lossy()));
        if let Some(project) = &environment.project {
            fact(html, "project", &project.name, Some(project.by.as_str()));
        }
    }
    fact(html, "policy", report.policy.as_str(), None);
    if let Some(run) = &report.run {
        fact(html, "checked", &run.started, Some(&format!("in {}", time(Duration::from_millis(run.duration_ms)))));
        fact(html, "shipworthy", &run.shipworthy, None);
    }
    if let Some(part) = &report.part {
        let rest = "`shipworthy report merge` judges the whole";
        fact(html, "part", &format!("{} of {}", part.number, part.of), Some(rest));
    }
    if let Some(recording) = &report.recording {
        let at = recording.recorded.as_deref().unwrap_or("an unknown time");
        let made = format!("made at {at} by shipworthy {}: services were not asked", recording.shipworthy);
        fact(html, "recording", &recording.file.to_string_lossy(), Some(&made));
        for difference in &recording.differences {
            fact(html, "differs", &in_words(&LOOK, difference), None);
        }
    }
}

fn of_artifact(html: &mut Html, artifact: &Artifact) {
    let sha256 = artifact.sha256.map(|sha256| format!("sha256 {sha256}"));
    fact(html, "artifact", &artifact.path, sha256.as_deref());
    fact(html, "contract", &artifact.contract, Some(&artifact.contract_reason));
    for tree in &artifact.trees {
        fact(html, "tree", &format!("entry {}: {}", tree.entry, tree.root), Some(&tree.digest.to_string()));
    }
}

fn fact(html: &mut Html, name: &str, value: &str, aside: Option<&str>) {
    html.block("div", &[], |html| {
        html.span("dt", &[], name);
        html.element("dd", &[], |html| {
            html.text(value);
            if let Some(aside) = aside {
                html.blank();
                html.span("small", &[], aside);
            }
        });
    });
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
