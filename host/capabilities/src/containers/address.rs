//! Where a container's port is reached from this host.

use std::collections::{BTreeMap, BTreeSet};

use bollard::models::{
    ContainerInspectResponse, ContainerStateStatusEnum, ContainerSummary, ContainerSummaryStateEnum,
};
use shipworthy_contract::{Service, evidence::NETWORK_OWNER, text::excerpt};

use super::{
    ContainersError, Result,
    client::Client,
    engine::{ContainerEngine, DESCRIPTION_BYTES},
    find, project,
};
use crate::Limits;

impl ContainerEngine {
    /// Where the port of a service's running container is reached: its published port, else its address on a container
    /// network, which this host has a way to on Linux. A container that lives in the network of another one, as ESB's
    /// gateway and agent do in containerd mode, is reached as that one is.
    pub(crate) async fn locate(&self, service: &Service, port: u16, limits: &Limits) -> Result<(String, u16)> {
        // Before the request's own time is over, so that it is told what did not answer.
        let client = Client::new(self, limits.container_timeout.min(limits.request * 4 / 5), DESCRIPTION_BYTES);
        let labels = find::labels(self, &client, service).await?;
        let (running, others): (Vec<_>, Vec<_>) = find::list(&client, &labels)
            .await?
            .into_iter()
            .partition(|found| found.state == Some(ContainerSummaryStateEnum::RUNNING));
        let running: Vec<String> =
            running.into_iter().filter_map(|found| found.id).filter(|id| find::is_id(id)).collect();
        let id = match running.as_slice() {
            [] => {
                if others.is_empty() {
                    project::must_have_containers(self, &client, service).await?;
                }
                return Err(ContainersError::Other(none_running(service, &others)));
            }
            [id] => id,
            several => {
                return Err(ContainersError::Other(format!(
                    "expected one running container of `{service}`, found {}; name its endpoints by `instances`",
                    several.len()
                )));
            }
        };
        let inspected = client.ask(client.docker()?.inspect_container(id, None)).await?;
        let host = match borrowed_network(&inspected) {
            Some(other) => owner(client.ask(client.docker()?.inspect_container(other, None)).await)?,
            None => inspected,
        };
        address(&host, port, self.socket.host()).ok_or_else(|| {
            ContainersError::Other(format!(
                "port {port} of `{service}` is not published, and its container has no address on a network of this host"
            ))
        })
    }
}

/// The container in whose network another one lives, if it can be reached.
fn owner(inspected: Result<ContainerInspectResponse>) -> Result<ContainerInspectResponse> {
    let inspected = match inspected {
        Err(ContainersError::NoSuchContainer(_)) => {
            return Err(ContainersError::Other(format!("{NETWORK_OWNER} it uses is gone")));
        }
        other => other?,
    };
    let state = inspected.state.as_ref().and_then(|state| state.status);
    match state {
        None | Some(ContainerStateStatusEnum::RUNNING) => Ok(inspected),
        Some(state) => {
            let name = excerpt(inspected.name.as_deref().unwrap_or_default().trim_start_matches('/'), 80);
            Err(ContainersError::Other(format!("{NETWORK_OWNER} it uses, `{name}`, is {state}")))
        }
    }
}

fn none_running(service: &Service, others: &[ContainerSummary]) -> String {
    let states: BTreeSet<String> =
        others.iter().filter_map(|found| found.state.as_ref()).map(ToString::to_string).collect();
    let found = if states.is_empty() { "none".to_owned() } else { states.into_iter().collect::<Vec<_>>().join(", ") };
    format!("expected a running container of `{service}`, found: {found}")
}

/// The id of the container whose network this one uses. An engine writes `container:ID`, whatever it was started with.
fn borrowed_network(inspected: &ContainerInspectResponse) -> Option<&str> {
    let mode = inspected.host_config.as_ref()?.network_mode.as_deref()?;
    mode.strip_prefix("container:").filter(|id| find::is_id(id))
}

/// Published port, else the engine's own network, else the first network with an address, by name. Where the engine is on
/// another `host`, its networks are out of reach.
fn address(inspected: &ContainerInspectResponse, port: u16, host: Option<&str>) -> Option<(String, u16)> {
    let here = host.unwrap_or("127.0.0.1");
    if uses_the_hosts_network(inspected) {
        return Some((here.to_owned(), port));
    }
    let settings = inspected.network_settings.as_ref()?;
    let bindings = settings.ports.as_ref().and_then(|ports| ports.get(&format!("{port}/tcp"))?.as_ref());
    let published = bindings.into_iter().flatten().find_map(|binding| {
        let port: u16 = binding.host_port.as_deref()?.parse().ok().filter(|port| *port > 0)?;
        let listening = binding.host_ip.as_deref().unwrap_or_default();
        Some((reached_at(listening, host).to_owned(), port))
    });
    if published.is_some() || host.is_some() {
        return published;
    }
    let networks: BTreeMap<_, _> = settings.networks.iter().flatten().collect();
    let address = networks.into_values().find_map(|network| {
        let v4 = network.ip_address.clone().filter(|ip| !ip.is_empty());
        v4.or_else(|| network.global_ipv6_address.clone().filter(|ip| !ip.is_empty()))
    })?;
    Some((address, port))
}

