//! `shipworthy:probe` 0.1 as this host serves it: conversions between the guest's words and ours, and nothing else. It
//! grows with the releases of 0.1; 0.2 gets a module of its own beside it.

mod wit;

use std::time::Duration;

use shipworthy_capabilities as ask;
use shipworthy_contract::evidence::{Evidence, Gap, Value};
use wasmtime::{Store, component::HasSelf};

pub(crate) use self::wit::shipworthy::probe::{containers, evidence, gaps, grpc, http, log, network};
use self::wit::{ProbePre, exports::shipworthy::probe::guest};
use crate::{
    addresses::Addresses,
    intake,
    run::Target,
    state::State,
    versions::{Failure, Guest, Observing, Version},
};

/// 0.1 among the versions that are served.
pub(crate) const VERSION: Version = Version {
    release: "0.1.0",
    link: |linker| wit::Probe::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
    find: |instance| Ok(Box::new(ProbePre::new(instance)?)),
};

impl Guest for ProbePre<State> {
    fn observe<'a>(&'a self, store: &'a mut Store<State>, target: &'a Target) -> Observing<'a> {
        Box::pin(async move {
            let probe = self.instantiate_async(&mut *store).await?;
            let target = guest::Target {
                service: target.service.clone(),
                instance: target.instance.clone(),
                project: target.project.clone(),
                config: target.config.clone(),
            };
            let seen = probe.shipworthy_probe_guest().call_observe(store, &target).await?;
            Ok(seen.map_err(|guest::Failure { why, detail }| Failure { why: gap(why), detail }))
        })
    }
}

pub(crate) fn gap(gap: gaps::Gap) -> Gap {
    match gap {
        gaps::Gap::Unreachable => Gap::Unreachable,
        gaps::Gap::TimedOut => Gap::TimedOut,
        gaps::Gap::Denied => Gap::Denied,
        gaps::Gap::Tls => Gap::Tls,
        gaps::Gap::NotGranted => Gap::NotGranted,
        gaps::Gap::Limit => Gap::Limit,
        gaps::Gap::Unreadable => Gap::Unreadable,
        gaps::Gap::NotOffered => Gap::NotOffered,
        gaps::Gap::Config => Gap::Config,
        gaps::Gap::Defect => Gap::Defect,
    }
}

impl gaps::Host for State {}
impl network::Host for State {}

impl evidence::Host for State {
    async fn fact(&mut self, key: String, value: evidence::Value, origin: evidence::Origin) -> wasmtime::Result<()> {
        let value = match value {
            evidence::Value::Text(text) => Value::Text(text),
            evidence::Value::Number(number) => Value::Number(number),
            evidence::Value::Boolean(boolean) => Value::Boolean(boolean),
        };
        self.give(Evidence::Fact {
            key: intake::name("fact key", key)?,
            value: intake::value(value)?,
            origin: intake::origin(&origin.what, origin.subject)?,
        })
    }

    async fn capability(&mut self, name: String, present: bool, origin: evidence::Origin) -> wasmtime::Result<()> {
        self.give(Evidence::Capability {
            name: intake::name("capability name", name)?,
            present,
            origin: intake::origin(&origin.what, origin.subject)?,
        })
    }

    async fn complete(&mut self, prefix: String) -> wasmtime::Result<()> {
        self.give(Evidence::Complete { prefix: intake::name("capability prefix", prefix)? })
    }

    async fn digest(&mut self, name: String, sha256: String, origin: evidence::Origin) -> wasmtime::Result<()> {
        let name = intake::name("digest name", name)?;
        let origin = intake::origin(&origin.what, origin.subject)?;
        self.give(intake::digest(name, &sha256, origin))
    }

    async fn missing(&mut self, name: String, why: gaps::Gap, detail: String) -> wasmtime::Result<()> {
        self.give(Evidence::Missing {
            name: intake::name("missing name", name)?,
            why: gap(why),
            detail: self.addresses.restore(intake::line("detail", &detail)?),
        })
    }

