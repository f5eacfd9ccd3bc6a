//! Text in every place where a guest can say something, as it is: neither cut nor cleaned.

use serde::Deserialize;
use shipworthy_sdk::component::bindings::shipworthy::probe::{
    evidence::{self, Origin, Value},
    gaps::Gap,
    log,
};

/// What is said, and where.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Say {
    field: Field,
    text: String,
    /// Repeats the text until it has so many bytes.
    #[serde(default)]
    length: usize,
    #[serde(default = "once")]
    times: u32,
}

const fn once() -> u32 {
    1
}

/// Every text that a guest can give, but for those that end it.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Field {
    FactKey,
    FactValue,
    Origin,
    Subject,
    Capability,
    Prefix,
    DigestName,
    Digest,
    MissingName,
    MissingDetail,
    Rule,
    Message,
    Expected,
    Found,
    Log,
    Stdout,
    Stderr,
}

impl Say {
    pub(crate) fn take(&self) {
        let text = if self.length == 0 { self.text.clone() } else { long(&self.text, self.length) };
        for _ in 0..self.times {
            say(self.field, &text);
        }
    }
}

fn long(text: &str, length: usize) -> String {
    let mut long = text.repeat(length / text.len().max(1));
    long.push_str(&"x".repeat(length - long.len()));
    long
}

fn say(field: Field, text: &str) {
    let plain = || Origin { what: "here".to_owned(), subject: None };
    let of = |value: &str| Value::Text(value.to_owned());
    match field {
        Field::FactKey => evidence::fact(text, &of("value"), &plain()),
        Field::FactValue => evidence::fact("said", &of(text), &plain()),
        Field::Origin => evidence::fact("said", &of("value"), &Origin { what: text.to_owned(), subject: None }),
        Field::Subject => {
            evidence::fact("said", &of("value"), &Origin { what: "here".to_owned(), subject: Some(text.to_owned()) });
        }
        Field::Capability => evidence::capability(text, true, &plain()),
        Field::Prefix => evidence::complete(text),
        Field::DigestName => evidence::digest(text, &"0".repeat(64), &plain()),
        Field::Digest => evidence::digest("said", text, &plain()),
        Field::MissingName => evidence::missing(text, Gap::Unreadable, "detail"),
        Field::MissingDetail => evidence::missing("said", Gap::Unreadable, text),
        Field::Rule => evidence::finding(text, false, "message", None, None),
        Field::Message => evidence::finding("told", false, text, None, None),
        Field::Expected => evidence::finding("told", false, "message", Some(text), None),
        Field::Found => evidence::finding("told", false, "message", None, Some(text)),
        Field::Log => log::write(log::Level::Error, text),
        Field::Stdout => println!("{text}"),
        Field::Stderr => eprintln!("{text}"),
    }
}
