//! Servers that do not answer well. Each does one thing wrong, for every path and method, and goes on doing it until
//! its handle is dropped.

use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use http_body_util::channel::Channel;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::certs::{Certs, ServerCert};
use crate::gateway::Gateway;
use crate::serve::{self, Body, Speaks, serve};
use crate::stand_in::{Received, StandIn};

/// Size of one piece of the endless body.
const PIECE: usize = 16 * 1024;

/// A port that refuses connections, and that nobody else is given meanwhile.
pub fn refuse() -> Result<StandIn> {
    StandIn::closed()
}

/// Accepts, reads, and never says a word.
pub fn silent() -> Result<StandIn> {
    raw(|mut stream| async move {
        let mut sink = [0; 1024];
        while matches!(stream.read(&mut sink).await, Ok(1..)) {}
        // The client has no more to say and may still be listening.
        std::future::pending::<()>().await;
        drop(stream);
    })
}

/// Greets whoever connects, as a mail server does, and waits.
pub fn speaking_first() -> Result<StandIn> {
    raw(|mut stream| async move {
        if stream.write_all(b"220 ready\r\n").await.is_ok() {
            std::future::pending::<()>().await;
        }
        drop(stream);
    })
}

/// A status line at once, then one header every `every`, never the last.
pub fn slow_headers(every: Duration) -> Result<StandIn> {
    raw(move |mut stream| async move {
        read_head(&mut stream).await;
        let mut line = String::from("HTTP/1.1 200 OK\r\n");
        let mut count = 0_u32;
        while stream.write_all(line.as_bytes()).await.is_ok() {
            tokio::time::sleep(every).await;
            line = format!("x-slow-{count}: yes\r\n");
            count = count.wrapping_add(1);
        }
    })
}

/// Headers at once, then one byte of the body every `every`, of a length that is not said.
pub fn dripping(every: Duration) -> Result<StandIn> {
    answering(move |_| {
        let (mut sender, body) = Channel::<Bytes>::new(1);
        tokio::spawn(async move {
            while sender.send_data(Bytes::from_static(b" ")).await.is_ok() {
                tokio::time::sleep(every).await;
            }
        });
        Response::new(body.boxed_unsync())
    })
}

/// A body without end, as fast as it is read.
pub fn endless() -> Result<StandIn> {
    answering(|_| {
        let (mut sender, body) = Channel::<Bytes>::new(1);
        let piece = Bytes::from(vec![b' '; PIECE]);
        tokio::spawn(async move { while sender.send_data(piece.clone()).await.is_ok() {} });
        Response::new(body.boxed_unsync())
    })
}

/// Takes whatever it reads for HTTP/1.1 and answers 400 in it, as a plain web server does to a gRPC client.
pub fn http1() -> Result<StandIn> {
    raw(|mut stream| async move {
        read_head(&mut stream).await;
        let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        if stream.write_all(answer).await.is_ok() {
            // What else comes is read: hanging up on it would reset the connection, and the answer with it.
            let mut sink = [0; 1024];
            while matches!(stream.read(&mut sink).await, Ok(1..)) {}
        }
    })
}

/// Says `Content-Length: 1000`, sends a few bytes, and hangs up.
pub fn truncated() -> Result<StandIn> {
    speaking(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"status\":")
}

/// Bytes that are neither HTTP/1.1 nor HTTP/2 nor TLS, then hangs up.
pub fn nonsense() -> Result<StandIn> {
    speaking(b"\x00\xff\x1b]0;not http\x07 220 hello\r\n\x80\x81\r\n\r\n")
}

/// Hangs up on the first `silent` connections without a word, and is a healthy gateway in plain text afterwards.
pub fn late(silent: usize, gateway: Gateway) -> Result<StandIn> {
    gateway.start_late(silent)
}

/// Sends everyone to `target` with a 302.
pub fn redirect(target: &str) -> Result<StandIn> {
    let location = HeaderValue::from_str(target).context("not a header's value")?;
    answering(move |_| {
        let mut response = json(StatusCode::FOUND, "{}");
        response.headers_mut().insert(header::LOCATION, location.clone());
        response
    })
}

