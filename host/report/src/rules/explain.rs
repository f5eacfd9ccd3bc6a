//! `shipworthy explain RULE`: what a rule means, what it rests on, how it can come out, how to mend and to waive it.

use shipworthy_contract::{Rule, Side};

use super::{
    Found, ProbeRule, UnknownRule, can_count, counts,
    examples::{self, Example},
    find, pasted, question, term, waiver,
};
use crate::{
    Look,
    look::{Tone, tone},
    page::{Lead, Page, Span},
};

/// Longest text of a descriptor that is shown, in characters.
const LONGEST: usize = 1_000;

/// One rule explained, or a class or an exit code, with a line break at its end. `expires` is the day that the waiver block names, `YYYY-MM-DD`.
pub fn render(id: &str, own: &[ProbeRule], expires: &str, look: &Look) -> Result<String, UnknownRule> {
    let mut page = Page::new(look);
    match find(id, own) {
        Ok(Found::Host(rule)) => host(&mut page, look, rule, expires),
        Ok(Found::Probe(rule)) => probe(&mut page, look, rule, expires),
        Err(unknown) => return term::render(&pasted(id), look).ok_or(unknown),
    }
    Ok(page.finish())
}

fn host(page: &mut Page<'_>, look: &Look, rule: &Rule, expires: &str) {
    page.heading(rule.id);
    page.text(0, &[Span::plain(rule.summary)]);
    page.blank();
    let side = format!("{}: {}", rule.side, question(rule.side));
    fact(page, "side", &side);
    fact(page, "evidence", rule.evidence);
    fact(page, "clause", rule.clause);
    section(page, "what it means");
    page.text(2, &[Span::plain(rule.explanation)]);
    section(page, "how it comes out");
    outcome_head(page, look);
    for row in rule.rows {
        outcome_row(page, look, [row.strict.as_str(), row.warn.as_str()], row.when, tone(row.strict));
    }
    if let Some(example) = examples::of(rule.id) {
        shown(page, look, example);
    }
    section(page, "how to mend it");
    page.text(2, &[Span::plain(rule.hint)]);
    section(page, "how to waive it");
    if can_count(rule) {
        paste(page, &waiver(rule.id, rule.side, None, expires));
    } else {
        page.text(2, &[Span::plain("there is nothing to waive: it never counts against a deploy")]);
    }
}

fn probe(page: &mut Page<'_>, look: &Look, rule: &ProbeRule, expires: &str) {
    let id = look.foreign(&rule.id(), LONGEST);
    page.heading(&id);
    page.text(0, &[Span::plain(look.foreign(&rule.summary, LONGEST))]);
    page.blank();
    fact(page, "side", &format!("{}: {}", Side::Stack, question(Side::Stack)));
    fact(page, "evidence", &format!("a finding of the probe, about the service {}", rule.service));
    fact(page, "plugin", &look.foreign(&rule.plugin, LONGEST));
    section(page, "how it comes out");
    outcome_head(page, look);
    let word = rule.severity.as_str();
    outcome_row(page, look, [word, word], "the probe finds that it does not hold", tone(rule.severity));
    page.text(
        2,
        &[Span::plain("The policy does not change it; `severity` under `[probes.X]` of the environment does.")],
    );
    shown(page, look, &examples::of_probe(rule));
    section(page, "how to mend it");
    let hint = rule.hint.as_ref().map(|hint| look.foreign(hint, LONGEST));
    page.text(
        2,
        &[Span::plain(hint.unwrap_or_else(|| "the descriptor gives no hint; ask the plugin's author".into()))],
    );
    section(page, "how to waive it");
    if counts(rule.severity) {
        paste(page, &waiver(&id, Side::Stack, Some(&rule.service), expires));
    } else {
        page.text(2, &[Span::plain("there is nothing to waive: it never counts against a deploy")]);
    }
}

fn fact(page: &mut Page<'_>, label: &str, text: &str) {
    page.line(&Lead { indent: 0, label: Span::new(label, Tone::Dim), text_at: 10 }, &[Span::plain(text)]);
}

fn section(page: &mut Page<'_>, title: &str) {
    page.blank();
    page.title(title);
}

fn outcome_head(page: &mut Page<'_>, look: &Look) {
    if !look.plain {
        outcome_row(page, look, ["strict", "warn"], "when", Tone::Dim);
    }
}

fn outcome_row(page: &mut Page<'_>, look: &Look, [strict, warn]: [&str; 2], when: &str, tone: Tone) {
    if look.plain {
        page.text(0, &[Span::plain(format!("under strict: {strict}; under warn: {warn}; when: {when}"))]);
        return;
    }
    // Two aligned columns before a wrapped text; what the rule does by default gives the tone.
    let label = Span::new(format!("{strict:<8}{warn}"), tone);
    page.line(&Lead { indent: 2, label, text_at: 18 }, &[Span::plain(when)]);
}

/// The example as a report tells it, within a page that is two columns narrower, if it can be narrower.
fn shown(page: &mut Page<'_>, look: &Look, example: &Example) {
    section(page, "for instance");
    page.text(2, &[Span::plain(look.foreign(&example.case, LONGEST))]);
    page.blank();
    let within = Look { width: look.columns().saturating_sub(2), ..*look };
    let indent = look.columns().saturating_sub(within.columns());
    for line in examples::told(example, &within).lines() {
        page.verbatim(indent, line);
    }
}

fn paste(page: &mut Page<'_>, lines: &[String]) {
    page.text(2, &[Span::plain("In the environment file; it stays visible in every report.")]);
    page.blank();
    for line in lines {
        page.verbatim(page.below(), line);
    }
}
