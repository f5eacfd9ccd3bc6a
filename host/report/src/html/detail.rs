//! What one result says beside its message: field by field, so that those that many have in common are told once.

use shipworthy_contract::{CheckResult, evidence::LAST_WORDS, rules, text::plural};

use super::markup::Html;
use crate::human::line::{telling_class, untold_observation, whole_place};

/// Most items, lines or evidence that stand open; the rest is there to be opened.
const MOST_OPEN: usize = 12;

/// What a result may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Expected,
    Observed,
    Items,
    WouldBe,
    Class,
    Location,
    Hint,
    Stack,
    Log,
    Evidence,
    Plugin,
    Rule,
    Message,
}

impl Field {
    /// In the order in which they are told.
    pub(super) const ALL: [Self; 13] = [
        Self::Message,
        Self::Expected,
        Self::Observed,
        Self::Items,
        Self::WouldBe,
        Self::Class,
        Self::Hint,
        Self::Location,
        Self::Plugin,
        Self::Rule,
        Self::Stack,
        Self::Log,
        Self::Evidence,
    ];

    /// Whether two results say the same.
    pub(super) fn is_same(self, a: &CheckResult, b: &CheckResult) -> bool {
        match self {
            Self::Message => a.message == b.message,
            Self::Expected => a.expected == b.expected,
            Self::Observed => a.observed == b.observed,
            Self::Items => a.items == b.items,
            Self::WouldBe => a.would_be == b.would_be,
            Self::Class => a.class == b.class && a.fault == b.fault,
            Self::Location => a.location == b.location,
            Self::Hint => a.hint == b.hint,
            Self::Stack => a.stack == b.stack,
            Self::Log => a.log == b.log,
            Self::Evidence => a.evidence == b.evidence,
            Self::Plugin => a.plugin == b.plugin,
            Self::Rule => a.rule == b.rule,
        }
    }

    /// A text that is the same for results of which [`Field::is_same`] holds, and for no others.
    pub(super) fn key(self, result: &CheckResult) -> String {
        match self {
            Self::Message => result.message.clone(),
            Self::Expected => format!("{:?}", result.expected),
            Self::Observed => format!("{:?}", result.observed),
            Self::Items => format!("{:?}", result.items),
            Self::WouldBe => format!("{:?}", result.would_be),
            Self::Class => format!("{:?} {:?}", result.class, result.fault),
            Self::Location => format!("{:?}", result.location),
            Self::Hint => format!("{:?}", result.hint),
            Self::Stack => format!("{:?}", result.stack),
            Self::Log => format!("{:?}", result.log),
            Self::Evidence => format!("{:?}", result.evidence),
            Self::Plugin => format!("{:?}", result.plugin),
            Self::Rule => result.rule.to_string(),
        }
    }
}

/// These fields of a result, those that it has. Its message, and what a skipped one would be, stand above them.
pub(super) fn render(html: &mut Html, result: &CheckResult, fields: &[Field]) {
    let has = |field: Field| fields.contains(&field);
    html.element("dl", &[], |html| {
        for field in fields {
            short(html, result, *field);
        }
    });
    if has(Field::Hint)
        && let Some(hint) = result.hint.as_deref().filter(|hint| !hint.trim().is_empty())
    {
        html.span("p", &[("class", "hint")], hint);
    }
    if has(Field::Stack) {
        lines(html, "call", result.stack.iter().map(|frame| (None, frame.to_string())).collect());
    }
    if has(Field::Log) {
        // The last words are the message's.
        let log = result.log.iter().filter(|line| line.level != LAST_WORDS);
        lines(html, "log line", log.map(|line| (Some(line.level.as_str()), line.text.clone())).collect());
    }
    if has(Field::Evidence) {
        evidence(html, result);
    }
}

