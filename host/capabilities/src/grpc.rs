//! Unary gRPC calls, spoken over HTTP/2 by the host.
//!
//! A guest may call a method that a grant names, with metadata and one message. It never streams, never sets what the
//! protocol itself sets, and never sees a message that is not whole.

use std::{fmt, str::FromStr as _, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use shipworthy_contract::{Role, grant::GrpcMethod, text::excerpt};

use crate::{
    Access, Header, NetworkError, Run,
    exchange::{Answer, Outgoing, exchange},
    headers,
    http::{content, masked_headers, role, target, unmapped},
    mask::Masks,
    network::{Excess, millis},
    run::Kept,
    tape::{Answered, Asked, Content},
    wire::Speaks,
};

mod frame;

/// What a guest calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// A role; none is the main one.
    pub endpoint: Option<String>,
    /// `package.Service/Method`.
    pub method: String,
    /// The guest's metadata; values of names that end in `-bin` are Base64.
    pub metadata: Vec<Header>,
    /// The encoded protobuf message.
    pub message: Vec<u8>,
    /// Shortens the environment's limit.
    pub timeout: Option<Duration>,
}

/// What the service replied, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The gRPC status code; 0 is OK.
    pub code: u32,
    /// The status message, decoded.
    pub status: String,
    /// Headers and trailers, without those of the protocol itself.
    pub metadata: Vec<Header>,
    /// The encoded protobuf message; empty where there is none.
    #[serde(with = "content")]
    pub message: Vec<u8>,
}

impl Run {
    /// Calls one unary method.
    pub async fn grpc(&self, call: Call) -> Result<Reply, NetworkError> {
        let what = call.to_string();
        let vet = || {
            let vetted = vet(&self.access, call)?;
            Ok((vetted.asked(&self.masks), vetted))
        };
        self.perform(&what, vet, |vetted| self.invoke(vetted)).await
    }

    async fn invoke(&self, vetted: Vetted) -> Result<Reply, NetworkError> {
        let outgoing = vetted.outgoing(&self.access)?;
        let answer = exchange(self, &outgoing).await?;
        read(&answer, &self.masks)
            .map_err(|reason| NetworkError::Protocol(format!("`{}`: {reason}", outgoing.target.url())))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "grpc {}", self.method)?;
        match &self.endpoint {
            Some(role) if role != "main" => write!(f, " ({role})"),
            _ => Ok(()),
        }
    }
}

/// A call that a grant allows and that can be sent as it is. Only [`vet`] makes one.
#[derive(Debug)]
struct Vetted {
    role: Role,
    method: GrpcMethod,
    guest_metadata: Vec<Header>,
    headers: HeaderMap,
    message: Vec<u8>,
    limit: Duration,
}

fn vet(access: &Access, call: Call) -> Result<Vetted, NetworkError> {
    let role = role(call.endpoint.as_deref())?;
    let method = GrpcMethod::from_str(&call.method).map_err(|error| NetworkError::InvalidRequest(error.to_string()))?;
    if !access.grants.iter().any(|grant| grant.allows_grpc(&role, &method)) {
        let at = if role.is_main() { String::new() } else { format!("@{role}") };
        return Err(NetworkError::NotGranted(format!("grpc{at} {method}")));
    }
    let target = target(access, &role)?;
    let limits = &access.limits;
    let headers = headers::vet(&call.metadata, target, limits.header_bytes, |name| {
        is_of_the_protocol(name).then_some("is set by gRPC itself")
    })?;
    if headers::exceeds(call.message.len(), limits.request_bytes) {
        return Err(NetworkError::TooLarge { what: Excess::RequestBody, limit: limits.request_bytes });
    }
    let limit = call.timeout.map_or(limits.request, |timeout| timeout.min(limits.request));
    Ok(Vetted { role, method, guest_metadata: call.metadata, headers, message: call.message, limit })
}

/// Names that are not metadata (gRPC over HTTP/2, "Requests" and "Custom-Metadata").
fn is_of_the_protocol(name: &HeaderName) -> bool {
    name.as_str().starts_with("grpc-") || *name == header::CONTENT_TYPE || *name == header::ACCEPT_ENCODING
}

impl Vetted {
    fn asked(&self, masks: &Masks) -> Asked {
        Asked::Grpc {
            role: self.role.clone(),
            method: self.method.to_string(),
            metadata: masked_headers(&self.guest_metadata, masks),
            message: Content(masks.bytes(self.message.clone())),
        }
    }

