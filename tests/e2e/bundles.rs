//! Bundles: what is in one, where the rest is looked for, and what leads out of it.

use std::fs;

use anyhow::Result;
use shipworthy_stand_ins::{Certs, Output, Plugin, Sandbox};

use crate::{sandbox, signatures::pair};

/// A project with an environment on a base, a plugin that is a file, an authority and a client's key.
fn project() -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("project/plugins/agent.wasm", Plugin::new("agent", "1.0.0").component()?)?;
    Certs::generate()?.write_to(&sandbox.dir().join("project/certs"))?;
    sandbox.file("project/environments/base.toml", "[requirements]\nservices.agent.version = \"7\"\n")?;
    environment(&sandbox, "extends = \"base\"\n", "../plugins/agent.wasm", "../certs/rootCA.crt")?;
    Ok(sandbox)
}

fn environment(sandbox: &Sandbox, head: &str, plugin: &str, ca: &str) -> Result<()> {
    let text = format!(
        "{head}[endpoints.agent]\nurl = \"https://127.0.0.1:9\"\nca = \"{ca}\"\nclient_cert = \"../certs/client.crt\"\n\
         client_key = \"../certs/client.key\"\n[probes.agent]\nplugin = \"{plugin}\"\nconfig = {{ version = \"7\" }}\n"
    );
    sandbox.file("project/environments/staging.toml", text)?;
    Ok(())
}

fn create(sandbox: &Sandbox) -> Result<Output> {
    let locked = sandbox.run_in("project", &["plugin", "lock"])?;
    anyhow::ensure!(locked.status == Some(0), "{}", locked.snapshot());
    sandbox.run_in("project", &["bundle", "create", "--env", "staging", "--output", "../away/staging.tar"])
}

#[test]
fn it_holds_the_project_and_no_secret_and_is_the_same_anywhere() -> Result<()> {
    let sandbox = project()?;
    fs::create_dir(sandbox.dir().join("away"))?;
    let created = create(&sandbox)?;
    assert_eq!(created.status, Some(0), "{}", created.snapshot());
    let bundle = fs::read(sandbox.dir().join("away/staging.tar"))?;
    let holds = |text: &[u8]| bundle.windows(text.len()).any(|part| part == text);
    assert!(holds(b"environments/base.toml") && holds(b"certs/rootCA.crt") && holds(b"plugins/agent.wasm"));
    assert!(!holds(b"certs/client.key\0") && !holds(b"PRIVATE KEY"), "keys stay where they are");
    assert!(!holds(sandbox.dir().to_string_lossy().as_bytes()), "no path of this machine");

    fs::rename(sandbox.dir().join("project"), sandbox.dir().join("moved"))?;
    let again =
        sandbox.run_in("moved/plugins", &["bundle", "create", "--env", "staging", "--output", "../../away/b.tar"])?;
    assert_eq!(again.status, Some(0), "{}", again.snapshot());
    assert_eq!(fs::read(sandbox.dir().join("away/b.tar"))?, bundle);

    // Another environment's swap is none of this bundle's.
    sandbox.file("moved/environments/other.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {}\n")?;
    sandbox.run_in("moved", &["plugin", "lock"])?;
    sandbox.run_in("moved", &["bundle", "create", "--env", "staging", "--output", "../away/c.tar"])?;
    assert_eq!(fs::read(sandbox.dir().join("away/c.tar"))?, bundle);

    // Secrets lie beside the bundle, under their paths in the project.
    fs::rename(sandbox.dir().join("moved"), sandbox.dir().join("gone"))?;
    let check = ["env", "check", "staging", "--bundle", "staging.tar"];
    let without = sandbox.run_in("away", &check)?;
    assert!(without.status == Some(2) && without.stderr.contains("./certs/client.crt"), "{}", without.snapshot());
    fs::create_dir(sandbox.dir().join("away/certs"))?;
    for name in ["client.crt", "client.key"] {
        fs::copy(sandbox.dir().join("gone/certs").join(name), sandbox.dir().join("away/certs").join(name))?;
    }
    let with = sandbox.run_in("away", &check)?;
    assert_eq!(with.status, Some(0), "{}", with.snapshot());
    let verified = sandbox.run_in("away", &["bundle", "verify", "staging.tar"])?;
    assert_eq!(verified.status, Some(0), "{}", verified.snapshot());
    Ok(())
}

