//! Whole trees on a real file system: what a sums file lists is there, unaltered, and nothing else is.

#![expect(clippy::disallowed_methods, reason = "tests make trees, and read what they made")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod content;
mod huge;
mod kinds;
mod listing;
mod meanwhile;
mod sums;

use shipworthy_contract::{CheckResult, Outcome, RuleId};

use crate::sandbox::{Artifact, SOUND};

/// A sound tree with a few files, not listed yet.
fn tree() -> Artifact {
    Artifact::new(SOUND).file("a/app/a.txt", "hello\n").file("a/app/sub/b.txt", "world\n").file("a/app/empty", "")
}

/// Outcome, message and paths of a rule.
#[expect(clippy::expect_used, reason = "a helper of tests")]
fn told(artifact: &Artifact, rule: &RuleId) -> (Outcome, String, Vec<String>) {
    let CheckResult { outcome, message, items, .. } = artifact.result(rule).expect("the rule was judged");
    (outcome, message, items)
}

/// Rules that do not hold, with the paths that each names.
fn broken(artifact: &Artifact) -> Vec<String> {
    let results = artifact.results().into_iter();
    let told = results.filter(|result| matches!(result.outcome, Outcome::Fail | Outcome::Warn | Outcome::Error));
    told.map(|result| format!("{} {} {}", result.rule, result.outcome, result.items.join(" "))).collect()
}
