//! Stand-in for ESB's agent in docker mode: gRPC over HTTP/2, with mutual TLS or in plain text. It answers as
//! `docs/contract.md`, part 3, says. The two messages it knows are put together by hand: a stand-in that shared a
//! protobuf library with what it tests would share its mistakes.

use std::collections::BTreeMap;

use anyhow::Result;
use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};

use crate::certs::{Certs, ServerCert};
use crate::serve::{self, Body, Speaks};
use crate::stand_in::{Received, StandIn};

const INVALID_ARGUMENT: u8 = 3;
const NOT_FOUND: u8 = 5;
const UNIMPLEMENTED: u8 = 12;

/// What the health service says about a name, as numbered in `grpc.health.v1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answers calls.
    Serving = 1,
    /// It is up and answers none.
    NotServing = 2,
}

/// An agent that is about to be started.
#[derive(Clone, Debug)]
pub struct Agent {
    health: BTreeMap<String, Health>,
}

impl Default for Agent {
    fn default() -> Self {
        let names = ["", "agent.v1.AgentService"];
        Self { health: names.into_iter().map(|name| (name.to_owned(), Health::Serving)).collect() }
    }
}

impl Agent {
    /// An agent whose health service knows `""` and `agent.v1.AgentService`, both serving.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the health service says about `name`.
    #[must_use]
    pub fn health(mut self, name: &str, health: Health) -> Self {
        self.health.insert(name.to_owned(), health);
        self
    }

    /// Starts it with mutual TLS: a client certificate of the CA is required.
    pub fn start(self, certs: &Certs) -> Result<StandIn> {
        serve::serve(Some(certs.mutual_tls(ServerCert::Valid)?), Speaks::Http2, move |request| self.answer(request))
    }

    /// Starts it in plain text, HTTP/2 by prior knowledge.
    pub fn start_plain(self) -> Result<StandIn> {
        serve::serve(None, Speaks::Http2, move |request| self.answer(request))
    }

    fn answer(&self, request: &Received) -> Response<Body> {
        let grpc = request.header("content-type").is_some_and(|value| value.starts_with("application/grpc"));
        if request.method != Method::POST || !grpc {
            let mut response = Response::new(serve::full(""));
            *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return response;
        }
        let Some(message) = unframe(&request.body) else {
            return refuse(INVALID_ARGUMENT, "stand-in: not one uncompressed message");
        };
        match request.path.as_str() {
            "/grpc.health.v1.Health/Check" => match first_string(message) {
                None => refuse(INVALID_ARGUMENT, "stand-in: not a HealthCheckRequest"),
                Some(name) => match self.health.get(name) {
                    None => refuse(NOT_FOUND, "unknown service"),
                    Some(&health) => reply(&[0x08, health as u8]),
                },
            },
            // No container belongs to the owner that a probe makes up, and an empty list is an empty message.
            "/esb.agent.v1.AgentService/ListContainers" => reply(&[]),
            _ => refuse(UNIMPLEMENTED, "unknown method"),
        }
    }
}

/// One message and status 0 in the trailers.
fn reply(message: &[u8]) -> Response<Body> {
    let mut frame = BytesMut::with_capacity(5 + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::new(frame.freeze()).with_trailers(std::future::ready(Some(Ok(trailers))));
    grpc(body.boxed_unsync())
}

/// Trailers only, as gRPC servers send a status without a message.
fn refuse(status: u8, message: &'static str) -> Response<Body> {
    let mut response = grpc(serve::full(Bytes::new()));
    response.headers_mut().insert("grpc-status", HeaderValue::from(u16::from(status)));
    response.headers_mut().insert("grpc-message", HeaderValue::from_static(message));
    response
}

fn grpc(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

/// The message of a body that is exactly one uncompressed frame.
fn unframe(body: &[u8]) -> Option<&[u8]> {
    let (head, message) = body.split_first_chunk::<5>()?;
    let [flag, length @ ..] = *head;
    (flag == 0 && u32::from_be_bytes(length) as usize == message.len()).then_some(message)
}

/// Field 1 of a message that has at most this one field, a string; absent is empty.
fn first_string(message: &[u8]) -> Option<&str> {
    match message {
        [] => Some(""),
        // Lengths beyond 127 would take a second byte; no service's name is that long.
        [0x0a, length, text @ ..] if *length < 0x80 && usize::from(*length) == text.len() => {
            std::str::from_utf8(text).ok()
        }
        _ => None,
    }
}
