//! `plugin push` and `plugin pull` against a real registry with TLS and a login.

use anyhow::Result;
use shipworthy_stand_ins::{
    Certs, Output, Sandbox, component,
    real::{Auth, Registry, registry},
};

use crate::sandbox;

const DESCRIPTOR: &str = r#"{ "name": "orders", "version": "1.2.0", "services": ["orders"] }"#;

/// A registry that asks who this is, and a sandbox that has the login, the authority and a plugin.
struct Guarded {
    registry: Registry,
    sandbox: Sandbox,
}

impl Guarded {
    fn start() -> Result<Option<Self>> {
        if let Err(why) = Registry::available() {
            anyhow::ensure!(!shipworthy_stand_ins::real::required(), "required, and not to be had: {why}");
            crate::skipped(&why);
            return Ok(None);
        }
        let registry = Registry::start(Some(&Certs::generate()?), Auth::Basic)?;
        let mut sandbox = sandbox();
        let docker = sandbox.dir().join("docker");
        registry.login(&docker)?;
        sandbox.variable("DOCKER_CONFIG", &docker.display().to_string());
        sandbox.file("orders.wasm", component::probe(DESCRIPTOR, 10_000)?)?;
        sandbox.file("certs/ca.crt", std::fs::read(registry.ca())?)?;
        let registries = format!("[registries.\"{}\"]\nca = \"../certs/ca.crt\"\n", registry.host());
        sandbox.file("environments/staging.toml", registries)?;
        Ok(Some(Self { registry, sandbox }))
    }

    fn reference(&self) -> String {
        format!("oci://{}/plugins/orders:1.2.0", self.registry.host())
    }

    fn run(&self, words: &[&str]) -> Result<Output> {
        self.sandbox.run(&[&["plugin"], words].concat())
    }
}

#[test]
fn a_plugin_is_pushed_and_pulled_by_what_was_printed() -> Result<()> {
    let Some(guarded) = Guarded::start()? else { return Ok(()) };
    let pushed = guarded.run(&["push", "orders.wasm", &guarded.reference(), "--env", "staging"])?;
    assert_eq!(pushed.status, Some(0), "{}", pushed.snapshot());
    insta::assert_snapshot!(pushed.snapshot());
    let pinned = pushed.stdout.trim();
    let pulled = guarded.run(&["pull", pinned, "--ca", "certs/ca.crt", "--output", "copy.wasm"])?;
    assert_eq!((pulled.status, pulled.stdout.trim()), (Some(0), pinned), "{}", pulled.snapshot());
    let read = |name: &str| std::fs::read(guarded.sandbox.dir().join(name));
    assert_eq!(read("copy.wasm")?, read("orders.wasm")?);
    insta::assert_snapshot!(pulled.snapshot());

    // With the registry gone, what was pulled is there.
    let Guarded { registry, mut sandbox } = guarded;
    let tag = format!("oci://{}/plugins/orders:1.2.0", registry.host());
    drop(registry);
    let offline = sandbox.run(&["plugin", "pull", pinned, "--offline"])?;
    assert_eq!(offline.status, Some(0), "{}", offline.snapshot());
    assert!(offline.stderr.starts_with("it was in the store: orders 1.2.0"), "{}", offline.snapshot());
    sandbox.variable("SHIPWORTHY_OFFLINE", "1");
    let by_tag = sandbox.run(&["plugin", "pull", &tag])?;
    insta::assert_snapshot!(by_tag.snapshot());
    Ok(())
}

#[test]
fn what_keeps_a_plugin_from_being_pulled_is_told_and_no_secret() -> Result<()> {
    let Some(mut guarded) = Guarded::start()? else { return Ok(()) };
    let reference = guarded.reference();
    let untrusted = guarded.run(&["pull", &reference])?;
    let unknown = guarded.run(&["pull", &reference, "--env", "staging"])?;
    let open = guarded.run(&["pull", &reference, "--plain-http"])?;
    guarded.sandbox.variable("DOCKER_CONFIG", "/nowhere");
    let stranger = guarded.run(&["pull", &reference, "--env", "staging"])?;
    guarded.sandbox.file("bare.wasm", component::bare(10)?)?;
    let nobody = guarded.run(&["push", "bare.wasm", &reference, "--env", "staging"])?;
    let nonsense = guarded.run(&["pull", "registry.example/orders:1"])?;
    let outputs = [untrusted, unknown, open, stranger, nobody, nonsense];
    for output in &outputs {
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{}", output.snapshot());
        assert!(!output.stderr.contains(registry::PASSWORD), "{}", output.snapshot());
    }
    let text: Vec<String> = outputs.iter().map(Output::snapshot).collect();
    insta::assert_snapshot!(text.join("\n"));
    Ok(())
}

/// No registry is there: whoever asks for one is told so, and whoever may not ask is told that.
#[test]
fn a_variable_that_says_no_keeps_nobody_from_asking() -> Result<()> {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let words = ["plugin", "pull", &format!("oci://{closed}/orders:1.2.0"), "--plain-http"];
    for (value, offline) in [("", false), ("0", false), ("false", false), ("1", true), ("true", true), ("yes", true)] {
        let mut sandbox = sandbox();
        sandbox.variable("SHIPWORTHY_OFFLINE", value);
        let output = sandbox.run(&words)?;
        assert_eq!(output.status, Some(2), "`{value}`: {}", output.snapshot());
        assert_eq!(output.stderr.contains("[registry.offline]"), offline, "`{value}`: {}", output.snapshot());
    }
    Ok(())
}
