//! TLS: what works, and each way in which it does not, told apart.

use std::{path::PathBuf, sync::Arc};

use http::Response;
use shipworthy_capabilities::{ConfigError, NetworkError, Target};
use shipworthy_contract::endpoint::{Endpoint, Http2};

use crate::{
    certificates::Authority,
    server::{full, handler, keeping, plain, secure},
    world::{access, endpoint, get, run, secured},
};

const BOTH: &[&[u8]] = &[b"h2", b"http/1.1"];

async fn tls_fault(endpoint: &Endpoint) -> String {
    match run(access(endpoint)).http(get("/")).await {
        Err(NetworkError::Tls(text)) => text,
        other => panic!("expected a TLS fault, found: {other:?}"),
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_and_alpn_chooses() {
    let authority = Authority::new("own");
    let version = handler(|received| Response::new(full(format!("{:?}", received.version))));
    for (offered, http2, expected) in [
        (BOTH, Http2::Auto, Ok("HTTP/2.0")),
        (BOTH, Http2::Off, Ok("HTTP/1.1")),
        (BOTH, Http2::Only, Ok("HTTP/2.0")),
        (&[b"http/1.1"], Http2::Auto, Ok("HTTP/1.1")),
        (&[], Http2::Auto, Ok("HTTP/1.1")),
        (&[], Http2::Only, Err(())),
        (&[b"http/1.1"], Http2::Only, Err(())),
    ] {
        let server = secure(authority.leaf(&["localhost"]).server(offered), Arc::clone(&version)).await;
        let endpoint = Endpoint { http2, ..secured(server.address, &authority.file()) };
        let url = endpoint.url();
        let found = run(access(&endpoint)).http(get("/")).await.map(|answer| String::from_utf8(answer.body).unwrap());
        let expected =
            expected.map(str::to_owned).map_err(|()| NetworkError::Protocol(format!("`{url}` does not speak HTTP/2")));
        assert_eq!(found, expected, "{http2:?} of {offered:?}");
    }
}

#[tokio::test]
async fn an_address_is_a_name_as_well() {
    let authority = Authority::new("own");
    let (answer, _) = keeping(200, "ok");
    let server = secure(authority.leaf(&["127.0.0.1"]).server(BOTH), answer).await;
    let mut endpoint = secured(server.address, &authority.file());
    endpoint.tls.as_mut().unwrap().server_name = None;
    assert!(run(access(&endpoint)).http(get("/")).await.is_ok());
}

#[tokio::test]
async fn each_fault_of_a_certificate_has_its_words() {
    let authority = Authority::new("own");
    let stranger = Authority::new("stranger");
    let trusted = format!("trusted: `{}`", authority.file().display());
    for (leaf, words, issuer) in [
        (stranger.leaf(&["localhost"]), "the certificate's issuer is not trusted", "CN=stranger"),
        (authority.leaf_until(&["localhost"], 2020), "the certificate expired on 2020-01-01", "CN=own"),
        (
            authority.leaf(&["elsewhere.example"]),
            "expected a certificate for `localhost`, found one for: elsewhere.example",
            "CN=own",
        ),
    ] {
        let (answer, received) = keeping(200, "ok");
        let server = secure(leaf.server(BOTH), answer).await;
        let endpoint = secured(server.address, &authority.file());
        let text = tls_fault(&endpoint).await;
        for part in [words, &trusted, issuer, "CN=leaf", &endpoint.url()] {
            assert!(text.contains(part), "expected `{part}` in: {text}");
        }
        assert!(received.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn certificates_are_kept_where_nothing_but_their_dates_is_in_doubt() {
    let authority = Authority::new("own");
    let stranger = Authority::new("stranger");
    let (ended, valid) = (authority.between("between", 2020), authority.between("between", 2998));
    for (what, leaf, expected) in [
        ("valid", authority.leaf(&["localhost"]), Some((false, 1))),
        ("expired", authority.leaf_until(&["localhost"], 2020), Some((true, 1))),
        ("of a stranger", stranger.leaf(&["localhost"]), None),
        ("expired, of a stranger", stranger.leaf_until(&["localhost"], 2020), None),
        ("expired, for another name", authority.leaf_until(&["elsewhere.example"], 2020), None),
        ("valid, with its chain", valid.leaf_with_chain(&["localhost"]), Some((false, 2))),
        ("of an authority that has expired", ended.leaf_with_chain(&["localhost"]), Some((true, 2))),
    ] {
        let (answer, _) = keeping(200, "ok");
        let server = secure(leaf.server(BOTH), answer).await;
        let run = run(access(&secured(server.address, &authority.file())));
        let answered = run.http(get("/")).await;
        let seen = run.certificates();
        let found = seen.first().map(|presented| (presented.expired, presented.chain.len()));
        assert_eq!(found, expected, "{what}");
        assert_eq!(answered.is_ok(), expected.is_some_and(|(expired, _)| !expired), "{what}");
        if what == "of an authority that has expired" {
            // The words name the day of the one that has ended, not of the leaf.
            let text = answered.unwrap_err().to_string();
            assert!(text.contains("the certificate expired on 2020-01-01"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_plain_server_is_not_taken_for_tls() {
    let (answer, _) = keeping(200, "ok");
    let server = plain(false, answer).await;
    let authority = Authority::new("own");
    let text = tls_fault(&secured(server.address, &authority.file())).await;
    let expected =
        format!("`https://{}` did not answer with TLS; a plain service has the scheme `http`", server.address);
    assert_eq!(text, expected);
}

#[tokio::test]
async fn tls_is_not_taken_for_a_plain_server() {
    let authority = Authority::new("own");
    let (answer, _) = keeping(200, "ok");
    let server = secure(authority.leaf(&["localhost"]).server(BOTH), answer).await;
    let error = run(access(&endpoint(server.address))).http(get("/")).await.unwrap_err();
    assert!(matches!(error, NetworkError::Protocol(_)), "{error:?}");
}

#[tokio::test]
async fn a_clients_certificate_is_shown_where_it_is_asked_for() {
    let authority = Authority::new("own");
    let (answer, _) = keeping(200, "known");
    let config = authority.server_for_clients(&authority.leaf(&["localhost"]), BOTH);
    let server = secure(config, answer).await;
    let mut endpoint = secured(server.address, &authority.file());

    let text = tls_fault(&endpoint).await;
    assert!(text.contains("the server asks for a client certificate, and the endpoint has no `client_cert`"), "{text}");

    let stranger = Authority::new("stranger");
    for (signer, passes) in [(&authority, true), (&stranger, false)] {
        let client = signer.leaf(&["client"]);
        let tls = endpoint.tls.as_mut().unwrap();
        tls.client_cert = Some(authority.write("client.pem", &client.cert));
        tls.client_key = Some(authority.write("client.key", &client.key));
        if passes {
            assert_eq!(run(access(&endpoint)).http(get("/")).await.unwrap().body, b"known");
        } else {
            let text = tls_fault(&endpoint).await;
            assert!(text.contains("the server refuses the certificate in the endpoint's `client_cert`"), "{text}");
        }
    }
}

#[test]
fn files_that_cannot_be_used_are_named_before_anything_runs() {
    let authority = Authority::new("own");
    let leaf = authority.leaf(&["localhost"]);
    let other = authority.leaf(&["localhost"]);
    let good = (authority.write("good.pem", &leaf.cert), authority.write("good.key", &leaf.key));
    let check = |ca: PathBuf, client: (Option<PathBuf>, Option<PathBuf>), expected: &str| {
        let mut endpoint = secured(([127, 0, 0, 1], 1).into(), &ca);
        let tls = endpoint.tls.as_mut().unwrap();
        (tls.client_cert, tls.client_key) = client;
        let error: ConfigError = Target::prepare(&endpoint).unwrap_err();
        let text = error.to_string().replace(&ca.parent().unwrap().display().to_string(), "DIR");
        assert_eq!(text, expected);
    };
    let ca = authority.file();
    check(
        authority.file().with_file_name("missing.pem"),
        (None, None),
        "cannot read `DIR/missing.pem`, which `endpoints.gateway.ca` names",
    );
    check(
        authority.write("empty.pem", "nothing"),
        (None, None),
        "expected certificates in PEM in `DIR/empty.pem`, which `endpoints.gateway.ca` names: there is none",
    );
    check(
        authority.write("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"),
        (None, None),
        "expected certificates in PEM in `DIR/cut.pem`, which `endpoints.gateway.ca` names: a section has no END line",
    );
    check(ca.clone(), (Some(good.0.clone()), None), "`endpoints.gateway` has `client_cert` and no `client_key`");
    check(
        ca.clone(),
        (Some(good.0.clone()), Some(good.0.clone())),
        "expected a private key in PEM in `DIR/good.pem`, which `endpoints.gateway.client_key` names: there is none",
    );
    check(
        ca.clone(),
        (Some(good.0.clone()), Some(authority.write("other.key", &other.key))),
        "expected the client certificate's key in `DIR/other.key`, which `endpoints.gateway.client_key` names: it belongs to another certificate than the one in `DIR/good.pem`",
    );
}
