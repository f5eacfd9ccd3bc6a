//! One result: its symbol, message and rule, and beneath it what a person needs to act.

use std::{collections::HashSet, time::Duration};

use shipworthy_contract::{CheckResult, Class, Location, Outcome, RuleId, explain::Place, rules, text::plural};

use super::{MOST_SHOWN, Source, causes, fleet::Fleets, group::Entry, many, more, time};
use crate::{
    Look,
    error::source,
    look::{Tone, tone},
    page::{Lead, Page, Span},
};

/// Longest message or hint that is shown, in characters.
pub(super) const LONGEST_MESSAGE: usize = 400;

/// Longest expected or observed value, item or path that is shown, in characters.
pub(super) const LONGEST_VALUE: usize = 200;

/// Longest observed value: the last lines of a log may be in it, and they say why.
pub(super) const LONGEST_OBSERVED: usize = 700;

/// The same in a verbose report.
const LONGEST_VALUE_VERBOSE: usize = 2_000;

/// Most evidence that is shown of one result; a probe may give any number.
pub(super) const MOST_EVIDENCE: usize = 50;

/// Columns that the names of details take.
const DETAIL_COLUMNS: usize = 10;

/// What took at least this long shows its time in every report.
const SLOW: Duration = Duration::from_secs(1);

/// Tells entries.
pub(super) struct Teller<'a> {
    pub(super) look: &'a Look,
    pub(super) fleets: &'a Fleets<'a>,
    pub(super) verbose: bool,
    /// Longest value.
    pub(super) limit: usize,
    /// The manifest's text.
    pub(super) source: Option<&'a Source>,
}

impl<'a> Teller<'a> {
    pub(super) const fn new(look: &'a Look, fleets: &'a Fleets<'a>, verbose: bool) -> Self {
        let limit = if verbose { LONGEST_VALUE_VERBOSE } else { LONGEST_VALUE };
        Self { look, fleets, verbose, limit, source: None }
    }

    pub(super) fn entry(&self, page: &mut Page<'_>, entry: &Entry<'_>) {
        match entry {
            Entry::Passes(passes) => self.passes(page, passes),
            Entry::One { result, beneath } => self.one(page, result, beneath),
            Entry::Many { results, echoes, beneath } => self.many(page, results, echoes, beneath),
            Entry::Unjudged { reason, results } => self.unjudged(page, reason, results),
            Entry::More { rule, outcome, count } => self.headline(page, *outcome, vec![more(*count)], rule),
        }
    }

    fn passes(&self, page: &mut Page<'_>, passes: &[&CheckResult]) {
        let Some(first) = passes.first() else { return };
        let mut spans = Vec::new();
        if passes.len() == 1 {
            spans.push(self.message(first));
            spans.extend(self.effort(passes));
        } else {
            let same = passes.iter().all(|pass| pass.message == first.message);
            match rules::find(first.rule.as_str()) {
                // Several messages of one rule: its summary says what they have in common.
                Some(rule) if !same => spans.push(Span::plain(rule.summary)),
                Some(_) | None => spans.push(self.message(first)),
            }
            spans.push(Span::new(format!("({})", self.count(passes)), Tone::Dim));
            spans.extend(self.effort(passes));
        }
        self.headline(page, Outcome::Pass, spans, &first.rule);
    }

    fn one(&self, page: &mut Page<'_>, result: &CheckResult, beneath: &[&CheckResult]) {
        let mut spans = Vec::new();
        spans.extend(word(result));
        spans.push(self.message(result));
        if result.outcome == Outcome::Info && !self.verbose {
            // Information is one line, so its place stands on it.
            let place = result.location.as_ref().and_then(file_place);
            spans.extend(place.map(|at| Span::new(format!("({})", self.look.foreign(&at, LONGEST_VALUE)), Tone::Dim)));
        }
        spans.extend(self.effort(&[result]));
        self.headline(page, result.outcome, spans, &result.rule);
        let details = match result.outcome {
            Outcome::Pass | Outcome::Info => self.verbose,
            Outcome::Warn | Outcome::Fail | Outcome::Skip | Outcome::Error => true,
        };
        if details {
            self.details_of(page, result);
        } else {
            self.items(page, result);
        }
        self.beneath(page, result, beneath);
    }