#[test]
fn what_leads_out_of_it_is_refused() -> Result<()> {
    type Case = fn(&Sandbox, &str) -> Result<()>;
    let outside = |sandbox: &Sandbox| sandbox.dir().join("project").display().to_string();
    let table: &[(&str, Case)] = &[
        ("an authority outside", |sandbox, _| {
            sandbox.file("certs/rootCA.crt", "x")?;
            environment(sandbox, "extends = \"base\"\n", "../plugins/agent.wasm", "../../certs/rootCA.crt")
        }),
        ("a base by an absolute path", |sandbox, root| {
            let head = format!("extends = \"{root}/environments/base.toml\"\n");
            environment(sandbox, &head, "../plugins/agent.wasm", "../certs/rootCA.crt")
        }),
        ("a plugin by an absolute path", |sandbox, root| {
            environment(sandbox, "", &format!("{root}/plugins/agent.wasm"), "../certs/rootCA.crt")
        }),
        ("a plugin outside", |sandbox, _| {
            sandbox.file("plugins/agent.wasm", Plugin::new("agent", "1.0.0").component()?)?;
            environment(sandbox, "", "../../plugins/agent.wasm", "../certs/rootCA.crt")
        }),
    ];
    for (name, case) in table {
        let sandbox = project()?;
        fs::create_dir(sandbox.dir().join("away"))?;
        case(&sandbox, &outside(&sandbox))?;
        let refused = create(&sandbox)?;
        assert!(
            refused.status == Some(2) && refused.stderr.contains("[bundle.outside]"),
            "{name}\n{}",
            refused.snapshot()
        );
        assert!(!sandbox.dir().join("away/staging.tar").exists(), "{name}");
    }
    Ok(())
}

#[test]
fn a_key_can_be_demanded_of_it() -> Result<()> {
    let sandbox = project()?;
    fs::create_dir(sandbox.dir().join("away"))?;
    assert_eq!(create(&sandbox)?.status, Some(0));
    pair(&sandbox, "release")?;
    pair(&sandbox, "stranger")?;
    let verify = |key: &str| sandbox.run(&["bundle", "verify", "away/staging.tar", "--key", key]);
    let refused = |output: &Output, code: &str| output.status == Some(2) && output.stderr.contains(code);
    let unsigned = verify("release.pub")?;
    assert!(refused(&unsigned, "[signature.unsigned]"), "{}", unsigned.snapshot());
    let signed = sandbox.run(&["plugin", "sign", "away/staging.tar", "--key", "release.key"])?;
    assert_eq!(signed.status, Some(0), "{}", signed.snapshot());
    assert_eq!(verify("release.pub")?.status, Some(0));
    let stranger = verify("stranger.pub")?;
    assert!(refused(&stranger, "[signature.wrong-key]"), "{}", stranger.snapshot());

    // Another bundle that is whole is not the one that was signed.
    environment(&sandbox, "policy = \"warn\"\nextends = \"base\"\n", "../plugins/agent.wasm", "../certs/rootCA.crt")?;
    assert_eq!(create(&sandbox)?.status, Some(0));
    assert_eq!(sandbox.run(&["bundle", "verify", "away/staging.tar"])?.status, Some(0));
    let check = ["stack", "check", "--env", "staging", "--bundle", "away/staging.tar", "--bundle-key", "release.pub"];
    let altered = sandbox.run(&check)?;
    assert!(refused(&altered, "[signature.altered]"), "{}", altered.snapshot());
    Ok(())
}

#[test]
fn what_is_no_bundle_is_told() -> Result<()> {
    let sandbox = project()?;
    let output = sandbox.run(&["bundle", "verify", "project/environments/staging.toml"])?;
    assert!(output.status == Some(2) && output.stderr.contains("[bundle.unknown]"), "{}", output.snapshot());
    let lockless = sandbox.run_in("project", &["bundle", "create", "--env", "staging"])?;
    assert!(lockless.status == Some(2) && lockless.stderr.contains("[lock.missing]"), "{}", lockless.snapshot());
    Ok(())
}
