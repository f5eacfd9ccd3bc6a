//! Function containers carry no name of a project: another stack's are never taken for this one's.

use anyhow::Result;
use shipworthy_stand_ins::Stack;

use super::{docker_mode, init, metrics, written};
use crate::{
    sandbox,
    told::{Told, text},
};

#[test]
fn function_containers_of_several_stacks_are_named_and_none_is_chosen() -> Result<()> {
    let (stack, metrics, sandbox) = (Stack::start()?, metrics()?, sandbox());
    let docker = docker_mode(&stack, &metrics, &["dev", "staging"])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let file = written(&sandbox, "esb-dev")?;
    for env in ["dev", "staging"] {
        let line = format!("\n# groups.functions = {{ created_by = \"esb-agent\", esb_env = \"{env}\" }}\n");
        assert!(file.contains(&line), "{file}");
    }
    assert!(!file.contains("\ngroups.functions"), "{file}");
    assert!(output.stderr.contains("none is looked at"), "{}", output.snapshot());
    Ok(())
}

#[test]
fn function_containers_of_another_stack_are_not_taken_for_this_ones() -> Result<()> {
    let (stack, metrics, sandbox) = (Stack::start()?, metrics()?, sandbox());
    let docker = docker_mode(&stack, &metrics, &["staging", "staging"])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let file = written(&sandbox, "esb-dev")?;
    let line = "\n# groups.functions = { created_by = \"esb-agent\", esb_env = \"staging\" }\n";
    assert!(file.contains(line) && !file.contains("\ngroups.functions"), "{file}");
    assert!(file.contains("\n[probes.python-hooks]\n"), "the provisioner holds them, too: {file}");
    let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("‼ the function containers that were seen are not known to be this project's"), "{told}");
    assert!(!told.contains("2 function containers"), "{told}");
    // The provisioner's files are looked at, and nobody else's.
    let told = Told::by(&sandbox, &["stack", "check", "--env", "esb-dev", "--only", "python-hooks"])?;
    let missing = told.results().filter(|result| text(result, "message").contains("no such file"));
    let missing: Vec<&str> = missing.map(|result| text(result, "message")).collect();
    assert!(!missing.is_empty() && missing.iter().all(|text| text.contains("esb-dev-provisioner-")), "{missing:?}");
    Ok(())
}
