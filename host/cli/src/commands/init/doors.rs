//! Which endpoints a stack has, and how each is to be spoken to: tried, and where nobody answers, as certificates say.

use std::{path::PathBuf, sync::Arc};

use shipworthy_capabilities::{
    ConfigError, ContainerEngine,
    survey::{Answer, Survey, knock},
};
use shipworthy_contract::{
    Service,
    endpoint::{Address, Endpoint, Http2, TlsSettings},
};

use super::certs::Certs;

/// Ports inside ESB's containers.
const GATEWAY: u16 = 8443;
const AGENT: u16 = 50051;
const METRICS: u16 = 9091;

/// Where containerd's socket lies in runtime-node, in a volume of the host's.
const CONTAINERD: (&str, &str) = ("/run/containerd", "containerd.sock");

/// What was found of a stack's endpoints.
#[derive(Default)]
pub(super) struct Doors {
    pub(super) gateway: Option<Door>,
    pub(super) agent: Option<Door>,
    /// Only where it answers.
    pub(super) metrics: Option<Door>,
    /// Only where this user can connect to it.
    pub(super) containerd: Option<PathBuf>,
    /// Why not, in words.
    pub(super) no_containerd: Option<String>,
}

/// One endpoint by container.
pub(super) struct Door {
    pub(super) service: &'static str,
    pub(super) port: u16,
    pub(super) https: bool,
    /// Where the certificate does not carry the service's name.
    pub(super) server_name: Option<String>,
    /// Whether the client shows its certificate.
    pub(super) identity: bool,
    /// What was seen, for the person who asked.
    pub(super) seen: String,
    /// Whether it answered as it is written.
    pub(super) answered: bool,
    /// Whether it speaks TLS and ended the connection right after.
    pub(super) turned_away: bool,
}

impl Door {
    fn plain(service: &'static str, port: u16) -> Self {
        Self {
            service,
            port,
            https: false,
            server_name: None,
            identity: false,
            seen: "answers in plain text".to_owned(),
            answered: true,
            turned_away: false,
        }
    }
}

pub(super) async fn find(survey: &Survey, certs: &Certs, engine: &Arc<ContainerEngine>) -> Doors {
    let has = |service: &str| survey.containers.iter().any(|container| container.service == service);
    let mut doors = Doors::default();
    if has("gateway") {
        let bare = tls_door("gateway", GATEWAY, Http2::Auto, (certs, false), engine).await;
        // A gateway takes everybody, unless somebody changed that.
        let known = if bare.turned_away && certs.client.is_some() {
            Some(tls_door("gateway", GATEWAY, Http2::Auto, (certs, true), engine).await)
        } else {
            None
        };
        doors.gateway = Some(known.filter(|door| door.answered).unwrap_or(bare));
    }
    if has("agent") {
        doors.agent = Some(tls_door("agent", AGENT, Http2::Only, (certs, true), engine).await);
        let metrics = endpoint("agent", METRICS, None, Http2::Auto);
        if let Some(Ok(Answer::Plain)) = ask("agent", metrics, &["agent"], engine).await {
            doors.metrics = Some(Door::plain("agent", METRICS));
        }
    }
    containerd(&mut doors, survey, engine).await;
    doors
}

async fn tls_door(
    service: &'static str,
    port: u16,
    http2: Http2,
    (certs, with_identity): (&Certs, bool),
    engine: &Arc<ContainerEngine>,
) -> Door {
    let (client_cert, client_key) = certs.client.clone().filter(|_| with_identity).unzip();
    let identity = client_cert.is_some();
    let settings = TlsSettings { ca: certs.ca.clone(), client_cert, client_key, server_name: None };
    let names = [service, "localhost", "127.0.0.1"];
    let answer = ask(service, endpoint(service, port, Some(settings), http2), &names, engine).await;
    // Nobody answers: as ESB is set up unless somebody changed it.
    let failed = |seen: String| Door {
        service,
        port,
        https: true,
        server_name: None,
        identity,
        seen,
        answered: false,
        turned_away: false,
    };
    let named = |server_name: String| Some(server_name).filter(|name| name != service);
    match answer {
        Some(Ok(Answer::Tls { server_name })) => {
            let seen = format!("answers with TLS, its certificate is for `{server_name}`");
            Door { server_name: named(server_name), answered: true, ..failed(seen) }
        }
        Some(Ok(Answer::TurnedAway { server_name, words })) => {
            Door { server_name: named(server_name), turned_away: true, ..failed(words) }
        }
        Some(Ok(Answer::Plain)) => Door::plain(service, port),
        Some(Ok(Answer::Refused(words) | Answer::Silent(words))) => failed(words),
        Some(Err(error)) => failed(error.to_string()),
        None => failed("was not tried".to_owned()),
    }
}

fn endpoint(service: &str, port: u16, tls: Option<TlsSettings>, http2: Http2) -> Option<Endpoint> {
    let address = Address::Container { service: service.parse().ok()?, port };
    Some(Endpoint { name: service.to_owned(), instance: service.to_owned(), address, tls, http2, headers: Vec::new() })
}

async fn ask(
    service: &str,
    endpoint: Option<Endpoint>,
    names: &[&str],
    engine: &Arc<ContainerEngine>,
) -> Option<Result<Answer, ConfigError>> {
    let service: Service = service.parse().ok()?;
    Some(knock(&service, &endpoint?, names, engine).await)
}

/// The socket in the volume of runtime-node. Usually only root reaches it.
async fn containerd(doors: &mut Doors, survey: &Survey, engine: &Arc<ContainerEngine>) {
    let (folder, file) = CONTAINERD;
    for container in survey.containers.iter().filter(|container| container.service == "runtime-node") {
        let Some(source) = container.mounts.get(folder) else { continue };
        let socket = PathBuf::from(source).join(file);
        let endpoint = Endpoint {
            name: "runtime-node".to_owned(),
            instance: "runtime-node".to_owned(),
            address: Address::Unix(socket.clone()),
            tls: None,
            http2: Http2::Only,
            headers: Vec::new(),
        };
        match ask("runtime-node", Some(endpoint), &[], engine).await {
            Some(Ok(Answer::Plain)) => doors.containerd = Some(socket),
            Some(Ok(Answer::Silent(words) | Answer::Refused(words))) => doors.no_containerd = Some(words),
            Some(Ok(Answer::Tls { .. } | Answer::TurnedAway { .. }) | Err(_)) | None => {}
        }
    }
}
