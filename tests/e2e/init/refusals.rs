//! What keeps an environment from being written: whom it would be of is not clear, or a file is there.

use anyhow::Result;
use shipworthy_stand_ins::docker::{Container, Docker};

use super::{init, timeless, written};
use crate::sandbox;

#[test]
fn nothing_is_written_unless_it_is_clear_which_project_is_meant() -> Result<()> {
    let stack = |project: &str| Container::new(project, "gateway");
    let shop = || Container::new("shop", "web");
    let mut told = Vec::new();
    for (containers, words) in [
        (vec![stack("esb-a"), stack("esb-b"), shop()], &[][..]),
        (vec![shop()], &[]),
        (vec![], &[]),
        (vec![stack("esb-a"), shop()], &["--project", "shop"]),
        (vec![stack("esb-a"), shop()], &["--project", "esb-z"]),
    ] {
        let (sandbox, docker) = (sandbox(), Docker::start(containers)?);
        let output = init(&sandbox, &docker, words)?;
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{}", output.snapshot());
        assert!(!sandbox.dir().join("environments").exists());
        told.push(output.stderr);
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    error: expected one compose project with a `gateway` or `agent` container, found 2: esb-a, esb-b
      help: name one by `--project NAME`
      [survey.several-projects] at fault: the command line or the environment

    error: no compose project has a `gateway` or `agent` container
      help: start the stack; projects on this engine: shop
      [survey.no-stack] at fault: the command line or the environment

    error: no compose project has a `gateway` or `agent` container
      help: start the stack; no compose project runs
      [survey.no-stack] at fault: the command line or the environment

    error: compose project `shop` has no `gateway` and no `agent` container
      help: projects with one: esb-a
      [survey.not-a-stack] at fault: the command line or the environment

    error: compose project `esb-z` has no `gateway` and no `agent` container
      help: projects with one: esb-a
      [survey.not-a-stack] at fault: the command line or the environment
    ");
    let (sandbox, docker) = (sandbox(), Docker::start([stack("esb-a"), stack("esb-b")])?);
    assert_eq!(init(&sandbox, &docker, &["--project", "esb-b"])?.status, Some(0));
    assert!(written(&sandbox, "esb-b")?.contains("project = \"esb-b\""));
    Ok(())
}

#[test]
fn an_engine_that_does_not_answer_is_told() -> Result<()> {
    let sandbox = sandbox();
    let output = sandbox.run(&["env", "init", "--socket", "unix:///nonexistent/docker.sock"])?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: the container engine at `unix:///nonexistent/docker.sock` cannot be asked
      because: cannot reach the container engine at `unix:///nonexistent/docker.sock`: no such socket
      help: start the container engine, or name the socket that you may use by `--socket URL`
      [survey.engine] at fault: the command line or the environment
    ");
    let output = init(&sandbox, &Docker::broken()?, &[])?;
    assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{}", output.snapshot());
    assert!(output.stderr.contains("status 500"), "{}", output.snapshot());
    let output = sandbox.run(&["env", "init", "--socket", "docker.sock"])?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    Ok(())
}

#[test]
fn a_file_that_is_there_is_kept_unless_force_is_given() -> Result<()> {
    let (sandbox, docker) = (sandbox(), Docker::start([Container::new("esb", "gateway")])?);
    let mine = "policy = \"warn\" # mine\n";
    sandbox.file("environments/esb.toml", mine)?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(2), "{}", output.snapshot());
    assert!(output.stderr.starts_with("error: `environments/esb.toml` is there already\n"), "{}", output.snapshot());
    assert_eq!(written(&sandbox, "esb")?, mine.trim_end());
    std::os::unix::fs::symlink("nowhere.toml", sandbox.dir().join("environments/link.toml"))?;
    assert_eq!(init(&sandbox, &docker, &["link"])?.status, Some(2), "a link that leads nowhere is there, too");

    let printed = init(&sandbox, &docker, &["--print"])?;
    assert_eq!(printed.status, Some(0), "{}", printed.snapshot());
    assert_eq!(written(&sandbox, "esb")?, mine.trim_end(), "printing writes nothing");
    assert_eq!(init(&sandbox, &docker, &["--force"])?.status, Some(0));
    assert_eq!(written(&sandbox, "esb")?, timeless(&printed.stdout), "what is printed is what would be written");
    Ok(())
}

#[test]
fn names_are_those_that_can_be_found_again() -> Result<()> {
    let (sandbox, docker) = (sandbox(), Docker::start([Container::new("esb", "gateway")])?);
    for name in ["a/b", "../x", "x.toml", ".hidden", "", "a\nb"] {
        let output = init(&sandbox, &docker, &[name])?;
        assert_eq!(output.status, Some(2), "{name:?}\n{}", output.snapshot());
        assert!(output.stderr.contains("[init.name]"), "{name:?}\n{}", output.snapshot());
    }
    assert!(!sandbox.dir().join("environments").exists());
    Ok(())
}
