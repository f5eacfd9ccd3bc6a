//! An engine that cannot be asked, or that does not say everything: one clear outcome each, told once.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        net::UnixListener,
    },
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use anyhow::Result;
use shipworthy_stand_ins::{
    Sandbox,
    real::{Container, Engine, Mode, Project, Proxy, esb},
};

use super::{CHECK, check, engine_or_skip, environment, undetermined};
use crate::told::{Told, text};

/// Three probes that look at containers alone.
fn three(project: &Project, socket: &str) -> String {
    let probes = ["provisioner", "python-hooks", "runtime-node"].map(esb::probe).join("\n\n");
    format!("{}\n\n{probes}\n", esb::containers(project).replace(&project.engine().url(), socket))
}

/// One result for the engine, in these words; the rest is told to follow from it.
fn told_once(told: &Told, class: &str, words: &str) {
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let result = undetermined(told);
    assert_eq!(
        (text(result, "rule"), text(result, "class")),
        ("stack.observation", class),
        "{}",
        told.output.snapshot()
    );
    assert!(text(result, "message").contains(words), "expected `{words}` in {}", told.output.snapshot());
    assert!(told.with("fail").is_empty(), "{}", told.output.snapshot());
}

#[test]
fn no_socket_and_a_socket_without_an_engine_are_each_told_once() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let told = check(&three(&project, "unix:///nonexistent/docker.sock"))?;
    told_once(&told, "unreachable", "no such socket");

    let folder = crate::sandbox();
    let left_over = folder.dir().join("docker.sock");
    drop(UnixListener::bind(&left_over)?);
    let told = check(&three(&project, &format!("unix://{}", left_over.display())))?;
    told_once(&told, "unreachable", "connection refused");
    Ok(())
}

/// Nobody is who no file belongs to.
const NOBODY: &str = "65534";

#[test]
fn an_engine_that_this_user_may_not_ask_is_told_once() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    if fs::metadata("/proc/self")?.uid() != 0 {
        crate::skipped("only root can run the binary as somebody else");
        return Ok(());
    }
    let project = Project::begin(engine);
    let sandbox = Sandbox::new("/usr/bin/setpriv")?;
    sandbox.file("env.toml", three(&project, &engine.url()))?;
    // A copy that this user reaches, wherever the binary was built.
    fs::copy(env!("CARGO_BIN_EXE_shipworthy"), sandbox.dir().join("shipworthy"))?;
    fs::set_permissions(sandbox.dir(), fs::Permissions::from_mode(0o755))?;
    let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()];
    let words: Vec<&str> = user.iter().map(String::as_str).chain(["./shipworthy"]).chain(CHECK).collect();
    let told = Told::by(&sandbox, &words)?;
    told_once(&told, "unreachable", "permission denied");
    Ok(())
}

#[test]
fn an_engine_that_hangs_is_told_once() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let proxy = Proxy::before(engine, |_| thread::sleep(Duration::from_mins(1)))?;
    // With the limits that hold where nobody sets any: the engine's time follows from the probe's.
    let environment = three(&project, &proxy.url()).replace(esb::LIMITS, "");
    let told = check(&environment)?;
    told_once(&told, "timed-out", "the container engine did not answer within ");
    Ok(())
}

#[test]
fn an_api_that_is_too_old_is_told_once() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 0, &[]))?;
    let old = Proxy::speaking(engine, "1.12")?;
    let told = check(&three(&project, &old.url()))?;
    told_once(&told, "unreadable", "speaks API 1.12");
    Ok(())
}

#[test]
fn an_engine_that_names_another_api_in_its_answers_is_asked_all_the_same() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 0, &[]))?;
    // Only the header that names the API is rewritten; the answers are this engine's own.
    for version in ["1.24", "1.41", "1.99"] {
        let proxy = Proxy::speaking(engine, version)?;
        let environment = environment("", &project, "provisioner")?.replace(&engine.url(), &proxy.url());
        assert_eq!(check(&environment)?.exit(), Some(0), "{version}");
    }
    Ok(())
}

/// A door at which the container goes just before the first question that holds `words`.
fn gone_before(engine: &'static Engine, words: &'static str, id: String) -> Result<Proxy> {
    let gone = AtomicBool::new(false);
    Proxy::before(engine, move |line| {
        if line.contains(words) && line.contains(&id) && !gone.swap(true, Ordering::SeqCst) {
            // A container that cannot be removed is seen by the test, which finds it.
            drop(std::process::Command::new("docker").args(["rm", "-f", &id]).output());
        }
    })
}

#[test]
fn a_container_that_goes_after_it_was_listed_is_not_there() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let run = project.start(esb::provisioner(Mode::Docker, 0, &[]))?;
    let proxy = gone_before(engine, "/json", run.id)?;
    let told = check(&environment("", &project, "provisioner")?.replace(&engine.url(), &proxy.url()))?;
    told_once(&told, "unreachable", "no container of provisioner");
    Ok(())
}

#[test]
fn a_function_that_goes_before_its_file_is_read_is_named_and_hides_no_other() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    project.start(esb::provisioner(Mode::Docker, 0, &[]))?;
    project.start(esb::function(project.env(), "hello"))?;
    let gone = project.start(esb::function(project.env(), "stock"))?;
    let proxy = gone_before(engine, "/archive", gone.id)?;
    let hook = "e45dd67ae99d53bb922e62c5e8ab8ebb1e3b702a1ab36c05224d8ade6be1bcd1";
    let required = format!("services.python-hooks.sha256.\"sitecustomize.py\" = [\"{hook}\"]");
    let told = check(&environment(&required, &project, "python-hooks")?.replace(&engine.url(), &proxy.url()))?;
    told_once(&told, "unreachable", "gone since it was found");
    assert!(text(undetermined(&told), "message").contains("(stock)"));
    assert!(told.output.stdout.contains(hook), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_gateway_that_runs_and_does_not_listen_is_unreachable() -> Result<()> {
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    // Listed as running, and nobody listens: the published port is the engine's own, and leads to nothing.
    let idle = Container::new("gateway", "esb-gateway-docker:v1.4.2", &["sleep"]);
    project.start(idle.networked().publish(8443))?;
    let told = check(&environment("", &project, "gateway")?)?;
    told_once(&told, "unreachable", "closed the connection");
    Ok(())
}
