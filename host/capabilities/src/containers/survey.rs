//! What runs on a container engine, for who writes an environment: a read-only look at one compose project.
//!
//! Nothing but GET is sent. Of a container's environment only `AGENT_RUNTIME` leaves here, and of labels only those
//! that say whose a container is.

mod knock;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bollard::models::{ContainerInspectResponse, ContainerSummary};
use shipworthy_contract::{Explain, Fault, text::excerpt};

use super::{
    ContainersError,
    client::Client,
    engine::{ContainerEngine, DESCRIPTION_BYTES, EngineSocket, PROJECT_LABEL, SERVICE_LABEL},
    find,
    project::CORE_SERVICES,
};

pub use knock::{Answer, knock};

/// The variable that says which runtime a service was started for.
const RUNTIME: &str = "AGENT_RUNTIME=";

/// Label and value of the containers that ESB's agent starts for functions.
const FUNCTION: (&str, &str) = ("created_by", "esb-agent");

/// The label that says for which stack.
const FUNCTION_ENV: &str = "esb_env";

/// Most containers of a project: each is inspected. A stack has a dozen.
const MOST: usize = 256;

/// Longest time of the whole look.
const TIME: Duration = Duration::from_secs(15);

/// Longest name that is kept, in characters.
const LONGEST: usize = 200;

/// One compose project, and the function containers beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The project's name.
    pub project: String,
    /// Its containers in any state, by service and name.
    pub containers: Vec<Surveyed>,
    /// How many function containers there are for each `esb_env`; not all need be this project's.
    pub functions: BTreeMap<String, usize>,
    /// How many there are whose `esb_env` no line of text can hold as it is, so that it cannot be matched.
    pub unnamed_functions: usize,
}

/// One container of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// Its compose service.
    pub service: String,
    /// Its name.
    pub name: String,
    /// The image as it was asked for.
    pub image: String,
    /// `running`, `exited`, ...
    pub state: String,
    /// Its `AGENT_RUNTIME`, if it has one.
    pub runtime: Option<String>,
    /// Ports inside that are published, as numbers.
    pub published: BTreeSet<u16>,
    /// Networks that it has an address on.
    pub networks: Vec<String>,
    /// The service whose network it uses.
    pub borrows: Option<String>,
    /// Folders and volumes of the host: where inside, and where on the host.
    pub mounts: BTreeMap<String, String>,
}

/// Why there is no survey.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The engine gave no answer that could be used.
    #[error("the container engine at `{socket}` cannot be asked")]
    Engine {
        /// Its address.
        socket: String,
        /// Why.
        source: ContainersError,
    },
    /// No project is a stack.
    #[error("no compose project has a `gateway` or `agent` container")]
    NoStack {
        /// The projects that there are.
        known: Vec<String>,
    },
    /// Several are.
    #[error("expected one compose project with a `gateway` or `agent` container, found {}: {}", .0.len(), .0.join(", "))]
    Several(Vec<String>),
    /// The named project is not there, or is no stack.
    #[error("compose project `{project}` has no `gateway` and no `agent` container")]
    NotAStack {
        /// As it was named.
        project: String,
        /// Projects that are stacks.
        known: Vec<String>,
    },
    /// More than is looked at.
    #[error("expected at most {MOST} containers in compose project `{project}`, found: {found}")]
    TooMany {
        /// The project.
        project: String,
        /// How many it has.
        found: usize,
    },
}

impl Explain for SurveyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Engine { .. } => "survey.engine",
            Self::NoStack { .. } => "survey.no-stack",
            Self::Several(_) => "survey.several-projects",
            Self::NotAStack { .. } => "survey.not-a-stack",
            Self::TooMany { .. } => "survey.too-many",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Engine { .. } => {
                Some("start the container engine, or name the socket that you may use by `--socket URL`".to_owned())
            }
            Self::NoStack { known } if known.is_empty() => Some("start the stack; no compose project runs".to_owned()),
            Self::NoStack { known } => Some(format!("start the stack; projects on this engine: {}", known.join(", "))),
            Self::Several(_) => Some("name one by `--project NAME`".to_owned()),
            Self::NotAStack { known, .. } if known.is_empty() => Some("start the stack".to_owned()),
            Self::NotAStack { known, .. } => Some(format!("projects with one: {}", known.join(", "))),
            Self::TooMany { .. } => None,
        }
    }
}

/// Looks at the project of that name, or at the only one that is a stack.
///
/// # Errors
///
/// An engine that does not answer, no such project, or several that could be meant.
pub async fn survey(socket: &EngineSocket, project: Option<&str>) -> Result<Survey, SurveyError> {
    let engine = ContainerEngine::new(socket.clone(), None, BTreeMap::new());
    let client = Client::new(&engine, TIME, DESCRIPTION_BYTES);
    let failed = |source| SurveyError::Engine { socket: socket.to_string(), source };
    let any = BTreeMap::from([(PROJECT_LABEL.to_owned(), None)]);
    let mut projects: BTreeMap<String, Vec<ContainerSummary>> = BTreeMap::new();
    for listed in find::list_by(&client, &any).await.map_err(failed)? {
        let name = label(&listed, PROJECT_LABEL);
        projects.entry(name).or_default().push(listed);
    }
    let project = choose(&projects, project)?;
    let ids: Vec<String> = projects.remove(&project).into_iter().flatten().filter_map(|listed| listed.id).collect();
    if ids.len() > MOST {
        return Err(SurveyError::TooMany { project, found: ids.len() });
    }
    let containers = containers(&client, ids).await.map_err(failed)?;
    let (functions, unnamed_functions) = functions(&client).await.map_err(failed)?;
    Ok(Survey { project, containers, functions, unnamed_functions })
}

