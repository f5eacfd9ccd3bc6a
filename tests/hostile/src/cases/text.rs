//! Text that a terminal, a reader's eye or a CI system would obey, and text that is too long, in every place where a guest
//! can say something. It is looked for in the report, in the output for people and in the whole log.

use anyhow::Result;
use serde_json::{Value, json};

use crate::{Case, Lab, Told, guest::Guest};

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

/// What becomes of a run with a text of 1 MiB.
#[derive(Clone, Copy)]
enum TooLong {
    /// The limit of this name ends it.
    Limit(&'static str),
    /// The text is cut or dropped, and the run ends in this class with these words.
    Cut(&'static str, &'static str),
}

const SILENT: TooLong = TooLong::Cut("not-observed", "gave nothing");

/// Every place: the exit status of a run that says hostile text there, where everything that is shown is required to be
/// something else, and what becomes of a run that says too much.
const FIELDS: [(&str, i32, TooLong); 17] = [
    ("fact-key", 3, TooLong::Limit("fact key")),
    ("fact-value", 3, TooLong::Limit("fact value")),
    ("origin", 3, TooLong::Limit("origin")),
    ("subject", 3, TooLong::Limit("origin subject")),
    ("capability", 4, TooLong::Limit("capability name")),
    ("prefix", 3, TooLong::Limit("capability prefix")),
    ("digest-name", 3, TooLong::Limit("digest name")),
    ("digest", 4, TooLong::Cut("defect", "expected 64 lowercase hexadecimal digits")),
    ("missing-name", 4, TooLong::Limit("missing name")),
    ("missing-detail", 4, TooLong::Limit("detail")),
    ("rule", 4, TooLong::Limit("rule name")),
    ("message", 4, TooLong::Limit("message")),
    ("expected", 4, TooLong::Limit("expected")),
    ("found", 4, TooLong::Limit("found")),
    ("log", 4, TooLong::Limit("log")),
    ("stdout", 4, SILENT),
    ("stderr", 4, SILENT),
];

/// Requirements on everything that is said, so that each place is shown.
fn shown(lab: &Lab, steps: &Value) -> Result<Told> {
    let mut trial = lab.rust(steps)?;
    let digest = format!("sha256.said = \"{}\"", "1".repeat(64));
    for line in ["facts.said = \"another\"", "capabilities = [\"said\", \"another\"]", &digest] {
        trial = trial.requires(line);
    }
    trial.in_all_formats().run()
}

fn hostile(field: &'static str, status: i32) -> Case {
    let attack = format!("escapes, overwritten lines, turned text and workflow commands in `{field}`");
    Case::new("text", format!("hostile-{field}"), attack, move |lab| {
        let say = |text: &&str| json!({ "do": "say", "field": field, "text": text });
        let steps: Vec<Value> = HOSTILE.iter().map(say).collect();
        // That nothing is obeyed is what every run is held to.
        Ok(shown(lab, &steps.into())?.exits(status)?.lacks("owned")?.because("nothing of it is obeyed"))
    })
}

fn oversized(field: &'static str, end: TooLong) -> Case {
    Case::new("text", format!("oversized-{field}"), format!("a text of 1 MiB in `{field}`"), move |lab| {
        let steps = json!([{ "do": "say", "field": field, "text": "y", "length": 1 << 20 }]);
        let told = lab.rust(&steps)?.in_all_formats().run()?.lacks(&"y".repeat(20_000))?;
        match end {
            TooLong::Limit(name) => told.limit(name),
            TooLong::Cut(class, words) => told.failed(class, words),
        }
    })
}

/// A guest that ends with these words.
fn last_words(name: &'static str, step: &'static str, class: &'static str) -> [Case; 2] {
    let hostile = Case::new("text", format!("hostile-{name}"), format!("the same in {step}'s message"), move |lab| {
        let text = HOSTILE.join("\n");
        Ok(shown(lab, &json!([{ "do": step, "text": text }]))?
            .exits(4)?
            .lacks("owned")?
            .because("nothing of it is obeyed"))
    });
    let oversized =
        Case::new("text", format!("oversized-{name}"), format!("a {step} with 1 MiB of text"), move |lab| {
            let text = "y".repeat(900 << 10);
            let told = lab.rust(&json!([{ "do": step, "text": text }]))?.in_all_formats().run()?;
            told.lacks(&"y".repeat(20_000))?.failed(class, "yyyy")
        });
    [hostile, oversized]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = FIELDS.iter().map(|(field, status, _)| hostile(field, *status)).collect();
    cases.extend(FIELDS.iter().map(|(field, _, end)| oversized(field, *end)));
    cases.extend(last_words("failure", "fail", "unreadable"));
    cases.extend(last_words("panic", "panic", "trapped"));
    cases.extend([
        Case::new("text", "one-call", "a text of 10 MiB: more than the host copies for one call", |lab| {
            let steps = json!([{ "do": "say", "field": "log", "text": "y", "length": 10 << 20 }]);
            lab.rust(&steps)?.limit("log", "16MiB").run()?.limit("bytes of one call")
        }),
        Case::new("text", "hostile-names", "a trap in a function with such a name", |lab| {
            let name = HOSTILE.concat().bytes().fold(String::new(), |name, byte| format!("{name}\\{byte:02x}"));
            let functions = format!("(func $named (@name \"{name}\") (unreachable))");
            let guest = Guest::new().module(&functions).wat("(call $named)");
            lab.wat(&guest)?.in_all_formats().run()?.lacks("owned")?.trapped("unreachable")
        }),
        Case::new("text", "hostile-last-error", "a trap after an error was logged with such a stack", |lab| {
            let calls = HOSTILE.map(|text| format!("    at {text} ({text}:1:2)")).join("\n");
            let (text, long) = (HOSTILE[0], "y".repeat(20_000));
            let guest =
                Guest::new().error(&format!("{text}: broke\n{calls}\n    at {long} (a.js:1:2)")).wat("(unreachable)");
            let told = lab.wat(&guest)?.in_all_formats().run()?;
            told.lacks("owned")?.lacks(&long)?.trapped("broke")
        }),
        Case::new("text", "undeclared-rule", "a finding on a rule that the descriptor does not declare", |lab| {
            let steps = json!([{ "do": "say", "field": "rule", "text": "stack.release" }]);
            lab.rust(&steps)?
                .run()?
                .failed("defect", "rule `stack.release`, which the plugin's descriptor does not declare")
        }),
        Case::new("text", "rule-of-another", "a finding on a rule whose name is a path to another", |lab| {
            let steps = json!([{ "do": "say", "field": "rule", "text": "../neighbour/x" }]);
            lab.rust(&steps)?.run()?.failed("defect", "which the plugin's descriptor does not declare")
        }),
        Case::new("text", "numbers", "facts that are no numbers, or endless ones", |lab| {
            let guest = Guest::new().number("nan", "(f64.const nan)").number("endless", "(f64.const -inf)");
            let trial = lab.wat(&guest)?.requires("facts.nan = \"NaN\"").requires("facts.endless = \"-inf\"");
            trial.in_all_formats().run()?.exits(0)?.completed()
        }),
        Case::new("text", "double", "the same fact twice: the required value, and another", |lab| {
            let guest = Guest::new().fact("seen", "before").fact("seen", "after");
            let told = lab.wat(&guest)?.requires_seen().run()?.exits(3)?;
            Ok(told.because("one of them is enough to fail"))
        }),
    ]);
    cases
}
