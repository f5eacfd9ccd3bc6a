//! Looking at a compose project and knocking at its endpoints: what is found, and that nothing is asked.

use std::sync::Arc;

use serde_json::json;
use shipworthy_capabilities::{
    ConfigError,
    survey::{Answer, SurveyError, knock, survey},
};
use shipworthy_contract::endpoint::{Address, Endpoint, Http2};

use crate::{
    certificates::Authority,
    docker::{Content, Docker, container, id},
    server::{keeping, plain, scripted, secure},
    world::{endpoint, secured},
};

const BOTH: &[&[u8]] = &[b"h2", b"http/1.1"];

async fn knocked(endpoint: &Endpoint, names: &[&str]) -> Result<Answer, ConfigError> {
    let docker = Docker::start(Content::default());
    knock(&"gateway".parse().unwrap(), endpoint, names, &Arc::new(docker.engine())).await
}

fn tls(name: &str) -> Answer {
    Answer::Tls { server_name: name.to_owned() }
}

#[tokio::test]
async fn the_first_name_that_the_certificate_carries_is_taken_and_nothing_is_asked() {
    let authority = Authority::new("own");
    for (carried, expected) in [
        (&["gateway", "localhost"][..], Some("gateway")),
        (&["localhost"], Some("localhost")),
        (&["127.0.0.1"], Some("127.0.0.1")),
        (&["elsewhere.example"], None),
    ] {
        for offered in [BOTH, &[b"http/1.1".as_slice()]] {
            let (answer, received) = keeping(200, "ok");
            let server = secure(authority.leaf(carried).server(offered), answer).await;
            for http2 in [Http2::Auto, Http2::Only] {
                let endpoint = Endpoint { http2, ..secured(server.address, &authority.file()) };
                let found = knocked(&endpoint, &["gateway", "localhost", "127.0.0.1"]).await.unwrap();
                if let Some(name) = expected {
                    assert_eq!(found, tls(name));
                } else {
                    let told = matches!(&found, Answer::Refused(words) if words.contains("elsewhere"));
                    assert!(told, "{found:?}");
                }
            }
            assert!(received.lock().unwrap().is_empty(), "no request is sent");
        }
    }
}

#[tokio::test]
async fn another_authority_plain_text_and_silence_are_told_apart() {
    let (authority, stranger) = (Authority::new("own"), Authority::new("stranger"));
    let (answer, received) = keeping(200, "ok");
    let foreign = secure(stranger.leaf(&["localhost"]).server(BOTH), Arc::clone(&answer)).await;
    let found = knocked(&secured(foreign.address, &authority.file()), &["localhost"]).await.unwrap();
    assert!(matches!(&found, Answer::Refused(words) if words.contains("issuer is not trusted")), "{found:?}");

    // What a certificate says of itself is not what was seen.
    let liar = Authority::new("x` did not answer with TLS; `y");
    let foreign = secure(liar.leaf(&["localhost"]).server(BOTH), Arc::clone(&answer)).await;
    let found = knocked(&secured(foreign.address, &authority.file()), &["localhost"]).await.unwrap();
    assert!(matches!(&found, Answer::Refused(words) if words.contains("did not answer with TLS")), "{found:?}");

    let in_plain_text = plain(false, answer).await;
    let behind_tls = secured(in_plain_text.address, &authority.file());
    assert_eq!(knocked(&behind_tls, &["localhost"]).await.unwrap(), Answer::Plain);
    assert_eq!(knocked(&endpoint(in_plain_text.address), &[]).await.unwrap(), Answer::Plain);
    assert!(received.lock().unwrap().iter().all(|request| request.method != "GET"), "no request is sent");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for silent in [secured(closed, &authority.file()), endpoint(closed)] {
        let found = knocked(&silent, &["localhost"]).await.unwrap();
        assert!(matches!(&found, Answer::Silent(words) if words.contains("connection refused")), "{found:?}");
    }
}

#[tokio::test]
async fn a_server_that_minds_the_clients_certificate_after_the_handshake_does_not_answer() {
    let (authority, stranger) = (Authority::new("own"), Authority::new("stranger"));
    let (answer, received) = keeping(200, "ok");
    let asks = "the server asks for a client certificate, and the endpoint has no `client_cert`";
    for alpn in [BOTH, &[b"h2".as_slice()], &[b"http/1.1".as_slice()]] {
        let config = authority.server_for_clients(&authority.leaf(&["localhost"]), alpn);
        let server = secure(config, Arc::clone(&answer)).await;
        for (signer, expected) in [
            (None, Some(asks)),
            (Some(&stranger), Some("the server refuses the certificate in the endpoint's `client_cert`")),
            (Some(&authority), None),
        ] {
            let mut endpoint = secured(server.address, &authority.file());
            if let (Some(signer), Some(tls)) = (signer, endpoint.tls.as_mut()) {
                let client = signer.leaf(&["client"]);
                tls.client_cert = Some(authority.write("client.pem", &client.cert));
                tls.client_key = Some(authority.write("client.key", &client.key));
            }
            let found = knocked(&endpoint, &["gateway", "localhost"]).await.unwrap();
            match expected {
                Some(expected) => assert!(
                    matches!(&found, Answer::TurnedAway { server_name, words }
                        if server_name == "localhost" && words.contains(expected)),
                    "{found:?}"
                ),
                None => assert_eq!(found, tls("localhost")),
            }
        }
    }
    assert!(received.lock().unwrap().is_empty(), "no request is sent");
}

