//! The client against a real registry, and against what can lie between.
//!
//! Where there is no `docker-registry` the tests say so and pass, unless `SHIPWORTHY_REQUIRE_DOCKER=1` makes that a
//! failure.

#![expect(clippy::disallowed_methods, reason = "tests read and write what is sent about, and start other tools")]
#![expect(clippy::expect_used, reason = "a test that stops is one that fails")]

mod attached;
mod between;
mod failures;
mod interop;
mod junk;
mod login;
mod pulling;
mod together;
mod tools;

use std::{fmt::Debug, path::Path, time::Duration};

use anyhow::Result;
use shipworthy_contract::Sha256;
use shipworthy_plugins::Reference;
use shipworthy_registry::{Client, RegistryAccess, RegistryError, RegistryOptions, Store, TimeLimits};
use shipworthy_stand_ins::{
    component,
    real::{self, Auth, Registry},
};
use tempfile::TempDir;

/// What is sent about, unless it matters.
const DESCRIPTOR: &str = r#"{ "name": "agent", "version": "0.3.0", "services": ["agent"] }"#;

/// Bytes of padding in it: more than one packet, and more than any buffer of hyper at first.
const PADDING: usize = 80_000;

/// The component that is sent about.
fn agent() -> Vec<u8> {
    component::probe(DESCRIPTOR, PADDING).expect("a component")
}

/// Runs asynchronous work to its end.
fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

/// Says why a test did not run, or fails where nothing may be missing.
fn or_skip<T>(part: Result<T, String>) -> Option<T> {
    match part {
        Ok(part) => Some(part),
        Err(why) => {
            assert!(!real::required(), "required, and not to be had: {why}");
            tools::skipped(&why);
            None
        }
    }
}

/// A registry in plain HTTP that lets anybody in.
fn open() -> Option<Registry> {
    or_skip(Registry::available())?;
    Some(Registry::start(None, Auth::Open).expect("a registry"))
}

fn reference(host: &str, rest: &str) -> Reference {
    format!("oci://{host}/{rest}").parse().expect("a reference")
}

/// How a host is reached, with limits that a test can wait for.
fn options(host: &str, access: RegistryAccess) -> RegistryOptions {
    RegistryOptions {
        hosts: [(host.to_owned(), access)].into(),
        limits: TimeLimits {
            connect: Duration::from_secs(5),
            idle: Duration::from_millis(700),
            total: Duration::from_secs(20),
        },
        docker_config: None,
        offline: false,
    }
}

fn plain() -> RegistryAccess {
    RegistryAccess { plain_http: true, ca: None }
}

/// A client in plain HTTP.
fn client(host: &str) -> Client {
    Client::new(options(host, plain()))
}

/// A store in a folder that goes with the handle.
fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("store")).expect("a store");
    (folder, store)
}

/// An error as people see it, without what differs from run to run.
fn told<T: Debug>(outcome: Result<T, RegistryError>) -> String {
    let look = shipworthy_report::Look { color: false, unicode: true, width: 200, plain: false };
    let text = shipworthy_report::error::render(&outcome.expect_err("an error"), None, &look);
    // Where a line breaks is for the length of a port or a folder to decide: what was broken is put together again.
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with("       ") => last.extend([" ", line.trim_start()]),
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

/// Text without ports, folders and the digest of what is sent about.
fn masked(text: &str, folders: &[&Path], hosts: &[&str]) -> String {
    let text = hosts.iter().fold(text.to_owned(), |text, host| text.replace(host, "HOST"));
    let text = folders.iter().fold(text, |text, folder| text.replace(&*folder.to_string_lossy(), "[DIR]"));
    text.replace(&Sha256::of(&agent()).to_string(), "[COMPONENT]")
}
