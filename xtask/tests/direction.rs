//! Which crate may depend on which: the boundary between the two contracts is a boundary between crates
//! (design.md, idea 2). A new arrow is a design change: it gets a decision, and a line here.

#![expect(clippy::expect_used, reason = "a test may stop where the tree cannot be read")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

/// Every arrow between our crates, dev-dependencies apart.
const ARROWS: &[(&str, &[&str])] = &[
    ("shipworthy-contract", &[]),
    ("shipworthy-signatures", &["shipworthy-contract"]),
    ("shipworthy-payload", &["shipworthy-contract", "shipworthy-signatures"]),
    ("shipworthy-stack", &["shipworthy-contract"]),
    ("shipworthy-plugins", &["shipworthy-contract", "shipworthy-signatures"]),
    ("shipworthy-report", &["shipworthy-contract"]),
    ("shipworthy-capabilities", &["shipworthy-contract"]),
    ("shipworthy-engine", &["shipworthy-capabilities", "shipworthy-contract"]),
    ("shipworthy-kit", &["shipworthy-contract", "shipworthy-plugins"]),
    ("shipworthy-registry", &["shipworthy-contract", "shipworthy-plugins"]),
    (
        "shipworthy",
        &[
            "shipworthy-capabilities",
            "shipworthy-contract",
            "shipworthy-engine",
            "shipworthy-kit",
            "shipworthy-payload",
            "shipworthy-plugins",
            "shipworthy-registry",
            "shipworthy-report",
            "shipworthy-signatures",
            "shipworthy-stack",
        ],
    ),
    ("shipworthy-go", &["shipworthy-contract"]),
    ("shipworthy-stand-ins", &[]),
    ("shipworthy-hostile", &["shipworthy-stand-ins"]),
    (
        "xtask",
        &[
            "shipworthy-capabilities",
            "shipworthy-contract",
            "shipworthy-engine",
            "shipworthy-plugins",
            "shipworthy-report",
        ],
    ),
];

/// Crates that reach an engine, the network or a container engine.
const REACHING: &[&str] =
    &["wasmtime", "wasmtime-wasi", "tokio", "hyper", "hyper-util", "rustls", "bollard", "socket2", "mio", "tonic"];

/// Crates of ours from which none of [`REACHING`] may be reached, by however many steps.
const WITHOUT_REACH: &[&str] = &[
    "shipworthy-contract",
    "shipworthy-payload",
    "shipworthy-plugins",
    "shipworthy-report",
    "shipworthy-signatures",
    "shipworthy-stack",
];

fn metadata() -> Metadata {
    MetadataCommand::new().other_options(["--locked".to_owned()]).exec().expect("cargo metadata")
}

fn ours(metadata: &Metadata) -> Vec<&Package> {
    metadata.workspace_packages()
}

/// Normal and build dependencies of each package, by resolved id.
fn graph(metadata: &Metadata) -> BTreeMap<&PackageId, Vec<&PackageId>> {
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    resolve
        .nodes
        .iter()
        .map(|node| {
            let needed = node
                .deps
                .iter()
                .filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development))
                .map(|dep| &dep.pkg)
                .collect();
            (&node.id, needed)
        })
        .collect()
}

#[test]
fn arrows_between_our_crates_are_as_decided() {
    let metadata = metadata();
    let names: BTreeSet<&str> = ours(&metadata).iter().map(|package| package.name.as_str()).collect();
    let stated: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, stated, "every crate of the workspace has its row");
    for package in ours(&metadata) {
        let found: BTreeSet<&str> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.as_str())
            .filter(|name| names.contains(name))
            .collect();
        let (_, allowed) = ARROWS.iter().find(|(name, _)| *name == package.name.as_str()).expect("a row");
        assert_eq!(found, allowed.iter().copied().collect(), "{}", package.name);
    }
}

#[test]
fn judging_crates_reach_no_engine_network_or_container() {
    let metadata = metadata();
    let graph = graph(&metadata);
    for package in ours(&metadata).into_iter().filter(|package| WITHOUT_REACH.contains(&package.name.as_str())) {
        let mut seen = BTreeSet::new();
        let mut todo = vec![&package.id];
        while let Some(id) = todo.pop() {
            if seen.insert(id) {
                todo.extend(graph.get(id).into_iter().flatten());
            }
        }
        let reached: Vec<&str> = metadata
            .packages
            .iter()
            .filter(|other| seen.contains(&other.id) && REACHING.contains(&other.name.as_str()))
            .map(|other| other.name.as_str())
            .collect();
        assert!(reached.is_empty(), "{} reaches {reached:?}", package.name);
    }
}

#[test]
fn the_engine_is_the_only_door_to_wasmtime() {
    let metadata = metadata();
    for package in ours(&metadata) {
        let engine = package.dependencies.iter().any(|dependency| dependency.name.starts_with("wasmtime"));
        assert!(!engine || package.name.as_str() == "shipworthy-engine", "{} depends on wasmtime", package.name);
    }
}
