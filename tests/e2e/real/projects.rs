//! Several compose projects on one engine: listed, never guessed.

use anyhow::Result;
use shipworthy_stand_ins::{
    Tree,
    real::{Mode, Project, Proxy, esb},
};

use super::{CHECK, check, engine_or_skip, environment, stack_or_skip, undetermined, with};
use crate::told::{Told, text};

const REQUIRED: &str = "mode = \"docker\"";

/// The environment without the line that names the project.
fn unnamed(project: &Project) -> Result<String> {
    Ok(environment(REQUIRED, project, "agent")?.replace(&format!("project = \"{}\"\n", project.name()), ""))
}

#[test]
fn several_stacks_are_listed_and_the_named_one_is_looked_at() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let (one, other) = (Project::begin(engine), Project::begin(engine));
    one.start(esb::agent(Mode::Docker)?.networked())?;
    other.start(esb::agent(Mode::Containerd)?.networked())?;

    // Other tests and other people may have stacks on this engine, too.
    let told = check(&unnamed(&one)?)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let result = undetermined(&told);
    assert_eq!(text(result, "class"), "config", "{}", told.output.snapshot());
    for project in [&one, &other] {
        assert!(text(result, "message").contains(&project.name()), "{}", told.output.snapshot());
    }

    for (project, exit) in [(&one, 0), (&other, 3)] {
        let told = check(&environment(REQUIRED, project, "agent")?)?;
        assert_eq!(told.exit(), Some(exit), "{}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn the_manifests_project_counts_where_its_generation_names_the_stacks() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let (one, other) = (Project::begin(engine), Project::begin(engine));
    one.start(esb::agent(Mode::Docker)?.networked())?;
    other.start(esb::agent(Mode::Containerd)?.networked())?;
    let sandbox = with(&unnamed(&one)?)?;
    sandbox.tree(&Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker\nesb_version: v1.4.2"))?;
    let manifest = std::fs::read_to_string(sandbox.dir().join("artifact.yml"))?;
    sandbox.file("artifact.yml", manifest.replace("project: demo", &format!("project: {}", one.name())))?;
    for (contract, exit) in [("1.1", 0), ("1.2", 4)] {
        let words = ["stack", "check", "artifact.yml", "--env", "env.toml", "--contract", contract];
        let told = Told::by(&sandbox, &words)?;
        assert_eq!(told.exit(), Some(exit), "{contract}: {}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn a_project_that_is_not_there_is_said_to_have_no_containers() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let told = check(&environment(REQUIRED, &project, "agent")?)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    assert!(told.output.stdout.contains("no container of"), "{}", told.output.snapshot());
    Ok(())
}

/// All questions of a whole run, as the engine sees them.
#[test]
fn the_engine_is_only_asked_by_get() -> Result<()> {
    use std::sync::{Arc, Mutex, PoisonError};

    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::agent(Mode::Docker)?.networked())?;
    project.start(esb::provisioner(Mode::Docker, 3, &["failed"]))?;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let for_proxy = Arc::clone(&seen);
    let proxy = Proxy::before(engine, move |line| {
        for_proxy.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    })?;
    let all = ["agent", "provisioner", "python-hooks"].map(esb::probe).join("\n\n");
    let environment = format!("{}\n\n{}\n\n{all}\n", esb::endpoints()?, esb::containers(&project));
    let sandbox = with(&environment.replace(&engine.url(), &proxy.url()))?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!(told.exit(), Some(3), "{}", told.output.snapshot());
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(seen.iter().any(|line| line.contains("/logs")), "{seen:?}");
    assert!(seen.iter().all(|line| line.starts_with("GET ")), "{seen:?}");
    Ok(())
}

#[test]
fn a_project_that_is_misspelt_is_one_cause_and_the_stacks_are_listed() -> Result<()> {
    let Some(stack) = stack_or_skip(Mode::Docker)? else { return Ok(()) };
    let environment =
        stack.environment("")?.replace(&format!("project = \"{}\"", stack.project.name()), "project = \"esb-nope\"");
    let told = check(&environment)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let words = "no container of compose project `esb-nope`; projects with a `gateway` or `agent`: ";
    let told_of: Vec<&str> =
        told.results().filter(|result| result["outcome"] == "error").map(|result| text(result, "message")).collect();
    assert!(told_of.iter().any(|message| message.contains(words)), "{}", told.output.snapshot());
    assert!(told_of.len() == 1, "{}", told.output.snapshot());
    assert!(told_of[0].contains(&stack.project.name()), "{}", told.output.snapshot());
    Ok(())
}
