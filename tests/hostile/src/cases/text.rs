//! Text that a terminal, a reader's eye or a CI system would obey, and text that is too long, in every place where a guest
//! can say something. It is looked for in the report, in the output for people and in the whole log.

use anyhow::Result;
use serde_json::{Value, json};

use crate::{Case, Lab, Told};

/// What is said in each place, one after the other.
const HOSTILE: [&str; 12] = [
    "said\u{1b}[2J\u{1b}[1;1H",
    "said\u{1b}]0;owned\u{7}",
    "said\u{1b}]8;;http://evil.example\u{1b}\\",
    "said\u{9b}31m",
    "said\r\r\u{8}\u{8}",
    "\n::error file=a,line=1::said\n::set-output name=x::y",
    "::error::said",
    "  ::stop-commands::said",
    "##[error]said",
    "said\u{202e}dias\u{2066}",
    "said\u{0}\u{7f}\u{feff}",
    "said\u{2028}::error::said\u{85}",
];

/// Every place, with the limit that a text beyond it hits; `None` where it is cut or dropped instead.
const FIELDS: [(&str, Option<&str>); 17] = [
    ("fact-key", Some("fact key")),
    ("fact-value", Some("fact value")),
    ("origin", Some("origin")),
    ("subject", Some("origin subject")),
    ("capability", Some("capability name")),
    ("prefix", Some("capability prefix")),
    ("digest-name", Some("digest name")),
    ("digest", None),
    ("missing-name", Some("missing name")),
    ("missing-detail", Some("detail")),
    ("rule", Some("rule name")),
    ("message", Some("message")),
    ("expected", Some("expected")),
    ("found", Some("found")),
    ("log", Some("log")),
    ("stdout", None),
    ("stderr", None),
];

/// Requirements on everything that is said, so that each place is shown.
fn shown(lab: &Lab, steps: &Value) -> Result<Told> {
    let mut trial = lab.rust(steps)?;
    for line in ["facts.said = \"another\"", "capabilities = [\"another\"]"] {
        trial = trial.requires(line);
    }
    trial.in_all_formats().run()
}

fn hostile(field: &'static str) -> Case {
    let attack = format!("escapes, overwritten lines, turned text and workflow commands in `{field}`");
    Case::new("text", format!("hostile-{field}"), attack, move |lab| {
        let say = |text: &&str| json!({ "do": "say", "field": field, "text": text });
        let steps: Vec<Value> = HOSTILE.iter().map(say).collect();
        let told = shown(lab, &steps.into())?;
        let status = i32::from(told.stdout.contains("\"exit_code\": 3")).max(0);
        told.exits(if status == 1 { 3 } else { 4 })?.lacks("evil.example\u{1b}")
    })
}

fn oversized(field: &'static str, limit: Option<&'static str>) -> Case {
    Case::new("text", format!("oversized-{field}"), format!("a text of 1 MiB in `{field}`"), move |lab| {
        let steps = json!([{ "do": "say", "field": field, "text": "y", "length": 1 << 20 }]);
        let told = lab.rust(&steps)?.in_all_formats().run()?.lacks(&"y".repeat(20_000))?;
        match limit {
            Some(limit) => told.limit(limit),
            None => told.exits(4),
        }
    })
}

/// A guest that ends with these words.
fn last_words(name: &'static str, step: &'static str, class: &'static str) -> [Case; 2] {
    let hostile = Case::new("text", format!("hostile-{name}"), format!("the same in {step}'s message"), move |lab| {
        let text = HOSTILE.join("\n");
        shown(lab, &json!([{ "do": step, "text": text }]))?.exits(4)
    });
    let oversized = Case::new("text", format!("oversized-{name}"), format!("a {step} with 1 MiB of text"), move |lab| {
        let text = "y".repeat(900 << 10);
        let told = lab.rust(&json!([{ "do": step, "text": text }]))?.in_all_formats().run()?;
        told.lacks(&"y".repeat(20_000))?.failed(class, "yyyy")
    });
    [hostile, oversized]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = FIELDS.iter().map(|(field, _)| hostile(field)).collect();
    cases.extend(FIELDS.iter().map(|(field, limit)| oversized(field, *limit)));
    cases.extend(last_words("failure", "fail", "unreadable"));
    cases.extend(last_words("panic", "panic", "trapped"));
    cases.extend([
        Case::new("text", "one-call", "a text of 10 MiB: more than the host copies for one call", |lab| {
            let steps = json!([{ "do": "say", "field": "log", "text": "y", "length": 10 << 20 }]);
            lab.rust(&steps)?.limit("log", "16MiB").run()?.limit("bytes of one call")
        }),
        Case::new("text", "undeclared-rule", "a finding on a rule that the descriptor does not declare", |lab| {
            let steps = json!([{ "do": "say", "field": "rule", "text": "stack.release" }]);
            lab.rust(&steps)?.run()?.exits(4)?.says("stack.release")
        }),
        Case::new("text", "rule-of-another", "a finding on a rule whose name is a path to another", |lab| {
            let steps = json!([{ "do": "say", "field": "rule", "text": "../neighbour/x" }]);
            lab.rust(&steps)?.run()?.exits(4)
        }),
    ]);
    cases
}