/// A status line, then headers without end, as fast as they are read.
pub fn endless_headers() -> Result<StandIn> {
    raw(|mut stream| async move {
        read_head(&mut stream).await;
        let headers = b"x-endless: yes\r\n".repeat(100);
        let begun = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while begun.is_ok() && stream.write_all(&headers).await.is_ok() {}
    })
}

/// These very bytes to every request, then hangs up.
pub fn saying(bytes: &'static [u8]) -> Result<StandIn> {
    speaking(bytes)
}

/// Interim answers (`103 Early Hints`) without end, as fast as they are read.
pub fn endless_hints() -> Result<StandIn> {
    raw(|mut stream| async move {
        read_head(&mut stream).await;
        let hints = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(100);
        while stream.write_all(&hints).await.is_ok() {}
    })
}

/// A gRPC message that says it has 4 GiB, and has none of them.
pub fn huge_message() -> Result<StandIn> {
    answering(|_| {
        let mut response = Response::new(serve::full(Bytes::from_static(b"\x00\xff\xff\xff\xff")));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        response
    })
}

/// A healthy gateway whose certificate the unrelated CA signed.
pub fn wrong_ca(certs: &Certs) -> Result<StandIn> {
    Gateway::new().start_showing(certs, ServerCert::OtherCa)
}

/// A healthy gateway whose certificate has ended.
pub fn expired(certs: &Certs) -> Result<StandIn> {
    Gateway::new().start_showing(certs, ServerCert::Expired)
}

/// A healthy gateway whose certificate ends in a week.
pub fn ends_soon(certs: &Certs) -> Result<StandIn> {
    Gateway::new().start_showing(certs, ServerCert::EndsSoon)
}

/// 200, with `bytes` bytes of one header's value.
pub fn huge_headers(bytes: usize) -> Result<StandIn> {
    let value = HeaderValue::from_str(&"x".repeat(bytes)).context("not a header's value")?;
    answering(move |_| {
        let mut response = json(StatusCode::OK, "{}");
        response.headers_mut().insert("x-huge", value.clone());
        response
    })
}

/// Gives the request back: `{"method", "path", "headers": {}}` in the body, and each header once more as `x-echo-NAME`.
pub fn echo() -> Result<StandIn> {
    answering(|request| {
        let text = |value: &HeaderValue| Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned());
        let headers: Map<_, _> =
            request.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let body = json!({ "method": request.method.as_str(), "path": request.path, "headers": headers });
        let mut response = serve::json(StatusCode::OK, &body);
        for (name, value) in &request.headers {
            if let Ok(name) = HeaderName::try_from(format!("x-echo-{name}")) {
                response.headers_mut().append(name, value.clone());
            }
        }
        response
    })
}

/// 500 for everything.
pub fn error_500() -> Result<StandIn> {
    answering(|_| json(StatusCode::INTERNAL_SERVER_ERROR, r#"{"message":"Internal Server Error"}"#))
}

/// 200 and `application/json`, and what comes then is not.
pub fn invalid_json() -> Result<StandIn> {
    answering(|_| json(StatusCode::OK, r#"{"status": "healthy", "info": {"version": "#))
}

/// 200 and `body`, for an answer that only one test needs.
pub fn fixed(body: &str) -> Result<StandIn> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    answering(move |_| json(StatusCode::OK, body.clone()))
}

fn answering<A>(answer: A) -> Result<StandIn>
where
    A: Fn(&Received) -> Response<Body> + Send + Sync + 'static,
{
    serve(None, Speaks::Both, answer)
}

fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(serve::full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Reads a request's head, says `bytes`, and hangs up.
fn speaking(bytes: &'static [u8]) -> Result<StandIn> {
    raw(move |mut stream| async move {
        read_head(&mut stream).await;
        // Whoever hung up first does not hear the rest.
        if stream.write_all(bytes).await.is_ok() {
            drop(stream.shutdown().await);
        }
    })
}

fn raw<H, F>(handle: H) -> Result<StandIn>
where
    H: Fn(TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    StandIn::start("http", move |stream, _| handle(stream))
}

/// Reads until the empty line, or until there is no more. A client that speaks TLS or HTTP/2 sends at least this much:
/// what cannot be a head of HTTP/1.1 is answered at once.
async fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.first().is_none_or(u8::is_ascii_uppercase) && head.len() < PIECE {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
}
