//! Addresses as environments write them: `https://HOST[:PORT]`, `http://HOST[:PORT]`, `unix:///PATH`.

use std::{net::Ipv6Addr, path::PathBuf, str::FromStr};

use shipworthy_contract::{endpoint::Address, text::excerpt};

/// Longest path of a unix socket, in bytes: what the system's address has room for.
const LONGEST_SOCKET: usize = 107;

/// Longest host name, in bytes (RFC 1035, section 2.3.4).
const LONGEST_HOST: usize = 253;

/// Where one instance answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// Where.
    pub(super) address: Address,
    /// Whether TLS is spoken there.
    pub(super) https: bool,
}

/// Text that is not such an address. The text is shown unless it may hold a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAUrl {
    #[error("expected `https://`, `http://` or `unix:///`, found: {0}")]
    Scheme(String),
    #[error("expected no user name or password in an address, found one")]
    UserInfo,
    #[error("expected an address without {what}, because {why}, found: {found}")]
    Extra { what: &'static str, why: &'static str, found: String },
    #[error("expected a host name or an IP address (IPv6 in brackets), found: {0}")]
    Host(String),
    #[error("expected a port from 1 to 65535, found: {0}")]
    Port(String),
    #[error("expected an absolute, normal path of a socket with at most {LONGEST_SOCKET} bytes, found: {0}")]
    Socket(String),
}

impl FromStr for Url {
    type Err = NotAUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('@') {
            return Err(NotAUrl::UserInfo);
        }
        if let Some(path) = text.strip_prefix("unix://") {
            let address = Address::Unix(socket(path)?);
            return Ok(Self { address, https: false });
        }
        let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(NotAUrl::Scheme(excerpt(text, 80))),
        };
        let extra = |what, why| Err(NotAUrl::Extra { what, why, found: excerpt(text, 80) });
        if rest.contains('?') {
            return extra("a query", "a probe says what it asks");
        }
        if rest.contains('#') {
            return extra("a fragment", "a server never sees one");
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains('/') {
            return extra("a path", "grants are matched against the path that a probe asks");
        }
        let (host, port) = host_and_port(authority, if https { 443 } else { 80 })?;
        Ok(Self { address: Address::Tcp { host, port }, https })
    }
}

/// The path of a unix socket.
fn socket(path: &str) -> Result<PathBuf, NotAUrl> {
    let normal = path.starts_with('/')
        && path.len() > 1
        && path.len() <= LONGEST_SOCKET
        && !path.chars().any(char::is_control)
        && !path.split('/').skip(1).any(|segment| matches!(segment, "" | "." | ".."));
    if normal { Ok(PathBuf::from(path)) } else { Err(NotAUrl::Socket(excerpt(path, 120))) }
}

fn host_and_port(authority: &str, default_port: u16) -> Result<(String, u16), NotAUrl> {
    let wrong = || NotAUrl::Host(excerpt(authority, 80));
    let (host, rest) = if let Some(bracketed) = authority.strip_prefix('[') {
        let (address, rest) = bracketed.split_once(']').ok_or_else(wrong)?;
        if address.parse::<Ipv6Addr>().is_err() {
            return Err(wrong());
        }
        (address.to_owned(), rest)
    } else {
        let (host, rest) = authority.find(':').map_or((authority, ""), |colon| authority.split_at(colon));
        if !is_host(host) {
            return Err(wrong());
        }
        (host.to_ascii_lowercase(), rest)
    };
    if rest.is_empty() {
        return Ok((host, default_port));
    }
    rest.strip_prefix(':').and_then(port).map(|port| (host, port)).ok_or_else(|| NotAUrl::Port(excerpt(rest, 40)))
}

/// `HOST` or `HOST:PORT`.
pub(crate) fn is_authority(text: &str) -> bool {
    host_and_port(text, 443).is_ok()
}

/// A port in digits only; `parse` alone would take `+80`.
pub(super) fn port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

/// A name of DNS, or of a container network, where `_` is common.
pub(super) fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    host.len() <= LONGEST_HOST && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_read() {
        for (text, host, port, https) in [
            ("https://127.0.0.1:8443", "127.0.0.1", 8443, true),
            ("https://Gateway.local", "gateway.local", 443, true),
            ("http://agent_1:80/", "agent_1", 80, false),
            ("http://[::1]:8080", "::1", 8080, false),
            ("https://[2001:db8::1]", "2001:db8::1", 443, true),
        ] {
            let address = Address::Tcp { host: host.to_owned(), port };
            assert_eq!(text.parse(), Ok(Url { address, https }), "{text}");
        }
        let socket = Url { address: Address::Unix("/run/x.sock".into()), https: false };
        assert_eq!("unix:///run/x.sock".parse(), Ok(socket));
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_its_reason() {
        for (text, part) in [
            ("127.0.0.1:8443", "`https://`"),
            ("ftp://h", "`https://`"),
            ("HTTPS://h", "`https://`"),
            ("https://u:pw@h", "no user name"),
            ("https://h/x", "without a path"),
            ("https://h?x=1", "without a query"),
            ("https://h#x", "without a fragment"),
            ("https://", "a host name"),
            ("https://-h", "a host name"),
            ("https://h h", "a host name"),
            ("https://::1:80", "a host name"),
            ("https://[fe80::1%eth0]", "a host name"),
            ("https://[::1", "a host name"),
            ("https://h:0", "1 to 65535"),
            ("https://h:65536", "1 to 65535"),
            ("https://h:+80", "1 to 65535"),
            ("https://h:", "1 to 65535"),
            ("https://[::1]80", "1 to 65535"),
            ("unix://run/x", "absolute"),
            ("unix:///a/../b", "absolute"),
            ("unix:///", "absolute"),
        ] {
            let error = text.parse::<Url>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("pw"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(https?://|unix://)?\\PC{0,40}") {
            if let Ok(Url { address: Address::Tcp { host, port }, .. }) = text.parse::<Url>() {
                prop_assert!(!host.is_empty() && port > 0);
            }
        }
    }
}
