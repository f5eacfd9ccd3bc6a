//! Which result others are missing because of.

use std::collections::{HashMap, hash_map::Entry};

use shipworthy_contract::{CheckResult, Class, Outcome, Service, rules};

/// What other results can rest on, by what was observed. The judge gives a cause and all that rests on it the same
/// words.
#[derive(Default)]
pub(super) struct Causes<'a>(HashMap<&'a str, SameWords<'a>>);

/// Causes that were observed in the same words, such as those of several instances that are slow. Most are alone: then
/// there is nothing to look up.
struct SameWords<'a> {
    first: &'a CheckResult,
    in_service: HashMap<Option<&'a Service>, &'a CheckResult>,
    at_instance: HashMap<(Option<&'a Service>, Option<&'a str>), &'a CheckResult>,
}

impl<'a> Causes<'a> {
    /// Those among results.
    pub(super) fn among(results: &'a [CheckResult]) -> Self {
        let mut causes = Self::default();
        for result in results.iter().filter(|result| may_cause(result)) {
            let Some(observed) = result.observed.as_deref() else { continue };
            match causes.0.entry(observed) {
                Entry::Occupied(words) => words.into_mut().add(result),
                Entry::Vacant(place) => {
                    let (in_service, at_instance) = (HashMap::new(), HashMap::new());
                    place.insert(SameWords { first: result, in_service, at_instance });
                }
            }
        }
        causes
    }

    /// The result that this one is missing because of: of the same instance, else of the same service, else any.
    pub(super) fn of(&self, result: &CheckResult) -> Option<&'a CheckResult> {
        let observed = result.observed.as_deref().filter(|_| is_consequence(result))?;
        self.0.get(observed).map(|words| words.of(result))
    }
}

impl<'a> SameWords<'a> {
    fn add(&mut self, result: &'a CheckResult) {
        let known = if self.in_service.is_empty() { Some(self.first) } else { None };
        for result in known.into_iter().chain([result]) {
            let (service, instance) = (result.service.as_ref(), result.instance.as_deref());
            self.in_service.entry(service).or_insert(result);
            self.at_instance.entry((service, instance)).or_insert(result);
        }
    }

    fn of(&self, result: &CheckResult) -> &'a CheckResult {
        if self.in_service.is_empty() {
            return self.first;
        }
        let (service, instance) = (result.service.as_ref(), result.instance.as_deref());
        self.at_instance
            .get(&(service, instance))
            .or_else(|| self.in_service.get(&service))
            .copied()
            .unwrap_or(self.first)
    }
}

/// Whether other results can be missing because of this one. A violated rule was judged and hides
/// nothing, but for a certificate that has expired: it keeps TLS from being set up.
pub(super) fn may_cause(result: &CheckResult) -> bool {
    let counts = match result.outcome {
        Outcome::Pass | Outcome::Info | Outcome::Skip => false,
        Outcome::Warn | Outcome::Fail | Outcome::Error => true,
    };
    counts && result.observed.is_some() && (result.rule == rules::OBSERVATION || result.rule == rules::CERTIFICATE)
}

/// Whether a result is missing because of another one.
pub(crate) fn is_consequence(result: &CheckResult) -> bool {
    result.outcome == Outcome::Skip
        && result.class == Class::Skipped
        && result.rule == rules::OBSERVATION
        && result.observed.is_some()
}

/// The message of what rests on a cause, without what the cause itself tells.
pub(super) fn own_words(result: &CheckResult) -> &str {
    let message = result.message.rsplit_once(" (same cause as ").map_or(result.message.as_str(), |(own, _)| own);
    without_cause(message, result.observed.as_deref())
}

/// Whether what rests on a cause is the very same at another instance: one trap of a fleet's probe is told as that of
/// all.
pub(super) fn is_echo(cause: &CheckResult, result: &CheckResult) -> bool {
    result.location.is_none()
        && result.service == cause.service
        && result.instance != cause.instance
        && own_words(result) == without_cause(&cause.message, cause.observed.as_deref())
}

fn without_cause<'m>(message: &'m str, observed: Option<&str>) -> &'m str {
    let shorter = observed.and_then(|observed| message.strip_suffix(observed)?.strip_suffix(": "));
    shorter.unwrap_or(message)
}
