//! Signatures are found where cosign puts them, and put where cosign finds them. Whether they are any good is not looked
//! at here.

use std::path::Path;

use anyhow::Result;
use shipworthy_registry::{AttachedKind, Client, Problem, RegistryOptions};

use crate::{agent, client, open, or_skip, reference, run, store, tools};

/// A bundle as cosign writes one, whose signature is nobody's.
fn bundle(number: usize) -> Vec<u8> {
    format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":{{"signature":"{number}"}}}}"#
    )
    .into_bytes()
}

#[test]
fn what_is_attached_is_found_and_remembered() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let (_folder, store) = store();
    let (host, tag) = (registry.host(), reference(registry.host(), "agent:1"));
    run(async {
        let client = client(host);
        let pushed = client.push(&tag, &agent()).await?;
        assert_eq!(client.attached(&tag, pushed.manifest).await?.signatures, []);
        for number in 0..18 {
            client.attach(&tag, pushed.manifest, &bundle(number)).await?;
        }
        // The same again is the same.
        client.attach(&tag, pushed.manifest, &bundle(17)).await?;
        let found = client.attached(&tag, pushed.manifest).await?;
        let bundles: Vec<&[u8]> = found.signatures.iter().map(|one| one.bytes.as_slice()).collect();
        let expected: Vec<Vec<u8>> = (2..18).rev().map(bundle).collect();
        assert_eq!((bundles, found.left_out), (expected.iter().map(Vec::as_slice).collect(), 2));
        // Offline there is what was there when it was last looked.
        let offline = Client::new(RegistryOptions { offline: true, ..RegistryOptions::default() });
        let never = offline.signatures(&tag, pushed.manifest, &store).await;
        assert!(matches!(never.unwrap_err().problem(), Problem::OfflineSignatures));
        assert_eq!(client.signatures(&tag, pushed.manifest, &store).await?, found);
        assert_eq!(offline.signatures(&tag, pushed.manifest, &store).await?, found);
        Ok(())
    })
}

#[test]
fn cosigns_signatures_are_found_in_both_forms() -> Result<()> {
    let (Some(cosign), Some(registry)) = (or_skip(tools::find("cosign")), open()) else { return Ok(()) };
    let (host, folder) = (registry.host(), tempfile::tempdir()?);
    let tag = reference(host, "agent:1");
    let pushed = run(client(host).push(&tag, &agent()))?;
    let subject = format!("{host}/agent@sha256:{}", pushed.manifest);
    let program = cosign.display().to_string();
    let cosign = |words: &[&str]| {
        let words = [&["COSIGN_PASSWORD=", program.as_str()][..], words].concat();
        tools::run(Path::new("/usr/bin/env"), folder.path(), &words)
    };
    cosign(&["generate-key-pair"])?;
    let sign = ["sign", "--key", "cosign.key", "--tlog-upload=false", "--use-signing-config=false", "-y"];
    cosign(&[&sign[..], &["--allow-http-registry", &subject]].concat())?;
    cosign(&[&sign[..], &["--allow-http-registry", "--new-bundle-format=false", &subject]].concat())?;
    let found = run(client(host).attached(&tag, pushed.manifest))?;
    let kinds: Vec<_> = found.signatures.iter().map(|one| (one.kind, one.signature.is_some())).collect();
    assert_eq!(kinds, [(AttachedKind::Bundle, false), (AttachedKind::SimpleSigning, true)]);

    // What cosign made, attached by us to a copy of the artifact in another repository, is verified by cosign.
    let copy = reference(host, "copy/agent:1");
    run(async {
        client(host).push(&copy, &agent()).await?;
        anyhow::Ok(client(host).attach(&copy, pushed.manifest, &found.signatures[0].bytes).await?)
    })?;
    let verify = ["verify", "--key", "cosign.pub", "--insecure-ignore-tlog", "--allow-http-registry"];
    let copy = format!("{host}/copy/agent@sha256:{}", pushed.manifest);
    let verified = cosign(&[&verify[..], &[copy.as_str()]].concat())?;
    assert!(verified.contains("The signatures were verified against the specified public key"), "{verified}");
    Ok(())
}
