//! Services of several instances, and how each instance stands: the whole is in view before its parts are told.

use std::collections::{BTreeMap, HashMap};

use shipworthy_contract::{CheckResult, Class, Outcome, Service, Side, rules};

use super::causes::is_consequence;
use crate::{Look, look::Tone, page::Span};

/// Up to so many instances of a service are told one by one; they read better so.
const FEW: usize = 3;

/// Longest name of an instance that is shown, in characters.
const LONGEST_NAME: usize = 80;

/// How an instance stands, by the severest of its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Everything that is required of it holds.
    AsRequired,
    /// Something was waived or skipped by name.
    TakenOut,
    /// A warning.
    Warned,
    /// Something could not be seen.
    Undetermined,
    /// Something does not hold.
    Broken,
}

/// All services of which results name more than one instance.
pub(crate) struct Fleets<'a>(BTreeMap<&'a Service, Fleet<'a>>);

/// One service's instances, in the order of the results.
#[derive(Default)]
pub(crate) struct Fleet<'a> {
    instances: Vec<(&'a str, Standing)>,
    known: HashMap<&'a str, usize>,
    /// The one that was met last. Results of one question come in the order of the instances.
    last: usize,
    /// Whether each instance was judged. Otherwise only those are known that something was told of.
    is_whole: bool,
}

impl<'a> Fleets<'a> {
    /// Those that results are about.
    pub(crate) fn of(results: &'a [CheckResult]) -> Self {
        let mut fleets: BTreeMap<&Service, Fleet<'_>> = BTreeMap::new();
        for result in results.iter().filter(|result| result.side == Side::Stack) {
            if let (Some(service), Some(instance)) = (&result.service, &result.instance) {
                let fleet = fleets.entry(service).or_default();
                fleet.stands(instance, standing(result));
                // One result of a want or of a probe's own rule for each instance.
                fleet.is_whole =
                    fleet.is_whole || result.location.is_some() || rules::find(result.rule.as_str()).is_none();
            }
        }
        fleets.retain(|_, fleet| fleet.instances.len() > 1);
        for result in results.iter().filter(|result| result.side == Side::Stack && result.service.is_none()) {
            for who in result.items.iter().filter_map(|item| item.split_once(": ")).map(|(who, _)| who) {
                // What is stack-wide lists who differs: `agent agent-1: v2`.
                let named = who.split_once(' ').and_then(|(service, rest)| Some((service.parse().ok()?, rest)));
                let Some((service, rest)): Option<(Service, &str)> = named else { continue };
                if let Some(fleet) = fleets.get_mut(&service) {
                    fleet.differs(rest.split(' ').next().unwrap_or(rest), standing(result));
                }
            }
        }
        Self(fleets)
    }

    /// All of them, by service.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a Service, &Fleet<'a>)> {
        self.0.iter().map(|(service, fleet)| (*service, fleet))
    }

    /// The fleet of a service, if it is one.
    pub(crate) fn get(&self, service: Option<&Service>) -> Option<&Fleet<'a>> {
        self.0.get(service?)
    }

    /// Whether a result is told together with those of other instances.
    pub(crate) fn is_told_together(&self, result: &CheckResult) -> bool {
        let fleet = || self.get(result.service.as_ref());
        result.side == Side::Stack && result.instance.is_some() && fleet().is_some_and(|f| f.instances.len() > FEW)
    }

    /// `3 of 1000 instances`, as far as the whole is known.
    pub(crate) fn share(&self, service: Option<&Service>, count: usize) -> String {
        match self.get(service).filter(|fleet| fleet.is_whole).map(|fleet| fleet.instances.len()) {
            Some(whole) if whole == count => format!("all {whole} instances"),
            Some(whole) => format!("{count} of {whole} instances"),
            None => shipworthy_contract::text::plural(count, "instance"),
        }
    }
}

impl<'a> Fleet<'a> {
    /// Each instance, and how it stands.
    pub(crate) fn instances(&self) -> &[(&'a str, Standing)] {
        &self.instances
    }

    fn stands(&mut self, instance: &'a str, standing: Standing) {
        let next = if self.last + 1 < self.instances.len() { self.last + 1 } else { 0 };
        let is_next = self.instances.get(next).is_some_and(|(name, _)| *name == instance);
        let at = if is_next { next } else { *self.known.entry(instance).or_insert(self.instances.len()) };
        self.last = at;
        match self.instances.get_mut(at) {
            Some((_, before)) => *before = (*before).max(standing),
            None => self.instances.push((instance, standing)),
        }
    }

    fn differs(&mut self, instance: &str, standing: Standing) {
        let known = self.known.get(instance).and_then(|at| self.instances.get_mut(*at));
        if let Some((_, before)) = known {
            *before = (*before).max(standing);
        }
    }

    /// How the whole stands, each instance counted once, with the first `limit` names of those that are not as required.
    pub(crate) fn summary(&self, look: &Look, limit: usize) -> Option<Vec<Span>> {
        let whole = self.instances.len();
        if !self.is_whole {
            return None;
        }
        let of = |wanted: Standing| {
            let standing = self.instances.iter().filter(move |(_, standing)| *standing == wanted);
            standing.map(|(name, _)| *name).collect::<Vec<_>>()
        };
        let as_required = of(Standing::AsRequired).len();
        if as_required == whole {
            return Some(vec![Span::plain(format!("all {whole} instances compatible"))]);
        }
        let mut spans = vec![Span::plain(format!("{as_required} of {whole} instances compatible"))];
        for (standing, words, tone) in [
            (Standing::Broken, "not", Tone::Bad),
            (Standing::Undetermined, "undetermined", Tone::Unknown),
            (Standing::Warned, "with warnings", Tone::Warning),
            (Standing::TakenOut, "waived or skipped", Tone::Dim),
        ] {
            let names = of(standing);
            if names.is_empty() {
                continue;
            }
            if let Some(last) = spans.last_mut() {
                last.text.push(';');
            }
            spans.push(Span::new(format!("{} {words}:", names.len()), tone));
            spans.push(Span::plain(self::names(look, &names, limit)));
        }
        Some(spans)
    }
}

/// The first `limit` names, and how many more.
pub(crate) fn names(look: &Look, names: &[&str], limit: usize) -> String {
    let shown: Vec<String> = names.iter().take(limit).map(|name| look.foreign(name, LONGEST_NAME)).collect();
    match names.len().saturating_sub(limit) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

pub(crate) fn standing(result: &CheckResult) -> Standing {
    let is_observation = result.rule == rules::OBSERVATION;
    match result.outcome {
        Outcome::Fail => Standing::Broken,
        Outcome::Error => Standing::Undetermined,
        Outcome::Warn if is_observation => Standing::Undetermined,
        Outcome::Warn => Standing::Warned,
        Outcome::Skip if is_consequence(result) => Standing::Undetermined,
        Outcome::Skip if matches!(result.class, Class::Waived | Class::Skipped) => Standing::TakenOut,
        Outcome::Skip | Outcome::Pass | Outcome::Info => Standing::AsRequired,
    }
}
