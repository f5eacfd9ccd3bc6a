//! Errors for people: one text and one form for every configuration and usage error (exit 2).

pub(crate) mod source;

use std::error::Error;

use shipworthy_contract::{Explain, Fault, redact, text::plural};

use crate::{
    Look,
    look::Tone,
    page::{Lead, Page, Span},
};

/// Longest text of an error, cause or help that is shown, in characters.
const LONGEST: usize = 1_000;

/// Longest text that is read, in characters.
const MOST_READ: usize = 64 * 1_024;

/// Most causes of one error that are shown. No honest chain comes near it.
const MOST_CAUSES: usize = 16;

/// An error that is to be shown.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The error.
    pub error: &'a dyn Explain,
    /// The line of source that [`Explain::place`] points to, without its line break. Only of the manifest and of
    /// environment files; values of keys that sound secret are masked here.
    pub excerpt: Option<&'a str>,
    /// The column in it that is meant, where it is another than the place's.
    pub caret: Option<u32>,
}

/// One error as text, with a line break at its end.
pub fn render(error: &dyn Explain, excerpt: Option<&str>, look: &Look) -> String {
    let mut page = Page::new(look);
    one(&mut page, look, Shown { error, excerpt, caret: error.caret() });
    page.finish()
}

/// Several errors, one after another, and how many there are where there is more than one.
pub fn render_all(errors: &[Shown<'_>], look: &Look) -> String {
    let mut page = Page::new(look);
    for error in errors {
        page.blank();
        one(&mut page, look, *error);
    }
    if errors.len() > 1 {
        page.blank();
        page.text(0, &[Span::new(plural(errors.len(), "error"), Tone::Strong)]);
    }
    page.finish()
}

/// Foreign text, made safe, without secrets. They are looked for before anything is cut: half a secret has no shape.
fn told(look: &Look, text: &str) -> String {
    let text: String = text.chars().take(MOST_READ).collect();
    look.foreign(&redact::text(&text), LONGEST)
}

fn one(page: &mut Page<'_>, look: &Look, shown: Shown<'_>) {
    let text = Span::new(told(look, &shown.error.to_string()), Tone::Strong);
    labelled(page, 0, Span::new("error:", Tone::Bad), text);
    for cause in causes(shown.error) {
        labelled(page, 2, Span::new("because:", Tone::Dim), Span::plain(told(look, &cause)));
    }
    if let Some(place) = shown.error.place() {
        labelled(page, 2, Span::new("-->", Tone::Dim), Span::plain(told(look, &place.to_string())));
        if let (Some(excerpt), Some(line)) = (shown.excerpt, place.line) {
            source::render(page, look, 0, excerpt, line, shown.caret.or(place.column));
        }
    }
    if let Some(help) = shown.error.help() {
        helps(page, look, &help);
    }
    let (code, fault) = (shown.error.code(), shown.error.fault());
    page.text(2, &[Span::new(format!("[{code}] at fault: {}", whose(code, fault)), Tone::Dim)]);
}

/// Whose an error is. Of what no file says, whoever runs the command may have to mend it there.
fn whose(code: &str, fault: Fault) -> &'static str {
    let of_files = ["env.", "endpoint.", "lock.", "plugin."].iter().any(|prefix| code.starts_with(prefix));
    if fault == Fault::Environment && !of_files { "the command line or the environment" } else { fault.in_words() }
}

/// Each line is an advice of its own, but for those after one that ends with a colon: they are there to be pasted.
fn helps(page: &mut Page<'_>, look: &Look, help: &str) {
    let mut lines = help.lines();
    for line in lines.by_ref() {
        let lead = Lead { indent: 2, label: Span::new("help:", Tone::Good), text_at: 8 };
        page.advice(&lead, &[Span::plain(told(look, line))]);
        if line.ends_with(':') {
            break;
        }
    }
    let indent = if look.plain { 0 } else { 4 };
    for line in lines {
        let text = line.trim_start();
        page.verbatim(indent + line.len() - text.len(), &told(look, text));
    }
}

fn labelled(page: &mut Page<'_>, indent: usize, label: Span, text: Span) {
    let text_at = indent + crate::page::columns(&label.text) + 1;
    page.line(&Lead { indent, label, text_at }, &[text]);
}

/// The texts of the chain of sources. A source that says what the error before it already said is left out, so that
/// an error which passes its source's text on is not told twice.
fn causes(error: &dyn Explain) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut before = error.to_string();
    let mut next: Option<&dyn Error> = error.source();
    while let Some(cause) = next.take_if(|_| causes.len() < MOST_CAUSES) {
        let text = cause.to_string();
        if !before.contains(&text) {
            causes.push(text.clone());
        }
        before = text;
        next = cause.source();
    }
    causes
}
