//! What a probe of these tests may have.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use shipworthy_capabilities::{Access, Calendar, Call, Limits, Masks, Request, Run, Tape, Target};
use shipworthy_contract::{
    Role, Secret,
    endpoint::{Address, Endpoint, Http2, TlsSettings},
};

/// Long enough on a busy machine.
pub(crate) const PATIENT: Duration = Duration::from_secs(20);
/// For servers that never answer.
pub(crate) const SHORT: Duration = Duration::from_millis(500);

/// A plain endpoint.
pub(crate) fn endpoint(address: SocketAddr) -> Endpoint {
    Endpoint {
        name: "gateway".to_owned(),
        instance: "gateway".to_owned(),
        address: Address::Tcp { host: address.ip().to_string(), port: address.port() },
        tls: None,
        http2: Http2::Auto,
        headers: Vec::new(),
    }
}

/// The same behind TLS, named `localhost`.
pub(crate) fn secured(address: SocketAddr, ca: &Path) -> Endpoint {
    let tls =
        TlsSettings { ca: Some(ca.to_owned()), server_name: Some("localhost".to_owned()), ..TlsSettings::default() };
    Endpoint { tls: Some(tls), ..endpoint(address) }
}

/// Access to one endpoint, with grants for everything that these tests ask.
pub(crate) fn access(endpoint: &Endpoint) -> Access {
    let grants = ["http GET /**", "http HEAD /**", "http POST /**", "grpc t.S/M"];
    Access {
        own: "gateway".parse().unwrap(),
        grants: grants.iter().map(|line| line.parse().unwrap()).collect(),
        roles: BTreeMap::from([(Role::main(), Arc::new(Target::prepare(endpoint).unwrap()))]),
        secrets: Masks::new([&Secret::new("hunter22".to_owned())]),
        limits: Limits::within(PATIENT, 4_096, PATIENT),
        engine: None,
        tape: Tape::Off,
        calendar: Calendar::default(),
    }
}

pub(crate) fn run(access: Access) -> Run {
    Run::new(Arc::new(access))
}

pub(crate) fn get(path: &str) -> Request {
    request("GET", path)
}

pub(crate) fn request(method: &str, path: &str) -> Request {
    Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() }
}

pub(crate) fn call(message: &[u8]) -> Call {
    Call { method: "t.S/M".to_owned(), message: message.to_vec(), ..Call::default() }
}