    pub(super) fn headline(&self, page: &mut Page<'_>, outcome: Outcome, mut spans: Vec<Span>, rule: &RuleId) {
        spans.push(self.rule(rule));
        let label = Span::new(self.look.symbol(outcome), tone(outcome));
        page.line(&Lead { indent: 0, label, text_at: self.look.symbol_columns() }, &spans);
    }

    fn rule(&self, rule: &RuleId) -> Span {
        Span::new(format!("[{}]", self.look.foreign(rule.as_str(), LONGEST_VALUE)), Tone::Dim)
    }

    fn message(&self, result: &CheckResult) -> Span {
        let tone = if result.outcome.blocks() { Tone::Strong } else { Tone::Plain };
        Span::new(self.look.foreign(&result.message, LONGEST_MESSAGE), tone)
    }

    /// Attempts, whenever there were several: a retry that helped hides a service that flickers. Times, where they are
    /// asked for or long.
    pub(super) fn effort(&self, results: &[&CheckResult]) -> Option<Span> {
        let attempts = results.iter().filter_map(|result| result.attempts).max().filter(|attempts| *attempts > 1);
        let took = results
            .iter()
            .filter_map(|result| result.duration_ms)
            .max()
            .map(Duration::from_millis)
            .filter(|took| self.verbose || *took >= SLOW);
        let text = match (attempts, took) {
            (None, None) => return None,
            (Some(attempts), None) => format!("({attempts} attempts)"),
            (None, Some(took)) => format!("({})", time(took)),
            (Some(attempts), Some(took)) => format!("({attempts} attempts, {})", time(took)),
        };
        Some(Span::new(text, Tone::Dim))
    }

    fn details_of(&self, page: &mut Page<'_>, result: &CheckResult) {
        self.value(page, "expected", result.expected.as_deref());
        if let Some(observed) = untold_observation(result) {
            let observed = self.look.foreign(observed, self.limit.max(LONGEST_OBSERVED));
            self.detail(page, "observed", Span::plain(observed));
        }
        self.items(page, result);
        self.value(page, "instance", distinct_instance(result));
        self.class(page, result);
        self.value(page, "would be", result.would_be.map(Outcome::as_str));
        self.stack(page, result);
        self.log(page, result);
        if let Some(hint) = &result.hint {
            self.hint(page, hint);
        }
        self.at(page, result);
        if self.verbose {
            self.evidence(page, result);
        }
    }

    pub(super) fn hint(&self, page: &mut Page<'_>, hint: &str) {
        if !hint.trim().is_empty() {
            let text_at = self.indent() + crate::page::columns(self.look.arrow()) + 1;
            let lead = Lead { indent: self.indent(), label: Span::new(self.look.arrow(), Tone::Good), text_at };
            page.advice(&lead, &[Span::plain(self.look.foreign(hint, LONGEST_MESSAGE))]);
        }
    }

    pub(super) fn at(&self, page: &mut Page<'_>, result: &CheckResult) {
        if let Some(at) = result.location.as_ref().and_then(|location| self.place(location)) {
            self.detail(page, "at", Span::plain(at));
        }
        if let Some((text, line, column)) = self.source.and_then(|source| source.of_result(result)) {
            source::render(page, self.look, self.indent(), text, line, column);
        }
    }

    fn evidence(&self, page: &mut Page<'_>, result: &CheckResult) {
        for (index, line) in result.evidence.iter().take(MOST_EVIDENCE).enumerate() {
            let subject = line.subject.as_ref().map(|subject| format!("; {subject}")).unwrap_or_default();
            let text = format!("{} = {} ({}{subject})", line.name, line.value, line.source);
            let label = if index == 0 { "evidence" } else { "" };
            self.detail(page, label, Span::plain(self.look.foreign(&text, self.limit)));
        }
        if result.evidence.len() > MOST_EVIDENCE {
            self.detail(page, "", more(result.evidence.len() - MOST_EVIDENCE));
        }
    }

