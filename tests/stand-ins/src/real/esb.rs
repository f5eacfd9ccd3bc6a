//! Whole stacks in the shapes that ESB's own compose files give them.

use std::fmt;

use anyhow::Result;

use super::container::Health;
use super::{Container, Engine, Project, Started, project};
use crate::Tree;

/// The release that images are tagged with, and that the agent has in `ESB_TAG`.
pub const RELEASE: &str = "v1.4.2";

/// What the hook files hold unless a test drifts one.
pub const HOOK: &str = "import trace_bridge\n";

/// How functions run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In containers of the host's own engine.
    Docker,
    /// In a containerd of the stack's own, which Docker cannot look into.
    Containerd,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docker => "docker",
            Self::Containerd => "containerd",
        })
    }
}

/// The gateway, on no network yet.
pub fn gateway(mode: Mode) -> Result<Container> {
    let image = format!("esb-gateway-{mode}:{RELEASE}");
    Ok(Container::new("gateway", &image, &["gateway"])
        .variable("AGENT_RUNTIME", &mode.to_string())
        .variable("AGENT_GRPC_TLS_ENABLED", "1")
        .variable("JWT_SECRET_KEY", "stand-in-jwt-secret")
        .variable("X_API_KEY", "stand-in-api-key")
        .certified()?
        .health(Health::Healthy))
}

/// The agent, on no network yet.
pub fn agent(mode: Mode) -> Result<Container> {
    let image = format!("esb-agent-{mode}:{RELEASE}");
    Container::new("agent", &image, &["agent"])
        .variable("AGENT_RUNTIME", &mode.to_string())
        .variable("ESB_TAG", RELEASE)
        .certified()
}

/// The provisioner, which ends with this code after these lines.
pub fn provisioner(mode: Mode, code: i32, lines: &[&str]) -> Container {
    let image = format!("esb-provisioner:{RELEASE}");
    let mut container = Container::new("provisioner", &image, &["job", "-exit", &code.to_string()])
        .variable("AGENT_RUNTIME", &mode.to_string())
        .files(hooks("app"))
        .until_it_ends();
    for line in lines {
        container = container.word("-line").word(line);
    }
    container
}

/// The node that containerd runs in, which has the ports of gateway and agent too.
pub fn runtime_node() -> Result<Container> {
    let image = format!("esb-runtime-node-containerd:{RELEASE}");
    Ok(Container::new("runtime-node", &image, &["sleep"])
        .variable("AGENT_RUNTIME", "containerd")
        .certified()?
        .networked()
        .publish(50051)
        .publish(8443)
        .publish(9091)
        .health(Health::Healthy))
}

/// A function's container, as the agent starts it in docker mode; `env` is the environment's name.
pub fn function(env: &str, name: &str) -> Container {
    let image = format!("esb-fn-{name}:{RELEASE}");
    Container::new("function", &image, &["sleep"])
        .outside_compose(&format!("fn-{name}"))
        .label("created_by", "esb-agent")
        .label("esb_env", env)
        .label("esb_function", name)
        .label("com.esb.kind", "function")
        .label("com.esb.owner", "gateway-1")
        .files(hooks("opt/python"))
}

/// Both hook files in a folder, as the images carry them.
pub fn hooks(folder: &str) -> Tree {
    Tree::new()
        .file(&format!("{folder}/sitecustomize.py"), HOOK)
        .file(&format!("{folder}/trace_bridge.py"), "BRIDGE = 1\n")
}

/// A running stack.
#[derive(Debug)]
pub struct Esb {
    /// What all of it belongs to.
    pub project: Project,
    /// How functions run in it.
    pub mode: Mode,
    /// Behind TLS.
    pub gateway: Started,
    /// Behind mutual TLS.
    pub agent: Started,
    /// Has ended well.
    pub provisioner: Started,
    /// In containerd mode only.
    pub runtime_node: Option<Started>,
    /// In docker mode only.
    pub functions: Vec<Started>,
}

impl Esb {
    /// All services of a mode, as they are when nothing is amiss.
    pub fn start(engine: &'static Engine, mode: Mode) -> Result<Self> {
        let project = Project::begin(engine);
        let (gateway, agent, runtime_node) = match mode {
            Mode::Docker => {
                let gateway = project.start(gateway(mode)?.networked().publish(8443))?;
                (gateway, project.start(agent(mode)?.networked().publish(9091))?, None)
            }
            Mode::Containerd => {
                let node = project.start(runtime_node()?)?;
                let network = format!("container:{}", node.id);
                let gateway = project.start(gateway(mode)?.network_of(&network))?;
                (gateway, project.start(agent(mode)?.network_of(&network))?, Some(node))
            }
        };
        let provisioner = project.start(provisioner(mode, 0, &["tables created: 3", "done"]))?;
        let mut functions = Vec::new();
        if mode == Mode::Docker {
            for name in ["hello", "orders"] {
                functions.push(project.start(function(project.env(), name))?);
            }
        }
        Ok(Self { project, mode, gateway, agent, provisioner, runtime_node, functions })
    }

    /// An environment file for it. `requirements` are lines of `[requirements]`.
    pub fn environment(&self, requirements: &str) -> Result<String> {
        let mut parts = vec![format!("[requirements]\n{requirements}")];
        parts.push(endpoints()?);
        parts.push(containers(&self.project));
        parts.extend(["gateway", "agent", "provisioner", "runtime-node", "python-hooks"].map(probe));
        Ok(parts.join("\n\n"))
    }
}

/// `[endpoints]` of gateway, agent and the agent's metrics, all found by their containers.
pub fn endpoints() -> Result<String> {
    let certs = project::certs()?.display();
    Ok(format!(
        "[endpoints.gateway]\ncontainer = \"gateway\"\nport = 8443\nca = \"{certs}/rootCA.crt\"\n\n\
         [endpoints.agent]\ncontainer = \"agent\"\nport = 50051\nserver_name = \"agent\"\nca = \"{certs}/rootCA.crt\"\n\
         client_cert = \"{certs}/client.crt\"\nclient_key = \"{certs}/client.key\"\n\n\
         [endpoints.agent-metrics]\ncontainer = \"agent\"\nport = 9091\nscheme = \"http\""
    ))
}

/// `[containers]` of a project.
pub fn containers(project: &Project) -> String {
    format!(
        "[containers]\nsocket = \"{}\"\nproject = \"{}\"\n\
         groups.functions = {{ created_by = \"esb-agent\", esb_env = \"{}\" }}",
        project.engine().url(),
        project.name(),
        project.env()
    )
}

/// How long each probe may take: far more than it needs, so that a busy machine decides no test.
pub const LIMITS: &str = "limits = { deadline = \"30s\", request = \"10s\" }";

/// `[probes]` of one service, by the bundled probe of its name, with [`LIMITS`].
pub fn probe(name: &str) -> String {
    let metrics = if name == "agent" { "\nendpoints.metrics = \"agent-metrics\"" } else { "" };
    format!("[probes.{name}]\nplugin = \"builtin:{name}\"{metrics}\n{LIMITS}")
}
