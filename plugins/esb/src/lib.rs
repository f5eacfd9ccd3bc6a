//! How the containers of an ESB show image, mode and release (contract.md, part 3): shared by the probes of its
//! services, and no probe itself.
//!
//! Every place that shows a fact gives it, with its own origin. Whether they agree is judged by the host.

use shipworthy_sdk::{Container, Failure, Gap, Origin, Stack, Target};

/// What an image's name ends in, and the mode that it shows.
const SUFFIXES: [(&str, &str); 2] = [("-docker", "docker"), ("-containerd", "containerd")];

/// The variables that say the mode: of a service, and of an image.
const VARIABLES: [&str; 2] = ["AGENT_RUNTIME", "IMAGE_RUNTIME"];

/// A value, and where it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The value.
    pub value: String,
    /// With the container as its subject.
    pub origin: Origin,
}

/// The containers that speak for the stack: those that run, or all where none does. One that an earlier run left
/// behind beside a running one says nothing of the stack.
pub fn current(containers: &[Container]) -> Vec<&Container> {
    let running = |container: &&Container| container.state == "running";
    let any = containers.iter().any(|container| running(&container));
    containers.iter().filter(|container| !any || running(container)).collect()
}

/// The container of a job's latest run: by its last start, so that one that was made and never started is the latest
/// only where none has ever started.
pub fn latest_run(containers: &[Container]) -> Option<&Container> {
    // The engine drops a fraction's last zeros, so its `Z` must not be compared with a digit.
    containers.iter().max_by_key(|container| container.started_at.as_deref().unwrap_or_default().trim_end_matches('Z'))
}

/// Looks at each current container of the probe's own service. Where there is none, or no engine to ask, each of
/// `names` is missing, and nothing else is lost.
pub fn each(stack: &Stack<'_>, target: &Target, names: &[&str], look: impl FnMut(&Container)) {
    match stack.containers().own() {
        Ok(containers) if containers.is_empty() => absent(stack, names, &no_container(&target.service)),
        Ok(containers) => current(&containers).into_iter().for_each(look),
        Err(error) => absent(stack, names, &error.into()),
    }
}

/// Where something of a container was read: `container image tag`, of the container's name.
pub fn origin(container: &Container, what: &str) -> Origin {
    Origin::new(["container ", what].concat()).of(&*container.name)
}

/// The container is there, and has nothing of the kind.
pub fn nothing(container: &Container, why: &str) -> Failure {
    Failure::new(Gap::NotOffered, why).at(&container.name)
}

/// The reason where a service has no container.
pub fn no_container(service: &str) -> Failure {
    Failure::new(Gap::NotOffered, ["no container of ", service].concat())
}

/// Each of these names cannot be seen, for one and the same reason: there is no container, or no engine to ask.
pub fn absent(stack: &Stack<'_>, names: &[&str], why: &Failure) {
    for name in names {
        stack.missing(name, why.clone());
    }
}

/// The facts `image`, as it was asked for, and `image-id`.
pub fn image(stack: &Stack<'_>, container: &Container) {
    for (key, value, what) in [("image", &container.image, "image"), ("image-id", &container.image_id, "image id")] {
        if value.is_empty() {
            stack.missing(key, nothing(container, "the engine names no image"));
        } else {
            stack.fact(key, &**value, origin(container, what));
        }
    }
}

/// The fact `release`, from the image's tag.
pub fn release_by_tag(stack: &Stack<'_>, container: &Container) {
    match container.image_tag() {
        Some(tag) => stack.fact("release", tag, origin(container, "image tag")),
        None => stack.missing("release", nothing(container, "its image has no tag")),
    }
}

/// The fact `mode`, once from each place that shows it: the end of the image's name, and the variables. A mode that is
/// not known here is given as it is. Gives back what was shown, one or more, or why nothing was.
pub fn mode(stack: &Stack<'_>, container: &Container) -> Result<Vec<Shown>, Failure> {
    let shown = modes(stack, container);
    match &shown {
        Ok(shown) => shown.iter().for_each(|shown| stack.fact("mode", &*shown.value, shown.origin.clone())),
        Err(failure) => stack.missing("mode", failure.clone()),
    }
    shown
}

/// What [`mode`] gives back, with no evidence of it: of a container that is not the probe's own.
pub fn modes(stack: &Stack<'_>, container: &Container) -> Result<Vec<Shown>, Failure> {
    let mut shown: Vec<Shown> = mode_of_image(container).into_iter().collect();
    let mut failed = None;
    for name in VARIABLES {
        match variable(stack, container, name) {
            Ok(found) => shown.extend(found),
            Err(failure) => {
                let answers = failure.why == Gap::NotGranted;
                failed = Some(failure);
                // An engine that does not answer is not waited for again.
                if !answers {
                    break;
                }
            }
        }
    }
    if shown.is_empty() {
        let why = "neither its image's name nor AGENT_RUNTIME nor IMAGE_RUNTIME shows the mode";
        return Err(failed.unwrap_or_else(|| nothing(container, why)));
    }
    for shown in &mut shown {
        shown.value.make_ascii_lowercase();
    }
    Ok(shown)
}

/// A variable of the container's environment, trimmed; none where it is not set or blank. Takes `env . NAME`
pub fn variable(stack: &Stack<'_>, container: &Container, name: &str) -> Result<Option<Shown>, Failure> {
    let value = stack.containers().env(container, name).map_err(|error| Failure::from(error).at(&container.name))?;
    let value = value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    Ok(value.map(|value| Shown { value, origin: origin(container, &["env ", name].concat()) }))
}

fn mode_of_image(container: &Container) -> Option<Shown> {
    let name = container.image_name()?;
    let (_, mode) = SUFFIXES.iter().find(|(suffix, _)| name.ends_with(suffix))?;
    Some(Shown { value: (*mode).to_owned(), origin: origin(container, "image name") })
}

#[cfg(test)]
mod tests;
