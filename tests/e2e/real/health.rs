//! What a container's own state and health check show of the runtime-node, and of a gateway that does not run.

use anyhow::Result;
use shipworthy_stand_ins::real::{Mode, Project, container::Health, esb};

use super::{check, engine_or_skip, environment, undetermined};
use crate::told::text;

#[test]
fn the_health_check_of_the_runtime_node_is_judged() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    for (health, exit, found) in [(Health::Healthy, 0, "healthy"), (Health::Unhealthy, 3, "unhealthy")] {
        let project = Project::begin(engine);
        project.start(esb::runtime_node()?.isolated().health(health))?;
        let told = check(&environment("mode = \"containerd\"", &project, "runtime-node")?)?;
        assert_eq!(told.exit(), Some(exit), "{health:?}: {}", told.output.snapshot());
        let result = told.one("stack.runtime-node.healthy", "runtime-node")?;
        let outcome = if exit == 0 { ("pass", "satisfied") } else { ("fail", "violated") };
        assert_eq!((text(result, "outcome"), text(result, "class")), outcome);
        assert!(text(result, "observed").starts_with(found), "{health:?}: {}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn a_runtime_node_that_is_starting_is_not_judged_yet() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::runtime_node()?.isolated().health(Health::Starting))?;
    let told = check(&environment("mode = \"containerd\"", &project, "runtime-node")?)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let result = undetermined(&told);
    // Unreachable is what a retry repeats.
    assert_eq!(text(result, "class"), "unreachable", "{}", told.output.snapshot());
    assert!(text(result, "message").contains("starting; wait until its health check"), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn in_containerd_mode_a_missing_runtime_node_is_a_failure() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    for (mode, exit) in [(Mode::Containerd, 3), (Mode::Docker, 0)] {
        let project = Project::begin(engine);
        project.start(esb::agent(mode)?)?;
        let told = check(&environment("", &project, "runtime-node")?)?;
        assert_eq!(told.exit(), Some(exit), "{mode}: {}", told.output.snapshot());
        let failed = if exit == 0 { vec![] } else { vec!["stack.runtime-node.present runtime-node".to_owned()] };
        assert_eq!(told.with("fail"), failed, "{mode}: {}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn two_places_that_show_different_modes_are_both_told() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    // The later one of two values holds.
    let agent = esb::agent(Mode::Docker)?.networked().variable("AGENT_RUNTIME", "containerd");
    project.start(agent)?;
    let told = check(&environment("mode = \"docker\"", &project, "agent")?)?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.mode".to_owned()]));
    let observed = project.masked(text(told.one("stack.mode", "")?, "observed"));
    assert!(observed.contains("docker") && observed.contains("containerd"), "{observed}");
    Ok(())
}

#[test]
fn the_release_is_what_the_agent_is_told_and_not_the_tag() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::agent(Mode::Docker)?.networked().variable("ESB_TAG", "v1.5.0"))?;
    for (required, exit) in [("v1.5.0", 0), (esb::RELEASE, 3)] {
        let told = check(&environment(&format!("esb_version = \"{required}\""), &project, "agent")?)?;
        assert_eq!(told.exit(), Some(exit), "{required}: {}", told.output.snapshot());
        assert_eq!(text(told.one("stack.release", "")?, "observed"), "v1.5.0");
    }
    let told = check(&environment("services.agent.facts = { image-tag = \"v1.4.2\" }", &project, "agent")?)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn an_agent_that_does_not_serve_is_told_by_its_name() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let agent = esb::agent(Mode::Docker)?.networked().word("-not-serving").word("agent.v1.AgentService");
    project.start(agent)?;
    let told = check(&environment("", &project, "agent")?)?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.agent.serving agent".to_owned()]));
    let all = told.output.snapshot();
    assert!(all.contains("NOT_SERVING"), "{all}");
    Ok(())
}

/// What the probe counts are messages that Google's own library encoded.
#[test]
fn an_agent_that_lists_containers_of_others_is_told_with_how_many() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::agent(Mode::Docker)?.networked().word("-careless"))?;
    let told = check(&environment("", &project, "agent")?)?;
    assert_eq!((told.exit(), told.with("warn")), (Some(0), vec!["stack.agent.owner-empty agent".to_owned()]));
    let result = told.one("stack.agent.owner-empty", "agent")?;
    assert_eq!((text(result, "expected"), text(result, "observed")), ("0", "2"), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_gateway_that_hangs_is_timed_out() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let gateway = project.start(esb::gateway(Mode::Docker)?.networked().publish(8443))?;
    gateway.pause()?;
    // A container that is halted does not run, and none is found for the endpoint; its port still takes connections.
    let by_port = format!("url = \"https://127.0.0.1:{}\"", gateway.port(8443)?);
    let environment = environment("", &project, "gateway")?.replace(esb::LIMITS, "");
    let told = check(&environment.replace("container = \"gateway\"\nport = 8443", &by_port))?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    assert_eq!(text(undetermined(&told), "class"), "timed-out", "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_gateway_that_was_stopped_is_unreachable_and_shows_its_image_all_the_same() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::gateway(Mode::Docker)?.networked().publish(8443))?.stop()?;
    let requirements = "mode = \"docker\"\nservices.gateway.version = \"2.0.0\"";
    let told = check(&environment(requirements, &project, "gateway")?)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    assert_eq!(text(told.one("stack.mode", "")?, "outcome"), "pass", "{}", told.output.snapshot());
    let all = told.output.snapshot();
    assert!(all.contains("expected a running container of `gateway`, found: exited"), "{all}");
    Ok(())
}
