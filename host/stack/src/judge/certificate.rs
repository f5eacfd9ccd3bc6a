//! `stack.certificate`: a service's certificate is valid, and will be for a while yet (contract.md, part 2).
//!
//! Judged by the time at which it was presented, so that a recording is judged as it was. Of those sent along, one that has
//! ended counts if verifying failed for it: which of them is needed, the verification has decided.

use std::collections::{BTreeMap, HashSet};

use shipworthy_contract::{
    CheckResult, Class, Outcome, Service, Sha256,
    certificate::{Certificate, Presented},
    evidence::{Evidence, Gap},
    report::EvidenceLine,
    rules,
    text::plural,
};

use super::Bench;
use crate::{Date, cause::Cause, outcome, seen::Seen, tell};

const DAY: i64 = 86_400;

/// A certificate that ends within so many days is told early, so that renewing it needs no haste.
const EARLY: i64 = 14;

impl Bench<'_> {
    /// One result for each certificate that a service presented, whichever of its probes saw it first.
    pub(super) fn certificates<'s>(&mut self, seen: &'s [Seen<'_>]) -> BTreeMap<&'s Service, Vec<CheckResult>> {
        let mut results: BTreeMap<&Service, Vec<CheckResult>> = BTreeMap::new();
        let mut judged: HashSet<(&Service, &str, Sha256)> = HashSet::new();
        for seen in seen {
            for presented in &seen.run.certificates {
                let Some(leaf) = presented.chain.first() else { continue };
                let service = &seen.run.service;
                if judged.insert((service, &presented.url, leaf.sha256)) {
                    results.entry(service).or_default().push(self.certificate(seen, presented, leaf));
                }
            }
        }
        results
    }

    fn certificate(&mut self, seen: &Seen<'_>, presented: &Presented, leaf: &Certificate) -> CheckResult {
        let url = tell::clean(&presented.url);
        let ended = presented.expired.then(|| first_to_end(presented, leaf));
        let judged = ended.unwrap_or(leaf);
        let end = Date::of_unix(judged.not_after);
        let left = judged.not_after.saturating_sub(presented.seen_at);
        let (row, message) = match ended {
            Some(ended) => {
                let whose = if ended.sha256 == leaf.sha256 {
                    format!("the certificate of `{url}`")
                } else {
                    format!("the certificate `{}` that `{url}` sends along", tell::clean(&ended.subject))
                };
                (Some(outcome::FIRST), format!("{whose} expired on {end}, {} ago", span(left.saturating_neg())))
            }
            None if left <= EARLY * DAY => {
                (Some(outcome::ENDS_SOON), format!("the certificate of `{url}` ends on {end}, in {}", span(left)))
            }
            None => (None, format!("the certificate of `{url}` is valid until {end}")),
        };
        let outcome = row.map_or(Outcome::Pass, |row| outcome::of(&rules::CERTIFICATE, row, self.policy));
        let class = if row.is_some() { Class::Violated } else { Class::Satisfied };
        let mut result = CheckResult::new(rules::CERTIFICATE, outcome, class, message);
        result.expected = row.map(|_| format!("valid for more than {EARLY} days"));
        result.observed = Some(end.to_string());
        result.hint = row.map(|_| format!("renew the certificate of `{}` before the deploy", seen.run.service));
        result.evidence = evidence(presented);
        // Nothing rests on a certificate that is still valid, whatever else keeps TLS from being set up.
        if ended.is_some() {
            // With the address, so that no other result is taken for one that rests on this.
            let observed = format!("`{url}`: {end}");
            self.tell_what_rests_on_it(seen, &url, &observed);
            result.observed = Some(observed);
        }
        let mut result = seen.stamp(result);
        // The time is that of the whole run.
        (result.duration_ms, result.attempts) = (None, None);
        result
    }

    /// In the words of the probe, what could not be seen because of this certificate: told here, and referred to by what
    /// rests on it.
    fn tell_what_rests_on_it(&mut self, seen: &Seen<'_>, url: &str, observed: &str) {
        let who = format!("the certificate of `{url}`");
        // As the host says it, whatever the probe put before it.
        let words = format!("`{url}`: the certificate expired on ");
        let of_run = seen.cause.clone().filter(|cause| cause.class == Class::Tls);
        let missing = seen.run.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::Missing { why: Gap::Tls, detail, .. } => Some(Cause::of_gap(seen.run, Gap::Tls, detail)),
            _ => None,
        });
        for cause in of_run.into_iter().chain(missing).filter(|cause| cause.detail.contains(&words)) {
            self.causes.tell_as(&cause, || who.clone(), observed);
        }
    }
}

/// The certificate of the chain that ended first, of those that have.
fn first_to_end<'a>(presented: &'a Presented, leaf: &'a Certificate) -> &'a Certificate {
    let ended = presented.chain.iter().filter(|one| one.not_after < presented.seen_at);
    ended.min_by_key(|one| one.not_after).unwrap_or(leaf)
}

/// A number of days in words.
fn span(seconds: i64) -> String {
    let days = usize::try_from(seconds / DAY).unwrap_or(usize::MAX);
    if days == 0 { "less than a day".to_owned() } else { plural(days, "day") }
}

/// Every certificate of the chain, in facts.
fn evidence(presented: &Presented) -> Vec<EvidenceLine> {
    let source = "TLS handshake";
    let count = presented.chain.len();
    let mut lines = Vec::new();
    for (at, certificate) in presented.chain.iter().enumerate() {
        let subject = (count > 1).then(|| format!("certificate {} of {count}", at + 1));
        let names = certificate.names.join(", ");
        let facts = [
            ("subject", certificate.subject.clone()),
            ("names", names),
            ("issuer", certificate.issuer.clone()),
            ("not-before", Date::of_unix(certificate.not_before).to_string()),
            ("not-after", Date::of_unix(certificate.not_after).to_string()),
            ("sha256", certificate.sha256.to_string()),
        ];
        lines.extend(facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| EvidenceLine {
            name: name.to_owned(),
            value: tell::clean(&value),
            source: source.to_owned(),
            subject: subject.clone(),
        }));
    }
    lines
}
