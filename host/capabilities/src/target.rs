//! An endpoint made ready: files read, certificates and headers parsed, once, before anything runs.
//!
//! What is wrong here is the environment's and is told before a probe starts (exit 2).

use std::{io, net::IpAddr};

use http::{HeaderMap, HeaderName, HeaderValue};
use shipworthy_contract::{
    Explain, Fault, Secret,
    endpoint::{Address, Endpoint, Http2, TlsSettings},
};

use crate::tls::TlsClient;

/// An endpoint that cannot be used as the environment describes it. Never shows a value of a header or a key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read `{path}`, which `endpoints.{endpoint}.{key}` names")]
    File {
        /// The endpoint.
        endpoint: String,
        /// The key under it.
        key: &'static str,
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file is read and is not what it should be.
    #[error("expected {expected} in `{path}`, which `endpoints.{endpoint}.{key}` names: {found}")]
    Content {
        /// The endpoint.
        endpoint: String,
        /// The key under it.
        key: &'static str,
        /// The file.
        path: String,
        /// What should be in it.
        expected: &'static str,
        /// What is wrong.
        found: String,
    },
    /// One half of a client's certificate.
    #[error("`endpoints.{endpoint}` has `{has}` and no `{lacks}`")]
    Half {
        /// The endpoint.
        endpoint: String,
        /// The key that is there.
        has: &'static str,
        /// The key that is not.
        lacks: &'static str,
    },
    /// No name that a certificate could carry.
    #[error("expected a host name or IP address for the certificate of `endpoints.{endpoint}`, found: {found}")]
    ServerName {
        /// The endpoint.
        endpoint: String,
        /// What was written, or that nothing was.
        found: String,
    },
    /// The system has no trust roots that can be used.
    #[error("`endpoints.{endpoint}` has no `ca`, and the system's trust roots cannot be used: {found}")]
    SystemRoots {
        /// The endpoint.
        endpoint: String,
        /// Why.
        found: String,
    },
    /// A header that cannot be sent.
    #[error("`endpoints.{endpoint}.headers.{name}` {reason}")]
    Header {
        /// The endpoint.
        endpoint: String,
        /// The header's name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Explain for ConfigError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "endpoint.file",
            Self::Content { .. } => "endpoint.content",
            Self::Half { .. } => "endpoint.client-cert",
            Self::ServerName { .. } => "endpoint.server-name",
            Self::SystemRoots { .. } => "endpoint.system-roots",
            Self::Header { .. } => "endpoint.header",
        }
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Half { lacks, .. } => Some(format!("add `{lacks}`; a client's certificate takes both")),
            Self::ServerName { endpoint, .. } => Some(format!("set `endpoints.{endpoint}.server_name`")),
            Self::SystemRoots { endpoint, .. } => Some(format!("set `endpoints.{endpoint}.ca`")),
            Self::File { .. } => Some("paths are relative to the file in which they stand".to_owned()),
            Self::Content { .. } => {
                Some("`openssl x509 -in FILE -noout -subject` shows what a certificate is".to_owned())
            }
            Self::Header { .. } => Some("a header's value is one line of visible ASCII".to_owned()),
        }
    }
}

/// An endpoint that is ready to be reached. Its address never reaches a guest.
#[derive(Debug)]
pub struct Target {
    endpoint: Endpoint,
    url: String,
    tls: Option<TlsClient>,
    headers: HeaderMap,
}

impl Target {
    /// Reads and parses all that the endpoint names. Opens no connection and resolves no name.
    pub fn prepare(endpoint: &Endpoint) -> Result<Self, ConfigError> {
        Self::prepare_instance(endpoint, None)
    }

    /// The same for the instances of one endpoint, which name the same files: each is read once.
    pub fn prepare_all(instances: Vec<Endpoint>) -> Vec<Result<Self, ConfigError>> {
        let mut first: Option<(TlsSettings, TlsClient)> = None;
        let mut prepared = Vec::with_capacity(instances.len());
        for endpoint in instances {
            let like = first.as_ref().filter(|(settings, _)| endpoint.tls.as_ref() == Some(settings));
            let target = Self::prepare_instance(&endpoint, like.map(|(_, client)| client));
            if let (Ok(Self { tls: Some(client), .. }), Some(settings), None) = (&target, &endpoint.tls, &first) {
                first = client.for_instance(&endpoint, settings).ok().map(|client| (settings.clone(), client));
            }
            prepared.push(target);
        }
        prepared
    }

    fn prepare_instance(endpoint: &Endpoint, like: Option<&TlsClient>) -> Result<Self, ConfigError> {
        let tls = match (&endpoint.tls, like) {
            (Some(settings), Some(like)) => Some(like.for_instance(endpoint, settings)?),
            (Some(settings), None) => Some(TlsClient::prepare(endpoint, settings)?),
            (None, _) => None,
        };
        let headers = headers(endpoint)?;
        Ok(Self { url: endpoint.url(), endpoint: endpoint.clone(), tls, headers })
    }

