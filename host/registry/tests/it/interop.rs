//! What other tools push is pulled, and what is pushed they pull.

use std::{fs, path::Path};

use anyhow::Result;
use shipworthy_contract::Sha256;

use crate::{agent, client, open, or_skip, reference, run, store, tools};

/// Pulls a tag, and holds what came against what was pushed.
fn pulled(host: &str, name: &str) -> Result<Sha256> {
    let (_folder, store) = store();
    let pulled = run(client(host).pull(&reference(host, name), &store))?;
    assert_eq!((pulled.bytes == agent(), pulled.component), (true, Sha256::of(&agent())), "{name}");
    Ok(pulled.manifest)
}

#[test]
fn oras_both_ways() -> Result<()> {
    let (Some(oras), Some(registry)) = (or_skip(tools::find("oras")), open()) else { return Ok(()) };
    let (host, folder) = (registry.host(), tempfile::tempdir()?);
    fs::write(folder.path().join("agent.wasm"), agent())?;
    fs::write(folder.path().join("config.json"), "{}")?;
    fs::write(folder.path().join("x.json"), "{}")?;
    let oras = |words: &[&str]| tools::run(&oras, folder.path(), words);
    let wasm = "agent.wasm:application/wasm";
    for (tag, words) in [
        ("bare", &["agent.wasm"][..]),
        ("typed", &["--artifact-type", "application/vnd.wasm.config.v0+json", wasm]),
        ("config", &["--config", "config.json:application/vnd.wasm.config.v0+json", wasm]),
        ("two", &["--config", "config.json:application/vnd.wasm.config.v0+json", wasm, "x.json:application/json"]),
    ] {
        oras(&[&["push", "--plain-http", &format!("{host}/oras:{tag}")], words].concat())?;
        pulled(host, &format!("oras:{tag}"))?;
    }

    let pushed = run(client(host).push(&reference(host, "ours:1"), &agent()))?;
    let there = tempfile::tempdir()?;
    let out = there.path().display().to_string();
    oras(&["pull", "--plain-http", "-o", &out, &format!("{host}/ours@sha256:{}", pushed.manifest)])?;
    assert_eq!(fs::read(there.path().join("agent.wasm"))?, agent());
    Ok(())
}

#[test]
fn wkg_both_ways() -> Result<()> {
    let (Some(wkg), Some(registry)) = (or_skip(tools::find("wkg")), open()) else { return Ok(()) };
    let (host, folder) = (registry.host(), tempfile::tempdir()?);
    fs::write(folder.path().join("agent.wasm"), agent())?;
    let wkg = |words: &[&str]| tools::run(&wkg, folder.path(), words);
    wkg(&["oci", "push", "--insecure", host, &format!("{host}/wkg:1"), "agent.wasm"])?;
    pulled(host, "wkg:1")?;

    run(client(host).push(&reference(host, "ours:1"), &agent()))?;
    wkg(&["oci", "pull", "--insecure", host, &format!("{host}/ours:1"), "-o", "pulled.wasm"])?;
    assert_eq!(fs::read(folder.path().join("pulled.wasm"))?, agent());
    Ok(())
}

#[test]
fn crane_sees_what_we_push() -> Result<()> {
    let (Some(crane), Some(registry)) = (or_skip(tools::find("crane")), open()) else { return Ok(()) };
    let (host, folder) = (registry.host(), tempfile::tempdir()?);
    let pushed = run(client(host).push(&reference(host, "ours:1"), &agent()))?;
    let crane = |words: &[&str]| tools::run(&crane, folder.path(), words);
    assert_eq!(
        crane(&["digest", "--insecure", &format!("{host}/ours:1")])?.trim(),
        format!("sha256:{}", pushed.manifest)
    );
    crane(&["validate", "--insecure", "--remote", &format!("{host}/ours:1")]).or_else(|error| {
        // It looks for the digests of a container image's layers in the config, which no Wasm artifact has.
        if error.to_string().contains("diff") { Ok(String::new()) } else { Err(error) }
    })?;
    // A copy to another repository is the same artifact.
    crane(&["copy", "--insecure", &format!("{host}/ours:1"), &format!("{host}/copied/agent:2")])?;
    assert_eq!(pulled(host, "copied/agent:2")?, pushed.manifest);
    let manifest = crane(&["manifest", "--insecure", &format!("{host}/ours:1")])?;
    insta::assert_snapshot!(readable(&manifest)?);
    let config = crane(&["config", "--insecure", &format!("{host}/ours:1")])?;
    insta::assert_snapshot!(readable(&config)?);
    Ok(())
}

/// JSON over several lines, without the component's digest.
fn readable(text: &str) -> Result<String> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(crate::masked(&serde_json::to_string_pretty(&value)?, &[Path::new("/nowhere")], &[]))
}
