//! Whether an endpoint answers, and under which name its certificate is to be trusted. Nothing is asked of the service.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use shipworthy_contract::{
    Service,
    endpoint::{Endpoint, Http2, TlsSettings},
};

use crate::{
    Access, ConfigError, ContainerEngine, Limits, Masks, NetworkError, Run, Tape, Target,
    exchange::Progress,
    wire::{Speaks, Wire},
};

/// Longest time of one try.
const TIME: Duration = Duration::from_secs(3);

/// What knocking found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// TLS, with a certificate that is trusted and carries this name.
    Tls {
        /// The first of the names that fits.
        server_name: String,
    },
    /// A connection, and no TLS.
    Plain,
    /// TLS, and not under any of the names, or not with this trust; in words.
    Refused(String),
    /// No connection; in words.
    Silent(String),
}

/// Connects, sets TLS up where the endpoint has it, and closes the connection again.
///
/// # Errors
///
/// Certificates or keys of the endpoint that cannot be used.
pub async fn knock(
    service: &Service,
    endpoint: &Endpoint,
    names: &[&str],
    engine: &Arc<ContainerEngine>,
) -> Result<Answer, ConfigError> {
    // Granted nothing: connecting is all that is done.
    let run = Run::new(Arc::new(Access {
        own: service.clone(),
        grants: Vec::new(),
        roles: BTreeMap::new(),
        secrets: Masks::default(),
        limits: Limits { container_timeout: TIME, ..Limits::within(TIME, 1 << 10, TIME) },
        engine: Some(Arc::clone(engine)),
        tape: Tape::Off,
    }));
    let Some(settings) = &endpoint.tls else {
        return Ok(match connect(endpoint, &run).await? {
            Ok(()) => Answer::Plain,
            Err(error) => Answer::Silent(error.to_string()),
        });
    };
    let mut refused = None;
    for name in names {
        let tls = TlsSettings { server_name: Some((*name).to_owned()), ..settings.clone() };
        // Both versions are offered: a server that speaks neither hangs up before it shows its certificate.
        let named = Endpoint { tls: Some(tls), http2: Http2::Auto, ..endpoint.clone() };
        match connect(&named, &run).await? {
            Ok(()) => return Ok(Answer::Tls { server_name: (*name).to_owned() }),
            Err(NetworkError::Tls(words)) if words.contains(NOT_TLS) => return Ok(Answer::Plain),
            Err(NetworkError::Tls(words) | NetworkError::Protocol(words)) => drop(refused.get_or_insert(words)),
            Err(error) => return Ok(Answer::Silent(error.to_string())),
        }
    }
    Ok(Answer::Refused(refused.unwrap_or_else(|| "no name to try".to_owned())))
}

/// How `tls::words` tells a service that answered in plain text; held by the test of `survey` with a plain stand-in.
const NOT_TLS: &str = "did not answer with TLS";

async fn connect(endpoint: &Endpoint, run: &Run) -> Result<Result<(), NetworkError>, ConfigError> {
    let target = Arc::new(Target::prepare(endpoint)?);
    let progress = Progress::default();
    let wire = Wire::connect(run, &target, Speaks::Http, &progress);
    Ok(match tokio::time::timeout(TIME, wire).await {
        Ok(connected) => connected.map(drop),
        Err(_) => Err(NetworkError::Unreachable(format!("`{}` did not answer in time", target.url()))),
    })
}