    /// The address in words, without credentials.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is on this machine for certain: a unix socket, a container, or the loopback (RFC 6761, 6.3).
    pub fn is_local(&self) -> bool {
        match &self.endpoint.address {
            Address::Unix(_) | Address::Container { .. } => true,
            Address::Tcp { host, .. } => {
                let is_loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
                is_loopback || host == "localhost" || host.ends_with(".localhost")
            }
        }
    }

    pub(crate) fn address(&self) -> &Address {
        &self.endpoint.address
    }

    pub(crate) fn http2(&self) -> Http2 {
        self.endpoint.http2
    }

    pub(crate) fn tls(&self) -> Option<&TlsClient> {
        self.tls.as_ref()
    }

    /// The headers that the host adds.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.endpoint.headers.iter().map(|(_, value)| value)
    }

    /// Host and port as a `Host` header names them.
    pub(crate) fn authority(&self) -> String {
        match &self.endpoint.address {
            Address::Tcp { host, port } if host.contains(':') => format!("[{host}]:{port}"),
            Address::Tcp { host, port } => format!("{host}:{port}"),
            // A unix socket has no host; `localhost` is what curl and Docker's own client send.
            Address::Unix(_) => "localhost".to_owned(),
            Address::Container { service, port } => format!("{service}:{port}"),
        }
    }
}

fn headers(endpoint: &Endpoint) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &endpoint.headers {
        let wrong = |reason| ConfigError::Header { endpoint: endpoint.name.clone(), name: name.clone(), reason };
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok().ok_or_else(|| wrong("is not a header's name"))?;
        if crate::headers::is_of_the_connection(&parsed) {
            return Err(wrong("is a header that the connection itself sets"));
        }
        let mut value = HeaderValue::from_str(value.reveal())
            .ok()
            .ok_or_else(|| wrong("has a value that cannot be sent: a line break or another control character"))?;
        value.set_sensitive(true);
        headers.append(parsed, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(change: impl FnOnce(&mut Endpoint)) -> String {
        let mut endpoint = Endpoint {
            name: "gateway".to_owned(),
            instance: "gateway".to_owned(),
            address: Address::Unix("/run/x.sock".into()),
            tls: None,
            http2: Http2::Auto,
            headers: Vec::new(),
        };
        change(&mut endpoint);
        let error = Target::prepare(&endpoint).unwrap_err();
        assert_eq!(error.fault(), Fault::Environment);
        error.to_string()
    }

    #[test]
    fn what_cannot_be_used_is_told_without_its_value() {
        let header = |name: &str, value: &str| {
            let header = (name.to_owned(), Secret::new(value.to_owned()));
            error(move |endpoint| endpoint.headers = vec![header])
        };
        assert_eq!(
            header("x-api-key", "hunter22\n"),
            "`endpoints.gateway.headers.x-api-key` has a value that cannot be sent: a line break or another control character"
        );
        assert_eq!(header("x y", "a"), "`endpoints.gateway.headers.x y` is not a header's name");
        assert_eq!(header("host", "a"), "`endpoints.gateway.headers.host` is a header that the connection itself sets");
    }

    #[test]
    fn an_endpoint_is_on_this_machine_only_if_that_is_certain() {
        let tcp = |host: &str| Address::Tcp { host: host.to_owned(), port: 1 };
        for (address, expected) in [
            (Address::Unix("/run/x.sock".into()), true),
            (Address::Container { service: "agent".parse().unwrap(), port: 1 }, true),
            (tcp("127.0.0.1"), true),
            (tcp("127.8.0.1"), true),
            (tcp("::1"), true),
            (tcp("localhost"), true),
            (tcp("gateway.localhost"), true),
            (tcp("gateway"), false),
            (tcp("10.0.0.1"), false),
            (tcp("localhost.example"), false),
        ] {
            let endpoint = Endpoint {
                name: "gateway".to_owned(),
                instance: "gateway".to_owned(),
                address: address.clone(),
                tls: None,
                http2: Http2::Auto,
                headers: Vec::new(),
            };
            assert_eq!(Target::prepare(&endpoint).unwrap().is_local(), expected, "{address:?}");
        }
    }

    #[test]
    fn a_certificate_needs_a_name() {
        let missing = "cannot read `/nonexistent/ca.pem`, which `endpoints.gateway.ca` names";
        let tls = |server_name: Option<&str>| TlsSettings {
            ca: Some("/nonexistent/ca.pem".into()),
            server_name: server_name.map(str::to_owned),
            ..Default::default()
        };
        assert_eq!(error(|endpoint| endpoint.tls = Some(tls(Some("localhost")))), missing);
        assert_eq!(
            ConfigError::ServerName { endpoint: "gateway".to_owned(), found: "a b".to_owned() }.to_string(),
            "expected a host name or IP address for the certificate of `endpoints.gateway`, found: a b"
        );
        assert_eq!(
            ConfigError::SystemRoots { endpoint: "gateway".to_owned(), found: "there are none".to_owned() }.to_string(),
            "`endpoints.gateway` has no `ca`, and the system's trust roots cannot be used: there are none"
        );
    }
}
