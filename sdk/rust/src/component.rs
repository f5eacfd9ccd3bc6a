//! The component's side of the WIT: the host's functions, and what `export!` exports.

use crate::{
    Call, Container, ContainersError, Failure, Gap, Header, Level, NetworkError, Origin, Phase, Probe, Request, Stack,
    Target, Value, grpc, http,
};

#[expect(missing_docs, clippy::pedantic, clippy::mem_forget, reason = "generated; the WIT is its documentation")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "probe",
        pub_export_macro: true,
        export_macro_name: "export_component",
    });
}

#[expect(clippy::pedantic, reason = "generated; the WIT is its documentation")]
mod wasi {
    wit_bindgen::generate!({
        generate_all,
        // Whole, as it is merged with the one that libc knows.
        inline: "
            package shipworthy:sdk;
            world numbers { import wasi:random/random@0.2.0; }
            package wasi:random@0.2.0 {
                interface random {
                    get-random-bytes: func(len: u64) -> list<u8>;
                    get-random-u64: func() -> u64;
                }
            }
        ",
    });
}

use bindings::shipworthy::probe as wit;
pub use bindings::{
    export_component,
    exports::shipworthy::probe::guest::{Failure as WitFailure, Guest, Target as WitTarget},
};

/// Runs a probe in the component's world.
pub fn observe<P: Probe>(target: WitTarget) -> Result<(), WitFailure> {
    let WitTarget { service, instance, project, config } = target;
    crate::probe::run::<P>(&Stack::new(&World), &Target { service, instance, project }, &config)
        .map_err(|Failure { why, detail }| WitFailure { why: gap(why), detail })
}

/// A number that the host draws, and keeps for a replay.
pub(crate) fn number() -> u64 {
    wasi::wasi::random::random::get_random_u64()
}

/// The world that the component imports; the methods are those of the trait `Host`.
pub(crate) struct World;

#[expect(clippy::unused_self, reason = "natively there is a host with a self")]
impl World {
    pub(crate) fn fact(&self, key: &str, value: Value, origin: Origin) {
        let value = match value {
            Value::Text(text) => wit::evidence::Value::Text(text),
            Value::Number(number) => wit::evidence::Value::Number(number),
            Value::Boolean(boolean) => wit::evidence::Value::Boolean(boolean),
        };
        wit::evidence::fact(key, &value, &place(origin));
    }

    pub(crate) fn capability(&self, name: &str, present: bool, origin: Origin) {
        wit::evidence::capability(name, present, &place(origin));
    }

    pub(crate) fn complete(&self, prefix: &str) {
        wit::evidence::complete(prefix);
    }

    pub(crate) fn digest(&self, name: &str, sha256: &str, origin: Origin) {
        wit::evidence::digest(name, sha256, &place(origin));
    }

    pub(crate) fn missing(&self, name: &str, why: Gap, detail: &str) {
        wit::evidence::missing(name, gap(why), detail);
    }

    pub(crate) fn finding(&self, rule: &str, holds: bool, message: &str, expected: Option<&str>, found: Option<&str>) {
        wit::evidence::finding(rule, holds, message, expected, found);
    }

    pub(crate) fn http(&self, asked: Request) -> Result<http::Answer, NetworkError> {
        answer(wit::http::send(&request(asked)))
    }

    pub(crate) fn http_all(&self, asked: Vec<Request>) -> Vec<Result<http::Answer, NetworkError>> {
        let requests: Vec<_> = asked.into_iter().map(request).collect();
        wit::http::send_all(&requests).into_iter().map(answer).collect()
    }

    pub(crate) fn grpc(&self, call: Call) -> Result<grpc::Answer, NetworkError> {
        let Call { endpoint, method, metadata, message, timeout_ms } = call;
        let metadata = metadata.into_iter().map(header_out).collect();
        match wit::grpc::invoke(&wit::grpc::Call { endpoint, method, metadata, message, timeout_ms }) {
            Ok(wit::grpc::Reply { code, status, metadata, message }) => {
                Ok(grpc::Answer { code, status, metadata: metadata.into_iter().map(header_in).collect(), message })
            }
            Err(error) => Err(network_error(error)),
        }
    }

    pub(crate) fn find(&self, service: Option<&str>) -> Result<Vec<Container>, ContainersError> {
        let found = wit::containers::find(service).map_err(containers_error)?;
        Ok(found.into_iter().map(container).collect())
    }

    pub(crate) fn env(&self, id: &str, name: &str) -> Result<Option<String>, ContainersError> {
        wit::containers::env(id, name).map_err(containers_error)
    }

    pub(crate) fn label(&self, id: &str, name: &str) -> Result<Option<String>, ContainersError> {
        wit::containers::label(id, name).map_err(containers_error)
    }

