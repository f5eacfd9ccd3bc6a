//! Which results are told where: by side and service, what is similar as one, consequences beneath their cause.

use std::collections::{BTreeMap, HashMap};

use shipworthy_contract::{CheckResult, Class, Outcome, PluginRef, RuleId, Service, Side};

use super::{
    MOST_SHOWN,
    alike::Question,
    causes::{self, Causes},
    fleet::Fleets,
};

/// The results of one side, and of one service or of the stack as a whole.
pub(crate) struct Section<'a> {
    pub(crate) side: Side,
    pub(crate) service: Option<&'a Service>,
    pub(crate) entries: Vec<Entry<'a>>,
}

impl<'a> Section<'a> {
    /// The plugins whose evidence the section rests on, each once.
    pub(crate) fn plugins(&self) -> Vec<&'a PluginRef> {
        let mut plugins: Vec<&PluginRef> = Vec::new();
        for entry in &self.entries {
            let results: &[&CheckResult] = match entry {
                Entry::Passes(results) | Entry::Many { results, .. } => results,
                Entry::One { result, .. } => std::slice::from_ref(result),
                Entry::Unjudged { .. } | Entry::More { .. } => &[],
            };
            for plugin in results.iter().filter_map(|result| result.plugin.as_ref()) {
                if !plugins.contains(&plugin) {
                    plugins.push(plugin);
                }
            }
        }
        plugins
    }
}

/// What is told as one.
pub(crate) enum Entry<'a> {
    /// Passes of one rule; never empty.
    Passes(Vec<&'a CheckResult>),
    /// One result, with what it made impossible.
    One { result: &'a CheckResult, beneath: Vec<&'a CheckResult> },
    /// The same question at instances of a fleet, never empty; those where the judge refers to one of these for the very
    /// same; and what all of them made impossible.
    Many { results: Vec<&'a CheckResult>, echoes: Vec<&'a CheckResult>, beneath: Vec<&'a CheckResult> },
    /// Checks of the stack that all were skipped for one reason, before anything was asked; two or more.
    Unjudged { reason: &'a str, results: Vec<&'a CheckResult> },
    /// Results of one rule that are no longer listed one by one.
    More { rule: &'a RuleId, outcome: Outcome, count: usize },
}

/// Groups the results that are `shown`. Nothing that blocks, and no warning, is ever folded away: of a fleet, all are
/// counted.
pub(crate) fn sections<'a>(
    results: &'a [CheckResult],
    fleets: &Fleets<'_>,
    verbose: bool,
    shown: impl Fn(&CheckResult) -> bool,
) -> Vec<Section<'a>> {
    let causes = Causes::among(results);
    // What rests on a cause is told beneath it, and only there.
    let is_unjudged = |result: &CheckResult| is_unjudged(result) && causes.of(result).is_none();
    let unjudged: Vec<&CheckResult> = results.iter().filter(|result| is_unjudged(result)).collect();
    let reason = common_reason(&unjudged);
    let mut places = Places::default();
    if let (Some(reason), Some(first)) = (reason, unjudged.first()) {
        let entries = vec![Entry::Unjudged { reason, results: unjudged.clone() }];
        places.sections.push(Section { side: first.side, service: None, entries });
    }
    let mut beneath: Vec<(&CheckResult, &CheckResult)> = Vec::new();
    for result in results.iter().filter(|result| shown(result)) {
        if let Some(cause) = causes.of(result) {
            beneath.push((cause, result));
        } else if reason.is_none() || !is_unjudged(result) {
            places.put(result, verbose, fleets.is_told_together(result));
        }
    }
    for (cause, result) in beneath {
        places.put_beneath(cause, result);
    }
    let mut sections = places.sections;
    // What is only worth knowing comes last in its section, so that it does not part what was judged.
    for section in &mut sections {
        section.entries.sort_by_key(is_information);
    }
    // Payload first, then what is stack-wide; services stay in the order in which they were judged.
    sections.sort_by_key(|section| (section.side, section.service.is_some()));
    sections
}

fn is_information(entry: &Entry<'_>) -> bool {
    match entry {
        Entry::One { result, .. } => result.outcome == Outcome::Info,
        Entry::Many { results, .. } => results.first().is_some_and(|result| result.outcome == Outcome::Info),
        Entry::More { outcome, .. } => *outcome == Outcome::Info,
        Entry::Passes(_) | Entry::Unjudged { .. } => false,
    }
}

