//! Where the container engine is, and which of its containers are meant.

use std::{collections::BTreeMap, fmt, path::PathBuf, str::FromStr};

use bollard::models::ContainerInspectResponse;
use shipworthy_contract::{Service, text::excerpt};

use super::{ContainersError, client::Client, find};
use crate::Limits;

/// Labels that compose puts on what it starts.
pub(super) const PROJECT_LABEL: &str = "com.docker.compose.project";
pub(super) const SERVICE_LABEL: &str = "com.docker.compose.service";

/// Most bytes of an answer that lists or describes containers: a thousand containers with long labels take 4 MB.
pub(super) const DESCRIPTION_BYTES: u64 = 32 << 20;

/// The environment's container engine. Any value is right; nothing is reached until it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerEngine {
    /// Its socket.
    pub socket: EngineSocket,
    /// The compose project; none means the only one that holds a gateway or an agent.
    pub project: Option<String>,
    /// Containers by labels, in any project.
    pub groups: BTreeMap<Service, BTreeMap<String, String>>,
}

/// A container engine's address, written `unix:///PATH`, `tcp://HOST:PORT` or `http://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineSocket {
    /// A unix socket.
    Unix(PathBuf),
    /// TCP in plain text.
    Tcp {
        /// Host name or IP address, without brackets.
        host: String,
        /// Port.
        port: u16,
    },
}

/// Text that is not such an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `unix:///PATH` or `tcp://HOST:PORT`, found: {0}")]
pub struct NotASocket(pub String);

impl FromStr for EngineSocket {
    type Err = NotASocket;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotASocket(excerpt(text, 120));
        if let Some(path) = text.strip_prefix("unix://") {
            return if path.starts_with('/') { Ok(Self::Unix(PathBuf::from(path))) } else { Err(wrong()) };
        }
        let rest = text.strip_prefix("tcp://").or_else(|| text.strip_prefix("http://")).ok_or_else(wrong)?;
        let (host, port) = rest.strip_suffix('/').unwrap_or(rest).rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().ok().ok_or_else(wrong)?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() || host.contains(['/', '@', '?', '#']) || port == 0 {
            return Err(wrong());
        }
        Ok(Self::Tcp { host: host.to_owned(), port })
    }
}

impl fmt::Display for EngineSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
        }
    }
}

impl ContainerEngine {
    /// Where a running container's port is reached: its published port, else its address on a container network.
    pub(crate) async fn locate(
        &self,
        service: &Service,
        port: u16,
        limits: &Limits,
    ) -> Result<(String, u16), ContainersError> {
        let client = Client::new(self, limits.container_timeout, DESCRIPTION_BYTES);
        let labels = find::labels(self, &client, service).await?;
        let running: Vec<String> = find::list(&client, &labels)
            .await?
            .into_iter()
            .filter(|found| found.state == Some(bollard::models::ContainerSummaryStateEnum::RUNNING))
            .filter_map(|found| found.id)
            .collect();
        match running.as_slice() {
            [] => Err(ContainersError::Other(format!("no container of `{service}` is running"))),
            [id] => {
                let client = Client::new(self, limits.container_timeout, DESCRIPTION_BYTES);
                let inspected = client.ask(client.docker()?.inspect_container(id, None)).await?;
                address(&inspected, port)
                    .ok_or_else(|| ContainersError::Other(format!("port {port} of `{service}` has no address")))
            }
            several => Err(ContainersError::Other(format!(
                "expected one running container of `{service}`, found {}; name its endpoints by `instances`",
                several.len()
            ))),
        }
    }
}

fn address(inspected: &ContainerInspectResponse, port: u16) -> Option<(String, u16)> {
    let settings = inspected.network_settings.as_ref()?;
    let published = settings
        .ports
        .as_ref()
        .and_then(|ports| ports.get(&format!("{port}/tcp")))
        .and_then(Option::as_ref)
        .and_then(|bindings| bindings.first())
        .and_then(|binding| {
            let port: u16 = binding.host_port.as_deref()?.parse().ok()?;
            Some((local(binding.host_ip.as_deref().unwrap_or_default()).to_owned(), port))
        });
    if published.is_some() {
        return published;
    }
    let networks: BTreeMap<_, _> = settings.networks.iter().flatten().collect();
    let address = networks.into_values().find_map(|network| network.ip_address.clone().filter(|ip| !ip.is_empty()))?;
    Some((address, port))
}

/// An address to connect to, for one that is listened on.
fn local(listening: &str) -> &str {
    match listening {
        "" | "0.0.0.0" => "127.0.0.1",
        "::" => "::1",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_read_and_written() {
        for text in ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2375", "tcp://[::1]:2375"] {
            assert_eq!(text.parse::<EngineSocket>().unwrap().to_string(), text);
        }
        assert_eq!("http://h:1/".parse::<EngineSocket>().unwrap().to_string(), "tcp://h:1");
        for wrong in
            ["", "unix://docker.sock", "/var/run/docker.sock", "ssh://h", "tcp://h", "tcp://h:0", "tcp://u@h:1"]
        {
            assert!(wrong.parse::<EngineSocket>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_published_port_comes_before_the_containers_own() {
        let check = |json: serde_json::Value, expected: Option<(&str, u16)>| {
            let inspected: ContainerInspectResponse = serde_json::from_value(json).unwrap();
            assert_eq!(address(&inspected, 50051), expected.map(|(host, port)| (host.to_owned(), port)));
        };
        let networks = serde_json::json!({ "b": { "IPAddress": "10.0.0.2" }, "a": { "IPAddress": "" } });
        let published = serde_json::json!({ "50051/tcp": [{ "HostIp": "0.0.0.0", "HostPort": "49153" }] });
        let settings = |ports| serde_json::json!({ "NetworkSettings": { "Ports": ports, "Networks": networks } });
        check(settings(published), Some(("127.0.0.1", 49153)));
        check(settings(serde_json::json!({ "50051/tcp": null })), Some(("10.0.0.2", 50051)));
        check(serde_json::json!({}), None);
    }
}