fn choose(projects: &BTreeMap<String, Vec<ContainerSummary>>, named: Option<&str>) -> Result<String, SurveyError> {
    let is_stack = |listed: &Vec<ContainerSummary>| {
        listed.iter().any(|one| CORE_SERVICES.contains(&label(one, SERVICE_LABEL).as_str()))
    };
    let stacks: Vec<&String> = projects.iter().filter(|(_, listed)| is_stack(listed)).map(|(name, _)| name).collect();
    let shown = |names: &[&String]| names.iter().map(|name| excerpt(name, LONGEST)).collect::<Vec<_>>();
    match (named, stacks.as_slice()) {
        (Some(named), stacks) if stacks.iter().any(|stack| *stack == named) => Ok(named.to_owned()),
        (Some(named), stacks) => Err(SurveyError::NotAStack { project: excerpt(named, LONGEST), known: shown(stacks) }),
        (None, [one]) => Ok((*one).clone()),
        (None, []) => Err(SurveyError::NoStack { known: shown(&projects.keys().collect::<Vec<_>>()) }),
        (None, several) => Err(SurveyError::Several(shown(several))),
    }
}

fn label(listed: &ContainerSummary, name: &str) -> String {
    listed.labels.as_ref().and_then(|labels| labels.get(name)).cloned().unwrap_or_default()
}

async fn containers(client: &Client, ids: Vec<String>) -> Result<Vec<Surveyed>, ContainersError> {
    let mut inspected = BTreeMap::new();
    for id in ids.into_iter().filter(|id| find::is_id(id)) {
        match client.ask(client.docker()?.inspect_container(&id, None)).await {
            Ok(container) => drop(inspected.insert(id, container)),
            // Gone since it was listed.
            Err(ContainersError::NoSuchContainer(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let services: BTreeMap<String, String> =
        inspected.iter().map(|(id, container)| (id.clone(), service(container))).collect();
    let mut surveyed: Vec<Surveyed> =
        inspected.into_values().map(|container| describe(&container, &services)).collect();
    surveyed.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    Ok(surveyed)
}

fn service(container: &ContainerInspectResponse) -> String {
    let labels = container.config.as_ref().and_then(|config| config.labels.as_ref());
    excerpt(labels.and_then(|labels| labels.get(SERVICE_LABEL)).map_or("", String::as_str), LONGEST)
}

fn describe(container: &ContainerInspectResponse, services: &BTreeMap<String, String>) -> Surveyed {
    let config = container.config.as_ref();
    let runtime = config
        .and_then(|config| config.env.as_ref())
        .and_then(|lines| lines.iter().find_map(|line| line.strip_prefix(RUNTIME)))
        .map(|value| excerpt(value, LONGEST))
        .filter(|value| !value.is_empty());
    let network = container.network_settings.as_ref();
    let ports = network.and_then(|network| network.ports.as_ref()).into_iter().flatten();
    let published = ports
        .filter(|(_, bindings)| bindings.as_ref().is_some_and(|bindings| !bindings.is_empty()))
        .filter_map(|(port, _)| port.strip_suffix("/tcp")?.parse().ok());
    let networks = network.and_then(|network| network.networks.as_ref()).into_iter().flatten();
    let with_address = |address: &Option<String>| address.as_ref().is_some_and(|address| !address.is_empty());
    let mut networks: Vec<String> = networks
        .filter(|(_, network)| with_address(&network.ip_address) || with_address(&network.global_ipv6_address))
        .map(|(name, _)| excerpt(name, LONGEST))
        .collect();
    networks.sort();
    let mode = container.host_config.as_ref().and_then(|config| config.network_mode.as_deref());
    let borrows = mode.and_then(|mode| services.get(mode.strip_prefix("container:")?)).cloned();
    let mounts = container.mounts.iter().flatten();
    Surveyed {
        service: service(container),
        name: excerpt(container.name.as_deref().unwrap_or_default().trim_start_matches('/'), LONGEST),
        image: excerpt(config.and_then(|config| config.image.as_deref()).unwrap_or_default(), LONGEST),
        state: container
            .state
            .as_ref()
            .and_then(|state| state.status)
            .map(|status| status.to_string())
            .unwrap_or_default(),
        runtime,
        published: published.collect(),
        networks,
        borrows,
        mounts: mounts.filter_map(|mount| Some((mount.destination.clone()?, mount.source.clone()?))).collect(),
    }
}

/// Whether text can be written into a file and matched again: nothing of it is hidden, and it is not endless.
pub fn is_plain(text: &str) -> bool {
    !text.is_empty() && excerpt(text, LONGEST) == text
}

/// How many there are by `esb_env`, and how many more whose `esb_env` is no plain text.
async fn functions(client: &Client) -> Result<(BTreeMap<String, usize>, usize), ContainersError> {
    let (name, value) = FUNCTION;
    let wanted = BTreeMap::from([(name.to_owned(), Some(value.to_owned()))]);
    let (mut functions, mut unnamed) = (BTreeMap::new(), 0);
    for listed in find::list_by(client, &wanted).await? {
        let of = label(&listed, FUNCTION_ENV);
        if is_plain(&of) {
            *functions.entry(of).or_default() += 1;
        } else if !of.is_empty() {
            unnamed += 1;
        }
    }
    Ok((functions, unnamed))
}