fn uses_the_hosts_network(inspected: &ContainerInspectResponse) -> bool {
    inspected.host_config.as_ref().and_then(|config| config.network_mode.as_deref()) == Some("host")
}

/// An address to connect to, for one that is listened on: here, or on the engine's own `host`.
fn reached_at<'a>(listening: &'a str, host: Option<&'a str>) -> &'a str {
    match (listening, host) {
        ("" | "0.0.0.0" | "::", Some(host)) => host,
        ("" | "0.0.0.0", None) => "127.0.0.1",
        ("::", None) => "::1",
        (other, _) => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_published_port_comes_before_the_containers_own_address() {
        let networks = json!({ "b": { "IPAddress": "10.0.0.2" }, "a": { "IPAddress": "" } });
        let with = |ports: Value, networks: &Value, mode: &str| json!({ "NetworkSettings": { "Ports": ports, "Networks": networks }, "HostConfig": { "NetworkMode": mode } });
        let published = |ip: &str, port: &str| json!({ "50051/tcp": [{ "HostIp": ip, "HostPort": port }] });
        let v6_only = json!({ "a": { "IPAddress": "", "GlobalIPv6Address": "fd00::2" } });
        let none = json!({ "none": { "IPAddress": "" } });
        for (inspected, expected) in [
            (with(published("0.0.0.0", "49153"), &networks, "esb"), Some(("127.0.0.1", 49153))),
            (with(published("", "49153"), &networks, "esb"), Some(("127.0.0.1", 49153))),
            (with(published("::", "49153"), &networks, "esb"), Some(("::1", 49153))),
            (with(published("192.0.2.7", "49153"), &networks, "esb"), Some(("192.0.2.7", 49153))),
            // A port that is still being published has no number yet.
            (with(published("0.0.0.0", "0"), &networks, "esb"), Some(("10.0.0.2", 50051))),
            (with(json!({ "50051/tcp": null }), &networks, "esb"), Some(("10.0.0.2", 50051))),
            (with(json!({ "50051/udp": [{ "HostPort": "1" }] }), &networks, "esb"), Some(("10.0.0.2", 50051))),
            (with(json!({}), &v6_only, "esb"), Some(("fd00::2", 50051))),
            (with(json!({}), &json!({}), "host"), Some(("127.0.0.1", 50051))),
            (with(json!({}), &none, "none"), None),
            (json!({}), None),
        ] {
            let read: ContainerInspectResponse = serde_json::from_value(inspected.clone()).unwrap();
            let expected = expected.map(|(host, port): (&str, u16)| (host.to_owned(), port));
            assert_eq!(address(&read, 50051, None), expected, "{inspected}");
        }
        // Of an engine elsewhere only what it publishes is reached, and never this host's own port of that number.
        for (inspected, expected) in [
            (with(published("0.0.0.0", "49153"), &networks, "esb"), Some(("docker.example", 49153))),
            (with(published("192.0.2.7", "49153"), &networks, "esb"), Some(("192.0.2.7", 49153))),
            (with(json!({}), &json!({}), "host"), Some(("docker.example", 50051))),
            (with(json!({}), &networks, "esb"), None),
        ] {
            let read: ContainerInspectResponse = serde_json::from_value(inspected.clone()).unwrap();
            let expected = expected.map(|(host, port): (&str, u16)| (host.to_owned(), port));
            assert_eq!(address(&read, 50051, Some("docker.example")), expected, "{inspected}");
        }
    }

    #[test]
    fn a_borrowed_network_is_known_by_a_whole_id() {
        let id = "0f".repeat(32);
        for (mode, expected) in [
            (format!("container:{id}"), Some(id.as_str())),
            ("container:../secrets".to_owned(), None),
            ("container:runtime-node".to_owned(), None),
            ("host".to_owned(), None),
        ] {
            let read = serde_json::from_value(json!({ "HostConfig": { "NetworkMode": mode } })).unwrap();
            assert_eq!(borrowed_network(&read), expected, "{mode}");
        }
    }
}
