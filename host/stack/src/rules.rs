//! One file per rule; each holds what was seen against what is wanted, and decides nothing else.

mod api_version;
mod capability;
mod digest;
mod fact;
mod mode;
mod release;
mod version;

use shipworthy_contract::evidence::Value;

use crate::{
    compare::{self, Compared, Reading, Weighed},
    seen::{Sample, Seen},
    want::What,
};

/// Whom a want is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All services at once.
    Stack,
    /// One service, or one instance of it.
    Service,
}

/// Holds a want against runs of which at least one gave evidence for it. `stack.api-version` needs none when it is
/// stack-wide.
pub(crate) fn weigh(what: &What, runs: &[&Seen<'_>], scope: Scope) -> Weighed {
    let readings = |compare: &dyn Fn(&Value) -> (Compared, String)| readings(what, runs, scope, compare);
    match what {
        What::ApiVersion(required) => {
            let mut all = readings(&|value| (api_version::check(*required, &value.to_string()), String::new()));
            if scope == Scope::Stack {
                all.insert(0, api_version::of_stack_contract(*required));
            }
            compare::fold(what, all)
        }
        What::Mode(required) => {
            compare::fold(what, readings(&|value| (mode::check(*required, &value.to_string()), String::new())))
        }
        What::Release(required) => {
            compare::fold(what, readings(&|value| (release::check(required, &value.to_string()), String::new())))
        }
        What::Version(required) => compare::fold(what, readings(&|value| version::check(required, &value.to_string()))),
        What::Fact(_, required) => {
            compare::fold(what, readings(&|value| (fact::check(required, value), String::new())))
        }
        What::Capability(name) => capability::check(name, runs),
        What::Digest(name, allowed) => digest::check(name, allowed, runs),
    }
}

fn readings(
    what: &What,
    runs: &[&Seen<'_>],
    scope: Scope,
    compare: &dyn Fn(&Value) -> (Compared, String),
) -> Vec<Reading> {
    let read = |sample: Sample<'_>| {
        let who = (scope == Scope::Stack).then(|| sample.seen.who());
        let value = sample.value.to_string();
        let (compared, ignored) = compare(sample.value);
        let reading = Reading::of(what.name(), value.trim(), who.as_deref(), sample.origin, compared);
        Reading { ignored: crate::tell::clean(&ignored), ..reading }
    };
    runs.iter().flat_map(|seen| seen.facts(what.name())).map(read).collect()
}
