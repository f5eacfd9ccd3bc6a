//! Where a service answers. Only the host ever holds this; a guest knows roles.

use std::path::PathBuf;

use crate::{Secret, Service};

/// How an endpoint is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// TCP, by name or IP address.
    Tcp {
        /// Host name or IP address, without brackets.
        host: String,
        /// Port, 1 to 65535.
        port: u16,
    },
    /// A unix socket.
    Unix(PathBuf),
    /// A container's port, looked up when the run begins.
    Container {
        /// Compose service.
        service: Service,
        /// The port inside the container.
        port: u16,
    },
}

/// Whether HTTP/2 is spoken; gRPC always speaks it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Http2 {
    /// By ALPN, else HTTP/1.1.
    #[default]
    Auto,
    /// Nothing else, also in plain text (prior knowledge).
    Only,
    /// Never.
    Off,
}

/// TLS as the environment sets it up. Paths are as they are to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// PEM file of the only authorities to be trusted; none means the system's.
    pub ca: Option<PathBuf>,
    /// PEM file of the client's certificate chain.
    pub client_cert: Option<PathBuf>,
    /// PEM file of the client's key.
    pub client_key: Option<PathBuf>,
    /// The name the certificate must carry, if not the address's host.
    pub server_name: Option<String>,
}

/// One instance of an endpoint, ready to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The endpoint's name in the environment.
    pub name: String,
    /// The instance's name: the endpoint's own where it has one only.
    pub instance: String,
    /// Where.
    pub address: Address,
    /// TLS, if the scheme is https.
    pub tls: Option<TlsSettings>,
    /// HTTP/2 or not.
    pub http2: Http2,
    /// Headers that the host adds, such as credentials; names in lower case.
    pub headers: Vec<(String, Secret)>,
}

impl Endpoint {
    /// The address in words for a message: `https://127.0.0.1:8443`, `unix:///run/x.sock`; of a container, as compose names
    /// it on its network: `https://agent:50051`. Holds no credential.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        match &self.address {
            Address::Tcp { host, port } if host.contains(':') => format!("{scheme}://[{host}]:{port}"),
            Address::Tcp { host, port } => format!("{scheme}://{host}:{port}"),
            Address::Unix(path) => format!("unix://{}", path.display()),
            Address::Container { service, port } => format!("{scheme}://{service}:{port}"),
        }
    }
}
