//! Requests over HTTP.
//!
//! A guest may ask an endpoint by its role, with a method and a normal path that a grant names. It never gets an
//! address, never has a redirect followed, never sets a header that is the host's, and what was matched is what is sent.

use std::{fmt, str::FromStr as _, time::Duration};

use futures_util::future::join_all;
use http::{HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use shipworthy_contract::{Role, grant::Method, path::NormalPath};

use crate::{
    Access, Header, NetworkError, Run, Tape,
    exchange::{Answer, Outgoing, exchange},
    headers,
    mask::Masks,
    network::Excess,
    run::{Kept, Trouble},
    tape::{Answered, Asked, Content},
    wire::Speaks,
};

/// Longest path with its query, in bytes. Servers commonly stop at 8 KiB; matching costs up to the square of it.
pub(crate) const LONGEST_PATH: usize = 8 << 10;

/// What a guest asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// A role; none is the main one. Not parsed yet: it is the guest's text.
    pub endpoint: Option<String>,
    /// The method, in capitals.
    pub method: String,
    /// Path and query, beginning with `/`, already normal.
    pub path: String,
    /// The guest's headers.
    pub headers: Vec<Header>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// Shortens the environment's limit.
    pub timeout: Option<Duration>,
}

/// What the service answered, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// 100 to 999.
    pub status: u16,
    /// In the order of the answer, names in lower case.
    pub headers: Vec<Header>,
    /// At most as long as the limit, apart from masks that are longer than what they stand for.
    #[serde(with = "content")]
    pub body: Vec<u8>,
}

impl Run {
    /// Sends one request.
    pub async fn http(&self, request: Request) -> Result<Response, NetworkError> {
        self.http_at(self.clock().now(), request).await
    }

    async fn http_at(&self, at: Duration, request: Request) -> Result<Response, NetworkError> {
        let what = request.to_string();
        let vet = || {
            let vetted = vet(&self.access, request)?;
            Ok((vetted.asked(&self.masks), vetted))
        };
        self.perform_at(at, &what, vet, |vetted| self.send(vetted)).await
    }

    /// Sends requests at the same time, as many as the limit allows; answers are in the order of the requests.
    pub async fn http_all(&self, requests: Vec<Request>) -> Vec<Result<Response, NetworkError>> {
        let limit = self.access.limits.requests;
        let asked = requests.len();
        // Each takes some kilobytes while it is under way: of those that are too many, one is enough to say so.
        let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
        let at = self.clock().now();
        let under_way = requests.into_iter().take(most).map(|request| self.http_at(at, request));
        let mut answers = join_all(under_way).await;
        answers.resize_with(asked, || Err(NetworkError::over_total(limit)));
        answers
    }

    async fn send(&self, vetted: Vetted) -> Result<Response, NetworkError> {
        let outgoing = vetted.outgoing(&self.access)?;
        let answer = exchange(self, &outgoing).await?;
        if let Some(encoding) = encoding(&answer) {
            let url = outgoing.target.url();
            let text =
                format!("`{url}` answered in the encoding `{encoding}`, although only a plain answer is accepted");
            return Err(NetworkError::Protocol(text));
        }
        Ok(mask(&self.masks, answer))
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match &self.endpoint {
            Some(role) if role != "main" => write!(f, " ({role})"),
            _ => Ok(()),
        }
    }
}

/// A request that a grant allows and that can be sent as it is. Only [`vet`] makes one.
#[derive(Debug)]
struct Vetted {
    role: Role,
    method: Method,
    path: NormalPath,
    guest_headers: Vec<Header>,
    headers: http::HeaderMap,
    body: Vec<u8>,
    limit: Duration,
}

fn vet(access: &Access, request: Request) -> Result<Vetted, NetworkError> {
    let invalid = |error: &dyn fmt::Display| NetworkError::InvalidRequest(error.to_string());
    if request.path.len() > LONGEST_PATH {
        let limit = u64::try_from(LONGEST_PATH).unwrap_or(u64::MAX);
        return Err(NetworkError::TooLarge { what: Excess::RequestPath, limit });
    }
    let role = role(request.endpoint.as_deref())?;
    let method = Method::from_str(&request.method).map_err(|error| invalid(&error))?;
    let path = NormalPath::from_str(&request.path).map_err(|error| invalid(&error))?;
    if !access.grants.iter().any(|grant| grant.allows_http(&role, method, &path)) {
        let at = if role.is_main() { String::new() } else { format!("@{role}") };
        return Err(NetworkError::NotGranted(format!("http{at} {method} {}", path.path())));
    }
    let target = target(access, &role)?;
    let limits = &access.limits;
    let headers = headers::vet(&request.headers, target, limits.header_bytes, cuts_the_answer)?;
    if headers::exceeds(request.body.len(), limits.request_bytes) {
        return Err(NetworkError::TooLarge { what: Excess::RequestBody, limit: limits.request_bytes });
    }
    let limit = request.timeout.map_or(limits.request, |timeout| timeout.min(limits.request));
    Ok(Vetted { role, method, path, guest_headers: request.headers, headers, body: request.body, limit })
}