    fn outgoing(self, access: &Access) -> Result<Outgoing, NetworkError> {
        let target = access.roles.get(&self.role).cloned().ok_or_else(|| unmapped(&self.role))?;
        let mut headers = self.headers;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
        // At most eight digits (gRPC over HTTP/2, "Timeout").
        let timeout = format!("{}m", millis(self.limit).clamp(1, 99_999_999));
        if let Ok(value) = HeaderValue::from_str(&timeout) {
            headers.insert(HeaderName::from_static("grpc-timeout"), value);
        }
        Ok(Outgoing {
            role: self.role,
            target,
            speaks: Speaks::Grpc,
            method: http::Method::POST,
            path: format!("/{}", self.method),
            headers,
            body: Bytes::from(frame::wrap(&self.message)),
            limit: self.limit,
        })
    }
}

/// Reads a reply out of an answer, or says why it is none.
fn read(answer: &Answer, masks: &Masks) -> Result<Reply, String> {
    if answer.status != 200 {
        return Err(format!("expected HTTP status 200 for a gRPC reply, found: {}", answer.status));
    }
    let content_type = answer.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    match &content_type {
        Some(value) if is_grpc(value) => {}
        Some(value) => {
            return Err(format!(
                "expected content type `application/grpc`, found: {}",
                excerpt(&masks.text(value), 80)
            ));
        }
        None => return Err("expected content type `application/grpc`, found none".to_owned()),
    }
    // In a reply without a message, the status may stand in the headers alone ("Trailers-Only").
    let status_in = if answer.trailers.contains_key("grpc-status") { &answer.trailers } else { &answer.headers };
    let code = status_in
        .get("grpc-status")
        .ok_or("expected a `grpc-status`, found none")?
        .to_str()
        .ok()
        .and_then(|text| text.parse::<u32>().ok())
        .ok_or("expected a number as `grpc-status`")?;
    let status = status_in.get("grpc-message").map(|value| frame::decode_status(value.as_bytes())).unwrap_or_default();
    let message = match (frame::unwrap(&answer.body)?, code) {
        (Some(message), _) => message,
        (None, 0) => return Err("expected one message, found none".to_owned()),
        (None, _) => Vec::new(),
    };
    let metadata = headers::plain(&answer.headers, masks)
        .into_iter()
        .chain(headers::plain(&answer.trailers, masks))
        .filter(|header| !header.name.starts_with("grpc-") && header.name != "content-type")
        .collect();
    Ok(Reply { code, status: masks.text(&status), metadata, message: masks.bytes(message) })
}

fn is_grpc(content_type: &str) -> bool {
    content_type
        .strip_prefix("application/grpc")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('+') || rest.starts_with(';'))
}

impl Kept for Reply {
    type Error = NetworkError;

    fn keep(&self) -> Answered {
        Answered::Reply(self.clone())
    }

    fn load(answered: Answered) -> Option<Self> {
        if let Answered::Reply(reply) = answered { Some(reply) } else { None }
    }

    fn size(&self) -> usize {
        headers::total(&self.metadata) + self.status.len() + self.message.len()
    }

    fn in_words(&self) -> String {
        match self.status.as_str() {
            "" => format!("status {}, {} bytes", self.code, self.message.len()),
            status => format!("status {} ({status}), {} bytes", self.code, self.message.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: &str, status: &str, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", content_type.parse().unwrap());
        headers.insert("x-kept", "1".parse().unwrap());
        let mut trailers = HeaderMap::new();
        if !status.is_empty() {
            trailers.insert("grpc-status", status.parse().unwrap());
        }
        Answer { status: 200, headers, body: body.to_vec(), trailers }
    }

    #[test]
    fn a_reply_is_whole_or_none() {
        let whole = frame::wrap(b"abc");
        let check = |answer, expected: Result<(u32, &[u8]), &str>| {
            let found = read(&answer, &Masks::default()).map(|reply| (reply.code, reply.message));
            assert_eq!(found, expected.map(|(code, bytes)| (code, bytes.to_vec())).map_err(str::to_owned));
        };
        check(answer("application/grpc", "0", &whole), Ok((0, b"abc")));
        check(answer("application/grpc+proto", "5", b""), Ok((5, b"")));
        check(answer("application/grpc", "0", b""), Err("expected one message, found none"));
        check(answer("application/grpc", "", &whole), Err("expected a `grpc-status`, found none"));
        check(answer("application/grpc", "x", &whole), Err("expected a number as `grpc-status`"));
        check(
            answer("application/grpcx", "0", &whole),
            Err("expected content type `application/grpc`, found: application/grpcx"),
        );
        check(
            Answer { status: 502, ..answer("text/html", "", b"") },
            Err("expected HTTP status 200 for a gRPC reply, found: 502"),
        );
    }

    #[test]
    fn metadata_is_what_is_not_the_protocols() {
        let reply = read(&answer("application/grpc", "5", b""), &Masks::default()).unwrap();
        assert_eq!(reply.metadata, [Header { name: "x-kept".to_owned(), value: "1".to_owned() }]);
    }
}
