//! What is worth knowing and counts for nothing: what nobody requires, seen or not, and what the host noted of a run.

use shipworthy_contract::{
    CheckResult, Class,
    evidence::{Evidence, OPTIONAL_NOT_GRANTED, Origin},
    report::EvidenceLine,
    rules,
    text::plural,
};

use super::Bench;
use crate::{
    cause::Cause,
    compare, outcome,
    seen::{Seen, Voice},
    tell,
    want::Want,
};

/// Most facts that the line on what nobody requires names; its evidence has them all.
const MOST_FACTS: usize = 4;

impl Bench<'_> {
    /// Information about one run, always under `stack.observation`.
    pub(super) fn aside(&self, seen: &Seen<'_>, of_stack: &[Want], of_service: &[Want]) -> Vec<CheckResult> {
        let mut results = self.not_seen(seen);
        results.extend(self.noted(seen));
        let used = of_stack.iter().chain(of_service).any(|want| seen.voice(&want.what) == Voice::Evidence);
        if !used {
            results.extend(self.not_required(seen));
        }
        results.into_iter().map(|result| seen.stamp(result)).collect()
    }

    /// Missing things that nobody requires, or that another probe saw: one line for each reason. Those that are missing
    /// because of what ended the run were told with it.
    fn not_seen(&self, seen: &Seen<'_>) -> Vec<CheckResult> {
        let mut missing: Vec<(Cause, Vec<String>)> = Vec::new();
        if !seen.has_gaps {
            return Vec::new();
        }
        let of_service = Some(seen.run.service.clone());
        for evidence in &seen.run.evidence {
            let Evidence::Missing { name, why, detail } = evidence else { continue };
            let cause = Cause::of_gap(seen.run, *why, detail);
            let told = |wanted: &String| {
                let prefix = name.ends_with(':') && wanted.starts_with(name.as_str());
                wanted == name || prefix
            };
            let unmet = [&None, &of_service].into_iter().filter_map(|of| self.unmet.get(of)).flatten().any(told);
            let is_own_rule = super::unjudged::own_rule(seen, name).is_some();
            if seen.cause.as_ref() == Some(&cause) || unmet || is_own_rule {
                continue;
            }
            let name = format!("`{}`", tell::clean(name));
            match missing.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, names)) if names.contains(&name) => {}
                Some((_, names)) => names.push(name),
                None => missing.push((cause, vec![name])),
            }
        }
        missing.into_iter().map(|(cause, names)| self.unseen_for(&cause, &names)).collect()
    }

    fn unseen_for(&self, cause: &Cause, names: &[String]) -> CheckResult {
        let verb = if names.len() == 1 { "was" } else { "were" };
        let message = format!("{} {verb} not observed: {}", names.join(", "), cause.detail);
        CheckResult { fault: Some(cause.fault()), ..self.information(cause.class, message) }
    }

    /// Undeclared uses that were refused, limits on one request; not what was told as the cause of the run's end, nor that
    /// what is optional and not granted was asked for in vain.
    fn noted(&self, seen: &Seen<'_>) -> Option<CheckResult> {
        let optional: Vec<&str> =
            seen.run.notes.iter().filter_map(|note| note.strip_prefix(OPTIONAL_NOT_GRANTED)).collect();
        let told = |note: &String| {
            seen.cause.as_ref().is_some_and(|cause| note.ends_with(cause.detail.as_str()))
                || optional.iter().any(|line| note.ends_with(&format!("it takes: {line}")))
        };
        let notes: Vec<String> =
            seen.run.notes.iter().map(|note| tell::clean(note)).filter(|note| !told(note)).collect();
        let message = match notes.as_slice() {
            [] => return None,
            [one] => format!("probe `{}`: {one}", seen.run.probe),
            [first, ..] => format!("probe `{}`: {}, the first: {first}", seen.run.probe, plural(notes.len(), "note")),
        };
        let mut result = self.information(Class::Information, message);
        result.items = notes;
        Some(result)
    }

    /// What a run saw of which nothing is required: shown, so that it can be.
    fn not_required(&self, seen: &Seen<'_>) -> Option<CheckResult> {
        let (mut parts, mut capabilities, mut digests) = (Vec::new(), 0, 0);
        for evidence in &seen.run.evidence {
            match evidence {
                Evidence::Fact { key, value, .. }
                    if parts.len() < MOST_FACTS && !value.to_string().trim().is_empty() =>
                {
                    let part = format!("{} `{}`", tell::clean(key), tell::clean(&value.to_string()));
                    // Two places may show the same, such as the mode.
                    if !parts.contains(&part) {
                        parts.push(part);
                    }
                }
                Evidence::Capability { .. } => capabilities += 1,
                Evidence::Digest { .. } => digests += 1,
                _ => {}
            }
        }
        let counted = |count: usize, one: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ if one == "capability" => Some(format!("{count} capabilities")),
            _ => Some(plural(count, one)),
        };
        parts.extend(counted(capabilities, "capability"));
        parts.extend(counted(digests, "digest"));
        if parts.is_empty() {
            return None;
        }
        let mut result =
            self.information(Class::Information, format!("observed, and not required: {}", parts.join(", ")));
        result.evidence = compare::lines(seen.run.evidence.iter().filter_map(line));
        Some(result)
    }

    fn information(&self, class: Class, message: String) -> CheckResult {
        let outcome = outcome::of(&rules::OBSERVATION, outcome::NOT_REQUIRED, self.policy);
        CheckResult::new(rules::OBSERVATION, outcome, class, message)
    }
}

fn line(evidence: &Evidence) -> Option<EvidenceLine> {
    let line = |name: &str, value: String, origin: &Origin| EvidenceLine {
        name: tell::clean(name),
        value: tell::clean(&value),
        source: tell::clean(&origin.what),
        subject: origin.subject.as_deref().map(tell::clean),
    };
    match evidence {
        Evidence::Fact { key, value, origin } => Some(line(key, value.to_string(), origin)),
        Evidence::Capability { name, present, origin } => {
            Some(line(name, if *present { "present" } else { "absent" }.to_owned(), origin))
        }
        Evidence::Digest { name, sha256, origin } => Some(line(name, sha256.to_string(), origin)),
        Evidence::Complete { .. } | Evidence::Missing { .. } | Evidence::Finding { .. } => None,
    }
}
