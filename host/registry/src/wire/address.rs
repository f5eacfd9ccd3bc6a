//! Addresses: those of registries, and those that registries name.

use std::fmt;

use http::uri::{Authority, Uri};
use shipworthy_contract::text::excerpt;

/// Longest address that a registry may name, in bytes: signed ones of object stores have some KiB.
const LONGEST: usize = 16 << 10;

/// Whom to connect to, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// Whether TLS is spoken.
    pub(crate) tls: bool,
    /// `host` or `host:port`, in lower case.
    pub(crate) authority: String,
}

impl Origin {
    /// The host's name or address, without brackets.
    pub(crate) fn host(&self) -> String {
        let parsed = self.authority.parse::<Authority>().ok();
        let host = parsed.as_ref().map_or(self.authority.as_str(), Authority::host);
        host.trim_start_matches('[').trim_end_matches(']').to_owned()
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        let written = self.authority.parse::<Authority>().ok().and_then(|authority| authority.port_u16());
        written.unwrap_or(if self.tls { 443 } else { 80 })
    }

    /// Whether both lead to the same server.
    fn is_same(&self, other: &Self) -> bool {
        self.tls == other.tls && self.host() == other.host() && self.port() == other.port()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "https" } else { "http" }, excerpt(&self.authority, 260))
    }
}

/// An origin with a path. The path is not shown: it can hold a signature that opens it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) origin: Origin,
    /// Path and query.
    pub(crate) path: String,
}

impl Address {
    /// A path of a registry.
    pub(crate) fn of(origin: &Origin, path: String) -> Self {
        Self { origin: origin.clone(), path }
    }

    /// An absolute address as a registry writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let uri: Uri = text.split('#').next().unwrap_or_default().parse().ok()?;
        let tls = match uri.scheme_str()?.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        // A name and password in an address are nobody's here.
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { origin: Origin { tls, authority: authority.as_str().to_ascii_lowercase() }, path })
    }

    /// Where a `Location` or `Link` leads to from here.
    pub(crate) fn join(&self, location: &str) -> Option<Self> {
        if location.starts_with('/') && !location.starts_with("//") {
            let path: Uri = location.split('#').next().unwrap_or_default().parse().ok()?;
            (location.len() <= LONGEST).then(|| Self::of(&self.origin, path.to_string()))
        } else {
            Self::parse(location)
        }
    }

    /// The same address with one more parameter in its query.
    #[must_use]
    pub(crate) fn and(mut self, parameter: &str) -> Self {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        self.path.push_str(parameter);
        self
    }

    /// Whether both lead to the same server.
    pub(crate) fn is_at_same(&self, other: &Self) -> bool {
        self.origin.is_same(&other.origin)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/...", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn wherever_a_registry_leads_to_is_an_address_or_none(location in "(https?:/)?/{0,2}[!-~]{0,40}") {
            let base = Address::parse("https://registry.example/v2/").unwrap();
            if let Some(found) = base.join(&location) {
                prop_assert!(found.path.starts_with('/'));
                prop_assert!(found.path.parse::<Uri>().is_ok());
                prop_assert!(!found.origin.host().contains('/') && !found.origin.authority.contains('@'));
            }
        }
    }

    #[test]
    fn what_a_registry_names_is_read_or_refused() {
        let base = Address::parse("https://registry.example:5000/v2/a/blobs/uploads/").unwrap();
        for (location, expected) in [
            ("/v2/a/x?state=1", Some("https://registry.example:5000 /v2/a/x?state=1")),
            ("https://store.example/b?sig=1#f", Some("https://store.example /b?sig=1")),
            ("http://store.example", Some("http://store.example /")),
            ("HTTPS://Store.Example/A", Some("https://store.example /A")),
            ("https://store.example?x=1", Some("https://store.example /?x=1")),
            ("//store.example/b", None),
            ("ftp://store.example/b", None),
            ("file:///etc/passwd", None),
            ("https://user:pw@store.example/b", None),
            ("uploads/1", None),
            ("", None),
            ("/a b", None),
        ] {
            let found = base.join(location).map(|found| format!("{} {}", found.origin, found.path));
            assert_eq!(found.as_deref(), expected, "{location}");
        }
        assert!(base.join(&format!("/{}", "a".repeat(LONGEST))).is_none());
    }

    #[test]
    fn the_same_server_has_several_spellings() {
        let at = |text| Address::parse(text).unwrap();
        assert!(at("https://a/x").is_at_same(&at("https://a:443/y")));
        assert!(!at("https://a/x").is_at_same(&at("http://a/x")));
        assert!(!at("https://a/x").is_at_same(&at("https://a:444/x")));
        assert_eq!(
            (at("http://[::1]:5000/").origin.host().as_str(), at("http://[::1]:5000/").origin.port()),
            ("::1", 5000)
        );
        assert_eq!(format!("{:?}", at("https://a/x?secret")), "https://a/...");
    }

    #[test]
    fn parameters_are_added_to_what_is_there() {
        let at = Address::parse("https://a/x").unwrap().and("n=1").and("m=2");
        assert_eq!(at.path, "/x?n=1&m=2");
    }
}