    async fn finding(
        &mut self,
        rule: String,
        holds: bool,
        message: String,
        expected: Option<String>,
        found: Option<String>,
    ) -> wasmtime::Result<()> {
        let line = |what, text: Option<String>| {
            text.map(|text| Ok::<_, wasmtime::Error>(self.addresses.restore(intake::line(what, &text)?))).transpose()
        };
        let (expected, found) = (line("expected", expected)?, line("found", found)?);
        self.give(Evidence::Finding {
            rule: intake::name("rule name", rule)?,
            holds,
            message: self.addresses.restore(intake::line("message", &message)?),
            expected,
            found,
        })
    }
}

impl log::Host for State {
    async fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        self.log(level, &message)
    }
}

impl http::Host for State {
    async fn send(&mut self, request: http::Request) -> wasmtime::Result<Result<http::Response, network::Error>> {
        let answer = self.run.http(http_request(request)).await;
        let answer = answer.map(http_response).map_err(|error| network_error(error, &mut self.addresses));
        self.told(answer)
    }

    async fn send_all(
        &mut self,
        requests: Vec<http::Request>,
    ) -> wasmtime::Result<Vec<Result<http::Response, network::Error>>> {
        let answers = self.run.http_all(requests.into_iter().map(http_request).collect()).await;
        let mut given = Vec::with_capacity(answers.len());
        for answer in answers {
            given.push(answer.map(http_response).map_err(|error| network_error(error, &mut self.addresses)));
        }
        self.told(given)
    }
}

fn http_request(request: http::Request) -> ask::http::Request {
    ask::http::Request {
        endpoint: request.endpoint,
        method: request.method,
        path: request.path,
        headers: headers_in(request.headers),
        body: request.body,
        timeout: request.timeout_ms.map(|ms| Duration::from_millis(ms.into())),
    }
}

fn http_response(response: ask::http::Response) -> http::Response {
    http::Response { status: response.status, headers: headers_out(response.headers), body: response.body }
}

impl grpc::Host for State {
    async fn invoke(&mut self, call: grpc::Call) -> wasmtime::Result<Result<grpc::Reply, network::Error>> {
        let call = ask::grpc::Call {
            endpoint: call.endpoint,
            method: call.method,
            metadata: headers_in(call.metadata),
            message: call.message,
            timeout: call.timeout_ms.map(|ms| Duration::from_millis(ms.into())),
        };
        let reply = |reply: ask::grpc::Reply| grpc::Reply {
            code: reply.code,
            status: reply.status,
            metadata: headers_out(reply.metadata),
            message: reply.message,
        };
        let answer = self.run.grpc(call).await;
        let answer = answer.map(reply).map_err(|error| network_error(error, &mut self.addresses));
        self.told(answer)
    }
}

fn headers_in(headers: Vec<network::Header>) -> Vec<ask::network::Header> {
    headers.into_iter().map(|header| ask::network::Header { name: header.name, value: header.value }).collect()
}

fn headers_out(headers: Vec<ask::network::Header>) -> Vec<network::Header> {
    headers.into_iter().map(|header| network::Header { name: header.name, value: header.value }).collect()
}

/// An error as the guest is told it: without addresses.
fn network_error(error: ask::network::NetworkError, addresses: &mut Addresses) -> network::Error {
    use ask::network::{NetworkError, Phase};

    match error {
        NetworkError::NotGranted(grant) => network::Error::NotGranted(grant),
        NetworkError::InvalidRequest(what) => network::Error::InvalidRequest(what),
        NetworkError::Unreachable(what) => network::Error::Unreachable(addresses.hide(&what)),
        error @ NetworkError::NotRecorded(_) => network::Error::Unreachable(error.to_string()),
        NetworkError::Tls(what) => network::Error::Tls(addresses.hide(&what)),
        NetworkError::TimedOut { phase, limit, received_bytes } => network::Error::TimedOut(network::Timeout {
            phase: match phase {
                Phase::Connect => network::Phase::Connect,
                Phase::Tls => network::Phase::Tls,
                Phase::Send => network::Phase::Send,
                Phase::Headers => network::Phase::Headers,
                Phase::Body => network::Phase::Body,
            },
            limit_ms: saturating(limit.as_millis()),
            received_bytes: saturating(received_bytes),
        }),
        NetworkError::TooLarge { what, limit } => {
            network::Error::TooLarge(network::Excess { what: what.as_str().to_owned(), limit: saturating(limit) })
        }
        NetworkError::Protocol(what) => network::Error::Protocol(addresses.hide(&what)),
    }
}

