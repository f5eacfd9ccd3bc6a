//! A real containerd, asked for its version on its socket, and what is known where it cannot be asked.

use std::{fs, os::unix::fs::PermissionsExt as _};

use anyhow::Result;
use shipworthy_stand_ins::{
    Sandbox,
    real::{Containerd, Project, containerd, esb},
};

use super::{CHECK, check, engine_or_skip, or_skip, undetermined};
use crate::told::{Told, text};

/// The probe alone, on an endpoint at this address; `containers` is the environment's table, or nothing.
fn environment(requirements: &str, url: &str, containers: &str) -> String {
    let endpoint = format!("[endpoints.runtime-node]\nurl = \"{url}\"");
    let probe = esb::probe("runtime-node");
    format!("[requirements]\n{requirements}\n\n{endpoint}\n\n{containers}\n\n{probe}\n")
}

/// No engine at all: what is told comes from the socket alone.
const NO_ENGINE: &str = "[containers]\nsocket = \"unix:///nonexistent/docker.sock\"\nproject = \"none\"";

#[test]
fn containerd_says_the_version_that_its_binary_says() -> Result<()> {
    let Some((version, revision)) = or_skip(containerd::version())? else { return Ok(()) };
    let running = Containerd::start()?;
    let requirements = format!(
        "services.runtime-node.version = \"{version}\"\nservices.runtime-node.facts = {{ revision = \"{revision}\" }}\n\
         services.runtime-node.capabilities = [\"containerd\"]"
    );
    let told = check(&environment(&requirements, &running.url(), NO_ENGINE))?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    let result = told.one("stack.version", "runtime-node")?;
    assert_eq!(text(result, "observed"), version);
    let healthy = told.one("stack.runtime-node.healthy", "runtime-node")?;
    assert_eq!(text(healthy, "outcome"), "pass", "{}", told.output.snapshot());

    let told = check(&environment("services.runtime-node.version = \">=99\"", &running.url(), NO_ENGINE))?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.version runtime-node".to_owned()]));
    Ok(())
}

#[test]
fn a_socket_in_the_containers_volume_is_asked_beside_the_container() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let Some((version, _)) = or_skip(containerd::version())? else { return Ok(()) };
    let project = Project::begin(engine);
    let (volume, folder) = project.volume("containerd")?;
    project.start(esb::runtime_node()?.isolated().volume(&format!("{volume}:/run/containerd")))?;
    let running = Containerd::start_at(&folder)?;
    let requirements = format!("mode = \"containerd\"\nservices.runtime-node.version = \"{version}\"");
    let told = check(&environment(&requirements, &running.url(), &esb::containers(&project)))?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    let healthy = told.of("stack.runtime-node.healthy");
    assert!(healthy.iter().all(|result| text(result, "outcome") == "pass"), "{}", told.output.snapshot());
    drop(running);
    Ok(())
}

#[test]
fn without_its_socket_the_containers_health_is_the_evidence() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::runtime_node()?.isolated())?;
    let containers = esb::containers(&project);
    let absent = "unix:///nonexistent/containerd.sock";
    let required = "services.runtime-node.capabilities = [\"containerd\"]";
    let told = check(&environment(required, absent, &containers))?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    let healthy = told.one("stack.runtime-node.healthy", "runtime-node")?;
    assert!(text(healthy, "message").contains("container health"), "{}", told.output.snapshot());

    // Only who requires the version is told that it could not be seen.
    let told = check(&environment("services.runtime-node.version = \"1.6\"", absent, &containers))?;
    assert_eq!((told.exit(), told.with("error")), (Some(4), vec!["stack.observation runtime-node".to_owned()]));
    let result = undetermined(&told);
    assert_eq!(text(result, "class"), "unreachable", "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_socket_that_this_user_may_not_ask_is_told_for_what_it_is() -> Result<()> {
    if or_skip(containerd::version())?.is_none() {
        return Ok(());
    }
    // containerd is root's, and so is its socket.
    let running = Containerd::start()?;
    let place = running.socket().parent().map(std::path::Path::to_owned).unwrap_or_default();
    fs::set_permissions(place, fs::Permissions::from_mode(0o755))?;
    let sandbox = Sandbox::new("/usr/bin/setpriv")?;
    let required = "services.runtime-node.version = \"1.6\"";
    sandbox.file("env.toml", environment(required, &running.url(), NO_ENGINE))?;
    fs::copy(env!("CARGO_BIN_EXE_shipworthy"), sandbox.dir().join("shipworthy"))?;
    fs::set_permissions(sandbox.dir(), fs::Permissions::from_mode(0o755))?;
    let user = ["--reuid=65534", "--regid=65534", "--clear-groups", "./shipworthy"];
    let told = Told::by(&sandbox, &[&user[..], &CHECK].concat())?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    assert!(told.output.stdout.contains("permission denied"), "{}", told.output.snapshot());
    Ok(())
}