    /// What a result is about, each with what was seen of it, where evidence of the same name says so.
    pub(super) fn items(&self, page: &mut Page<'_>, result: &CheckResult) {
        for (index, item) in result.items.iter().take(MOST_SHOWN).enumerate() {
            let label = if index == 0 { "items" } else { "" };
            let seen = result.evidence.iter().find(|line| line.name == *item);
            let text = match seen {
                Some(line) => {
                    format!("{}: {}", self.look.foreign(item, self.limit), self.look.foreign(&line.value, self.limit))
                }
                None => self.look.foreign(item, self.limit),
            };
            self.detail(page, label, Span::plain(text));
        }
        if result.items.len() > MOST_SHOWN {
            self.detail(page, "", more(result.items.len() - MOST_SHOWN));
        }
    }

    pub(super) fn beneath(&self, page: &mut Page<'_>, cause: &CheckResult, beneath: &[&CheckResult]) {
        if beneath.is_empty() {
            return;
        }
        let text = format!("{} not judged because of it:", plural(beneath.len(), "check"));
        page.text(self.indent(), &[Span::new(text, Tone::Dim)]);
        // What happened stands right above; each need not say it again.
        self.list(page, beneath, Some(cause), causes::own_words);
    }

    fn unjudged(&self, page: &mut Page<'_>, reason: &str, results: &[&CheckResult]) {
        let reason = self.look.foreign(reason, LONGEST_MESSAGE);
        let text = format!("{} of the stack skipped: {reason}", plural(results.len(), "check"));
        let label = Span::new(self.look.symbol(Outcome::Skip), tone(Outcome::Skip));
        page.line(&Lead { indent: 0, label, text_at: self.look.symbol_columns() }, &[Span::plain(text)]);
        let end = format!(" ({reason})");
        self.list(page, results, None, |result| result.message.strip_suffix(end.as_str()).unwrap_or(&result.message));
    }

    /// Results in a line each, without what `trim` takes from the message and what they share with the cause.
    fn list<'r>(
        &self,
        page: &mut Page<'_>,
        results: &[&'r CheckResult],
        cause: Option<&CheckResult>,
        trim: impl Fn(&'r CheckResult) -> &'r str,
    ) {
        let folded = self.folded(results);
        let (shown, rest) = folded.split_at(if self.verbose { folded.len() } else { MOST_SHOWN.min(folded.len()) });
        for (result, all) in shown {
            let mut spans = Vec::new();
            let told = cause.and_then(|cause| cause.service.as_ref());
            if let Some(service) = result.service.as_ref().filter(|service| told != Some(service)) {
                spans.push(Span::new(format!("{service}:"), Tone::Dim));
            }
            spans.push(Span::plain(self.look.foreign(trim(result), LONGEST_MESSAGE)));
            if all.len() > 1 {
                let at = plural(many::instances(all), "instance");
                spans.push(Span::new(format!("({at})"), Tone::Dim));
            } else if let Some(instance) = distinct_instance(result) {
                spans.push(Span::new(format!("at {}", self.look.foreign(instance, LONGEST_VALUE)), Tone::Dim));
            }
            if cause.is_none_or(|cause| cause.rule != result.rule) {
                spans.push(self.rule(&result.rule));
            }
            let label = Span::new("-", Tone::Dim);
            page.line(&Lead { indent: self.indent(), label, text_at: self.indent() + 2 }, &spans);
        }
        if !rest.is_empty() {
            page.text(self.indent() + 2, &[more(rest.iter().map(|(_, all)| all.len()).sum())]);
        }
    }

    pub(super) fn value(&self, page: &mut Page<'_>, label: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.detail(page, label, Span::plain(self.look.foreign(value, self.limit)));
        }
    }

