//! Unary gRPC calls. The host speaks HTTP/2; messages are encoded protobuf, for which [`crate::protobuf`] has enough
//! to read and write a few fields by hand.

use std::fmt;

use crate::{Failure, Gap, Header, NetworkError, Origin, host::Handle};

/// A call, built up by its methods.
///
/// ```
/// use shipworthy_sdk::{Call, protobuf};
///
/// let message = protobuf::Writer::new().text(1, "agent.v1.AgentService").finish();
/// let call = Call::new("grpc.health.v1.Health/Check").message(message).timeout_ms(500);
/// assert_eq!(call.what(), "grpc grpc.health.v1.Health/Check");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub(crate) endpoint: Option<String>,
    pub(crate) method: String,
    pub(crate) metadata: Vec<Header>,
    pub(crate) message: Vec<u8>,
    pub(crate) timeout_ms: Option<u32>,
}

impl Call {
    /// A call of `package.Service/Method` with an empty message.
    pub fn new(method: impl Into<String>) -> Self {
        Self { endpoint: None, method: method.into(), metadata: Vec::new(), message: Vec::new(), timeout_ms: None }
    }

    /// With this encoded message.
    #[must_use]
    pub fn message(self, message: impl Into<Vec<u8>>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// To another role of the descriptor than `main`.
    #[must_use]
    pub fn endpoint(self, role: impl Into<String>) -> Self {
        Self { endpoint: Some(role.into()), ..self }
    }

    /// With one more piece of metadata.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// With a shorter limit than the environment's.
    #[must_use]
    pub fn timeout_ms(self, limit: u32) -> Self {
        Self { timeout_ms: Some(limit), ..self }
    }

    /// The call in words: `grpc package.Service/Method`.
    pub fn what(&self) -> String {
        ["grpc ", &self.method].concat()
    }
}

/// The gRPC status codes that a probe tells apart.
pub mod code {
    /// The call succeeded.
    pub const OK: u32 = 0;
    /// The server took longer than the deadline.
    pub const DEADLINE_EXCEEDED: u32 = 4;
    /// What was asked for is not there.
    pub const NOT_FOUND: u32 = 5;
    /// The caller may not.
    pub const PERMISSION_DENIED: u32 = 7;
    /// Out of something, such as quota.
    pub const RESOURCE_EXHAUSTED: u32 = 8;
    /// The server has no such method.
    pub const UNIMPLEMENTED: u32 = 12;
    /// The server is not available now.
    pub const UNAVAILABLE: u32 = 14;
    /// The caller is not known.
    pub const UNAUTHENTICATED: u32 = 16;
}

/// What came back from the host, before it knows its call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: u32,
    pub(crate) status: String,
    pub(crate) metadata: Vec<Header>,
    pub(crate) message: Vec<u8>,
}

/// A reply with any status code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    what: String,
    answer: Answer,
}

impl Reply {
    pub(crate) const fn new(what: String, answer: Answer) -> Self {
        Self { what, answer }
    }

    /// The call in words.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The status code; see [`code`].
    pub const fn code(&self) -> u32 {
        self.answer.code
    }

    /// The status message.
    pub fn status(&self) -> &str {
        &self.answer.status
    }

    /// Headers and trailers.
    pub fn metadata(&self) -> &[Header] {
        &self.answer.metadata
    }

    /// The encoded message; empty where there is none.
    pub fn message(&self) -> &[u8] {
        &self.answer.message
    }

    /// Where a part of this reply was read; an empty `part` is the reply itself.
    pub fn origin(&self, part: &str) -> Origin {
        if part.is_empty() { Origin::new(&*self.what) } else { Origin::new([&self.what, " ", part].concat()) }
    }

    /// This reply if its code is OK, else an error that becomes the gap that fits.
    pub fn ok(self) -> Result<Self, CallFailed> {
        if self.code() == code::OK { Ok(self) } else { Err(self.failed()) }
    }

    /// The error that a reply with another code than OK is.
    pub fn failed(&self) -> CallFailed {
        CallFailed { what: self.what.clone(), code: self.code(), status: self.status().to_owned() }
    }
}

/// A reply whose status code is not OK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFailed {
    /// The call in words.
    pub what: String,
    /// The status code; see [`code`].
    pub code: u32,
    /// The status message.
    pub status: String,
}

impl CallFailed {
    /// The gap that this leaves.
    pub const fn gap(&self) -> Gap {
        match self.code {
            code::UNAUTHENTICATED | code::PERMISSION_DENIED => Gap::Denied,
            code::UNIMPLEMENTED | code::NOT_FOUND => Gap::NotOffered,
            code::UNAVAILABLE => Gap::Unreachable,
            code::DEADLINE_EXCEEDED => Gap::TimedOut,
            code::RESOURCE_EXHAUSTED => Gap::Limit,
            _ => Gap::Unreadable,
        }
    }
}

impl fmt::Display for CallFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: status {}", self.what, self.code)?;
        if !self.status.is_empty() {
            write!(f, ": {}", self.status)?;
        }
        Ok(())
    }
}

impl std::error::Error for CallFailed {}

impl From<CallFailed> for Failure {
    fn from(error: CallFailed) -> Self {
        Self::new(error.gap(), error.to_string())
    }
}

/// The way to the service over gRPC.
#[derive(Clone, Copy)]
pub struct Grpc<'a> {
    pub(crate) host: Handle<'a>,
}

impl Grpc<'_> {
    /// Makes one call. A reply with another code than OK is a reply: see [`Reply::ok`].
    ///
    /// ```
    /// use shipworthy_sdk::{Call, Failure, Stack};
    ///
    /// fn lists(stack: &Stack<'_>) -> Result<(), Failure> {
    ///     let reply = stack.grpc().invoke(Call::new("example.v1.Things/List"))?.ok()?;
    ///     stack.capability("rpc:List", true, reply.origin(""));
    ///     Ok(())
    /// }
    /// ```
    pub fn invoke(&self, call: Call) -> Result<Reply, NetworkError> {
        let what = call.what();
        self.host.grpc(call).map(|answer| Reply::new(what, answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_leaves_the_gap_that_fits() {
        for (code, gap) in [
            (code::UNAUTHENTICATED, Gap::Denied),
            (code::PERMISSION_DENIED, Gap::Denied),
            (code::UNIMPLEMENTED, Gap::NotOffered),
            (code::NOT_FOUND, Gap::NotOffered),
            (code::UNAVAILABLE, Gap::Unreachable),
            (code::DEADLINE_EXCEEDED, Gap::TimedOut),
            (code::RESOURCE_EXHAUSTED, Gap::Limit),
            (13, Gap::Unreadable),
        ] {
            let answer = Answer { code, status: "no".to_owned(), metadata: Vec::new(), message: Vec::new() };
            let reply = Reply { what: "grpc a.B/C".to_owned(), answer };
            let failure = Failure::from(reply.ok().unwrap_err());
            assert_eq!(failure, Failure::new(gap, format!("grpc a.B/C: status {code}: no")));
        }
    }
}
