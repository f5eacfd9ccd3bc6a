//! Endpoints that are named by a container: where its port is reached, in each way that compose can put it there.

use std::net::TcpListener;

use anyhow::Result;
use shipworthy_stand_ins::real::{Mode, Project, esb};

use super::{check, engine_or_skip, environment, origins, stack_or_skip, undetermined};
use crate::told::text;

/// The gateway's probe sees this version by the container of the endpoint.
fn sees_the_gateway(project: &Project, port: u16) -> Result<()> {
    let environment = environment("services.gateway.version = \"2.0.0\"", project, "gateway")?;
    let told = check(&environment.replace("port = 8443", &format!("port = {port}")))?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    assert_eq!(text(told.one("stack.version", "gateway")?, "observed"), "2.0.0");
    Ok(())
}

/// A port that nobody listens on now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[test]
fn a_port_that_the_engine_chose_is_found() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let gateway = project.start(esb::gateway(Mode::Docker)?.networked().publish(8443))?;
    assert_ne!(gateway.port(8443)?, 8443);
    sees_the_gateway(&project, 8443)
}

#[test]
fn a_port_that_the_operator_chose_is_found() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let port = free_port()?;
    let gateway = project.start(esb::gateway(Mode::Docker)?.networked().publish_at(port, 8443))?;
    assert_eq!(gateway.port(8443)?, port);
    sees_the_gateway(&project, 8443)
}

#[test]
fn a_port_that_is_not_published_is_reached_on_the_container_network() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let agent = project.start(esb::agent(Mode::Docker)?.networked())?;
    assert!(agent.port(50051).is_err(), "docker mode does not publish it");
    let told = check(&environment("services.agent.capabilities = [\"rpc:ListContainers\"]", &project, "agent")?)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    assert!(agent.log()?.iter().any(|line| line.contains("ListContainers")));
    Ok(())
}

#[test]
fn a_certificate_must_carry_the_name_that_the_environment_gives() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::agent(Mode::Docker)?.networked())?;
    let environment = environment("", &project, "agent")?;
    let told = check(&environment.replace("server_name = \"agent\"", "server_name = \"elsewhere\""))?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let result = undetermined(&told);
    assert_eq!(text(result, "class"), "tls", "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_certificate_that_has_expired_is_a_failure_of_its_own() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let gateway = esb::gateway(Mode::Docker)?.networked().publish(8443);
    project.start(gateway.word("-server").word("expired"))?;
    let told = check(&environment("", &project, "gateway")?)?;
    assert_eq!(told.exit(), Some(3), "{}", told.output.snapshot());
    assert_eq!(told.with("fail"), ["stack.certificate gateway"], "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn of_several_running_containers_none_is_guessed() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    for name in ["gateway-1", "gateway-2"] {
        project.start(esb::gateway(Mode::Docker)?.networked().publish(8443).named(name))?;
    }
    let told = check(&environment("mode = \"docker\"", &project, "gateway")?)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let message = text(undetermined(&told), "message");
    assert!(message.contains("expected one running container of `gateway`, found 2"), "{message}");
    // Both are looked at where a container itself is the evidence.
    assert_eq!(origins(told.one("stack.mode", "")?).len(), 4, "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_container_in_the_network_of_another_is_reached_as_that_one_is() -> Result<()> {
    let Some(stack) = stack_or_skip(Mode::Containerd)? else { return Ok(()) };
    assert!(stack.gateway.port(8443).is_err(), "its own container publishes nothing");
    assert!(stack.gateway.address().is_err(), "and has no address");
    sees_the_gateway(&stack.project, 8443)
}

#[test]
fn a_container_on_the_hosts_network_is_reached_on_loopback() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let port = free_port()?;
    let gateway = esb::gateway(Mode::Docker)?.network_of("host");
    project.start(gateway.word("-listen").word(&format!("127.0.0.1:{port}")))?;
    sees_the_gateway(&project, port)
}

#[test]
fn a_container_without_a_network_is_told() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::gateway(Mode::Docker)?)?;
    let told = check(&environment("services.gateway.version = \"2.0.0\"", &project, "gateway")?)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let all = told.output.snapshot();
    assert!(all.contains("port 8443 of `gateway` is not published"), "{all}");
    Ok(())
}

#[test]
fn a_client_certificate_that_the_agent_refuses_is_a_tls_fault() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::agent(Mode::Docker)?.networked())?;
    let good = environment("", &project, "agent")?;
    let other = good.replace("/client.crt", "/other-client.crt").replace("/client.key", "/other-client.key");
    let none: Vec<&str> = good.lines().filter(|line| !line.starts_with("client_")).collect();
    let none = none.join("\n");
    // Go closes the connection beside its alert, and whichever comes first is told: the same several times over.
    for (environment, words) in std::iter::repeat_n((&other, "`client_cert`"), 5).chain([(&none, "no `client_cert`")]) {
        let told = check(environment)?;
        assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
        let result = undetermined(&told);
        assert_eq!(text(result, "class"), "tls", "{}", told.output.snapshot());
        assert!(text(result, "message").contains(words), "expected `{words}` in {}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn a_container_whose_network_others_use_is_one_cause_when_it_stops_and_when_it_goes() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let node = project.start(esb::runtime_node()?)?;
    let network = format!("container:{}", node.id);
    project.start(esb::gateway(Mode::Containerd)?.network_of(&network))?;
    project.start(esb::agent(Mode::Containerd)?.network_of(&network))?;
    let environment = format!("{}\n\n{}", environment("", &project, "gateway")?, esb::probe("agent"));
    node.stop()?;
    let told = check(&environment)?;
    let result = undetermined(&told);
    assert!(text(result, "message").contains("the container whose network it uses, "), "{}", told.output.snapshot());
    assert!(text(result, "message").contains("is exited"), "{}", told.output.snapshot());
    assert!(text(result, "hint").contains("recreate those that live in its network"), "{}", told.output.snapshot());
    node.remove()?;
    let told = check(&environment)?;
    let result = undetermined(&told);
    assert!(
        text(result, "message").contains("the container whose network it uses is gone"),
        "{}",
        told.output.snapshot()
    );
    Ok(())
}