    pub(super) fn detail(&self, page: &mut Page<'_>, label: &str, text: Span) {
        self.details(page, label, &[text]);
    }

    /// A detail whose first part is foreign and may be blank.
    pub(super) fn details(&self, page: &mut Page<'_>, label: &str, parts: &[Span]) {
        let label = Span::new(label, Tone::Dim);
        let mut parts = parts.to_vec();
        if let Some(first) = parts.first_mut().filter(|first| first.text.trim().is_empty()) {
            *first = Span::new("(blank)", Tone::Dim);
        }
        page.line(&Lead { indent: self.indent(), label, text_at: self.indent() + DETAIL_COLUMNS }, &parts);
    }

    /// Of what there are several: entries, instances, or just checks.
    fn count(&self, results: &[&CheckResult]) -> String {
        let entries: HashSet<usize> =
            results.iter().filter_map(|result| result.location.as_ref().and_then(|at| at.entry)).collect();
        let instances = many::instances(results);
        let service = results.first().and_then(|result| result.service.as_ref());
        if entries.len() == results.len() {
            format!("{} entries", entries.len())
        } else if instances == results.len() {
            self.fleets.share(service, instances)
        } else if instances > 1 && self.fleets.get(service).is_some() {
            format!("{} at {}", plural(results.len(), "check"), self.fleets.share(service, instances))
        } else {
            plural(results.len(), "check")
        }
    }

    const fn indent(&self) -> usize {
        self.look.symbol_columns() + 2
    }

    fn place(&self, location: &Location) -> Option<String> {
        whole_place(location).map(|place| self.look.foreign(&place, LONGEST_VALUE))
    }
}

/// `file:line:column (field)`, as far as each is known.
pub(crate) fn whole_place(location: &Location) -> Option<String> {
    let field = match (&location.field, location.entry) {
        (Some(field), _) => Some(field.clone()),
        (None, Some(entry)) => Some(format!("artifacts[{entry}]")),
        (None, None) => None,
    };
    match (file_place(location), field) {
        (Some(place), Some(field)) => Some(format!("{place} ({field})")),
        (place, field) => place.or(field),
    }
}

/// `file:line:column`, as far as each is known.
fn file_place(location: &Location) -> Option<String> {
    let place = Place { file: location.file.clone()?, line: location.line, column: location.column };
    Some(place.to_string())
}

/// What was observed, unless the message of a missing answer already ends with it.
pub(crate) fn untold_observation(result: &CheckResult) -> Option<&str> {
    let observed = result.observed.as_deref()?;
    let told = result.rule == rules::OBSERVATION && result.message.contains(observed);
    (!told).then_some(observed)
}

/// The instance, unless it is merely the service's own name.
pub(crate) fn distinct_instance(result: &CheckResult) -> Option<&str> {
    let instance = result.instance.as_deref()?;
    let service = result.service.as_ref().map(shipworthy_contract::Service::as_str);
    (service != Some(instance)).then_some(instance)
}

/// The class, where the outcome does not already tell it.
pub(crate) const fn telling_class(class: Class) -> Option<Class> {
    match class {
        Class::Satisfied | Class::Violated | Class::Waived | Class::Skipped | Class::Information => None,
        Class::NotObserved
        | Class::Unreachable
        | Class::TimedOut
        | Class::Denied
        | Class::Tls
        | Class::Unreadable
        | Class::Limit
        | Class::Trapped
        | Class::NotGranted
        | Class::NotOffered
        | Class::Config
        | Class::NotRecorded
        | Class::Defect => Some(class),
    }
}

/// How a result that is not judged begins.
pub(super) fn word(result: &CheckResult) -> Option<Span> {
    let word = if result.class == Class::Waived { "waived:" } else { "skipped:" };
    (result.outcome == Outcome::Skip).then(|| Span::new(word, Tone::Dim))
}
