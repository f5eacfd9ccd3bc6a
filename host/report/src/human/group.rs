//! Which results are told where: by side and service, similar passes as one, consequences beneath their cause.

use shipworthy_contract::{CheckResult, Class, Outcome, PluginRef, RuleId, Service, Side, rules};

use super::MOST_SHOWN;

/// The results of one side, and of one service or of the stack as a whole.
pub(super) struct Section<'a> {
    pub(super) side: Side,
    pub(super) service: Option<&'a Service>,
    pub(super) entries: Vec<Entry<'a>>,
}

impl<'a> Section<'a> {
    /// The plugins whose evidence the section rests on, each once.
    pub(super) fn plugins(&self) -> Vec<&'a PluginRef> {
        let mut plugins: Vec<&PluginRef> = Vec::new();
        for entry in &self.entries {
            let results: &[&CheckResult] = match entry {
                Entry::Passes(passes) => passes,
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
pub(super) enum Entry<'a> {
    /// Passes of one rule; never empty.
    Passes(Vec<&'a CheckResult>),
    /// One result, with what it made impossible.
    One { result: &'a CheckResult, beneath: Vec<&'a CheckResult> },
    /// Checks of the stack that all were skipped for one reason, before anything was asked; two or more.
    Unjudged { reason: &'a str, results: Vec<&'a CheckResult> },
    /// Results of one rule that are no longer listed one by one.
    More { rule: &'a RuleId, outcome: Outcome, count: usize },
}

/// Groups the results that are `shown`. Nothing that blocks, and no warning, is ever folded away.
pub(super) fn sections(
    results: &[CheckResult],
    verbose: bool,
    shown: impl Fn(&CheckResult) -> bool,
) -> Vec<Section<'_>> {
    let causes: Vec<&CheckResult> = results.iter().filter(|result| may_cause(result)).collect();
    let unjudged: Vec<&CheckResult> = results.iter().filter(|result| is_unjudged(result)).collect();
    let reason = common_reason(&unjudged);
    let mut sections: Vec<Section<'_>> = Vec::new();
    if let (Some(reason), Some(first)) = (reason, unjudged.first()) {
        let entry = Entry::Unjudged { reason, results: unjudged.clone() };
        sections.push(Section { side: first.side, service: None, entries: vec![entry] });
    }
    for result in results.iter().filter(|result| shown(result)) {
        if cause_of(result, &causes).is_some() || (reason.is_some() && is_unjudged(result)) {
            continue;
        }
        let section = section_of(&mut sections, result);
        if result.outcome == Outcome::Pass && !verbose {
            add_pass(&mut section.entries, result);
        } else if can_be_folded(result) && !verbose {
            add_foldable(&mut section.entries, result);
        } else {
            section.entries.push(Entry::One { result, beneath: Vec::new() });
        }
    }
    for result in results.iter().filter(|result| shown(result)) {
        if let Some(cause) = cause_of(result, &causes) {
            add_beneath(&mut sections, cause, result);
        }
    }
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
        Entry::More { outcome, .. } => *outcome == Outcome::Info,
        Entry::Passes(_) | Entry::Unjudged { .. } => false,
    }
}

fn section_of<'s, 'a>(sections: &'s mut Vec<Section<'a>>, result: &'a CheckResult) -> &'s mut Section<'a> {
    let service = result.service.as_ref();
    let at = sections
        .iter()
        .position(|section| section.side == result.side && section.service == service)
        .unwrap_or_else(|| {
            sections.push(Section { side: result.side, service, entries: Vec::new() });
            sections.len() - 1
        });
    #[expect(clippy::indexing_slicing, reason = "the index was just found in, or made by pushing to, this list")]
    &mut sections[at]
}

fn add_pass<'a>(entries: &mut Vec<Entry<'a>>, result: &'a CheckResult) {
    for entry in entries.iter_mut() {
        if let Entry::Passes(passes) = entry
            && passes.first().is_some_and(|first| first.rule == result.rule)
        {
            passes.push(result);
            return;
        }
    }
    entries.push(Entry::Passes(vec![result]));
}

/// Whether many of the kind may be counted rather than listed.
fn can_be_folded(result: &CheckResult) -> bool {
    result.outcome == Outcome::Info || (result.outcome == Outcome::Skip && result.class == Class::Skipped)
}

fn add_foldable<'a>(entries: &mut Vec<Entry<'a>>, result: &'a CheckResult) {
    let alike = |other: &CheckResult| other.rule == result.rule && other.outcome == result.outcome;
    let listed = entries.iter().filter(|entry| matches!(entry, Entry::One { result, .. } if alike(result))).count();
    if listed < MOST_SHOWN {
        entries.push(Entry::One { result, beneath: Vec::new() });
        return;
    }
    for entry in entries.iter_mut() {
        if let Entry::More { rule, outcome, count } = entry
            && **rule == result.rule
            && *outcome == result.outcome
        {
            *count += 1;
            return;
        }
    }
    entries.push(Entry::More { rule: &result.rule, outcome: result.outcome, count: 1 });
}

fn add_beneath<'a>(sections: &mut [Section<'a>], cause: &'a CheckResult, result: &'a CheckResult) {
    for entry in sections.iter_mut().flat_map(|section| section.entries.iter_mut()) {
        if let Entry::One { result: told, beneath } = entry
            && std::ptr::eq(*told, cause)
        {
            beneath.push(result);
            return;
        }
    }
}

/// Whether other results can be missing because of this one. A violated rule was judged and hides
/// nothing, but for a certificate that has expired: it keeps TLS from being set up.
fn may_cause(result: &CheckResult) -> bool {
    let counts = match result.outcome {
        Outcome::Pass | Outcome::Info | Outcome::Skip => false,
        Outcome::Warn | Outcome::Fail | Outcome::Error => true,
    };
    let hides = result.rule == rules::OBSERVATION || result.rule == rules::CERTIFICATE;
    counts && hides && result.observed.is_some()
}

/// The result that this one is missing because of. The judge gives both the same `observed`: what happened, in words.
fn cause_of<'a>(result: &CheckResult, causes: &[&'a CheckResult]) -> Option<&'a CheckResult> {
    let consequence = result.outcome == Outcome::Skip
        && result.class == Class::Skipped
        && result.rule == rules::OBSERVATION
        && result.observed.is_some();
    if !consequence {
        return None;
    }
    let of_it = || causes.iter().copied().filter(|cause| cause.observed == result.observed);
    of_it().find(|cause| cause.service == result.service).or_else(|| of_it().next())
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
