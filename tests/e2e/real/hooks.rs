//! The Python hooks as they lie in containers: equal, and drifted in one of them.

use anyhow::Result;
use shipworthy_stand_ins::{
    Tree,
    real::{Engine, Mode, Project, esb},
};

use super::{check, engine_or_skip, environment, origins, shown, with};
use crate::told::text;

/// `printf 'import trace_bridge\n' | sha256sum`.
const HOOK: &str = "e45dd67ae99d53bb922e62c5e8ab8ebb1e3b702a1ab36c05224d8ade6be1bcd1";

/// `printf 'import os\n' | sha256sum`.
const DRIFTED: &str = "3727adff524e0616022eadd8f4af21a0778b29fc4c77bdfefd1afce2cbf5e4b7";

fn required() -> String {
    format!("services.python-hooks.sha256.\"sitecustomize.py\" = [\"{HOOK}\"]")
}

/// Three functions and a provisioner that has exited; the third function changed its own copy.
fn drifted(engine: &'static Engine) -> Result<Project> {
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 0, &[]))?;
    for name in ["hello", "orders"] {
        project.start(esb::function(project.env(), name))?;
    }
    let files = Tree::new()
        .file("opt/python/sitecustomize.py", "import os\n")
        .file("opt/python/trace_bridge.py", "BRIDGE = 1\n");
    project.start(esb::function(project.env(), "stock").files(files))?;
    Ok(project)
}

#[test]
fn one_drifted_function_of_three_is_named() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = drifted(engine)?;
    let environment = environment(&required(), &project, "python-hooks")?;
    let told = check(&environment)?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.digest python-hooks".to_owned()]));
    let result = told.one("stack.digest", "python-hooks")?;
    assert_eq!(text(result, "class"), "violated");
    let items = result["items"].as_array().cloned().unwrap_or_default();
    assert_eq!(items.len(), 1, "{}", told.output.snapshot());
    assert!(items[0].as_str().unwrap_or_default().contains("(stock)"), "{items:?}");
    assert!(told.output.stdout.contains(DRIFTED), "{}", told.output.snapshot());
    assert_eq!(origins(result).len(), 4, "{}", told.output.snapshot());
    insta::assert_snapshot!(shown(&with(&environment)?, &project, &["--quiet"])?, @r"
    exit code: 3
    ----- stdout -----
    stack: python-hooks
    -------------------
    × expected an allowed digest of `sitecustomize.py`, found 1 of 4 not allowed:
      esb-t0000000n000-fn-stock (stock) [stack.digest]
        expected  e45dd67ae99d53bb922e62c5e8ab8ebb1e3b702a1ab36c05224d8ade6be1bcd1
        observed  3727adff524e0616022eadd8f4af21a0778b29fc4c77bdfefd1afce2cbf5e4b7
        items     esb-t0000000n000-fn-stock (stock)
        → rebuild what carries another digest of `sitecustomize.py`, or allow it in
          `requirements.services.python-hooks.sha256.sitecustomize.py` in
          `[DIR]/env.toml`
        at        [DIR]/env.toml:2:51
                  (requirements.services.python-hooks.sha256.sitecustomize.py)

      1 stack failure; 0 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn both_digests_may_be_allowed() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = drifted(engine)?;
    let both = required().replace("\"]", &format!("\", \"{DRIFTED}\"]"));
    let told = check(&environment(&both, &project, "python-hooks")?)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn functions_of_another_environment_are_not_looked_at() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let (project, other) = (Project::begin(engine), drifted(engine)?);
    project.start(esb::provisioner(Mode::Docker, 0, &[]))?;
    let told = check(&environment(&required(), &project, "python-hooks")?)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    assert!(!told.output.stdout.contains(other.env()), "{}", told.output.snapshot());
    Ok(())
}
