//! `stack.digest`: every observed digest of the name is among the allowed, so that one drifted container is seen.

use std::collections::BTreeSet;

use shipworthy_contract::{Sha256, evidence::Origin, report::EvidenceLine, text::plural};

use crate::{
    compare::{self, Told, Weighed},
    outcome,
    seen::Seen,
    tell,
};

pub(super) fn check(name: &str, allowed: &[Sha256], runs: &[&Seen<'_>]) -> Weighed {
    let shown = tell::clean(name);
    let all: Vec<(Sha256, &Origin)> = runs.iter().flat_map(|seen| seen.digests(name)).collect();
    let drifted: Vec<&(Sha256, &Origin)> = all.iter().filter(|(digest, _)| !allowed.contains(digest)).collect();
    // Drifted ones first, so that a cut never hides them.
    let line = |(digest, origin): &(Sha256, &Origin)| EvidenceLine {
        name: shown.clone(),
        value: digest.to_string(),
        source: tell::clean(&origin.what),
        subject: origin.subject.as_deref().map(tell::clean),
    };
    let fine = all.iter().filter(|(digest, _)| allowed.contains(digest));
    let evidence = compare::lines(drifted.iter().copied().chain(fine).map(line));
    let distinct = |digests: &mut dyn Iterator<Item = Sha256>| {
        digests.collect::<BTreeSet<_>>().iter().map(Sha256::to_string).collect::<Vec<_>>().join(", ")
    };
    if drifted.is_empty() {
        let message = format!("{} of `{shown}`, all allowed", plural(all.len(), "digest"));
        let observed = distinct(&mut all.iter().map(|(digest, _)| *digest));
        return Weighed::Holds(Told { message, observed, items: Vec::new(), evidence });
    }
    let items: Vec<String> = drifted.iter().map(|(_, origin)| place(origin)).collect();
    let names: Vec<&str> = items.iter().map(String::as_str).collect();
    let (bad, count) = (drifted.len(), all.len());
    let message = format!(
        "expected an allowed digest of `{shown}`, found {bad} of {count} not allowed: {}",
        compare::some(&names)
    );
    let observed = distinct(&mut drifted.iter().map(|(digest, _)| *digest));
    Weighed::Broken(outcome::FIRST, Told { message, observed, items, evidence })
}

fn place(origin: &Origin) -> String {
    tell::clean(origin.subject.as_deref().unwrap_or(&origin.what))
}
