//! The rules for people, machines and the documentation: `shipworthy rules`, `shipworthy explain RULE`, and the matrix
//! of the two contracts. All of it is read from `contract::rules` and from the descriptors of probes.

mod examples;
mod explain;
mod json;
mod list;
mod markdown;
mod matrix;
mod term;

pub use examples::{EXAMPLES, Example};
pub use explain::render as explain;
pub use json::{explain as explain_json, list as list_json};
pub use list::render as list;
pub use markdown::rules_markdown;
pub use matrix::matrix_markdown;

use std::fmt::Write as _;

use shipworthy_contract::{Class, Explain, Fault, Outcome, Rule, Service, Side, rules, suggest, text};

/// A rule of a probe's own, from its descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeRule {
    /// The service that the probe looks at.
    pub service: Service,
    /// The rule's name in the descriptor.
    pub name: String,
    /// What a violation counts as; an environment may change it, the policy does not.
    pub severity: Outcome,
    /// What holds when it passes.
    pub summary: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// The plugin that judges it, such as `builtin:provisioner`.
    pub plugin: String,
}

impl ProbeRule {
    /// The rule's id: `stack.SERVICE.NAME`.
    pub fn id(&self) -> String {
        format!("stack.{}.{}", self.service, self.name)
    }
}

/// No rule has this id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a rule's id, found: {asked}")]
pub struct UnknownRule {
    /// What was asked for, safe to show.
    pub asked: String,
    /// The id that may have been meant.
    pub nearest: Option<String>,
    /// Those of a side, where its name was asked for.
    pub of_side: Vec<&'static str>,
}

impl Explain for UnknownRule {
    fn code(&self) -> &'static str {
        "rule.unknown"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        if !self.of_side.is_empty() {
            return Some(format!("it is a side, whose rules are: {}", self.of_side.join(", ")));
        }
        Some(match &self.nearest {
            Some(nearest) => format!("the nearest rule is `{nearest}`; `shipworthy rules` lists all"),
            None if self.asked.starts_with("stack.") => {
                "`shipworthy rules` lists all rules; with `--env NAME` also those of that environment's plugins"
                    .to_owned()
            }
            None => "`shipworthy rules` lists all rules".to_owned(),
        })
    }
}

const SIDES: [Side; 2] = [Side::Payload, Side::Stack];

/// A rule of either kind.
enum Found<'a> {
    Host(&'static Rule),
    Probe(&'a ProbeRule),
}

/// What people paste: with a report's brackets, in quotes, or in capitals.
fn pasted(asked: &str) -> String {
    asked.trim_matches(|c: char| c.is_whitespace() || "[]()`\"',:;".contains(c)).to_lowercase()
}

fn find<'a>(id: &str, own: &'a [ProbeRule]) -> Result<Found<'a>, UnknownRule> {
    let id = &pasted(id);
    if let Some(rule) = rules::find(id) {
        return Ok(Found::Host(rule));
    }
    own.iter().find(|rule| rule.id() == *id).map(Found::Probe).ok_or_else(|| unknown(id, own))
}

fn unknown(id: &str, own: &[ProbeRule]) -> UnknownRule {
    let own: Vec<String> = own.iter().map(ProbeRule::id).collect();
    let known = || rules::all().map(|rule| rule.id).chain(own.iter().map(String::as_str));
    let classes = || Class::ALL.into_iter().map(Class::as_str);
    // The side is what people leave out: `mode` means `stack.mode`.
    let sided = || SIDES.map(|side| format!("{side}.{id}"));
    let of_side = |side: Side| rules::all().filter(|rule| rule.side == side).map(|rule| rule.id).collect();
    let of_side = SIDES.into_iter().find(|side| side.as_str() == id).map(of_side).unwrap_or_default();
    let nearest = suggest::nearest(id, known())
        .or_else(|| known().find(|known| known.split_once('.').is_some_and(|(_, name)| name == id)))
        .or_else(|| suggest::nearest(id, classes()))
        .or_else(|| sided().iter().find_map(|id| suggest::nearest(id, known())));
    UnknownRule { asked: text::excerpt(id, 80), nearest: nearest.map(str::to_owned), of_side }
}

/// A side's question, in one line.
const fn question(side: Side) -> &'static str {
    match side {
        Side::Payload => "is the artifact complete and unaltered, so that it can be applied?",
        Side::Stack => "does the running stack match what the artifact requires?",
    }
}

/// Whether a rule that comes out so can count against a deploy, so that there is something to waive.
fn can_count(rule: &Rule) -> bool {
    rule.rows.iter().flat_map(|row| [row.strict, row.warn]).any(counts)
}

const fn counts(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Warn | Outcome::Fail | Outcome::Error => true,
        Outcome::Pass | Outcome::Info | Outcome::Skip => false,
    }
}

/// The block that waives a rule, to be pasted into an environment file. `expires` is a TOML date, `YYYY-MM-DD`.
fn waiver(id: &str, side: Side, service: Option<&Service>, expires: &str) -> Vec<String> {
    let mut lines = vec!["[[waivers]]".to_owned(), format!("rule = {}", toml_string(id))];
    match side {
        Side::Payload => lines.push("waivable = true  # a payload failure is waived only where this stands".to_owned()),
        Side::Stack => match service {
            Some(service) => lines.push(format!("service = {}", toml_string(service.as_str()))),
            None => lines.push("# service = \"agent\"  # narrows it".to_owned()),
        },
    }
    lines.push("reason = \"why this may pass, and who knows of it\"".to_owned());
    lines.push(format!("expires = {expires}"));
    lines
}

/// A TOML basic string.
fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => write!(out, "\\u{:04x}", u32::from(c)).unwrap_or_default(),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
