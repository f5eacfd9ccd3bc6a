//! What became of the one-shot job: its container is found in any state, and its log says what went wrong.

use anyhow::Result;
use shipworthy_stand_ins::{
    real::{Container, Mode, Project, esb},
    unpacked,
};

use super::{CHECK, check, engine_or_skip, environment, shown, with};
use crate::told::text;

const RULE: &str = "stack.provisioner.run-succeeded";

fn judged(project: &Project, exit: i32, observed: &[&str]) -> Result<()> {
    let told = check(&environment("", project, "provisioner")?)?;
    assert_eq!(told.exit(), Some(exit), "{}", told.output.snapshot());
    let result = told.one(RULE, "provisioner")?;
    let outcome = if exit == 0 { ("pass", "satisfied") } else { ("fail", "violated") };
    assert_eq!((text(result, "outcome"), text(result, "class")), outcome, "{}", told.output.snapshot());
    for words in observed {
        assert!(text(result, "observed").contains(words), "expected `{words}` in {}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn a_run_that_ended_well_passes() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 0, &["done"]))?;
    judged(&project, 0, &["exited with code 0"])
}

#[test]
fn a_run_that_failed_says_why_and_keeps_the_containers_secrets() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let lines = ["connecting to database", "login of admin with $DB_PASSWORD refused", "giving up"];
    project.start(esb::provisioner(Mode::Docker, 3, &lines).variable("DB_PASSWORD", "stand-in-hunter22"))?;
    judged(&project, 3, &["exited with code 3", "giving up", "connecting to database", "login of admin with"])?;

    let sandbox = with(&environment("", &project, "provisioner")?)?;
    for format in [&[][..], &["--format", "json"], &["--record", "stack.rec"]] {
        let output = sandbox.run(&[&CHECK[..], format].concat())?;
        assert!(!output.stdout.contains("hunter22") && !output.stderr.contains("hunter22"), "{}", output.snapshot());
    }
    let recording = unpacked(sandbox.dir().join("stack.rec"))?;
    assert!(!recording.contains("hunter22"), "{recording}");
    Ok(())
}

#[test]
fn the_report_of_a_failed_run_reads_so() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 3, &["connecting to database", "connection refused", "giving up"]))?;
    let sandbox = with(&environment("", &project, "provisioner")?)?;
    insta::assert_snapshot!(shown(&sandbox, &project, &["--quiet"])?, @r"
    exit code: 3
    ----- stdout -----
    stack: provisioner
    ------------------
    × run of esb-t0000000n000-provisioner: expected exited with code 0, found exited with code 3 at
      [WHEN] its last log lines, newest first: giving up | connection refused |
      connecting to database [stack.provisioner.run-succeeded]
        expected  exited with code 0
        observed  exited with code 3 at [WHEN] its last log lines, newest first: giving
                  up | connection refused | connecting to database
        → see the container's log; if the run is not over yet, wait for it, else run the provisioner
          again

      1 stack failure; 0 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_run_that_never_started_is_a_finding() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 0, &[]).only_created())?;
    judged(&project, 3, &["created, never started"])
}

#[test]
fn a_run_that_is_not_over_is_a_finding() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(Container::new("provisioner", "esb-provisioner:v1.4.2", &["sleep"]))?;
    judged(&project, 3, &["it is running since 20"])
}

#[test]
fn the_latest_of_several_runs_is_judged() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    for (codes, exit) in [([3, 0], 0), ([0, 3], 3)] {
        let project = Project::begin(engine);
        for (at, code) in codes.into_iter().enumerate() {
            // Named so that the order of names is not that of the runs.
            let name = format!("provisioner-{}", 9 - at);
            project.start(esb::provisioner(Mode::Docker, code, &["over"]).named(&name))?;
        }
        judged(&project, exit, &[])?;
    }
    Ok(())
}

#[test]
fn no_run_at_all_is_not_determined() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::agent(Mode::Docker)?.networked())?;
    let told = check(&environment("", &project, "provisioner")?)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let all = told.output.snapshot();
    assert!(all.contains("no container of provisioner: it has not run, or its container was removed"), "{all}");
    Ok(())
}
