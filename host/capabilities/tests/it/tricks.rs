//! What a plugin, or the service that it asks, may try to get more than is granted.

use std::sync::Arc;

use http::Response;
use shipworthy_capabilities::{Header, NetworkError, Request, Tape, network::Excess};
use shipworthy_contract::Secret;

use crate::{
    server::{full, handler, keeping, plain, saying},
    world::{access, endpoint, get, run},
};

fn with_header(name: &str, value: &str) -> Request {
    Request { headers: vec![Header { name: name.to_owned(), value: value.to_owned() }], ..get("/") }
}

#[tokio::test]
async fn no_header_makes_the_service_see_another_request() {
    let (answer, received) = keeping(200, "");
    let server = plain(false, answer).await;
    let run = run(access(&endpoint(server.address)));
    for name in [
        "x-http-method-override",
        "X-HTTP-Method",
        "x-method-override",
        "x-original-url",
        "x-rewrite-url",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-prefix",
        "http2-settings",
        // An answer in pieces or compressed would carry a secret that cannot be found in it.
        "accept-encoding",
        "range",
    ] {
        let error = run.http(with_header(name, "x")).await.unwrap_err();
        assert!(matches!(error, NetworkError::InvalidRequest(_)), "{name}: {error}");
    }
    assert!(received.lock().unwrap().is_empty());
    drop(run.http(with_header("accept", "text/plain")).await.unwrap());
    assert_eq!(received.lock().unwrap()[0].headers["accept-encoding"], "identity");
}

#[tokio::test]
async fn an_answer_in_an_encoding_is_none_because_no_secret_is_found_in_it() {
    let server = saying(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx").await;
    let error = run(access(&endpoint(server.address))).http(get("/")).await.unwrap_err();
    assert!(matches!(&error, NetworkError::Protocol(text) if text.contains("`gzip`")), "{error}");
    let server = saying(b"HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\ncontent-length: 1\r\n\r\nx").await;
    assert!(run(access(&endpoint(server.address))).http(get("/")).await.is_ok());
}

#[tokio::test]
async fn secrets_are_found_in_every_usual_encoding() {
    let echoes = [
        "open%2Bsesame%2F%221%22",
        "open%2bsesame%2f%221%22",
        r#"open+sesame/\"1\""#,
        r#"open+sesame\/\"1\""#,
        "open+sesame/&quot;1&quot;",
        "open+sesame/&#34;1&#34;",
        "b3BlbitzZXNhbWUvIjEi",
        "6f70656e2b736573616d652f223122",
        "6F70656E2B736573616D652F223122",
    ];
    let body = echoes.join(" | ");
    let server = plain(false, handler(move |_| Response::new(full(body.clone())))).await;
    let mut endpoint = endpoint(server.address);
    endpoint.headers = vec![("x-api-key".to_owned(), Secret::new(r#"open+sesame/"1""#.to_owned()))];
    let response = run(access(&endpoint)).http(get("/")).await.unwrap();
    assert_eq!(String::from_utf8(response.body).unwrap(), vec!["[secret]"; echoes.len()].join(" | "));
}

#[tokio::test]
async fn all_answers_of_a_run_together_are_limited() {
    let server = plain(false, handler(|_| Response::new(full(vec![b'x'; 1_000])))).await;
    let mut world = access(&endpoint(server.address));
    world.limits.answers = 4_500;
    let run = run(world);
    let answers = run.http_all(vec![get("/"); 8]).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 4);
    let refused = answers.into_iter().find_map(Result::err).unwrap();
    assert_eq!(refused, NetworkError::TooLarge { what: Excess::AnswersPerRun, limit: 4_500 });
    let overrun = run.overrun().unwrap();
    assert_eq!((overrun.name, &*overrun.limit), ("answers per run", "4500B"));
    assert!(run.notes().is_empty(), "what ends the run is told as its end");
}

#[tokio::test]
async fn what_a_recording_has_no_room_for_is_noted() {
    let server = plain(false, handler(|_| Response::new(full(vec![b'"'; 1_000])))).await;
    let mut world = access(&endpoint(server.address));
    let room = Arc::new(shipworthy_capabilities::tape::Room::new(6_000));
    world.tape = Tape::Record(Arc::clone(&room));
    let first = run(world.clone());
    first.http_all(vec![get("/"); 2]).await;
    let second = run(world);
    second.http_all(vec![get("/"); 2]).await;
    let kept = (first.recorded().exchanges.len(), second.recorded().exchanges.len());
    assert_eq!(kept, (2, 0));
    assert_eq!(first.notes(), Vec::<String>::new());
    assert_eq!(second.notes(), ["GET /: not kept, because the recording has no room for more"]);
}
