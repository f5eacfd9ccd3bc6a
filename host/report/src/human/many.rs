//! One question at many instances of a fleet: how many of how many, what differs, and where.

use std::collections::{HashMap, HashSet};

use shipworthy_contract::{CheckResult, Outcome, Service, text::plural};

use super::{
    MOST_SHOWN,
    alike::{self, Way},
    causes,
    fleet::names,
    line::{self, LONGEST_MESSAGE, LONGEST_OBSERVED, LONGEST_VALUE, MOST_EVIDENCE, Teller},
    more,
};
use crate::{look::Tone, page::Page, page::Span};

/// Most ways that are shown of what is only worth knowing.
const MOST_INFORMATION: usize = 3;

/// Most different hints; more than one is rare, since the question is the same.
const MOST_HINTS: usize = 3;

impl Teller<'_> {
    /// Results of one question, with those that are the very same elsewhere and what all of them made impossible.
    pub(super) fn many(
        &self,
        page: &mut Page<'_>,
        results: &[&CheckResult],
        echoes: &[&CheckResult],
        beneath: &[&CheckResult],
    ) {
        let Some(first) = results.first() else { return };
        let ways = alike::ways(results.iter().chain(echoes).copied());
        let all: Vec<&CheckResult> = results.iter().chain(echoes).copied().collect();
        let count = instances(&all);
        let mut spans = Vec::new();
        spans.extend(line::word(first));
        let tone = if first.outcome.blocks() { Tone::Strong } else { Tone::Plain };
        spans.push(Span::new(format!("{}:", self.fleets.share(first.service.as_ref(), count)), tone));
        let message = match alike::common_message(results) {
            Some(message) => self.look.foreign(&message, LONGEST_MESSAGE),
            None => format!("`{}` is {}", self.look.foreign(first.rule.as_str(), LONGEST_VALUE), first.class),
        };
        spans.push(Span::new(message, tone));
        spans.extend(self.effort(results));
        self.headline(page, first.outcome, spans, &first.rule);
        let details = self.verbose || !matches!(first.outcome, Outcome::Pass | Outcome::Info);
        if details {
            self.value(page, "expected", first.expected.as_deref());
        }
        if details || ways.len() > 1 {
            self.ways(page, first, &ways);
        }
        self.items_of(page, results);
        if details {
            self.class(page, first);
            self.value(page, "would be", first.would_be.map(Outcome::as_str));
            // That of one instance: what a log says is of one alone, and stands in the JSON report.
            if let Some(traced) = results.iter().find(|result| !result.stack.is_empty()) {
                self.stack(page, traced);
            }
            for hint in hints(results) {
                self.hint(page, hint);
            }
            self.at(page, first);
        }
        if self.verbose {
            self.evidence_of(page, &ways);
        }
        self.beneath(page, first, beneath);
    }

    /// What was observed, most frequent first, each with where.
    fn ways(&self, page: &mut Page<'_>, first: &CheckResult, ways: &[Way<'_>]) {
        if let [one] = ways {
            if one.is_observed && line::untold_observation(first).is_some() {
                self.detail(page, "observed", Span::plain(self.look.foreign(&one.text, LONGEST_OBSERVED)));
            }
            let mut names = names(self.look, &one.instances, self.most_names());
            if one.instances.len() > self.most_names() {
                names.push_str(" (all in --format json)");
            }
            let label = if one.instances.len() == 1 { "instance" } else { "instances" };
            self.detail(page, label, Span::plain(names));
            return;
        }
        let most = match first.outcome {
            _ if self.verbose => ways.len(),
            Outcome::Info => MOST_INFORMATION,
            _ => MOST_SHOWN,
        };
        for (index, way) in ways.iter().take(most).enumerate() {
            let label = match index {
                0 if way.is_observed => "observed",
                0 => "of these",
                _ => "",
            };
            let text = Span::plain(self.look.foreign(&way.text, self.limit));
            let names = names(self.look, &way.instances, self.most_names());
            let names = match way.instances.len() {
                count if count > MOST_SHOWN => format!("({count} instances: {names})"),
                _ => format!("({names})"),
            };
            self.details(page, label, &[text, Span::new(names, Tone::Dim)]);
        }
        let (ways, at) = ways.iter().skip(most).fold((0, 0), |(ways, at), way| (ways + 1, at + way.instances.len()));
        if ways > 0 {
            let text = format!("and {ways} more at {} (all in --format json)", plural(at, "instance"));
            self.detail(page, "", Span::new(text, Tone::Dim));
        }
    }

    /// Most names of instances at one place; in a verbose report all of them.
    const fn most_names(&self) -> usize {
        if self.verbose { usize::MAX } else { MOST_SHOWN }
    }

    /// What results are about: said once if it is the same for all, else with whose it is.
    fn items_of(&self, page: &mut Page<'_>, results: &[&CheckResult]) {
        let Some(first) = results.first() else { return };
        if results.iter().all(|result| result.items == first.items) {
            self.items(page, first);
            return;
        }
        let all = || results.iter().flat_map(|result| result.items.iter().map(move |item| (result, item)));
        for (index, (result, item)) in all().take(MOST_SHOWN).enumerate() {
            let instance = self.look.foreign(result.instance.as_deref().unwrap_or_default(), LONGEST_VALUE);
            let text = format!("{instance}: {}", self.look.foreign(item, self.limit));
            self.detail(page, if index == 0 { "items" } else { "" }, Span::plain(text));
        }
        let rest = all().count().saturating_sub(MOST_SHOWN);
        if rest > 0 {
            self.detail(page, "", more(rest));
        }
    }

    /// The evidence of each way, from the first instance that came out so.
    fn evidence_of(&self, page: &mut Page<'_>, ways: &[Way<'_>]) {
        let all = || ways.iter().flat_map(|way| way.first.evidence.iter().map(move |line| (way.first, line)));
        for (index, (result, line)) in all().take(MOST_EVIDENCE).enumerate() {
            let subject = line.subject.as_deref().map(|subject| format!("; {subject}")).unwrap_or_default();
            let instance = result.instance.as_deref().unwrap_or_default();
            let text = format!("{} = {} ({}{subject}; {instance})", line.name, line.value, line.source);
            let label = if index == 0 { "evidence" } else { "" };
            self.detail(page, label, Span::plain(self.look.foreign(&text, self.limit)));
        }
        let rest = all().count().saturating_sub(MOST_EVIDENCE);
        if rest > 0 {
            self.detail(page, "", more(rest));
        }
    }

    /// What a cause made impossible, the same at several instances of a fleet as one: the first of it, and all.
    pub(super) fn folded<'r>(&self, beneath: &[&'r CheckResult]) -> Vec<(&'r CheckResult, Vec<&'r CheckResult>)> {
        let mut folded: Vec<(&CheckResult, Vec<&CheckResult>)> = Vec::new();
        let mut known: HashMap<(Option<&Service>, &str, &str), usize> = HashMap::new();
        let mut last = None;
        for result in beneath {
            if !self.fleets.is_told_together(result) {
                folded.push((result, vec![result]));
                continue;
            }
            let key = (result.service.as_ref(), result.rule.as_str(), causes::own_words(result));
            let at = match last {
                // What is the same stands together.
                Some((at, before)) if before == key => at,
                _ => *known.entry(key).or_insert(folded.len()),
            };
            last = Some((at, key));
            match folded.get_mut(at) {
                Some((_, all)) => all.push(result),
                None => folded.push((result, vec![result])),
            }
        }
        folded
    }
}

/// How many instances results are of.
pub(super) fn instances(results: &[&CheckResult]) -> usize {
    // As the judge orders them, each stands once; then there is nothing to look up.
    if results.is_sorted_by(|a, b| a.instance < b.instance) && results.iter().all(|result| result.instance.is_some()) {
        return results.len();
    }
    results.iter().filter_map(|result| result.instance.as_deref()).collect::<HashSet<_>>().len()
}

/// What to do, each once.
fn hints<'r>(results: &[&'r CheckResult]) -> Vec<&'r str> {
    let mut hints: Vec<&str> = Vec::new();
    for hint in results.iter().filter_map(|result| result.hint.as_deref()) {
        if hints.len() < MOST_HINTS && !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints
}
