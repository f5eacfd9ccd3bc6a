//! The two contracts side by side, for `docs/contract.md` between its `<!-- generated: rules -->` markers.

use std::fmt::Write as _;

use shipworthy_contract::{Side, rules};

use super::question;

/// The matrix as Markdown: what each side asks, of what, by whom, and all of its rules.
pub fn matrix_markdown() -> String {
    let mut out = String::from("| | payload contract | runtime stack compatibility contract |\n|---|---|---|\n");
    for (name, cell) in [
        ("question", question as fn(Side) -> &'static str),
        ("evidence", evidence),
        ("who checks", who),
        ("may never", never),
        ("a failure", failure),
    ] {
        row(&mut out, name, cell(Side::Payload), cell(Side::Stack));
    }
    row(&mut out, "rules", &rules_of(Side::Payload), &rules_of(Side::Stack));
    out
}

fn row(out: &mut String, name: &str, payload: &str, stack: &str) {
    // Writing to a `String` cannot fail.
    writeln!(out, "| {name} | {payload} | {stack} |").unwrap_or_default();
}

fn rules_of(side: Side) -> String {
    let mut cells: Vec<String> = rules::all()
        .filter(|rule| rule.side == side)
        .map(|rule| format!("`{}`: {}", rule.id, rule.summary.replace('|', "\\|")))
        .collect();
    if side == Side::Stack {
        cells.push("`stack.SERVICE.NAME`: a probe's own rule, from its descriptor".to_owned());
    }
    cells.join("<br>")
}

const fn evidence(side: Side) -> &'static str {
    match side {
        Side::Payload => "files only: `artifact.yml` and what it names",
        Side::Stack => "answers of running services only, gathered at check time",
    }
}

const fn who(side: Side) -> &'static str {
    match side {
        Side::Payload => "the host itself; no plugin, no engine",
        Side::Stack => "one probe per service sees, the host judges",
    }
}

const fn never(side: Side) -> &'static str {
    match side {
        Side::Payload => "ask a service anything",
        Side::Stack => "take a file inside the artifact for proof of compatibility",
    }
}

const fn failure(side: Side) -> &'static str {
    match side {
        Side::Payload => "exit 1: the artifact's producer mends it",
        Side::Stack => "exit 3: incompatible; exit 4: could not be determined",
    }
}
