//! What the guests of these tests are run with.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use shipworthy_capabilities as ask;
use shipworthy_contract::{
    Role, Sha256,
    endpoint::{Address, Endpoint, Http2},
    evidence::{Evidence, RunEnd},
};
use shipworthy_engine::{Binary, CompileLimits, Compiler, Component, Engine, Limits, LoadError, Loader, Seen, Target};

use crate::guest::Guest;

/// Long enough on a busy machine: no guest that ends by itself comes near it.
pub(crate) const PATIENT: Duration = Duration::from_mins(1);

/// For guests that never end. Long enough that what they say before is said also on a busy machine.
pub(crate) const SHORT: Duration = Duration::from_millis(400);

/// The one engine of this process.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().unwrap());

/// Generous in time and small in all else.
pub(crate) const LIMITS: Limits = Limits { memory: 16 << 20, deadline: PATIENT, log: 4_096 };

/// The same for guests that never end.
pub(crate) const HURRIED: Limits = Limits { deadline: SHORT, ..LIMITS };

/// One grant, and no endpoint.
pub(crate) fn access() -> ask::Access {
    ask::Access {
        own: "gateway".parse().unwrap(),
        grants: vec!["http GET /granted/**".parse().unwrap()],
        roles: BTreeMap::new(),
        secrets: shipworthy_capabilities::Masks::default(),
        limits: ask::Limits::within(PATIENT, 4_096, PATIENT),
        engine: None,
        tape: ask::Tape::Off,
        calendar: ask::Calendar::default(),
    }
}

/// The same grant, and an endpoint.
pub(crate) fn access_to(address: SocketAddr) -> ask::Access {
    let endpoint = Endpoint {
        name: "gateway".to_owned(),
        instance: "gateway".to_owned(),
        address: Address::Tcp { host: address.ip().to_string(), port: address.port() },
        tls: None,
        http2: Http2::Auto,
        headers: Vec::new(),
    };
    let target = Arc::new(ask::Target::prepare(&endpoint).unwrap());
    ask::Access { roles: BTreeMap::from([(Role::main(), target)]), ..access() }
}

pub(crate) fn target() -> Target {
    Target {
        service: "gateway".to_owned(),
        instance: "gateway".to_owned(),
        project: None,
        config: "{}".to_owned(),
        seed: vec![7; 64],
    }
}

/// Compiled here: what a child does to it is the binary's tests' to show.
pub(crate) const COMPILE: CompileLimits = CompileLimits { time: PATIENT, memory: 1 << 30 };

/// Loads without a cache.
pub(crate) fn try_load(bytes: &[u8]) -> Result<Component, LoadError> {
    let binary = Binary { plugin: "hostile", bytes, sha256: Sha256::of(bytes), precompiled: None };
    let loader = Loader { cache: None, compiler: Compiler::here() };
    loader.load(&ENGINE, &binary, COMPILE, &|| {}).map(|(component, _)| component)
}

pub(crate) fn load(guest: &Guest) -> Component {
    try_load(&guest.bytes()).unwrap()
}

/// Loads and runs.
pub(crate) async fn run(guest: &Guest, limits: Limits) -> Seen {
    run_with(&load(guest), access(), limits).await
}

/// Runs what is loaded.
pub(crate) async fn run_with(component: &Component, access: ask::Access, limits: Limits) -> Seen {
    component.run(&ENGINE, &target(), Arc::new(ask::Run::new(Arc::new(access))), limits).await
}

/// The facts that were given, in words.
pub(crate) fn facts(seen: &Seen) -> Vec<String> {
    let word = |evidence: &Evidence| match evidence {
        Evidence::Fact { key, value, .. } => format!("{key} = {value}"),
        other => panic!("not a fact: {other:?}"),
    };
    seen.evidence.iter().map(word).collect()
}

/// The name of the limit that ended a run.
pub(crate) fn limit(seen: &Seen) -> &str {
    match &seen.end {
        RunEnd::Limit { name, .. } => name,
        other => panic!("not ended by a limit: {other:?}"),
    }
}

/// What a run that trapped says.
pub(crate) fn trap(seen: &Seen) -> &str {
    match &seen.end {
        RunEnd::Trapped { message, .. } => message,
        other => panic!("not trapped: {other:?}"),
    }
}

/// The calls of a run that trapped, in words.
pub(crate) fn stack(seen: &Seen) -> Vec<String> {
    match &seen.end {
        RunEnd::Trapped { stack, .. } => stack.iter().map(ToString::to_string).collect(),
        other => panic!("not trapped: {other:?}"),
    }
}
