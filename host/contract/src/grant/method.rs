//! What may be called: HTTP methods and gRPC methods.

use std::{fmt, str::FromStr};

/// An HTTP method that can be granted. TRACE and CONNECT cannot be written: TRACE echoes credentials, CONNECT opens
/// a tunnel past every other check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Read.
    Get,
    /// Read headers only.
    Head,
    /// Ask what is possible.
    Options,
    /// Anything; grant it only where the path makes it harmless.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Get, "GET"),
        (Self::Head, "HEAD"),
        (Self::Options, "OPTIONS"),
        (Self::Post, "POST"),
        (Self::Put, "PUT"),
        (Self::Patch, "PATCH"),
        (Self::Delete, "DELETE"),
    ];

    /// The method as sent.
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(method, _)| *method == self).map_or("GET", |(_, text)| text)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A method that cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, found: {0}")]
pub struct NotAMethod(pub String);

impl FromStr for Method {
    type Err = NotAMethod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|(_, name)| *name == text)
            .map(|(method, _)| method)
            .ok_or_else(|| NotAMethod(crate::text::excerpt(text, 40)))
    }
}

/// A gRPC method, written `package.Service/Method`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrpcMethod(String);

impl GrpcMethod {
    /// `package.Service/Method`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GrpcMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that is not a gRPC method.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `package.Service/Method`, found: {0}")]
pub struct NotAGrpcMethod(pub String);

impl FromStr for GrpcMethod {
    type Err = NotAGrpcMethod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let identifier =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let fits = text
            .split_once('/')
            .is_some_and(|(service, method)| service.split('.').all(identifier) && identifier(method));
        if fits && text.len() <= 256 {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAGrpcMethod(crate::text::excerpt(text, 80)))
        }
    }
}
