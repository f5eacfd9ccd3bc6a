//! Every rule in full, for `docs/rules.md` between its `<!-- generated: rules -->` markers.

use std::fmt::Write as _;

use shipworthy_contract::{Rule, Side, rules};

use super::{ProbeRule, can_count, counts, examples, question, waiver};
use crate::Look;

/// Columns of an example: what a page of documentation shows without scrolling.
const LOOK: Look = Look { color: false, unicode: true, width: 96, plain: false };

/// The day that waivers name here; whoever pastes one puts his own.
const EXPIRES: &str = "2030-12-31";

/// All rules as Markdown: those of the host by side, then those of probes.
pub fn rules_markdown(own: &[ProbeRule]) -> String {
    let mut out = String::new();
    for side in [Side::Payload, Side::Stack] {
        contents(&mut out, side, own);
    }
    for side in [Side::Payload, Side::Stack] {
        line(&mut out, &format!("\n## Rules of the {side} side\n\nThe question: {}", question(side)));
        for rule in rules::all().filter(|rule| rule.side == side) {
            host(&mut out, rule);
        }
    }
    line(&mut out, "\n## Rules of the bundled probes' own");
    for rule in own {
        probe(&mut out, rule);
    }
    out
}

fn contents(out: &mut String, side: Side, own: &[ProbeRule]) {
    let of_host = rules::all().filter(|rule| rule.side == side).map(|rule| rule.id.to_owned());
    let of_probes = own.iter().filter(|_| side == Side::Stack).map(ProbeRule::id);
    let links: Vec<String> = of_host.chain(of_probes).map(|id| format!("[`{id}`](#{})", anchor(&id))).collect();
    line(out, &format!("- {side}: {}", links.join(", ")));
}

/// As hosts of Markdown make it of a heading: no dots and no backticks.
fn anchor(id: &str) -> String {
    id.replace('.', "")
}

fn host(out: &mut String, rule: &Rule) {
    heading(out, rule.id, rule.summary);
    line(out, &format!("{}\n", rule.explanation));
    line(out, &format!("- Evidence: {}", rule.evidence));
    line(out, &format!("- Clause: {}", rule.clause));
    line(out, &format!("- To mend it: {}\n", rule.hint));
    line(out, "| strict | warn | when |\n|---|---|---|");
    for row in rule.rows {
        line(out, &format!("| {} | {} | {} |", row.strict, row.warn, row.when.replace('|', "\\|")));
    }
    if let Some(example) = examples::of(rule.id) {
        shown(out, example);
    }
    if can_count(rule) {
        waived(out, &waiver(rule.id, rule.side, None, EXPIRES));
    }
}

fn probe(out: &mut String, rule: &ProbeRule) {
    let id = rule.id();
    heading(out, &id, &rule.summary);
    line(out, &format!("- Evidence: a finding of `{}`, about the service {}", rule.plugin, rule.service));
    if let Some(hint) = &rule.hint {
        line(out, &format!("- To mend it: {hint}"));
    }
    line(out, &format!("- Broken: {} under both policies; `severity` of the environment changes it", rule.severity));
    shown(out, &examples::of_probe(rule));
    if counts(rule.severity) {
        waived(out, &waiver(&id, Side::Stack, Some(&rule.service), EXPIRES));
    }
}

fn heading(out: &mut String, id: &str, summary: &str) {
    line(out, &format!("\n### `{id}`\n\nHolds when {summary}.\n").replace("Holds when says", "Says"));
}

fn shown(out: &mut String, example: &examples::Example) {
    line(out, &format!("\nFor instance: {}\n\n```text\n{}```", example.case, examples::told(example, &LOOK)));
}

fn waived(out: &mut String, lines: &[String]) {
    line(out, &format!("\n```toml\n{}\n```", lines.join("\n")));
}

fn line(out: &mut String, text: &str) {
    // Writing to a `String` cannot fail.
    writeln!(out, "{text}").unwrap_or_default();
}
