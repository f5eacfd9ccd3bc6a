//! The built binary against real containers on a real Docker Engine, and a real containerd. What the containers run are
//! stand-ins in Go; engine, networks, states, health checks, logs and file systems are real.
//!
//! Where there is no engine the tests say so and pass, unless `SHIPWORTHY_REQUIRE_DOCKER=1` makes that a failure.

use std::sync::LazyLock;

use anyhow::{Result, anyhow, ensure};
use shipworthy_stand_ins::{
    Sandbox,
    real::{self, Engine, Esb, Mode, Project, esb},
};

use crate::{sandbox, told::Told};

mod documented;
mod engine;
mod health;
mod hooks;
mod hostile_files;
mod leftovers;
mod places;
mod projects;
mod provisioner;
mod runtime_node;
mod whole_stack;

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];

/// The engine; none, and said so, where there is none and none is required.
fn engine_or_skip() -> Result<Option<&'static Engine>> {
    or_skip(real::engine())
}

/// A stack that several tests look at and none changes. It goes when this process ends.
fn stack_or_skip(mode: Mode) -> Result<Option<&'static Esb>> {
    static DOCKER: LazyLock<Result<Option<Esb>>> = LazyLock::new(|| started(Mode::Docker));
    static CONTAINERD: LazyLock<Result<Option<Esb>>> = LazyLock::new(|| started(Mode::Containerd));
    let stack = match mode {
        Mode::Docker => &DOCKER,
        Mode::Containerd => &CONTAINERD,
    };
    stack.as_ref().map(Option::as_ref).map_err(|error| anyhow!("{error:#}"))
}

fn started(mode: Mode) -> Result<Option<Esb>> {
    engine_or_skip()?.map(|engine| Esb::start(engine, mode)).transpose()
}

/// A part; none, and said so, where it is not to be had and not required.
fn or_skip<T>(part: Result<T, String>) -> Result<Option<T>> {
    match part {
        Ok(part) => Ok(Some(part)),
        Err(reason) => {
            ensure!(!real::required(), "required, and not to be had: {reason}");
            crate::skipped(&reason);
            Ok(None)
        }
    }
}

/// A sandbox with this environment.
fn with(environment: &str) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("env.toml", environment)?;
    Ok(sandbox)
}

/// What `stack check` tells with this environment.
fn check(environment: &str) -> Result<Told> {
    Told::by(&with(environment)?, &CHECK)
}

/// An environment of one probe on a project, with the bundled endpoints.
fn environment(requirements: &str, project: &Project, probe: &str) -> Result<String> {
    let (endpoints, containers, probe) = (esb::endpoints()?, esb::containers(project), esb::probe(probe));
    Ok(format!("[requirements]\n{requirements}\n\n{endpoints}\n\n{containers}\n\n{probe}\n"))
}

/// What people are told by `stack check`, with all that differs from run to run masked: the project's own names, days
/// and times, and how long a result took, which is shown only where it took long.
fn shown(sandbox: &Sandbox, project: &Project, words: &[&str]) -> Result<String> {
    let output = sandbox.run(&[&CHECK[..], words].concat())?;
    let text = project.masked(&output.snapshot()).replace(" ([TIME]) [stack.", " [stack.");
    let lines: Vec<String> = text.lines().map(without_days).collect();
    Ok(lines.join("\n"))
}

/// A line whose days are masked, with the time of the day if there is one: `2026-11-24T08:00:00Z;`.
fn without_days(line: &str) -> String {
    let is_day = |word: &str| word.len() >= 10 && word.starts_with("20") && word.get(4..5) == Some("-");
    line.split(' ').map(|word| if is_day(word) { "[WHEN]" } else { word }).collect::<Vec<_>>().join(" ")
}

/// The one result that could not be determined; what follows from it, and what nobody asked for, is not counted.
fn undetermined(told: &Told) -> &serde_json::Value {
    let errors: Vec<_> = told.results().filter(|result| result["outcome"] == "error").collect();
    assert_eq!(errors.len(), 1, "{}", told.output.snapshot());
    errors[0]
}

/// The origins of the evidence of one result, each with its subject.
fn origins(result: &serde_json::Value) -> Vec<String> {
    use crate::told::text;

    let of = |line: &serde_json::Value| format!("{} {}", text(line, "source"), text(line, "subject")).trim().to_owned();
    result["evidence"].as_array().into_iter().flatten().map(of).collect()
}
