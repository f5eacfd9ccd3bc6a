//! One answer, and a function that gives answers.

use std::{fmt, sync::Arc};

use crate::{Header, NetworkError, Request, grpc, http};

/// An answer, or why there is none.
pub(super) type Answered<T> = Result<T, NetworkError>;

/// What the service answers a request with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer(pub(super) http::Answer);

impl Answer {
    /// An answer without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self(http::Answer { status, headers: Vec::new(), body: body.into() })
    }

    /// An answer that says it is JSON.
    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, body).header("content-type", "application/json")
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0.headers.push(Header { name: name.to_owned(), value: value.to_owned() });
        self
    }
}

impl From<Answer> for Result<Answer, NetworkError> {
    fn from(answer: Answer) -> Self {
        Ok(answer)
    }
}

impl From<NetworkError> for Result<Answer, NetworkError> {
    fn from(error: NetworkError) -> Self {
        Err(error)
    }
}

/// What the service answers a gRPC call with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcAnswer(pub(super) grpc::Answer);

impl GrpcAnswer {
    /// Status OK and this encoded message.
    pub fn ok(message: impl Into<Vec<u8>>) -> Self {
        Self(grpc::Answer { code: 0, status: String::new(), metadata: Vec::new(), message: message.into() })
    }

    /// Another status, and no message.
    pub fn status(code: u32, status: &str) -> Self {
        Self(grpc::Answer { code, status: status.to_owned(), metadata: Vec::new(), message: Vec::new() })
    }
}

impl From<GrpcAnswer> for Result<GrpcAnswer, NetworkError> {
    fn from(answer: GrpcAnswer) -> Self {
        Ok(answer)
    }
}

impl From<NetworkError> for Result<GrpcAnswer, NetworkError> {
    fn from(error: NetworkError) -> Self {
        Err(error)
    }
}

type Function = dyn Fn(&Request) -> Answered<Answer> + Send + Sync;

/// A function from request to answer.
#[derive(Clone)]
pub(super) struct Answering(Arc<Function>);

impl Answering {
    pub(super) fn new<A: Into<Answered<Answer>>>(answer: impl Fn(&Request) -> A + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |request| answer(request).into()))
    }

    pub(super) fn answer(&self, request: &Request) -> Answered<Answer> {
        (self.0)(request)
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answering")
    }
}
