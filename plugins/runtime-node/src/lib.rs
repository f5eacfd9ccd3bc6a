//! Whether ESB's runtime-node answers as containerd, and what its container shows.
//!
//! containerd's socket lies in a volume that only root reaches, so that the container's own health, which compose checks
//! by `ctr version`, is evidence as well. Each of the two sources gives what it shows, also where they disagree. The mode
//! is never concluded from an answer: a host in docker mode has a containerd, too.

mod absent;

use shipworthy_esb as esb;
use shipworthy_sdk::{
    Call, Container, ContainersError, Failure, Finding, Gap, NoConfig, Origin, Probe, Stack, Target, protobuf,
};

const VERSION: &str = "containerd.services.version.v1.Version/Version";

/// The rules.
const HEALTHY: &str = "healthy";
const PRESENT: &str = "present";

/// What only the container can show, as far as it is worth a line each that it was not seen.
const OF_CONTAINER: [&str; 3] = ["state", "mode", "release"];

/// The capability of a runtime-node that works.
const CAPABILITY: &str = "containerd";

struct RuntimeNode;

impl Probe for RuntimeNode {
    type Config = NoConfig;

    fn observe(stack: &Stack<'_>, target: &Target, _config: NoConfig) -> Result<(), Failure> {
        let answer = call(stack);
        let found = stack.containers().own();
        match (answer, found) {
            (Err(unanswered), Err(error)) => Err(silence(stack, unanswered, error)),
            (answer, Ok(containers)) if containers.is_empty() => {
                absent::observe(stack, target, answer.as_ref().err());
                Ok(())
            }
            (answer, Ok(containers)) => {
                for container in esb::current(&containers) {
                    observe_container(stack, container, answer.as_ref().err());
                }
                if let Err(failure) = answer {
                    stack.missing("version", failure);
                }
                Ok(())
            }
            (Ok(()), Err(error)) => {
                esb::absent(stack, &OF_CONTAINER, &error.into());
                stack.finding(PRESENT, &Finding::new(true, what()));
                Ok(())
            }
        }
    }
}

shipworthy_sdk::export!(RuntimeNode);

/// Nothing answered. A missing grant or endpoint is a choice of the environment and no cause where the other source has
/// a reason of its own; two reasons are both told.
fn silence(stack: &Stack<'_>, unanswered: Failure, error: ContainersError) -> Failure {
    match (unanswered.why, error.gap()) {
        (Gap::NotGranted, _) => error.into(),
        (_, Gap::NotGranted) => unanswered,
        _ => {
            esb::absent(stack, &[HEALTHY, CAPABILITY, "version"], &unanswered);
            error.into()
        }
    }
}

fn what() -> String {
    ["grpc ", VERSION].concat()
}

/// Everything that containerd's answer shows, or why there is none that can be read. One without a version is not
/// containerd's.
fn call(stack: &Stack<'_>) -> Result<(), Failure> {
    let reply = stack.grpc().invoke(Call::new(VERSION)).map_err(|error| Failure::from(error).at(&what()))?.ok()?;
    let text = |number| protobuf::text(reply.message(), number).map_err(|error| Failure::from(error).at(reply.what()));
    let (version, revision) = (text(1)?.trim(), text(2)?.trim());
    if version.is_empty() {
        return Err(Failure::new(Gap::Unreadable, "the answer names no version").at(reply.what()));
    }
    stack.fact("version", version, reply.origin("version"));
    if revision.is_empty() {
        stack.missing("revision", Failure::new(Gap::NotOffered, "the answer names none").at(reply.what()));
    } else {
        stack.fact("revision", revision, reply.origin("revision"));
    }
    stack.capability(CAPABILITY, true, reply.origin(""));
    let finding = Finding::new(true, reply.what()).expected("containerd's version").found(version);
    stack.finding(HEALTHY, &finding);
    Ok(())
}

/// What one container shows. `unanswered` is why containerd gave no answer, if it gave none.
fn observe_container(stack: &Stack<'_>, container: &Container, unanswered: Option<&Failure>) {
    stack.finding(PRESENT, &Finding::new(true, ["container ", &container.name].concat()));
    let no_check = || esb::nothing(container, "has no health check");
    stack.fact("state", &*container.state, esb::origin(container, "state"));
    match &container.health {
        Some(health) => stack.fact("health", &**health, esb::origin(container, "health")),
        None => stack.missing("health", no_check()),
    }
    judge(stack, container, unanswered);
    esb::image(stack, container);
    // What was missing has been said.
    let _said = esb::mode(stack, container);
    esb::release_by_tag(stack, container);
}

/// The rule `healthy` and the capability, as far as the container shows them: a finding of its own beside the answer's,
/// so that a disagreement is seen.
fn judge(stack: &Stack<'_>, container: &Container, unanswered: Option<&Failure>) {
    let running = container.state == "running";
    let found = match (running, container.health.as_deref()) {
        (true, None) => {
            if let Some(unanswered) = unanswered {
                unseen(stack, container, unanswered);
            }
            return;
        }
        // Not known yet: a later look tells. What answers meanwhile is judged by its answer.
        (true, Some("starting")) => {
            if unanswered.is_some() {
                let why = "starting; wait until its health check, `ctr version`, has succeeded";
                let failure = Failure::new(Gap::Unreachable, why).at(&container.name);
                esb::absent(stack, &[HEALTHY, CAPABILITY], &failure);
            }
            return;
        }
        (true, Some(health)) => health.to_owned(),
        (false, _) => ["it is not running, but ", &container.state].concat(),
    };
    let holds = running && container.health.as_deref() == Some("healthy");
    let origin: Origin = esb::origin(container, "health");
    let message = ["container health of ", &container.name].concat();
    stack.finding(HEALTHY, &Finding::new(holds, message).expected("running and healthy").found(&*found));
    if unanswered.is_some() && holds {
        stack.capability(CAPABILITY, true, origin);
    } else if unanswered.is_some() {
        stack.missing(CAPABILITY, Failure::new(Gap::Unreachable, found).at(&container.name));
    }
}

/// A container without a health check, and no answer: that it has no check is no reason where there is another.
fn unseen(stack: &Stack<'_>, container: &Container, unanswered: &Failure) {
    let failure = if unanswered.why == Gap::NotGranted {
        esb::nothing(container, &["has no health check; ", &unanswered.detail].concat())
    } else {
        unanswered.clone().at(&[&*container.name, " has no health check"].concat())
    };
    esb::absent(stack, &[HEALTHY, CAPABILITY], &failure);
}

#[cfg(test)]
mod tests;
