//! A stack in which Docker sees no runtime-node: as it should be in docker mode, and broken in containerd mode, which the
//! agent's image shows.

use shipworthy_esb as esb;
use shipworthy_sdk::{Container, ContainersError, Failure, Finding, Gap, Stack, Target};

use crate::{CAPABILITY, HEALTHY, OF_CONTAINER, PRESENT};

/// What the agent's container says of the mode.
enum Agent {
    /// In this mode there has to be a runtime-node.
    Containerd(Container),
    /// In this mode there is none.
    Docker(Container),
    /// No agent's image shows it.
    Unknown,
}

/// `unanswered` is why containerd gave no answer; none if it gave one.
pub(crate) fn observe(stack: &Stack<'_>, target: &Target, unanswered: Option<Failure>) {
    let nothing = esb::no_container(&target.service);
    let agent = agent(stack);
    let nothing = match &agent {
        Ok(Agent::Docker(agent)) => told(&nothing, &["; `", &agent.name, "` is of docker mode"].concat()),
        Ok(Agent::Unknown) => told(&nothing, ", and no agent's image shows containerd mode"),
        Ok(Agent::Containerd(_)) | Err(_) => nothing,
    };
    match &agent {
        Ok(Agent::Containerd(agent)) => {
            let finding = Finding::new(false, ["containers of ", &target.service].concat());
            let expected = ["1 or more, as `", &agent.name, "` runs `", &agent.image, "`"].concat();
            stack.finding(PRESENT, &finding.expected(expected).found("0"));
        }
        Ok(Agent::Docker(_) | Agent::Unknown) => stack.missing(PRESENT, nothing.clone()),
        Err(error) => stack.missing(PRESENT, Failure::from(error.clone()).at(&nothing.detail)),
    }
    esb::absent(stack, &OF_CONTAINER, &nothing);
    if let Some(unanswered) = unanswered {
        // In docker mode there is no runtime-node to answer, and an endpoint that is not mapped was never asked.
        let reason = match &agent {
            Ok(Agent::Docker(_)) => &nothing,
            _ if unanswered.why == Gap::NotGranted => &nothing,
            _ => &unanswered,
        };
        esb::absent(stack, &[HEALTHY, CAPABILITY, "version"], reason);
    }
}

fn told(failure: &Failure, more: &str) -> Failure {
    Failure::new(failure.why, [&failure.detail, more].concat())
}

/// One in containerd mode is enough to miss the runtime-node.
fn agent(stack: &Stack<'_>) -> Result<Agent, ContainersError> {
    let containers = stack.containers().of("agent")?;
    let current = esb::current(&containers);
    let named = |suffix: &str| {
        let fits = |container: &&&Container| container.image_name().is_some_and(|name| name.ends_with(suffix));
        current.iter().find(fits).map(|container| (*container).clone())
    };
    Ok(named("-containerd")
        .map(Agent::Containerd)
        .or_else(|| named("-docker").map(Agent::Docker))
        .unwrap_or(Agent::Unknown))
}
