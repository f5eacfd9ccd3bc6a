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
    want::{Want, What},
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
pub(crate) fn weigh(want: &Want, runs: &[&Seen<'_>], scope: Scope) -> Weighed {
    let what = &want.what;
    let readings = |compare: &dyn Fn(&Value) -> (Compared, String)| readings(what, runs, scope, compare);
    let plain = |compare: &dyn Fn(&Value) -> Compared| readings(&|value| (compare(value), String::new()));
    let mut readings = match what {
        What::Capability(name) => return capability::check(name, runs),
        What::Digest(name, allowed) => return digest::check(name, allowed, runs),
        What::ApiVersion(required) => plain(&|value| api_version::check(*required, &value.to_string())),
        What::Mode(required) => plain(&|value| mode::check(*required, &value.to_string())),
        What::Release(required) => plain(&|value| release::check(required, &value.to_string())),
        What::Version(required) => readings(&|value| version::check(required, &value.to_string())),
        What::Fact(_, required) => plain(&|value| fact::check(required, value)),
    };
    if let (What::ApiVersion(required), Scope::Stack) = (what, scope) {
        readings.insert(0, api_version::of_stack_contract(*required));
    }
    compare::fold(want, readings, scope)
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
