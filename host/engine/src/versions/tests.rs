//! Hosts that serve several versions, and components for one or for several of them.

mod guests;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use shipworthy_capabilities as ask;
use shipworthy_contract::{
    Sha256,
    evidence::{Evidence, RunEnd},
    wit,
};

use self::guests::{Part, Says, component};
use super::{SERVED, Version, trial};
use crate::{Binary, CompileLimits, Compiler, Component, Engine, Limits, LoadError, Loader, Target, since_0_1};

const PATIENT: Duration = Duration::from_mins(1);

/// A host of today.
const TODAY: &[Version] = &[since_0_1::VERSION];

/// A host whose newest release of 0.1 has one function more.
const GROWN: &[Version] = &[trial::since_0_1_1::VERSION];

/// A host that serves 0.2 beside 0.1.
const BOTH: &[Version] = &[trial::since_0_2::VERSION, since_0_1::VERSION];

fn load(host: &'static [Version], parts: &[Part]) -> Result<(Engine, Component), LoadError> {
    let engine = Engine::serving(host)?;
    let bytes = component(parts);
    let binary = Binary { plugin: "versions", bytes: &bytes, sha256: Sha256::of(&bytes), precompiled: None };
    let loader = Loader { cache: None, compiler: Compiler::here() };
    let limits = CompileLimits { time: PATIENT, memory: 1 << 30 };
    let (component, _) = loader.load(&engine, &binary, limits, &|| {})?;
    Ok((engine, component))
}

/// What a component says on a host, in words, and how it ends.
async fn run(host: &'static [Version], parts: &[Part]) -> (Vec<String>, RunEnd) {
    let (engine, component) = load(host, parts).unwrap();
    let access = ask::Access {
        own: "gateway".parse().unwrap(),
        grants: Vec::new(),
        roles: BTreeMap::new(),
        secrets: ask::Masks::default(),
        limits: ask::Limits::within(PATIENT, 4_096, PATIENT),
        engine: None,
        tape: ask::Tape::Off,
        calendar: ask::Calendar::default(),
    };
    let name = || "gateway".to_owned();
    let target =
        Target { service: name(), instance: name(), project: None, config: "{}".to_owned(), seed: vec![7; 64] };
    let limits = Limits { memory: 16 << 20, deadline: PATIENT, log: 4_096 };
    let seen = component.run(&engine, &target, Arc::new(ask::Run::new(Arc::new(access))), limits).await;
    let said = seen.evidence.iter().map(|evidence| match evidence {
        Evidence::Fact { key, value, .. } => format!("{key} {value}"),
        Evidence::Missing { name, why, detail } => format!("missing {name}: {why:?}, {detail}"),
        other => panic!("not said by any of them: {other:?}"),
    });
    (said.collect(), seen.end)
}

async fn said(host: &'static [Version], parts: &[Part]) -> Vec<String> {
    let (said, end) = run(host, parts).await;
    assert_eq!(end, RunEnd::Completed);
    said
}

/// What keeps a component from being linked.
fn refused(host: &'static [Version], parts: &[Part]) -> String {
    match load(host, parts) {
        Err(LoadError::Link { source, .. }) => source.to_string(),
        Err(other) => panic!("expected an error of linking: {other:?}"),
        Ok(_) => panic!("it was linked"),
    }
}

#[test]
fn what_is_served_is_what_is_said_to_be() {
    let releases: Vec<&str> = SERVED.iter().map(|version| version.release).collect();
    assert_eq!(releases, wit::SERVED);
}

#[tokio::test]
async fn components_of_two_versions_run_side_by_side_on_one_host() {
    assert_eq!(said(BOTH, &[Part::of("0.1.0", Says::Fact)]).await, ["served 0.1.0"]);
    assert_eq!(said(BOTH, &[Part::of("0.2.0", Says::FactList)]).await, ["served 0.2.0", "served 0.2.0"]);
    // What 0.2 takes in one call becomes what the host has words for.
    let missing = ["missing a: Denied, served", "missing b: Denied, served"];
    assert_eq!(said(BOTH, &[Part::of("0.2.0", Says::MissingBoth)]).await, missing);
}

#[tokio::test]
async fn a_component_of_both_is_called_by_the_newest_that_the_host_serves() {
    let old = Part::of("0.1.0", Says::Fact);
    let new = Part::of("0.2.0", Says::FactList);
    for parts in [[old, new], [new, old]] {
        assert_eq!(said(BOTH, &parts).await, ["served 0.2.0", "served 0.2.0"]);
        assert_eq!(said(TODAY, &parts).await, ["served 0.1.0"]);
    }
}

#[tokio::test]
async fn a_guest_may_import_any_version_that_is_served() {
    assert_eq!(said(BOTH, &[Part { evidence: "0.1.0", ..Part::of("0.2.0", Says::Fact) }]).await, ["served 0.1.0"]);
    assert_eq!(said(BOTH, &[Part { evidence: "0.2.0", ..Part::of("0.1.0", Says::Fact) }]).await, ["served 0.2.0"]);
}

#[tokio::test]
async fn a_component_of_an_earlier_release_runs_on_a_host_of_a_later_one() {
    assert_eq!(said(GROWN, &[Part::of("0.1.0", Says::Fact)]).await, ["served 0.1.0"]);
    assert_eq!(said(GROWN, &[Part::of("0.1.1", Says::FactList)]).await, ["served 0.1.1", "served 0.1.1"]);
}

#[tokio::test]
async fn a_component_of_a_later_release_runs_where_nothing_that_it_calls_is_missing() {
    assert_eq!(said(TODAY, &[Part::of("0.1.1", Says::Fact)]).await, ["served 0.1.1"]);
    let words = refused(TODAY, &[Part::of("0.1.1", Says::FactList)]);
    assert!(words.contains("shipworthy:probe/evidence@0.1.1") && words.contains("fact-list"), "{words}");
}

#[test]
fn a_version_that_is_not_served_is_refused_and_named() {
    for (guest, evidence, named) in [
        ("0.2.0", "0.1.0", "shipworthy:probe/guest@0.1.0"),
        ("0.1.0", "0.2.0", "shipworthy:probe/evidence@0.2.0"),
        ("0.0.9", "0.1.0", "shipworthy:probe/guest@0.1.0"),
        ("1.1.0", "0.1.0", "shipworthy:probe/guest@0.1.0"),
    ] {
        let words = refused(TODAY, &[Part { evidence, ..Part::of(guest, Says::Fact) }]);
        assert!(words.contains(named), "{guest}, {evidence}: {words}");
    }
}

#[tokio::test]
async fn what_a_component_imports_for_other_hosts_refuses_when_it_is_called() {
    let mixed = Part { evidence: "0.2.0", ..Part::of("0.1.0", Says::FactList) };
    let (said, end) = run(TODAY, &[mixed, Part { evidence: "0.1.0", ..Part::of("0.2.0", Says::Fact) }]).await;
    assert!(said.is_empty());
    let RunEnd::Trapped { message, .. } = end else { panic!("{end:?}") };
    assert_eq!(message, "`shipworthy:probe/evidence@0.2.0 fact-list` is not served by this host");
}
