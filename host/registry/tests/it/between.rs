//! What lies between does not leave the answers alone (a stand-in, before a real registry).

use anyhow::Result;
use shipworthy_plugins::Reference;
use shipworthy_registry::{Problem, Store};
use shipworthy_stand_ins::{
    StandIn,
    meddler::{self, Fault, Rule},
    real::Registry,
};

use crate::{agent, client, masked, open, reference, run, store, told};

/// The requests for what a component's manifest names.
const BLOB: &str = "GET /v2/agent/blobs/";

/// The requests for manifests.
const MANIFEST: &str = "GET /v2/agent/manifests/";

/// A registry that has the component, and what stands before it.
struct Between {
    _registry: Registry,
    server: StandIn,
    host: String,
}

impl Between {
    fn start(of: &'static str, times: usize, fault: Fault) -> Result<Option<Self>> {
        let Some(registry) = open() else { return Ok(None) };
        let host = registry.host().to_owned();
        run(client(&host).push(&reference(&host, "agent:1"), &agent()))?;
        let server = meddler::before(host.parse()?, vec![Rule { of, times, fault }])?;
        let host = server.addr().to_string();
        Ok(Some(Self { _registry: registry, server, host }))
    }

    fn reference(&self) -> Reference {
        reference(&self.host, "agent:1")
    }

    /// Pulls, and tells why it failed. Nothing may be left in the store.
    fn refused(&self) -> Result<String> {
        let (_folder, store) = store();
        let outcome = run(client(&self.host).pull(&self.reference(), &store));
        assert!(is_empty(&store)?, "nothing of it is kept");
        Ok(masked(&told(outcome), &[], &[&self.host]))
    }

    /// How many requests there were of a kind.
    fn count(&self, of: &str) -> usize {
        self.server.request_lines().iter().filter(|line| line.starts_with(of)).count()
    }
}

fn is_empty(store: &Store) -> Result<bool> {
    Ok(std::fs::read_dir(store.folder().join("blobs/sha256"))?.next().is_none())
}

fn instead(status: u16, headers: &str, body: &str) -> Fault {
    Fault::Instead(status, headers.to_owned(), body.to_owned())
}

#[test]
fn what_is_altered_or_breaks_off_on_the_way_is_never_used() -> Result<()> {
    let mut text = String::new();
    for (of, fault, tries) in [
        (BLOB, Fault::Flip(70_000), 1),
        (MANIFEST, Fault::Flip(30), 1),
        (BLOB, Fault::Cut(70_000), 3),
        (MANIFEST, Fault::Cut(30), 3),
        (BLOB, Fault::Stall(70_000), 1),
    ] {
        let Some(between) = Between::start(of, usize::MAX, fault)? else { return Ok(()) };
        let refused = between.refused()?;
        assert_eq!(between.count(of), tries, "{refused}");
        text.push_str(&without_other_digests(&refused));
    }
    insta::assert_snapshot!(text);
    Ok(())
}

/// The digests of manifests and of altered bytes.
fn without_other_digests(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |word: &str| {
        let inner = word.trim_end_matches([',', '\n']);
        if is_digest(inner) { word.replace(inner, "[SHA256]") } else { word.to_owned() }
    };
    text.split('\n').map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_connection_that_is_reset_is_not_the_end() -> Result<()> {
    for fault in [Fault::Reset(70_000), Fault::Reset(0), Fault::Cut(1_000)] {
        let Some(between) = Between::start(BLOB, 2, fault)? else { return Ok(()) };
        let (_folder, store) = store();
        let pulled = run(client(&between.host).pull(&between.reference(), &store))?;
        assert_eq!((pulled.bytes == agent(), between.count(BLOB)), (true, 3));
    }
    Ok(())
}

#[test]
fn a_registry_that_is_busy_is_asked_again_and_not_for_ever() -> Result<()> {
    let busy = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}"#;
    let mut text = String::new();
    for (status, headers) in [(429, "Retry-After: 0\r\n"), (503, "Retry-After: 0\r\n")] {
        let Some(between) = Between::start(MANIFEST, 2, instead(status, headers, busy))? else { return Ok(()) };
        let (_folder, store) = store();
        assert_eq!(run(client(&between.host).pull(&between.reference(), &store))?.bytes, agent());
        let Some(between) = Between::start(MANIFEST, usize::MAX, instead(status, headers, busy))? else {
            return Ok(());
        };
        text.push_str(&between.refused()?);
        assert_eq!(between.count(MANIFEST), 3);
    }
    // What stays as it is, is asked once.
    let Some(between) = Between::start(MANIFEST, usize::MAX, instead(400, "", "\u{1b}[31m::error::no\r\n"))? else {
        return Ok(());
    };
    text.push_str(&between.refused()?);
    assert_eq!(between.count(MANIFEST), 1);
    insta::assert_snapshot!(text);
    Ok(())
}

