//! Where the container engine is, and which of its containers are meant.

use std::{collections::BTreeMap, fmt, net::IpAddr, path::PathBuf, str::FromStr};

use shipworthy_contract::{Service, text::excerpt};
use tokio::sync::OnceCell;

/// Where a Docker Engine listens unless somebody says otherwise.
pub const DEFAULT_SOCKET: &str = "unix:///var/run/docker.sock";

/// Labels that compose puts on what it starts.
pub(super) const PROJECT_LABEL: &str = "com.docker.compose.project";
pub(super) const SERVICE_LABEL: &str = "com.docker.compose.service";

/// Most bytes of an answer that lists or describes containers: a thousand containers with long labels take 4 MB.
pub(super) const DESCRIPTION_BYTES: u64 = 32 << 20;

/// The environment's container engine, shared by all runs. Nothing is reached until it is asked.
#[derive(Clone, Debug)]
pub struct ContainerEngine {
    /// Its socket.
    pub(super) socket: EngineSocket,
    /// The compose project; none means the only one that holds a gateway or an agent.
    pub(super) project: Option<String>,
    /// Containers by labels, in any project.
    pub(super) groups: BTreeMap<Service, BTreeMap<String, String>>,
    /// The project that somebody asked for: the named one, else the one that was found.
    pub(super) in_use: OnceCell<String>,
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

impl EngineSocket {
    /// The other machine that it is on, as far as the address tells.
    pub(super) fn host(&self) -> Option<&str> {
        match self {
            Self::Unix(_) => None,
            Self::Tcp { host, .. } => {
                let is_loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
                (!is_loopback && host != "localhost").then_some(host.as_str())
            }
        }
    }
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
    /// An engine that nobody has asked yet.
    pub fn new(
        socket: EngineSocket,
        project: Option<String>,
        groups: BTreeMap<Service, BTreeMap<String, String>>,
    ) -> Self {
        Self { socket, project, groups, in_use: OnceCell::new() }
    }

    /// The compose project that is named.
    pub fn named_project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// The compose project, named or found, if anybody asked for containers of it.
    pub fn project_in_use(&self) -> Option<&str> {
        self.in_use.get().map(String::as_str)
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
}