#[tokio::test]
async fn a_server_that_closes_after_the_handshake_does_not_answer() {
    let authority = Authority::new("own");
    let config = authority.leaf(&["localhost"]).server(BOTH);
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    let server = scripted(move |stream| {
        let acceptor = acceptor.clone();
        async move { drop(acceptor.accept(stream).await) }
    })
    .await;
    let found = knocked(&secured(server.address, &authority.file()), &["localhost"]).await.unwrap();
    assert!(matches!(&found, Answer::TurnedAway { words, .. } if words.contains("connection")), "{found:?}");
}

#[tokio::test]
async fn an_endpoint_by_container_is_looked_up_and_a_file_that_is_none_is_the_environments() {
    let authority = Authority::new("own");
    let address = Address::Container { service: "gateway".parse().unwrap(), port: 8443 };
    let nowhere = Endpoint { address, ..secured("127.0.0.1:1".parse().unwrap(), &authority.file()) };
    let found = knocked(&nowhere, &["gateway"]).await.unwrap();
    assert!(
        matches!(&found, Answer::Silent(words) if words.contains("no compose project") || words.contains("no container of `gateway`")),
        "{found:?}"
    );
    let unreadable = secured("127.0.0.1:1".parse().unwrap(), &authority.write("empty.pem", ""));
    assert!(matches!(knocked(&unreadable, &["localhost"]).await, Err(ConfigError::Content { key: "ca", .. })));
}

#[tokio::test]
async fn of_a_containers_environment_only_the_runtime_leaves() {
    let mut gateway = container('a', "esb", "gateway", "running");
    gateway["Config"]["Env"] =
        json!(["JWT_SECRET_KEY=hunter22", "AGENT_RUNTIME=docker", "MY_AGENT_RUNTIME=other", "X_API_KEY=hunter23"]);
    gateway["HostConfig"] = json!({ "NetworkMode": format!("container:{}", id('b')) });
    gateway["Mounts"] = json!([{ "Destination": "/app/config/ssl", "Source": "/certs" }, { "Destination": "/data" }]);
    let mut node = container('b', "esb", "runtime-node", "running");
    node["NetworkSettings"] = json!({
        "Ports": { "8443/tcp": [{ "HostIp": "", "HostPort": "443" }], "50051/tcp": null, "53/udp": [{ "HostPort": "53" }] },
        "Networks": { "esb_default": { "IPAddress": "10.0.0.2" }, "none": { "IPAddress": "" } },
    });
    let other = container('c', "shop", "web", "running");
    let function = |letter: char, env: &str| {
        let mut function = container(letter, "", "hello", "running");
        function["Config"]["Labels"] = json!({ "created_by": "esb-agent", "esb_env": env });
        function
    };
    let long = "x".repeat(201);
    let functions = [function('d', "dev"), function('e', "d\u{202e}ev"), function('f', &long)];
    let docker = Docker::start(Content {
        containers: [vec![gateway, node, other], functions.to_vec()].concat(),
        ..Content::default()
    });
    let socket = format!("unix://{}", docker.socket().display()).parse().unwrap();
    let seen = survey(&socket, None).await.unwrap();
    assert!(!format!("{seen:?}").contains("hunter"), "{seen:?}");
    assert_eq!(seen.project, "esb");
    assert_eq!(seen.functions.iter().collect::<Vec<_>>(), [(&"dev".to_owned(), &1)], "nothing else can be matched");
    assert_eq!(seen.unnamed_functions, 2);
    let [gateway, node] = seen.containers.as_slice() else { panic!("expected two containers, found: {seen:?}") };
    assert_eq!((gateway.service.as_str(), gateway.runtime.as_deref()), ("gateway", Some("docker")));
    assert_eq!(gateway.borrows.as_deref(), Some("runtime-node"));
    assert_eq!(gateway.mounts.iter().collect::<Vec<_>>(), [(&"/app/config/ssl".to_owned(), &"/certs".to_owned())]);
    assert_eq!(node.published.iter().copied().collect::<Vec<_>>(), [8443]);
    assert_eq!(node.networks, ["esb_default"]);
    assert!(docker.asked.lock().unwrap().iter().all(|asked| !asked.contains(&id('c'))), "others are not looked into");

    for (named, expected) in [("shop", "esb"), ("nowhere", "esb")] {
        let refused = survey(&socket, Some(named)).await.unwrap_err();
        assert!(matches!(&refused, SurveyError::NotAStack { known, .. } if known == &[expected]), "{refused:?}");
    }
    assert_eq!(survey(&socket, Some("esb")).await.unwrap(), seen);
}