#[test]
fn what_has_no_end_is_not_read_to_it() -> Result<()> {
    let mut text = String::new();
    let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
    for (of, fault) in [
        (MANIFEST, Fault::Endless(kind.to_owned())),
        (BLOB, Fault::Endless(String::new())),
        (MANIFEST, instead(500, "", &"x".repeat(1 << 20))),
        (MANIFEST, instead(200, &format!("X-Long: {}\r\n", "x".repeat(200_000)), "")),
    ] {
        let Some(between) = Between::start(of, usize::MAX, fault)? else { return Ok(()) };
        text.push_str(&between.refused()?);
    }
    // How much of it came beyond the end is the network's to say.
    let (before, after) = text.split_once("bytes, found: ").expect("a size");
    let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    insta::assert_snapshot!(format!("{before}bytes, found: [MORE]{after}"));
    Ok(())
}

#[test]
fn downloads_are_followed_elsewhere_without_credentials_and_not_into_the_open() -> Result<()> {
    let Some(elsewhere) = open() else { return Ok(()) };
    run(client(elsewhere.host()).push(&reference(elsewhere.host(), "agent:1"), &agent()))?;
    let digest = shipworthy_contract::Sha256::of(&agent());
    let store_server = meddler::before(elsewhere.host().parse()?, Vec::new())?;
    let to = |target: &str| instead(307, &format!("Location: {target}\r\n"), "");
    let there = format!("{}/v2/agent/blobs/sha256:{digest}?signature=hidden", store_server.url());
    let Some(between) = Between::start(BLOB, usize::MAX, to(&there))? else { return Ok(()) };
    let (_folder, store) = store();
    // The target is not listed: it is reached as the registry is.
    assert_eq!(run(client(&between.host).pull(&between.reference(), &store))?.bytes, agent());
    assert_eq!(store_server.requests().len(), 1);

    let mut text = String::new();
    for target in [
        "ftp://store.example/secret?signature=hidden",
        "nonsense",
        "",
        // Round and round.
        &format!("/v2/agent/blobs/sha256:{digest}"),
    ] {
        let Some(between) = Between::start(BLOB, usize::MAX, to(target))? else { return Ok(()) };
        text.push_str(&between.refused()?);
    }
    // Of manifests no redirect is followed: they are the registry's own word.
    let Some(between) = Between::start(MANIFEST, usize::MAX, to(&there))? else { return Ok(()) };
    text.push_str(&between.refused()?);
    assert!(!text.contains("hidden"), "{text}");
    insta::assert_snapshot!(masked(&text, &[], &[&store_server.addr().to_string()]));
    Ok(())
}

#[test]
fn what_is_no_plugin_is_refused_by_what_it_is() -> Result<()> {
    let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
    let layer = |media_type: &str| {
        let digest = "0".repeat(64);
        format!(r#"{{"mediaType":"{media_type}","digest":"sha256:{digest}","size":1}}"#)
    };
    let image = |layers: &str| {
        let config = layer("application/vnd.oci.empty.v1+json");
        format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{layers}]}}"#)
    };
    let gzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    let mut text = String::new();
    for body in [
        r#"{"schemaVersion":2,"manifests":[{},{}]}"#.to_owned(),
        image(""),
        image(&[layer(gzip), layer(gzip)].join(",")),
        image(&layer("application/wasm").replace("sha256:", "md5:")),
        image(&layer("application/wasm").replace(r#""size":1"#, r#""size":99999999999"#)),
        r#"{"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}"#.to_owned(),
        "nonsense".to_owned(),
    ] {
        let Some(between) = Between::start(MANIFEST, usize::MAX, instead(200, kind, &body))? else { return Ok(()) };
        text.push_str(&between.refused()?);
    }
    let page = instead(200, "Content-Type: text/html; charset=utf-8\r\n", "<html>Log in</html>");
    let Some(between) = Between::start(MANIFEST, usize::MAX, page)? else { return Ok(()) };
    text.push_str(&between.refused()?);
    insta::assert_snapshot!(text);
    Ok(())
}

#[test]
fn a_blob_is_sent_to_the_registry_only() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let fault = instead(202, "Location: http://127.0.0.1:1/upload?state=hidden\r\n", "");
    let rules = vec![Rule { of: "POST /v2/agent/blobs/uploads/", times: usize::MAX, fault }];
    let server = meddler::before(registry.host().parse()?, rules)?;
    let host = server.addr().to_string();
    let outcome = run(client(&host).push(&reference(&host, "agent:1"), &agent()));
    assert!(matches!(outcome.as_ref().unwrap_err().problem(), Problem::Redirect { .. }));
    insta::assert_snapshot!(masked(&told(outcome), &[], &[&host]));
    Ok(())
}
