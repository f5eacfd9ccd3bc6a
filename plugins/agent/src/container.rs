//! What the agent's container shows: image, mode, release, and what comes with the mode.

use shipworthy_esb::{self as esb, Shown};
use shipworthy_sdk::{Container, Failure, Gap, Stack, Target};

/// What cannot be seen without a container.
const NAMES: [&str; 4] = ["mode", "release", "pause", "metrics"];

/// Capabilities that exist in containerd mode only.
const BY_MODE: [&str; 2] = ["pause", "metrics"];

/// The release as the agent is told it.
const RELEASE: &str = "ESB_TAG";

pub(crate) fn look(stack: &Stack<'_>, target: &Target) {
    esb::each(stack, target, &NAMES, |container| {
        esb::image(stack, container);
        let shown = esb::mode(stack, container);
        by_mode(stack, container, shown.and_then(|shown| agreed(container, shown)));
        release(stack, container);
    });
}

fn by_mode(stack: &Stack<'_>, container: &Container, mode: Result<Shown, Failure>) {
    match mode {
        Ok(Shown { value, origin }) if value == "containerd" => {
            for name in BY_MODE {
                stack.capability(name, true, origin.clone());
            }
        }
        Ok(Shown { value, .. }) if value == "docker" => {
            for name in BY_MODE {
                stack.missing(name, esb::nothing(container, "docker mode has neither `pause` nor `metrics`"));
            }
        }
        Ok(Shown { value, .. }) => {
            let why = ["it is not known what mode `", &value, "` has"].concat();
            esb::absent(stack, &BY_MODE, &Failure::new(Gap::Unreadable, why).at(&container.name));
        }
        Err(failure) => esb::absent(stack, &BY_MODE, &failure),
    }
}

/// The one mode of all that was shown.
fn agreed(container: &Container, shown: Vec<Shown>) -> Result<Shown, Failure> {
    let mut rest = shown.into_iter();
    let first = rest.next().ok_or_else(|| esb::nothing(container, "no mode was shown"))?;
    match rest.find(|other| other.value != first.value) {
        None => Ok(first),
        Some(other) => {
            let said = |shown: &Shown| ["`", &shown.value, "` by ", &shown.origin.what].concat();
            let why = ["its mode is ", &said(&first), " and ", &said(&other)].concat();
            Err(Failure::new(Gap::Unreadable, why).at(&container.name))
        }
    }
}

/// The fact `release`, from what the agent is told, else from the image's tag, which is a fact of its own.
fn release(stack: &Stack<'_>, container: &Container) {
    if let Some(tag) = container.image_tag() {
        stack.fact("image-tag", tag, esb::origin(container, "image tag"));
    }
    match esb::variable(stack, container, RELEASE) {
        Ok(Some(Shown { value, origin })) => stack.fact("release", value, origin),
        Ok(None) => esb::release_by_tag(stack, container),
        Err(failure) if failure.why == Gap::NotGranted => esb::release_by_tag(stack, container),
        // The agent may be told another release than the tag says.
        Err(failure) => stack.missing("release", failure),
    }
}
