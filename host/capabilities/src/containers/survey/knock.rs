//! Whether an endpoint answers, and under which name its certificate is to be trusted. Nothing is asked of the service.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use shipworthy_contract::{
    Service,
    endpoint::{Endpoint, Http2, TlsSettings},
};

use crate::{
    Access, Calendar, ConfigError, ContainerEngine, Limits, Masks, NetworkError, Run, Tape, Target,
    exchange::Progress,
    wire::{Speaks, Wire},
};

/// Longest time of one try.
const TIME: Duration = Duration::from_secs(3);

/// How long a server may take after the handshake to turn the client away.
const AFTERTHOUGHT: Duration = Duration::from_millis(200);

/// What knocking found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// TLS, with a certificate that is trusted and carries this name.
    Tls {
        /// The first of the names that fits.
        server_name: String,
    },
    /// The same, and then the server turns the client away: for its certificate or for having none, as a rule.
    TurnedAway {
        /// The first of the names that fits.
        server_name: String,
        /// How the server said so.
        words: String,
    },
    /// A connection, and no TLS.
    Plain,
    /// TLS, and not under any of the names, or not with this trust; in words.
    Refused(String),
    /// No connection; in words.
    Silent(String),
}

/// Connects, sets TLS up where the endpoint has it, hears whether the server minds, and closes the connection again.
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
        calendar: Calendar::default(),
    }));
    let Some(settings) = &endpoint.tls else {
        return Ok(match connect(endpoint, &run).await? {
            Met::Open => Answer::Plain,
            Met::Ended(words) => Answer::Refused(words),
            Met::Failed(error) => Answer::Silent(error.to_string()),
        });
    };
    let url = endpoint.url();
    // What is of a certificate stands further behind.
    let begins = |words: &str, with: &[&str]| with.iter().any(|with| words.starts_with(&format!("`{url}`{with}")));
    let mut refused = None;
    for name in names {
        let tls = TlsSettings { server_name: Some((*name).to_owned()), ..settings.clone() };
        // Both versions are offered: a server that speaks neither hangs up before it shows its certificate.
        let named = Endpoint { tls: Some(tls), http2: Http2::Auto, ..endpoint.clone() };
        match connect(&named, &run).await? {
            Met::Open => return Ok(Answer::Tls { server_name: (*name).to_owned() }),
            Met::Ended(words) => return Ok(Answer::TurnedAway { server_name: (*name).to_owned(), words }),
            Met::Failed(NetworkError::Tls(words)) if begins(&words, &NOT_TLS) => return Ok(Answer::Plain),
            Met::Failed(NetworkError::Tls(words)) if begins(&words, &TURNED_AWAY) => {
                return Ok(Answer::TurnedAway { server_name: (*name).to_owned(), words });
            }
            Met::Failed(NetworkError::Tls(words) | NetworkError::Protocol(words)) => {
                refused.get_or_insert(words);
            }
            Met::Failed(error) => return Ok(Answer::Silent(error.to_string())),
        }
    }
    Ok(Answer::Refused(refused.unwrap_or_else(|| "no name to try".to_owned())))
}

/// How `tls::words` goes on behind the endpoint's own address where a service answered in plain text; held by the tests
/// of `survey`, as is the next.
const NOT_TLS: [&str; 1] = [" did not answer with TLS"];

/// The same where the server's certificate was fine and the client's was not.
const TURNED_AWAY: [&str; 2] = [": the server asks for a client certificate", ": the server refuses the certificate"];

/// What became of one try.
enum Met {
    /// Somebody is there and minds nothing.
    Open,
    /// TLS was set up, and then the server ended the connection; in words.
    Ended(String),
    Failed(NetworkError),
}

async fn connect(endpoint: &Endpoint, run: &Run) -> Result<Met, ConfigError> {
    let target = Arc::new(Target::prepare(endpoint)?);
    let progress = Progress::default();
    let wire = Wire::connect(run, &target, Speaks::Http, &progress);
    Ok(match tokio::time::timeout(TIME, wire).await {
        Ok(Ok(mut wire)) if endpoint.tls.is_some() => match wire.ends_unasked(AFTERTHOUGHT).await {
            Some(NetworkError::Tls(words) | NetworkError::Unreachable(words)) => Met::Ended(words),
            // Silence, or bytes of whatever kind.
            Some(_) | None => Met::Open,
        },
        Ok(Ok(_)) => Met::Open,
        Ok(Err(error)) => Met::Failed(error),
        Err(_) => Met::Failed(NetworkError::Unreachable(format!("`{}` did not answer in time", target.url()))),
    })
}
