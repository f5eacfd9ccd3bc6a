//! Turns a service's containers, running or not, into facts and capabilities, by configuration alone.
//!
//! Each container gives its own evidence, with its name as the origin's subject: one that drifted among many is seen.

use std::collections::BTreeMap;

use serde::Deserialize;
use shipworthy_sdk::{Container, Failure, Finding, Gap, Origin, Probe, Stack, Target, Value};

/// See `probe.json`, where each key is described.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    expect: Expect,
    facts: BTreeMap<String, Source>,
    capabilities: BTreeMap<String, Sign>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    state: Option<String>,
    health: Option<String>,
    exit_code: Option<i32>,
}

/// Where a fact is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    State,
    Health,
    ExitCode,
    Image,
    ImageName,
    ImageTag,
    ImageId,
    StartedAt,
    FinishedAt,
    Label(String),
    ImageNameSuffix(BTreeMap<String, String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    label: String,
    value: Option<String>,
}

struct Containers;

impl Probe for Containers {
    type Config = Config;

    fn observe(stack: &Stack<'_>, target: &Target, config: Config) -> Result<(), Failure> {
        let containers = stack.containers().own()?;
        let finding = Finding::new(!containers.is_empty(), ["containers of ", &target.service].concat());
        stack.finding("present", &finding.expected("1 or more").found(containers.len().to_string()));
        if containers.is_empty() {
            let why = || Failure::new(Gap::NotOffered, ["no container of ", &target.service].concat());
            config.facts.keys().chain(config.capabilities.keys()).for_each(|name| stack.missing(name, why()));
        }
        for container in &containers {
            judge(stack, container, &config.expect);
            for (key, source) in &config.facts {
                match read(stack, container, source) {
                    Ok((value, origin)) => stack.fact(key, value, origin.of(&*container.name)),
                    Err(failure) => stack.missing(key, failure.at(&container.name)),
                }
            }
            for (name, sign) in &config.capabilities {
                match stack.containers().label(container, &sign.label) {
                    Ok(label) => {
                        let present =
                            label.is_some_and(|label| sign.value.as_ref().is_none_or(|value| *value == label));
                        stack.capability(name, present, label_origin(&sign.label).of(&*container.name));
                    }
                    Err(error) => stack.missing(name, Failure::from(error).at(&container.name)),
                }
            }
        }
        Ok(())
    }
}

shipworthy_sdk::export!(Containers);

/// The rules that the environment asked for.
fn judge(stack: &Stack<'_>, container: &Container, expect: &Expect) {
    let give = |rule: &str, expected: &str, found: &str| {
        let finding = Finding::new(expected == found, [rule, " of ", &container.name].concat());
        stack.finding(rule, &finding.expected(expected).found(found));
    };
    if let Some(state) = &expect.state {
        give("state", state, &container.state);
    }
    if let Some(expected) = &expect.health {
        match &container.health {
            Some(health) => give("health", expected, health),
            // Whoever expects a health wants to know: none is no answer to pass over.
            None => stack.missing("health", nothing("has no health check").must_be_offered().at(&container.name)),
        }
    }
    if let Some(expected) = expect.exit_code {
        let found = container.exit_code.map_or_else(|| container.state.clone(), |code| code.to_string());
        give("exit-code", &expected.to_string(), &found);
    }
}

/// The value, and where it was read in words.
fn read(stack: &Stack<'_>, container: &Container, source: &Source) -> Result<(Value, Origin), Failure> {
    let text = |text: &str, what: &str| Ok((Value::from(text), Origin::new(["container ", what].concat())));
    let optional = |value: Option<&str>, what: &str, otherwise: &str| match value {
        Some(value) => text(value, what),
        None => Err(nothing(otherwise)),
    };
    match source {
        Source::State => text(&container.state, "state"),
        Source::Health => optional(container.health.as_deref(), "health", "has no health check"),
        Source::ExitCode => match container.exit_code {
            Some(code) => Ok((Value::from(code), Origin::new("container exit code"))),
            None => Err(nothing("has not exited")),
        },
        Source::Image => text(&container.image, "image"),
        Source::ImageName => optional(container.image_name(), "image name", "its image has no name"),
        Source::ImageTag => optional(container.image_tag(), "image tag", "its image has no tag"),
        Source::ImageId => text(&container.image_id, "image id"),
        Source::StartedAt => optional(container.started_at.as_deref(), "start", "has not started"),
        Source::FinishedAt => optional(container.finished_at.as_deref(), "finish", "has not finished"),
        Source::Label(name) => match stack.containers().label(container, name)? {
            Some(value) => Ok((Value::from(value), label_origin(name))),
            None => Err(nothing(&["has no label `", name, "`"].concat())),
        },
        Source::ImageNameSuffix(values) => {
            let name = container.image_name().ok_or_else(|| nothing("its image has no name"))?;
            let fitting = values.iter().filter(|(suffix, _)| name.ends_with(&***suffix));
            match fitting.max_by_key(|(suffix, _)| suffix.len()) {
                Some((_, value)) => text(value, "image name"),
                None => Err(nothing(&["no suffix fits its image `", name, "`"].concat())),
            }
        }
    }
}

fn label_origin(name: &str) -> Origin {
    Origin::new(["container label ", name].concat())
}

/// The container is there, and has nothing of the kind.
fn nothing(why: &str) -> Failure {
    Failure::new(Gap::NotOffered, why)
}

#[cfg(test)]
mod tests;
