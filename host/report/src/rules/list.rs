//! `shipworthy rules`: each rule once, with its side, what holds when it passes, and how it can come out.

use shipworthy_contract::{Outcome, Rule, Side, rules};

use super::{ProbeRule, question};
use crate::{
    Look,
    look::Tone,
    page::{Page, Span},
};

/// Longest summary of a probe's rule that is shown, in characters.
const LONGEST: usize = 300;

/// All rules as text, with a line break at its end.
pub fn render(own: &[ProbeRule], look: &Look) -> String {
    let mut page = Page::new(look);
    for side in [Side::Payload, Side::Stack] {
        page.blank();
        page.heading(side.as_str());
        page.text(0, &[Span::new(question(side), Tone::Dim)]);
        page.blank();
        for rule in rules::all().filter(|rule| rule.side == side) {
            host(&mut page, rule);
        }
        for rule in own.iter().filter(|_| side == Side::Stack) {
            probe(&mut page, look, rule);
        }
    }
    page.finish()
}

fn host(page: &mut Page<'_>, rule: &Rule) {
    let strict = words(rule.rows.iter().map(|row| row.strict));
    let warn = words(rule.rows.iter().map(|row| row.warn));
    let outcomes = if strict == warn { format!("({strict})") } else { format!("(strict: {strict}; warn: {warn})") };
    page.text(0, &[Span::new(rule.id, Tone::Strong), Span::new(outcomes, Tone::Dim)]);
    page.text(4, &[Span::plain(rule.summary)]);
}

fn probe(page: &mut Page<'_>, look: &Look, rule: &ProbeRule) {
    let outcomes = format!("({}, by {})", rule.severity, look.foreign(&rule.plugin, LONGEST));
    let id = look.foreign(&rule.id(), LONGEST);
    page.text(0, &[Span::new(id, Tone::Strong), Span::new(outcomes, Tone::Dim)]);
    page.text(4, &[Span::plain(look.foreign(&rule.summary, LONGEST))]);
}

/// Each outcome once, in the order of the rows.
fn words(outcomes: impl Iterator<Item = Outcome>) -> String {
    let mut words: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !words.contains(&outcome.as_str()) {
            words.push(outcome.as_str());
        }
    }
    words.join(" or ")
}