/// What brings a result to the entry that it belongs to.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind<'a> {
    Passes(&'a RuleId),
    Listed(&'a RuleId, Outcome),
    Many(Question<'a>),
}

/// The sections while they are filled. Nothing is looked for twice: a fleet has tens of thousands of results.
#[derive(Default)]
struct Places<'a> {
    sections: Vec<Section<'a>>,
    of_service: BTreeMap<(Side, Option<&'a Service>), usize>,
    of_kind: BTreeMap<(usize, Kind<'a>), usize>,
    listed: BTreeMap<(usize, &'a RuleId, Outcome), usize>,
    /// Section and entry of each cause, by its address.
    of_cause: HashMap<*const CheckResult, (usize, usize)>,
}

impl<'a> Places<'a> {
    fn put(&mut self, result: &'a CheckResult, verbose: bool, together: bool) {
        let section = self.section_of(result);
        let passes = result.outcome == Outcome::Pass && !verbose;
        let folded = can_be_folded(result) && !verbose;
        let at = if passes {
            self.put_kind(section, Kind::Passes(&result.rule), result)
        } else if together {
            self.put_kind(section, Kind::Many(Question::of(result)), result)
        } else if folded && !self.may_be_listed(section, result) {
            self.put_kind(section, Kind::Listed(&result.rule, result.outcome), result)
        } else {
            self.push(section, Entry::One { result, beneath: Vec::new() })
        };
        if causes::may_cause(result) {
            self.of_cause.insert(std::ptr::from_ref(result), (section, at));
        }
    }

    fn section_of(&mut self, result: &'a CheckResult) -> usize {
        let service = result.service.as_ref();
        let sections = &mut self.sections;
        *self.of_service.entry((result.side, service)).or_insert_with(|| {
            let is_it = |section: &Section<'_>| section.side == result.side && section.service == service;
            sections.iter().position(is_it).unwrap_or_else(|| {
                sections.push(Section { side: result.side, service, entries: Vec::new() });
                sections.len() - 1
            })
        })
    }

    /// Whether a result that may be counted is among the first, which are listed.
    fn may_be_listed(&mut self, section: usize, result: &'a CheckResult) -> bool {
        let listed = self.listed.entry((section, &result.rule, result.outcome)).or_default();
        *listed += 1;
        *listed <= MOST_SHOWN
    }

    /// Adds to the entry of a kind, and gives its place.
    fn put_kind(&mut self, section: usize, kind: Kind<'a>, result: &'a CheckResult) -> usize {
        let entries = self.sections.get_mut(section).map(|section| &mut section.entries);
        let Some(entries) = entries else { return 0 };
        let new = match kind {
            Kind::Passes(_) => Entry::Passes(Vec::new()),
            Kind::Many(_) => Entry::Many { results: Vec::new(), echoes: Vec::new(), beneath: Vec::new() },
            Kind::Listed(rule, outcome) => Entry::More { rule, outcome, count: 0 },
        };
        let at = *self.of_kind.entry((section, kind)).or_insert_with(|| {
            entries.push(new);
            entries.len() - 1
        });
        match entries.get_mut(at) {
            Some(Entry::Passes(results) | Entry::Many { results, .. }) => results.push(result),
            Some(Entry::More { count, .. }) => *count += 1,
            Some(Entry::One { .. } | Entry::Unjudged { .. }) | None => {}
        }
        at
    }

    fn push(&mut self, section: usize, entry: Entry<'a>) -> usize {
        self.sections.get_mut(section).map_or(0, |section| {
            section.entries.push(entry);
            section.entries.len() - 1
        })
    }

    fn put_beneath(&mut self, cause: &'a CheckResult, result: &'a CheckResult) {
        let place = self.of_cause.get(&std::ptr::from_ref(cause));
        let entry = place.and_then(|(section, at)| self.sections.get_mut(*section)?.entries.get_mut(*at));
        match entry {
            Some(Entry::Many { echoes, .. }) if causes::is_echo(cause, result) => echoes.push(result),
            Some(Entry::One { beneath, .. } | Entry::Many { beneath, .. }) => beneath.push(result),
            Some(Entry::Passes(_) | Entry::Unjudged { .. } | Entry::More { .. }) | None => {}
        }
    }
}

/// Whether many of the kind may be counted rather than listed.
fn can_be_folded(result: &CheckResult) -> bool {
    result.outcome == Outcome::Info || (result.outcome == Outcome::Skip && result.class == Class::Skipped)
}

/// Whether a check of the stack was skipped without anything having been asked.
fn is_unjudged(result: &CheckResult) -> bool {
    result.side == Side::Stack
        && result.outcome == Outcome::Skip
        && result.class == Class::Skipped
        && result.would_be.is_none()
}

/// The reason, in parentheses at the end, that all of several messages have in common.
fn common_reason<'a>(results: &[&'a CheckResult]) -> Option<&'a str> {
    let (first, others) = results.split_first()?;
    if others.is_empty() {
        return None;
    }
    first.message.match_indices(" (").find_map(|(at, _)| {
        let end = first.message.get(at..)?;
        let reason = end.strip_prefix(" (")?.strip_suffix(')')?;
        others.iter().all(|other| other.message.ends_with(end)).then_some(reason)
    })
}