    pub(crate) fn sha256(&self, id: &str, path: &str) -> Result<String, ContainersError> {
        wit::containers::sha256(id, path).map_err(containers_error)
    }

    pub(crate) fn read_file(&self, id: &str, path: &str, max_bytes: u32) -> Result<Vec<u8>, ContainersError> {
        wit::containers::read_file(id, path, max_bytes).map_err(containers_error)
    }

    pub(crate) fn logs(&self, id: &str, lines: u32) -> Result<Vec<String>, ContainersError> {
        wit::containers::logs(id, lines).map_err(containers_error)
    }

    pub(crate) fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Debug => wit::log::Level::Debug,
            Level::Info => wit::log::Level::Info,
            Level::Warn => wit::log::Level::Warn,
            Level::Error => wit::log::Level::Error,
        };
        wit::log::write(level, message);
    }
}

const fn gap(gap: Gap) -> wit::gaps::Gap {
    match gap {
        Gap::Unreachable => wit::gaps::Gap::Unreachable,
        Gap::TimedOut => wit::gaps::Gap::TimedOut,
        Gap::Denied => wit::gaps::Gap::Denied,
        Gap::Tls => wit::gaps::Gap::Tls,
        Gap::NotGranted => wit::gaps::Gap::NotGranted,
        Gap::Limit => wit::gaps::Gap::Limit,
        Gap::Unreadable => wit::gaps::Gap::Unreadable,
        Gap::NotOffered => wit::gaps::Gap::NotOffered,
        Gap::Config => wit::gaps::Gap::Config,
        Gap::Defect => wit::gaps::Gap::Defect,
    }
}

fn place(Origin { what, subject }: Origin) -> wit::evidence::Origin {
    wit::evidence::Origin { what, subject }
}

fn header_out(Header { name, value }: Header) -> wit::network::Header {
    wit::network::Header { name, value }
}

fn header_in(wit::network::Header { name, value }: wit::network::Header) -> Header {
    Header { name, value }
}

fn request(request: Request) -> wit::http::Request {
    let Request { endpoint, method, path, headers, body, timeout_ms } = request;
    let headers = headers.into_iter().map(header_out).collect();
    wit::http::Request { endpoint, method, path, headers, body, timeout_ms }
}

fn answer(answer: Result<wit::http::Response, wit::network::Error>) -> Result<http::Answer, NetworkError> {
    match answer {
        Ok(wit::http::Response { status, headers, body }) => {
            Ok(http::Answer { status, headers: headers.into_iter().map(header_in).collect(), body })
        }
        Err(error) => Err(network_error(error)),
    }
}

fn network_error(error: wit::network::Error) -> NetworkError {
    use wit::network::{Error, Phase as WitPhase};
    match error {
        Error::NotGranted(grant) => NetworkError::NotGranted(grant),
        Error::InvalidRequest(why) => NetworkError::InvalidRequest(why),
        Error::Unreachable(why) => NetworkError::Unreachable(why),
        Error::Tls(why) => NetworkError::Tls(why),
        Error::TimedOut(timeout) => NetworkError::TimedOut {
            phase: match timeout.phase {
                WitPhase::Connect => Phase::Connect,
                WitPhase::Tls => Phase::Tls,
                WitPhase::Send => Phase::Send,
                WitPhase::Headers => Phase::Headers,
                WitPhase::Body => Phase::Body,
            },
            limit_ms: timeout.limit_ms,
            received_bytes: timeout.received_bytes,
        },
        Error::TooLarge(excess) => NetworkError::TooLarge { what: excess.what, limit: excess.limit },
        Error::Protocol(why) => NetworkError::Protocol(why),
    }
}

fn container(found: wit::containers::Container) -> Container {
    Container {
        id: found.id,
        name: found.name,
        service: found.service,
        image: found.image,
        image_id: found.image_id,
        state: found.state,
        health: found.health,
        exit_code: found.exit_code,
        started_at: found.started_at,
        finished_at: found.finished_at,
    }
}

fn containers_error(error: wit::containers::Error) -> ContainersError {
    use wit::containers::Error;
    match error {
        Error::NotGranted(grant) => ContainersError::NotGranted(grant),
        Error::EngineUnreachable(why) => ContainersError::EngineUnreachable(why),
        Error::NoSuchContainer(id) => ContainersError::NoSuchContainer(id),
        Error::NoSuchFile(path) => ContainersError::NoSuchFile(path),
        Error::NotAFile(path) => ContainersError::NotAFile(path),
        Error::AmbiguousProject(projects) => ContainersError::AmbiguousProject(projects),
        Error::TooLarge(limit) => ContainersError::TooLarge(limit),
        Error::TimedOut(limit) => ContainersError::TimedOut(limit),
        Error::Other(why) => ContainersError::Other(why),
    }
}
