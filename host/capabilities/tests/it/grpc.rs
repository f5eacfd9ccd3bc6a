//! Unary gRPC calls.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use shipworthy_capabilities::{Header, NetworkError, network::Excess};
use shipworthy_contract::endpoint::Http2;

use crate::{
    certificates::Authority,
    server::{Body, Handler, Received, full, handler, plain, secure},
    world::{access, call, endpoint, run, secured},
};

/// A reply with trailers.
fn reply(body: Vec<u8>, status: &str, message: &str) -> Response<Body> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", status.parse().unwrap());
    trailers.insert("grpc-message", message.parse().unwrap());
    trailers.insert("x-last", "hunter22".parse().unwrap());
    let frames = [Ok::<_, Infallible>(Frame::data(Bytes::from(body))), Ok(Frame::trailers(trailers))];
    let body = StreamBody::new(futures_util::stream::iter(frames)).boxed();
    Response::builder().header("content-type", "application/grpc").body(body).unwrap()
}

/// Gives the message back.
fn echo() -> Handler {
    handler(|received: Received| reply(received.body.to_vec(), "0", ""))
}

#[tokio::test]
async fn a_message_is_sent_and_its_reply_read() {
    let server = plain(true, echo()).await;
    let reply = run(access(&endpoint(server.address))).grpc(call(b"hello hunter22")).await.unwrap();
    assert_eq!((reply.code, reply.status.as_str(), reply.message.as_slice()), (0, "", b"hello [secret]".as_slice()));
    assert!(reply.metadata.contains(&Header { name: "x-last".to_owned(), value: "[secret]".to_owned() }));
}

#[tokio::test]
async fn the_protocols_own_headers_are_sent() {
    let check = handler(|received: Received| {
        let seen = format!(
            "{} {} {} {}",
            received.target,
            received.headers["content-type"].to_str().unwrap(),
            received.headers["te"].to_str().unwrap(),
            received.headers["grpc-timeout"].to_str().unwrap(),
        );
        let mut framed = vec![0];
        framed.extend_from_slice(&u32::try_from(seen.len()).unwrap().to_be_bytes());
        framed.extend_from_slice(seen.as_bytes());
        reply(framed, "0", "")
    });
    let server = plain(true, check).await;
    let reply = run(access(&endpoint(server.address))).grpc(call(b"")).await.unwrap();
    assert_eq!(String::from_utf8(reply.message).unwrap(), "/t.S/M application/grpc trailers 20000m");
}

#[tokio::test]
async fn a_status_is_an_answer_not_an_error() {
    let server = plain(true, handler(|_| reply(Vec::new(), "12", "unknown%20method"))).await;
    let reply = run(access(&endpoint(server.address))).grpc(call(b"")).await.unwrap();
    assert_eq!((reply.code, reply.status.as_str()), (12, "unknown method"));
    assert!(reply.message.is_empty());
}

#[tokio::test]
async fn a_status_in_the_headers_alone_is_read() {
    let trailers_only = handler(|_| {
        Response::builder()
            .header("content-type", "application/grpc")
            .header("grpc-status", "5")
            .header("grpc-message", "no such service")
            .body(full(""))
            .unwrap()
    });
    let server = plain(true, trailers_only).await;
    let reply = run(access(&endpoint(server.address))).grpc(call(b"")).await.unwrap();
    assert_eq!((reply.code, reply.status.as_str()), (5, "no such service"));
}

#[tokio::test]
async fn what_is_no_reply_is_a_protocol_error() {
    let rows: [(Handler, &str); 4] = [
        (handler(|_| Response::builder().status(503).body(full("busy")).unwrap()), "found: 503"),
        (handler(|_| Response::new(full("<html>"))), "found none"),
        (handler(|_| reply(vec![0, 0, 0, 0, 1], "0", "")), "expected a message of 1 bytes, found: 0"),
        (
            handler(|_| Response::builder().header("content-type", "application/grpc").body(full("")).unwrap()),
            "expected a `grpc-status`, found none",
        ),
    ];
    for (answer, words) in rows {
        let server = plain(true, answer).await;
        let error = run(access(&endpoint(server.address))).grpc(call(b"")).await.unwrap_err();
        assert!(matches!(&error, NetworkError::Protocol(text) if text.contains(words)), "{words}: {error}");
    }
}

#[tokio::test]
async fn large_messages_are_refused_each_way() {
    let server = plain(true, echo()).await;
    let run = run(access(&endpoint(server.address)));
    assert_eq!(run.grpc(call(&[0; 4_096])).await.unwrap().message.len(), 4_096);
    let over = NetworkError::TooLarge { what: Excess::ResponseBody, limit: 4_096 };
    assert_eq!(run.grpc(call(&[0; 4_097])).await, Err(over));
    let over = NetworkError::TooLarge { what: Excess::RequestBody, limit: 1 << 20 };
    assert_eq!(run.grpc(call(&vec![0; (1 << 20) + 1])).await, Err(over));
}

#[tokio::test]
async fn only_what_is_granted_is_called_and_nothing_reserved_is_set() {
    let run = run(access(&endpoint(([127, 0, 0, 1], 1).into())));
    let mut other = call(b"");
    other.method = "t.S/Destroy".to_owned();
    assert_eq!(run.grpc(other).await, Err(NetworkError::NotGranted("grpc t.S/Destroy".to_owned())));
    for name in ["grpc-timeout", "content-type", "te", "host", "grpc-encoding"] {
        let mut reserved = call(b"");
        reserved.metadata = vec![Header { name: name.to_owned(), value: "x".to_owned() }];
        let error = run.grpc(reserved).await.unwrap_err();
        assert!(matches!(error, NetworkError::InvalidRequest(_)), "{name}: {error}");
    }
}

#[tokio::test]
async fn tls_carries_http2_whatever_the_endpoint_says() {
    let authority = Authority::new("own");
    let config = authority.leaf(&["localhost"]).server(&[b"h2"]);
    let server = secure(config, echo()).await;
    for http2 in [Http2::Auto, Http2::Off, Http2::Only] {
        let mut endpoint = secured(server.address, &authority.file());
        endpoint.http2 = http2;
        assert_eq!(run(access(&endpoint)).grpc(call(b"x")).await.unwrap().message, b"x");
    }
    let old = secure(authority.leaf(&["localhost"]).server(&[b"http/1.1"]), Arc::clone(&echo())).await;
    let endpoint = secured(old.address, &authority.file());
    let error = run(access(&endpoint)).grpc(call(b"x")).await.unwrap_err();
    assert_eq!(error, NetworkError::Protocol(format!("`{}` does not speak HTTP/2", endpoint.url())));
}
