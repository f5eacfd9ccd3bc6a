//! Requests over HTTP that are answered.

use std::sync::{Arc, atomic::Ordering};

use http::{Response, Version};
use proptest::prelude::*;
use shipworthy_capabilities::{Header, NetworkError, Request, network::Excess};
use shipworthy_contract::{
    Secret,
    endpoint::{Address, Http2},
};
use tokio::io::AsyncWriteExt as _;

use crate::{
    server::{full, handler, keeping, on_socket, plain, read_head, saying, scripted},
    world::{access, endpoint, get, request, run},
};

#[tokio::test]
async fn redirects_are_answers() {
    let (elsewhere, received) = keeping(200, "secret place");
    let elsewhere = plain(false, elsewhere).await;
    let location = format!("http://{}/", elsewhere.address);
    let answer = handler(move |_| {
        Response::builder().status(302).header("location", location.as_str()).body(full("moved")).unwrap()
    });
    let server = plain(false, answer).await;
    let response = run(access(&endpoint(server.address))).http(get("/")).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (302, b"moved".as_slice()));
    assert!(response.headers.iter().any(|header| header.name == "location"));
    assert!(received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_hosts_headers_are_sent_and_echoed_secrets_are_masked() {
    let echo = handler(|received| {
        let header = |name: &str| String::from_utf8_lossy(received.headers[name].as_bytes()).into_owned();
        let body = format!("key {}, {}", header("x-api-key"), header("authorization"));
        Response::builder().header("x-echo", header("x-api-key")).body(full(body)).unwrap()
    });
    let server = plain(false, echo).await;
    let mut endpoint = endpoint(server.address);
    endpoint.headers = vec![
        ("x-api-key".to_owned(), Secret::new("opensesame".to_owned())),
        ("authorization".to_owned(), Secret::new("Bearer abcdef".to_owned())),
    ];
    let run = run(access(&endpoint));
    let response = run.http(get("/?leak=hunter22")).await.unwrap();
    assert_eq!(response.body, b"key [secret], [secret]");
    assert!(response.headers.contains(&Header { name: "x-echo".to_owned(), value: "[secret]".to_owned() }));
    assert_eq!(run.records()[0].what, "GET /?leak=[secret]");
}

#[tokio::test]
async fn secrets_are_masked_in_errors_too() {
    let server = saying(b"HTTP/1.1 hunter22 hunter22\r\n\r\n").await;
    let mut access = access(&endpoint(server.address));
    access.grants = vec!["http GET /other".parse().unwrap()];
    let error = run(access).http(get("/hunter22")).await.unwrap_err();
    assert_eq!(error, NetworkError::NotGranted("http GET /[secret]".to_owned()));
}

#[tokio::test]
async fn a_run_connects_once_for_several_requests() {
    let (answer, received) = keeping(200, "ok");
    let server = plain(false, answer).await;
    let run = run(access(&endpoint(server.address)));
    for path in ["/a", "/b", "/c"] {
        assert_eq!(run.http(get(path)).await.unwrap().body, b"ok");
    }
    assert_eq!(run.http(request("HEAD", "/d")).await.unwrap().status, 200);
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    assert_eq!(received.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_connection_that_went_idle_and_away_costs_no_answer() {
    let server = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await);
        // Keeps the connection open until the next request, and closes it on that.
        read_head(&mut stream).await;
    })
    .await;
    let run = run(access(&endpoint(server.address)));
    for _ in 0..3 {
        assert_eq!(run.http(get("/")).await.unwrap().body, b"ok");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_may_have_had_an_effect_is_never_sent_twice() {
    let server = scripted(|mut stream| async move {
        read_head(&mut stream).await;
    })
    .await;
    let run = run(access(&endpoint(server.address)));
    for _ in 0..2 {
        let error = run.http(request("POST", "/")).await.unwrap_err();
        assert!(matches!(error, NetworkError::Unreachable(_)), "{error:?}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn requests_at_the_same_time_are_answered_in_their_order() {
    let echo = handler(|received| Response::new(full(received.target)));
    for http2 in [false, true] {
        let server = plain(http2, Arc::clone(&echo)).await;
        let mut endpoint = endpoint(server.address);
        endpoint.http2 = if http2 { Http2::Only } else { Http2::Off };
        let mut access = access(&endpoint);
        access.limits.concurrent = 3;
        let paths: Vec<String> = (0..20).map(|at| format!("/{at}")).collect();
        let run = run(access);
        let answers = run.http_all(paths.iter().map(|path| get(path)).collect()).await;
        let bodies: Vec<String> =
            answers.into_iter().map(|answer| String::from_utf8(answer.unwrap().body).unwrap()).collect();
        assert_eq!(bodies, paths);
        assert!(server.connections.load(Ordering::SeqCst) <= 3);
        let asked: Vec<String> = run.records().into_iter().map(|record| record.what).collect();
        assert_eq!(asked[19], "GET /19");
    }
}

#[tokio::test]
async fn requests_beyond_the_total_are_refused_and_end_the_run() {
    let (answer, received) = keeping(200, "ok");
    let server = plain(false, answer).await;
    let mut access = access(&endpoint(server.address));
    access.limits.requests = 3;
    let run = run(access);
    assert!(run.http(get("/")).await.is_ok());
    assert!(run.http(request("DELETE", "/")).await.is_err());
    assert!(run.http(get("/")).await.is_ok());
    assert_eq!(run.overrun(), None, "the total was reached and not exceeded");
    let over = NetworkError::TooLarge { what: Excess::RequestsPerRun, limit: 3 };
    assert_eq!(run.http(get("/")).await, Err(over));
    assert_eq!(received.lock().unwrap().len(), 2);
    assert_eq!(run.notes(), ["DELETE /: not granted; it takes: http DELETE /"]);
    let overrun = run.overrun().unwrap();
    assert_eq!((overrun.name, &*overrun.limit, &*overrun.observed), ("requests per run", "3", "one more: GET /"));
    let answers: Vec<String> = run.records().into_iter().map(|record| record.answer).collect();
    assert_eq!(answers, ["200, 2 bytes", "not granted; it takes: http DELETE /", "200, 2 bytes"]);
}

#[tokio::test]
async fn a_body_and_its_headers_arrive_as_they_were_given() {
    let (answer, received) = keeping(404, "none");
    let server = plain(false, answer).await;
    let header = Header { name: "Content-Type".to_owned(), value: "application/json".to_owned() };
    let asked = Request { headers: vec![header], body: vec![b'x'; 100_000], ..request("POST", "/f/x/invocations") };
    assert_eq!(run(access(&endpoint(server.address))).http(asked).await.unwrap().status, 404);
    let received = received.lock().unwrap();
    assert_eq!((received[0].method.as_str(), received[0].body.len()), ("POST", 100_000));
    assert_eq!(received[0].headers["content-type"], "application/json");
    assert_eq!(received[0].headers["content-length"], "100000");
    assert_eq!(received[0].headers["host"], server.address.to_string().as_str());
    assert_eq!(received[0].headers["user-agent"], "shipworthy");
}

#[tokio::test]
async fn a_unix_socket_is_an_endpoint() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.sock");
    let (answer, received) = keeping(200, "by socket");
    on_socket(&path, answer);
    let mut endpoint = endpoint(([127, 0, 0, 1], 1).into());
    endpoint.address = Address::Unix(path);
    assert_eq!(run(access(&endpoint)).http(get("/")).await.unwrap().body, b"by socket");
    assert_eq!(received.lock().unwrap()[0].headers["host"], "localhost");
}

#[tokio::test]
async fn plain_text_is_http1_unless_the_endpoint_says_only() {
    let version = handler(|received| Response::new(full(format!("{:?}", received.version))));
    for (http2, expected) in
        [(Http2::Auto, Version::HTTP_11), (Http2::Off, Version::HTTP_11), (Http2::Only, Version::HTTP_2)]
    {
        let server = plain(http2 == Http2::Only, Arc::clone(&version)).await;
        let mut endpoint = endpoint(server.address);
        endpoint.http2 = http2;
        let response = run(access(&endpoint)).http(get("/")).await.unwrap();
        assert_eq!(String::from_utf8(response.body).unwrap(), format!("{expected:?}"));
    }
}

#[test]
fn what_was_matched_is_what_was_sent() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (answer, received) = keeping(200, "");
    let server = runtime.block_on(plain(false, answer));
    proptest!(ProptestConfig::with_cases(64), |(path in "/[ -~]{0,16}(\\?[ -~]{0,8})?")| {
        let mut access = access(&endpoint(server.address));
        access.grants = vec!["http GET /**".parse().unwrap()];
        let run = run(access);
        received.lock().unwrap().clear();
        let result = runtime.block_on(run.http(get(&path)));
        let received = received.lock().unwrap();
        match result {
            Ok(_) => prop_assert_eq!(&received[0].target, &path),
            Err(error) => {
                prop_assert!(matches!(error, NetworkError::InvalidRequest(_)), "{}: {}", path, error);
                prop_assert!(received.is_empty());
            }
        }
    });
}