/// An answer in pieces or compressed could carry a secret past the masks, which search whole and plain text.
fn cuts_the_answer(name: &HeaderName) -> Option<&'static str> {
    (*name == header::RANGE || *name == header::ACCEPT_ENCODING)
        .then_some("is the host's, which needs answers whole and plain to mask secrets in them")
}

impl Vetted {
    fn asked(&self, masks: &Masks) -> Asked {
        Asked::Http {
            role: self.role.clone(),
            method: self.method.to_string(),
            path: masks.text(self.path.as_str()),
            headers: masked_headers(&self.guest_headers, masks),
            body: Content(masks.bytes(self.body.clone())),
        }
    }

    fn outgoing(self, access: &Access) -> Result<Outgoing, NetworkError> {
        let target = access.roles.get(&self.role).cloned().ok_or_else(|| unmapped(&self.role))?;
        let method = http::Method::from_bytes(self.method.as_str().as_bytes())
            .map_err(|error| NetworkError::InvalidRequest(error.to_string()))?;
        let mut headers = self.headers;
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Ok(Outgoing {
            role: self.role,
            target,
            speaks: Speaks::Http,
            method,
            path: self.path.as_str().to_owned(),
            headers,
            body: self.body.into(),
            limit: self.limit,
        })
    }
}

/// The encoding that keeps a body from being plain. Without a body there is none: `HEAD` tells of another answer.
fn encoding(answer: &Answer) -> Option<String> {
    let encodings = answer.headers.get_all(header::CONTENT_ENCODING).iter();
    let mut found = encodings.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    found.find(|encoding| !answer.body.is_empty() && !encoding.trim().eq_ignore_ascii_case("identity"))
}

fn mask(masks: &Masks, answer: Answer) -> Response {
    Response { status: answer.status, headers: headers::plain(&answer.headers, masks), body: masks.bytes(answer.body) }
}

/// The role that the guest names.
pub(crate) fn role(endpoint: Option<&str>) -> Result<Role, NetworkError> {
    match endpoint {
        None => Ok(Role::main()),
        Some(text) => text.parse().map_err(|error| NetworkError::InvalidRequest(format!("endpoint: {error}"))),
    }
}

/// The role's endpoint. A replay needs none, because it reaches nothing.
pub(crate) fn target<'a>(access: &'a Access, role: &Role) -> Result<Option<&'a crate::Target>, NetworkError> {
    match (access.roles.get(role), &access.tape) {
        (Some(target), _) => Ok(Some(target)),
        (None, Tape::Replay(_)) => Ok(None),
        (None, Tape::Off | Tape::Record(_)) => Err(unmapped(role)),
    }
}

pub(crate) fn unmapped(role: &Role) -> NetworkError {
    let key = if role.is_main() { "endpoint".to_owned() } else { format!("endpoints.{role}") };
    NetworkError::NotGranted(format!("{key} = \"ENDPOINT\""))
}

pub(crate) fn masked_headers(headers: &[Header], masks: &Masks) -> Vec<Header> {
    headers.iter().map(|header| Header { name: header.name.clone(), value: masks.text(&header.value) }).collect()
}

impl Kept for Response {
    type Error = NetworkError;

    fn keep(&self) -> Answered {
        Answered::Response(self.clone())
    }

    fn load(answered: Answered) -> Option<Self> {
        if let Answered::Response(response) = answered { Some(response) } else { None }
    }

    fn size(&self) -> usize {
        headers::total(&self.headers) + self.body.len()
    }

    fn in_words(&self) -> String {
        format!("{}, {} bytes", self.status, self.body.len())
    }
}

impl Trouble for NetworkError {
    fn over_total(limit: u32) -> Self {
        Self::TooLarge { what: Excess::RequestsPerRun, limit: limit.into() }
    }

    fn over_answers(limit: u64) -> Self {
        Self::TooLarge { what: Excess::AnswersPerRun, limit }
    }

    fn not_recorded(question: &str) -> Self {
        Self::NotRecorded(question.to_owned())
    }

    fn masked(self, masks: &Masks) -> Self {
        self.map_text(|text| masks.text(text))
    }

    fn keep(&self) -> Answered {
        Answered::NetworkError(self.clone())
    }

    fn load(answered: Answered) -> Option<Self> {
        if let Answered::NetworkError(error) = answered { Some(error) } else { None }
    }

    fn is_noteworthy(&self) -> bool {
        match self {
            // The run ends with it, and tells it.
            Self::TooLarge { what: Excess::RequestsPerRun | Excess::AnswersPerRun, .. } => false,
            Self::NotGranted(_) | Self::InvalidRequest(_) | Self::TooLarge { .. } => true,
            Self::Unreachable(_) | Self::NotRecorded(_) | Self::Tls(_) | Self::TimedOut { .. } | Self::Protocol(_) => {
                false
            }
        }
    }
}

/// A plain vector of bytes, written as [`Content`] is.
pub(crate) mod content {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use crate::tape::Content;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        Content(bytes.to_vec()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Content::deserialize(deserializer).map(|content| content.0)
    }
}

#[cfg(test)]
mod tests;