/// A field of one value.
fn short(html: &mut Html, result: &CheckResult, field: Field) {
    match field {
        Field::Expected => value(html, "expected", result.expected.as_deref()),
        Field::Observed => value(html, "observed", untold_observation(result)),
        Field::Items if !result.items.is_empty() => row(html, "items", "items", |html| items(html, result)),
        Field::Class => {
            // The outcome tells most classes.
            value(html, "class", telling_class(result.class).map(shipworthy_contract::Class::as_str));
            if let Some(fault) = result.fault {
                row(html, "fault", "at fault", |html| html.text(fault.in_words()));
            }
        }
        Field::Location => value(html, "at", result.location.as_ref().and_then(whole_place).as_deref()),
        Field::Plugin => {
            let plugin = result.plugin.as_ref().map(|plugin| format!("{} {}", plugin.name, plugin.version));
            value(html, "seen by", plugin.as_deref());
        }
        // What is meant to hold, in the words of the table of rules; a probe's own rules are not in it.
        Field::Rule => {
            if let Some(rule) = rules::find(result.rule.as_str()).filter(|rule| rule.summary != result.message) {
                row(html, "rule", "rule", |html| html.text(rule.summary));
            }
        }
        Field::Items | Field::WouldBe | Field::Hint | Field::Stack | Field::Log | Field::Evidence | Field::Message => {}
    }
}

fn value(html: &mut Html, name: &'static str, value: Option<&str>) {
    let Some(value) = value else { return };
    row(html, if name == "observed" { name } else { "value" }, name, |html| {
        if value.trim().is_empty() {
            html.span("em", &[], "blank");
        } else {
            html.span("code", &[], value);
        }
    });
}

fn row(html: &mut Html, class: &'static str, name: &'static str, content: impl FnOnce(&mut Html)) {
    html.block("div", &[("class", class)], |html| {
        html.span("dt", &[], name);
        html.element("dd", &[], content);
    });
}

/// What it is about, each with what was seen of it, where evidence of the same name says so.
fn items(html: &mut Html, result: &CheckResult) {
    let list = |html: &mut Html, items: &[String]| {
        html.element("ul", &[("class", "items")], |html| {
            for item in items {
                html.block("li", &[], |html| {
                    html.span("code", &[], item);
                    if let Some(seen) = result.evidence.iter().find(|line| line.name == *item) {
                        html.blank();
                        html.span("span", &[], &seen.value);
                    }
                });
            }
        });
    };
    let (shown, rest) = result.items.split_at(result.items.len().min(MOST_OPEN));
    list(html, shown);
    if !rest.is_empty() {
        html.element("details", &[], |html| {
            html.span("summary", &[], &format!("{} more", rest.len()));
            list(html, rest);
        });
    }
}

/// Lines in the order in which they came, of a log each with its level.
fn lines(html: &mut Html, one: &str, lines: Vec<(Option<&str>, String)>) {
    if lines.is_empty() {
        return;
    }
    folded(html, lines.len(), one, |html| {
        html.element("ol", &[("class", "log")], |html| {
            for (level, text) in lines {
                html.block("li", &[], |html| {
                    if let Some(level) = level {
                        html.span("b", &[], level);
                        html.blank();
                    }
                    html.text(&text);
                });
            }
        });
    });
}

fn evidence(html: &mut Html, result: &CheckResult) {
    folded(html, result.evidence.len(), "value seen", |html| {
        html.element("table", &[("class", "evidence")], |html| {
            html.element("thead", &[("class", "spoken")], |html| {
                html.element("tr", &[], |html| {
                    for name in ["name", "value", "source"] {
                        html.span("th", &[("scope", "col")], name);
                    }
                });
            });
            html.element("tbody", &[], |html| {
                for line in &result.evidence {
                    html.block("tr", &[], |html| {
                        html.span("th", &[("scope", "row")], &line.name);
                        html.element("td", &[], |html| html.span("code", &[], &line.value));
                        html.element("td", &[], |html| {
                            html.text(&line.source);
                            if let Some(subject) = &line.subject {
                                html.blank();
                                html.span("small", &[], subject);
                            }
                        });
                    });
                }
            });
        });
    });
}

/// Open where there are few, so that nobody scrolls past a thousand.
fn folded(html: &mut Html, count: usize, one: &str, content: impl FnOnce(&mut Html)) {
    if count == 0 {
        return;
    }
    let open: &[(&'static str, &str)] = if count <= MOST_OPEN { &[("open", "")] } else { &[] };
    html.block("details", &[&[("class", "more")][..], open].concat(), |html| {
        html.span("summary", &[], &plural(count, one));
        content(html);
    });
}
