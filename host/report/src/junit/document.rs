//! What a document of `JUnit` is made of, and how it is written. There is no standard; this is what the schema of
//! Jenkins' xUnit plugin (`junit-10.xsd`) takes, which is among the strictest that are in use.

use std::{fmt::Write as _, time::Duration};

use crate::xml::{attribute, content};

/// A document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) time: Option<Duration>,
    pub(crate) suites: Vec<Suite>,
}

/// Cases that belong together.
#[derive(Debug, Default)]
pub(crate) struct Suite {
    pub(crate) name: String,
    /// UTC, without a zone, as Ant writes it.
    pub(crate) timestamp: Option<String>,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) cases: Vec<Case>,
}

/// One test.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) classname: String,
    pub(crate) time: Option<Duration>,
    pub(crate) status: Status,
    /// One line.
    pub(crate) message: Option<String>,
    /// Of the failure, the error or what was skipped.
    pub(crate) kind: Option<String>,
    /// What is told of the failure or the error at length.
    pub(crate) text: Option<String>,
    pub(crate) out: Option<String>,
    pub(crate) err: Option<String>,
}

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Passed,
    Failure,
    Error,
    Skipped,
}

/// The document as text, with a line break at its end.
pub(crate) fn write(document: &Document) -> String {
    let mut xml = Writer { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() };
    let cases = || document.suites.iter().flat_map(|suite| &suite.cases);
    let mut attributes = vec![
        ("name", document.name.clone()),
        ("tests", cases().count().to_string()),
        ("failures", count(cases(), Status::Failure)),
        ("errors", count(cases(), Status::Error)),
    ];
    attributes.extend(document.time.map(|time| ("time", seconds(time))));
    xml.begin("testsuites", &attributes);
    for suite in &document.suites {
        write_suite(&mut xml, suite);
    }
    xml.end();
    xml.out
}

fn write_suite(xml: &mut Writer, suite: &Suite) {
    let mut attributes = vec![
        ("name", suite.name.clone()),
        ("tests", suite.cases.len().to_string()),
        ("failures", count(&suite.cases, Status::Failure)),
        ("errors", count(&suite.cases, Status::Error)),
        ("skipped", count(&suite.cases, Status::Skipped)),
    ];
    attributes.extend(suite.timestamp.clone().map(|at| ("timestamp", at)));
    attributes.push(("time", seconds(suite.cases.iter().filter_map(|case| case.time).sum())));
    xml.begin("testsuite", &attributes);
    if !suite.properties.is_empty() {
        xml.begin("properties", &[]);
        for (name, value) in &suite.properties {
            xml.empty("property", &[("name", name.clone()), ("value", value.clone())]);
        }
        xml.end();
    }
    for case in &suite.cases {
        write_case(xml, case);
    }
    xml.end();
}

fn write_case(xml: &mut Writer, case: &Case) {
    let mut attributes = vec![("name", case.name.clone()), ("classname", case.classname.clone())];
    attributes.extend(case.time.map(|time| ("time", seconds(time))));
    if case.status == Status::Passed && case.out.is_none() && case.err.is_none() {
        xml.empty("testcase", &attributes);
        return;
    }
    xml.begin("testcase", &attributes);
    let element = match case.status {
        Status::Passed => None,
        Status::Failure => Some("failure"),
        Status::Error => Some("error"),
        Status::Skipped => Some("skipped"),
    };
    if let Some(element) = element {
        let message = case.message.clone().map(|message| ("message", message));
        let kind = case.kind.clone().map(|kind| ("type", kind));
        xml.text(element, &message.into_iter().chain(kind).collect::<Vec<_>>(), case.text.as_deref());
    }
    for (element, text) in [("system-out", &case.out), ("system-err", &case.err)] {
        if let Some(text) = text {
            xml.text(element, &[], Some(text));
        }
    }
    xml.end();
}

fn count<'a>(cases: impl IntoIterator<Item = &'a Case>, status: Status) -> String {
    cases.into_iter().filter(|case| case.status == status).count().to_string()
}

/// Seconds with three digits behind the point, which is what every consumer reads.
fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

type Attribute = (&'static str, String);

struct Writer {
    out: String,
    open: Vec<&'static str>,
}

impl Writer {
    fn begin(&mut self, name: &'static str, attributes: &[Attribute]) {
        self.tag(name, attributes, ">");
        self.out.push('\n');
        self.open.push(name);
    }

    fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            // Writing to a `String` cannot fail.
            writeln!(self.out, "</{name}>").unwrap_or_default();
        }
    }

    fn empty(&mut self, name: &'static str, attributes: &[Attribute]) {
        self.tag(name, attributes, "/>");
        self.out.push('\n');
    }

    fn text(&mut self, name: &'static str, attributes: &[Attribute], text: Option<&str>) {
        let Some(text) = text else { return self.empty(name, attributes) };
        self.tag(name, attributes, ">");
        writeln!(self.out, "{}</{name}>", content(text)).unwrap_or_default();
    }

    fn tag(&mut self, name: &'static str, attributes: &[Attribute], end: &str) {
        self.indent();
        write!(self.out, "<{name}").unwrap_or_default();
        for (name, value) in attributes {
            write!(self.out, " {name}=\"{}\"", attribute(value)).unwrap_or_default();
        }
        self.out.push_str(end);
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n("    ", self.open.len()));
    }
}
