//! Every way in which a registry is of no use has a message of its own.

use std::fs;

use anyhow::Result;
use shipworthy_contract::Sha256;
use shipworthy_registry::{Client, RegistryAccess};
use shipworthy_stand_ins::{
    Certs, hostile,
    real::{Auth, Registry},
};

use crate::{agent, client, masked, open, options, or_skip, plain, reference, run, store, told};

#[test]
fn what_is_not_there_is_told_with_what_is() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let (_folder, store) = store();
    let host = registry.host();
    run(async {
        for number in 0..11 {
            client(host).push(&reference(host, &format!("plugins/agent:1.{number}.0")), &agent()).await?;
        }
        // Tags that list what is attached to something are not among what is there.
        for end in ["", ".sig"] {
            let list = format!("plugins/agent:sha256-{}{end}", Sha256::of(b"x"));
            client(host).push(&reference(host, &list), &agent()).await?;
        }
        let unknown = [
            told(client(host).pull(&reference(host, "plugins/agent:2.0.0"), &store).await),
            told(client(host).resolve(&reference(host, "plugins/agent:x").pinned(Sha256::of(b"x"))).await),
            told(client(host).resolve(&reference(host, "plugins/agnet:1.0.0")).await),
            told(client(host).tags(&reference(host, "plugins/agnet:1.0.0")).await),
        ];
        insta::assert_snapshot!(masked(&unknown.concat(), &[], &[host]));
        Ok(())
    })
}

#[test]
fn whoever_does_not_answer_is_told_apart() -> Result<()> {
    let (refusing, silent, nonsense) = (hostile::refuse()?, hostile::silent()?, hostile::nonsense()?);
    let (_folder, store) = store();
    let ask = |host: &str| told(run(client(host).pull(&reference(host, "agent:1"), &store)));
    let mut text = String::new();
    for server in [&refusing, &silent, &nonsense] {
        let host = server.addr().to_string();
        text.push_str(&masked(&ask(&host), &[], &[&host]));
    }
    insta::assert_snapshot!(text);
    Ok(())
}

#[test]
fn tls_says_whom_it_trusts_and_whom_it_saw() -> Result<()> {
    let Some(()) = or_skip(Registry::available()) else { return Ok(()) };
    let certs = Certs::generate()?;
    let registry = Registry::start(Some(&certs), Auth::Open)?;
    let host = registry.host();
    let (folder, store) = store();
    let not_pem = folder.path().join("not.pem");
    fs::write(&not_pem, "-----BEGIN CERTIFICATE-----\nsecret\n")?;
    let tls = |ca| RegistryAccess { plain_http: false, ca: Some(ca) };
    let ask = |access| told(run(Client::new(options(host, access)).pull(&reference(host, "agent:1"), &store)));
    let told = [
        ask(tls(registry.other_ca())),
        ask(tls(not_pem)),
        ask(tls(folder.path().join("missing.pem"))),
        // One speaks TLS, the other does not.
        ask(plain()),
    ];
    let folders =
        [folder.path(), registry.ca().parent().and_then(|certs| certs.parent()).expect("its folder").to_owned().leak()];
    let mut text = masked(&told.concat(), &folders, &[host]);
    let Some(open) = open() else { return Ok(()) };
    let access = tls(registry.ca());
    let other = run(Client::new(options(open.host(), access)).pull(&reference(open.host(), "agent:1"), &store));
    text.push_str(&masked(&crate::told(other), &folders, &[open.host()]));
    insta::assert_snapshot!(text);

    // And with the right one it goes.
    let right = Client::new(options(host, tls(registry.ca())));
    run(async {
        let pushed = right.push(&reference(host, "agent:1"), &agent()).await?;
        assert_eq!(right.pull(&reference(host, "agent:1"), &store).await?.manifest, pushed.manifest);
        Ok(())
    })
}

#[test]
fn an_expired_certificate_is_refused() -> Result<()> {
    let certs = Certs::generate()?;
    let server = hostile::expired(&certs)?;
    let folder = tempfile::tempdir()?;
    certs.write_to(folder.path())?;
    let host = server.addr().to_string();
    let access = RegistryAccess { plain_http: false, ca: Some(folder.path().join("rootCA.crt")) };
    let refused = run(Client::new(options(&host, access)).resolve(&reference(&host, "agent:1")));
    insta::assert_snapshot!(masked(&told(refused), &[folder.path()], &[&host]));
    Ok(())
}

#[test]
fn a_blob_that_the_registry_altered_is_never_used() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let host = registry.host();
    let (_folder, store) = store();
    let tag = reference(host, "agent:1");
    run(async {
        let pushed = client(host).push(&tag, &agent()).await?;
        let file = registry.blob(&pushed.component.to_string());
        let mut bytes = agent();
        bytes[1_000] ^= 1;
        fs::write(&file, &bytes)?;
        let mut text = told(client(host).pull(&tag, &store).await).replace(&Sha256::of(&bytes).to_string(), "[OTHER]");
        // Cut short on its disk, which a push notices too.
        fs::write(&file, &agent()[..1_000])?;
        text.push_str(&told(client(host).pull(&tag, &store).await));
        text.push_str(&told(client(host).push(&tag, &agent()).await));
        fs::remove_file(&file)?;
        text.push_str(&told(client(host).pull(&tag, &store).await));
        // The manifest itself.
        let manifest = registry.blob(&pushed.manifest.to_string());
        let altered = fs::read_to_string(&manifest)?.replace("0.3.0", "0.3.1");
        fs::write(&manifest, &altered)?;
        let outcome = client(host).pull(&tag.pinned(pushed.manifest), &store).await;
        text.push_str(&told(outcome).replace(&Sha256::of(altered.as_bytes()).to_string(), "[OTHER]"));
        assert_eq!(store.pulled(pushed.manifest)?, None);
        assert_eq!(store.blob(pushed.component)?, None);
        insta::assert_snapshot!(masked(&text, &[], &[host]));
        Ok(())
    })
}