impl containers::Host for State {
    async fn find(
        &mut self,
        service: Option<String>,
    ) -> wasmtime::Result<Result<Vec<containers::Container>, containers::Error>> {
        let found = self.run.find(service.as_deref()).await;
        let found = found.map(|found| found.into_iter().map(container).collect());
        let answer = found.map_err(|error| containers_error(error, &mut self.addresses));
        self.told(answer)
    }

    async fn env(&mut self, id: String, name: String) -> wasmtime::Result<Result<Option<String>, containers::Error>> {
        let answer = self.run.env(&id, &name).await;
        let answer = answer.map_err(|error| containers_error(error, &mut self.addresses));
        self.told(answer)
    }

    async fn label(&mut self, id: String, name: String) -> wasmtime::Result<Result<Option<String>, containers::Error>> {
        let answer = self.run.label(&id, &name).await;
        let answer = answer.map_err(|error| containers_error(error, &mut self.addresses));
        self.told(answer)
    }

    async fn sha256(&mut self, id: String, path: String) -> wasmtime::Result<Result<String, containers::Error>> {
        let digest = self.run.sha256(&id, &path).await;
        let digest = digest.map(|digest| digest.to_string());
        let answer = digest.map_err(|error| containers_error(error, &mut self.addresses));
        self.told(answer)
    }

    async fn read_file(
        &mut self,
        id: String,
        path: String,
        max_bytes: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, containers::Error>> {
        let answer = self.run.read_file(&id, &path, max_bytes).await;
        let answer = answer.map_err(|error| containers_error(error, &mut self.addresses));
        self.told(answer)
    }

    async fn logs(&mut self, id: String, lines: u32) -> wasmtime::Result<Result<Vec<String>, containers::Error>> {
        let answer = self.run.logs(&id, lines).await;
        let answer = answer.map_err(|error| containers_error(error, &mut self.addresses));
        self.told(answer)
    }
}

fn container(container: ask::containers::Container) -> containers::Container {
    containers::Container {
        id: container.id,
        name: container.name,
        service: container.service,
        image: container.image,
        image_id: container.image_id,
        state: container.state,
        health: container.health,
        exit_code: container.exit_code,
        started_at: container.started_at,
        finished_at: container.finished_at,
    }
}

fn containers_error(error: ask::containers::ContainersError, addresses: &mut Addresses) -> containers::Error {
    use ask::containers::ContainersError;

    match error {
        ContainersError::NotGranted(grant) => containers::Error::NotGranted(grant),
        ContainersError::EngineUnreachable(what) => containers::Error::EngineUnreachable(addresses.hide(&what)),
        error @ ContainersError::NotRecorded(_) => containers::Error::EngineUnreachable(error.to_string()),
        ContainersError::NoSuchContainer(what) => containers::Error::NoSuchContainer(what),
        ContainersError::NoSuchFile(what) => containers::Error::NoSuchFile(what),
        ContainersError::NotAFile(what) => containers::Error::NotAFile(what),
        ContainersError::AmbiguousProject(projects) => containers::Error::AmbiguousProject(projects),
        ContainersError::TooLarge(limit) => containers::Error::TooLarge(saturating(limit)),
        ContainersError::TimedOut(limit) => containers::Error::TimedOut(saturating(limit)),
        ContainersError::Other(what) => containers::Error::Other(addresses.hide(&what)),
    }
}

/// The WIT uses `u32` where JavaScript and Go would otherwise differ; what does not fit is the most that does.
fn saturating(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}
