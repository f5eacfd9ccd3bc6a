//! A stack in which Docker sees no runtime-node: as it should be in docker mode, and broken in containerd mode, which the
//! agent's container shows. Where no agent shows the mode, nothing is known, and that is not passed over: a project that
//! is not there looks the same.

use shipworthy_esb as esb;
use shipworthy_sdk::{Failure, Finding, Gap, Stack, Target};

use crate::{CAPABILITY, HEALTHY, OF_CONTAINER, PRESENT};

/// What needs an answer of containerd, or a container that is healthy.
const OF_ANSWER: [&str; 3] = [HEALTHY, CAPABILITY, "version"];

/// What the agents' containers say of the mode, and by what.
enum Mode {
    /// In this mode there has to be a runtime-node.
    Containerd(String),
    /// In this mode there is none.
    Docker(String),
    /// No agent shows it.
    Unknown,
}

/// `unanswered` is why containerd gave no answer; none if it gave one.
pub(crate) fn observe(stack: &Stack<'_>, target: &Target, unanswered: Option<&Failure>) {
    let nothing = esb::no_container(&target.service);
    // An endpoint that is not mapped was never asked.
    let asked = unanswered.filter(|failure| failure.why != Gap::NotGranted);
    let reason = match mode(stack) {
        Ok(Mode::Containerd(shown)) => {
            let finding = Finding::new(false, ["containers of ", &target.service].concat());
            let expected = ["1 or more, as ", &shown].concat();
            stack.finding(PRESENT, &finding.expected(expected).found("0"));
            esb::absent(stack, &OF_CONTAINER, &nothing);
            asked.cloned().unwrap_or(nothing)
        }
        Ok(Mode::Docker(shown)) => not_seen(stack, told(&nothing, &["; ", &shown].concat())),
        Ok(Mode::Unknown) => {
            let nothing = told(&nothing, ", and no agent shows in which mode the stack runs");
            match (unanswered, asked) {
                (None, _) => not_seen(stack, nothing),
                (_, Some(asked)) => not_seen(stack, open(told(&nothing, &["; ", &asked.detail].concat()))),
                (_, None) => not_seen(stack, open(nothing)),
            }
        }
        Err(failure) => {
            let failure = not_seen(stack, failure.at(&nothing.detail));
            asked.cloned().map_or(failure, Failure::must_be_offered)
        }
    };
    if unanswered.is_some() {
        esb::absent(stack, &OF_ANSWER, &reason);
    }
}

/// The rule and what only a container shows, for one reason, which it gives back.
fn not_seen(stack: &Stack<'_>, why: Failure) -> Failure {
    stack.missing(PRESENT, why.clone());
    esb::absent(stack, &OF_CONTAINER, &why);
    why
}

fn told(failure: &Failure, more: &str) -> Failure {
    Failure::new(failure.why, [&failure.detail, more].concat())
}

/// Nothing is known, and another look may tell more.
fn open(failure: Failure) -> Failure {
    Failure { why: Gap::Unreachable, ..failure }
}

/// One source that says containerd is enough to miss the runtime-node; docker mode is concluded only where none does.
fn mode(stack: &Stack<'_>) -> Result<Mode, Failure> {
    let containers = stack.containers().of("agent")?;
    let (mut docker, mut failed) = (None, None);
    for container in esb::current(&containers) {
        let shown = match esb::modes(stack, container) {
            Ok(shown) => shown,
            // That it shows none is no failure of the way to it.
            Err(failure) if failure.why == Gap::NotOffered => continue,
            Err(failure) => {
                failed = Some(failure);
                continue;
            }
        };
        let says = |value: &str| shown.iter().find(|shown| shown.value == value).map(in_words);
        if let Some(words) = says("containerd") {
            return Ok(Mode::Containerd(words));
        }
        docker = docker.or_else(|| says("docker"));
    }
    // An agent that could not be asked may be of containerd mode.
    failed.map_or_else(|| Ok(docker.map_or(Mode::Unknown, Mode::Docker)), Err)
}

/// `esb-agent` is of docker mode by container image name.
fn in_words(shown: &esb::Shown) -> String {
    let of = shown.origin.subject.as_deref().unwrap_or_default();
    ["`", of, "` is of ", &shown.value, " mode by ", &shown.origin.what].concat()
}
