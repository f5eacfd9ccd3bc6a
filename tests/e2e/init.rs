//! `env init`: a running compose project becomes an environment that can be checked at once; nothing is guessed in
//! silence, nothing is overwritten, and no secret is seen.

use anyhow::Result;
use shipworthy_stand_ins::{
    Agent, Gateway, Output, Sandbox, Stack, StandIn,
    docker::{Container, Docker},
    hostile,
};

use crate::{sandbox, told::Told};

mod certificates;
mod functions;
mod on_a_real_engine;
mod refusals;

const SECRET: &str = "hunter22-not-for-anybody";

/// A check of what stand-ins have: their containers hold no hooks.
const CHECK: [&str; 6] = ["stack", "check", "--env", "esb-dev", "--only", "gateway"];

/// Where ESB mounts its certificates.
const SSL: &str = "/app/config/ssl";

fn init(sandbox: &Sandbox, docker: &Docker, words: &[&str]) -> Result<Output> {
    sandbox.run(&[&["env", "init", "--socket", &docker.url()][..], words].concat())
}

/// The file that was written, without what differs from run to run.
fn written(sandbox: &Sandbox, name: &str) -> Result<String> {
    Ok(timeless(&std::fs::read_to_string(sandbox.dir().join("environments").join(format!("{name}.toml")))?))
}

fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("`shipworthy env init` ") {
        Some((head, _)) => format!("{head}`shipworthy env init` [VERSION] at [TIME]"),
        // Sockets and certificates of stand-ins lie in folders of their own.
        None => match (line.split_once("unix:///"), line.split_once("= \"/")) {
            (Some((head, _)), _) => format!("{head}unix:///[SOCKET]\""),
            (None, Some((head, rest))) => {
                format!("{head}= \"[DIR]/{}", rest.rsplit('/').next().unwrap_or_default())
            }
            (None, None) => line.to_owned(),
        },
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Gateway and agent of `stack` in docker mode, with a provisioner that has ended and function containers of `envs`.
fn docker_mode(stack: &Stack, metrics: &StandIn, envs: &[&str]) -> Result<Docker> {
    let certs = stack.certs_dir().to_string_lossy().into_owned();
    let gateway = Container::new("esb-dev", "gateway")
        .image("esb/esb-gateway-docker:v1.4.2")
        .variable("AGENT_RUNTIME", "docker")
        .variable("JWT_SECRET_KEY", SECRET)
        .published(8443, stack.gateway.addr().port())
        .mount(&certs, SSL);
    let agent = Container::new("esb-dev", "agent")
        .image("esb/esb-agent-docker:v1.4.2")
        .variable("AGENT_RUNTIME", "docker")
        .variable("ESB_TAG", "v1.4.2")
        .published(50051, stack.agent.addr().port())
        .published(9091, metrics.addr().port())
        .mount(&certs, SSL);
    let provisioner = Container::new("esb-dev", "provisioner").image("esb/esb-provisioner:v1.4.2").exited(0);
    let others = [Container::new("esb-dev", "database"), Container::new("shop", "web")];
    let functions = envs.iter().map(|env| Container::function(env, "hello"));
    Docker::start([gateway, agent, provisioner].into_iter().chain(others).chain(functions))
}

/// The same in containerd mode: the node publishes the ports, gateway and agent live in its network.
fn containerd_mode(stack: &Stack, metrics: &StandIn) -> Result<Docker> {
    let certs = stack.certs_dir().to_string_lossy().into_owned();
    let node = Container::new("esb", "runtime-node")
        .image("esb/esb-runtime-node-containerd:v1")
        .variable("AGENT_RUNTIME", "containerd")
        .published(8443, stack.gateway.addr().port())
        .published(50051, stack.agent.addr().port())
        .published(9091, metrics.addr().port())
        .mount("/nonexistent/volume", "/run/containerd")
        .mount(&certs, SSL);
    let inside = |service: &str| {
        let image = format!("esb/esb-{service}-containerd:v1");
        Container::new("esb", service).image(&image).variable("AGENT_RUNTIME", "containerd").in_network_of(0)
    };
    Docker::start([node, inside("gateway"), inside("agent")])
}

fn metrics() -> Result<StandIn> {
    hostile::fixed("go_info{version=\"go1.22.1\"} 1\n")
}

#[test]
fn a_stack_in_docker_mode_can_be_checked_at_once() -> Result<()> {
    let (stack, metrics, sandbox) = (Stack::start()?, metrics()?, sandbox());
    let docker = docker_mode(&stack, &metrics, &["dev", "dev"])?;
    let output = init(&sandbox, &docker, &[])?;
    insta::assert_snapshot!(written(&sandbox, "esb-dev")?, @r#"
    # made by `shipworthy env init` [VERSION] at [TIME]
    # from compose project esb-dev, AGENT_RUNTIME=docker
    # every key: docs/environments.md; what is in force: `shipworthy env show`
    policy = "strict"

    [endpoints.gateway]
    container = "gateway"
    port = 8443
    scheme = "https"
    ca = "[DIR]/rootCA.crt"

    [endpoints.agent]
    container = "agent"
    port = 50051
    scheme = "https"
    ca = "[DIR]/rootCA.crt"
    client_cert = "[DIR]/client.crt"
    client_key = "[DIR]/client.key"

    [endpoints.agent-metrics]
    container = "agent"
    port = 9091
    scheme = "http"

    [containers]
    socket = "unix:///[SOCKET]"
    project = "esb-dev"
    groups.functions = { created_by = "esb-agent", esb_env = "dev" }

    [probes.gateway]
    plugin = "builtin:gateway"
    endpoint = "gateway"

    [probes.agent]
    plugin = "builtin:agent"
    endpoint = "agent"
    endpoints.metrics = "agent-metrics"

    [probes.provisioner]
    plugin = "builtin:provisioner"

    [probes.python-hooks]
    plugin = "builtin:python-hooks"
    limits = { deadline = "30s" }
    "#);
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    √ written: environments/esb-dev.toml from compose project `esb-dev`
      → next: shipworthy stack check --env esb-dev
    · services: agent, database, gateway, provisioner (exited); 2 function containers
    · certificates in `[DIR]`, mounted at `/app/config/ssl` of `gateway`
    · `endpoints.gateway`: port 8443, published, answers with TLS, its certificate is for `gateway`
    · `endpoints.agent`: port 50051, published, answers with TLS, its certificate is for `agent`
    · `endpoints.agent-metrics`: port 9091, published, answers in plain text
    ");
    let told = Told::by(&sandbox, &[&CHECK[..], &["--only", "agent", "--only", "provisioner"]].concat())?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    assert_eq!(told.with("warn"), Vec::<String>::new(), "{}", told.output.snapshot());
    let captured = sandbox.run(&["stack", "capture", "--env", "esb-dev"])?;
    assert!(captured.stdout.contains("esb_version: \"v1.4.2\""), "{}", captured.snapshot());
    assert!(docker.request_lines().iter().all(|line| line.starts_with("GET ")), "{:?}", docker.request_lines());
    Ok(())
}

#[test]
fn a_stack_in_containerd_mode_is_reached_through_the_network_of_its_node() -> Result<()> {
    let (stack, metrics, sandbox) = (Stack::start()?, metrics()?, sandbox());
    let docker = containerd_mode(&stack, &metrics)?;
    let output = init(&sandbox, &docker, &["edge"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    insta::assert_snapshot!(written(&sandbox, "edge")?, @r#"
    # made by `shipworthy env init` [VERSION] at [TIME]
    # from compose project esb, AGENT_RUNTIME=containerd
    # every key: docs/environments.md; what is in force: `shipworthy env show`
    policy = "strict"

    [endpoints.gateway]
    container = "gateway"
    port = 8443
    scheme = "https"
    ca = "[DIR]/rootCA.crt"

    [endpoints.agent]
    container = "agent"
    port = 50051
    scheme = "https"
    ca = "[DIR]/rootCA.crt"
    client_cert = "[DIR]/client.crt"
    client_key = "[DIR]/client.key"

    [endpoints.agent-metrics]
    container = "agent"
    port = 9091
    scheme = "http"

    [containers]
    socket = "unix:///[SOCKET]"
    project = "esb"
    # functions are containers of containerd, which this engine does not see

    [probes.gateway]
    plugin = "builtin:gateway"
    endpoint = "gateway"

    [probes.agent]
    plugin = "builtin:agent"
    endpoint = "agent"
    endpoints.metrics = "agent-metrics"

    [probes.runtime-node]
    plugin = "builtin:runtime-node"

    # the project has no container of it
    # [probes.provisioner]
    # plugin = "builtin:provisioner"

    # no container is known to hold them
    # [probes.python-hooks]
    # plugin = "builtin:python-hooks"
    "#);
    assert_eq!(sandbox.run(&["env", "check", "edge"])?.status, Some(0));
    let told = Told::by(&sandbox, &["stack", "check", "--env", "edge", "--only", "gateway", "--only", "agent"])?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_socket_that_only_root_reaches_is_told_and_left_out() -> Result<()> {
    let (stack, metrics, sandbox) = (Stack::start()?, metrics()?, sandbox());
    let output = init(&sandbox, &containerd_mode(&stack, &metrics)?, &["edge"])?;
    insta::assert_snapshot!(output.snapshot(), @r"
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    √ written: environments/edge.toml from compose project `esb`
      → next: shipworthy stack check --env edge
    · services: agent, gateway, runtime-node
    · certificates in `[DIR]`, mounted at `/app/config/ssl` of `runtime-node`
    · `endpoints.gateway`: port 8443, in the network of `runtime-node`, answers with TLS, its
      certificate is for `gateway`
    · `endpoints.agent`: port 50051, in the network of `runtime-node`, answers with TLS, its certificate
      is for `agent`
    · `endpoints.agent-metrics`: port 9091, in the network of `runtime-node`, answers in plain text
    · containerd is seen by its container's health alone: cannot connect to
      `unix:///nonexistent/volume/containerd.sock`: no such socket
    ");
    assert!(!written(&sandbox, "edge")?.contains("[endpoints.runtime-node]"));
    Ok(())
}

#[test]
fn a_stack_in_plain_text_has_no_certificates_to_name() -> Result<()> {
    let (gateway, agent, sandbox) = (Gateway::new().start_plain()?, Agent::new().start_plain()?, sandbox());
    let docker = Docker::start([
        Container::new("esb", "gateway").published(8443, gateway.addr().port()),
        Container::new("esb", "agent").published(50051, agent.addr().port()),
    ])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let text = written(&sandbox, "esb")?;
    assert_eq!(text.matches("scheme = \"http\"").count(), 2, "{text}");
    assert!(!text.contains("ca =") && !text.contains("client_cert"), "{text}");
    let told = Told::by(&sandbox, &["stack", "check", "--env", "esb"])?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_stack_that_does_not_answer_is_written_as_esb_is_set_up_and_said_to_be_so() -> Result<()> {
    let (stack, sandbox) = (Stack::start()?, sandbox());
    let certs = stack.certs_dir().to_string_lossy().into_owned();
    let docker = Docker::start([
        Container::new("esb", "gateway").mount(&certs, SSL).exited(1),
        Container::new("esb", "agent").published(50051, hostile::refuse()?.addr().port()),
    ])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let text = written(&sandbox, "esb")?;
    assert_eq!(text.matches("scheme = \"https\"").count(), 2, "{text}");
    assert_eq!(output.stderr.matches("could not be verified").count(), 2, "{}", output.snapshot());
    Ok(())
}

#[test]
fn a_gateway_is_shown_a_certificate_only_if_it_demands_one() -> Result<()> {
    let (stack, sandbox) = (Stack::start()?, sandbox());
    let certs = stack.certs_dir().to_string_lossy().into_owned();
    // The stand-in agent turns away who shows none, whatever is spoken.
    for (port, name, demanding) in
        [(stack.gateway.addr().port(), "open", false), (stack.agent.addr().port(), "mutual", true)]
    {
        let docker = Docker::start([Container::new("esb", "gateway").published(8443, port).mount(&certs, SSL)])?;
        let output = init(&sandbox, &docker, &[name])?;
        assert_eq!(output.status, Some(0), "{}", output.snapshot());
        let text = written(&sandbox, name)?;
        assert_eq!(text.matches("client_cert = ").count(), usize::from(demanding), "{text}");
        assert!(!output.stderr.contains("could not be verified"), "{}", output.snapshot());
    }
    let agent = stack.agent.addr().port();
    let bare = sandbox.dir().join("bare");
    stack.certs.write_to(&bare)?;
    std::fs::remove_file(bare.join("client.key"))?;
    let docker = Docker::start([Container::new("esb", "gateway").published(8443, agent)])?;
    let output = init(&sandbox, &docker, &["bare", "--certs", "bare"])?;
    let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("`endpoints.gateway` could not be verified") && told.contains("asks for a client certificate")
    );
    Ok(())
}

#[test]
fn no_secret_of_a_container_is_seen() -> Result<()> {
    let (stack, metrics, mut sandbox) = (Stack::start()?, metrics()?, sandbox());
    sandbox.variable("SHIPWORTHY_LOG", "trace");
    let docker = docker_mode(&stack, &metrics, &["dev"])?;
    let output = init(&sandbox, &docker, &[])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let text = written(&sandbox, "esb-dev")?;
    assert!(text.contains("AGENT_RUNTIME=docker"), "{text}");
    for place in [&output.stdout, &output.stderr, &text] {
        assert!(!place.contains(SECRET), "{place}");
    }
    Ok(())
}

#[test]
fn what_an_engine_says_stays_text() -> Result<()> {
    let sandbox = sandbox();
    let project = "x\"\n[probes.evil]\nplugin = \"evil.wasm\" # \u{1b}[31m::error::";
    let folder = "/certs \u{202e}##[error]\u{200b}/x\"\n[probes.evil]";
    let docker = Docker::start([
        Container::new(project, "gateway")
            .variable("AGENT_RUNTIME", "docker\n[probes.evil] ##vso[task.y]")
            .mount(folder, SSL),
        Container::function("a\"} ##vso[task.x]", "hello"),
        Container::function("a\"}\n[probes.evil]\u{202e}", "hello"),
    ])?;
    let output = init(&sandbox, &docker, &["safe"])?;
    assert_eq!(output.status, Some(0), "{}", output.snapshot());
    let text = std::fs::read_to_string(sandbox.dir().join("environments/safe.toml"))?;
    let hidden = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}');
    assert!(!text.contains(hidden), "{text:?}");
    assert!(!output.stderr.contains(|c: char| hidden(c) && c != '\u{200b}'), "{:?}", output.stderr);
    for place in [&text, &output.stderr] {
        assert!(!place.contains("##[") && !place.contains("##vso["), "{place}");
    }
    assert!(
        text.contains(r#"# groups.functions = { created_by = "esb-agent", esb_env = "a\"} #\u0023vso[task.x]" }"#),
        "{text}"
    );
    assert!(!text.contains("\nproject"), "what would not be matched as it is, is not written: {text}");
    let told = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("left out: the project's name") && told.contains("left out: 1 function container"), "{told}");
    assert!(!text.lines().any(|line| line.starts_with("[probes.evil]")), "{text}");
    let shown = sandbox.run(&["env", "show", "safe"])?;
    assert_eq!(shown.status, Some(0), "{}", shown.snapshot());
    assert!(!shown.stdout.contains("probes.evil.plugin"), "{}", shown.snapshot());
    Ok(())
}
