//! Requests to the service. The host adds address, credentials and TLS, and never follows a redirect.

use std::fmt;

use crate::{Failure, Gap, Header, Json, NetworkError, Origin, Unreadable, host::Handle};

/// A request, built up by its methods.
///
/// ```
/// use shipworthy_sdk::Request;
///
/// let request = Request::get("/metrics").endpoint("metrics").header("accept", "text/plain").timeout_ms(500);
/// assert_eq!(request.what(), "GET /metrics");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub(crate) endpoint: Option<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Vec<u8>,
    pub(crate) timeout_ms: Option<u32>,
}

impl Request {
    /// A request with any method that can be granted: `GET`, `HEAD`, `OPTIONS`, `POST`, `PUT`, `PATCH`, `DELETE`.
    /// `path` has the query, begins with `/` and is normal: no `..`, no `//`.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            endpoint: None,
            method: method.into(),
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: None,
        }
    }

    /// A `GET`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// A `POST`. A probe has no side effects: use it where the path makes it harmless.
    pub fn post(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::new("POST", path) }
    }

    /// To another role of the descriptor than `main`.
    #[must_use]
    pub fn endpoint(self, role: impl Into<String>) -> Self {
        Self { endpoint: Some(role.into()), ..self }
    }

    /// With one more header. Those that the host sets, such as `host` and credentials, cannot be set.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// With a shorter limit than the environment's.
    #[must_use]
    pub fn timeout_ms(self, limit: u32) -> Self {
        Self { timeout_ms: Some(limit), ..self }
    }

    /// The request in words: `GET /health`.
    pub fn what(&self) -> String {
        [&self.method, " ", &self.path].concat()
    }

    /// The role that it goes to, where that is not `main`.
    pub fn role(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The method, in capitals.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Path and query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The headers, in order.
    pub fn headers(&self) -> &[Header] {
        &self.headers
    }

    /// The body; empty for none.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// What came back from the host, before it knows its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Vec<u8>,
}

/// An answer with any status; redirects are answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    what: String,
    answer: Answer,
}

impl Response {
    /// The request in words: `GET /health`.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The status.
    pub const fn status(&self) -> u16 {
        self.answer.status
    }

    /// All headers, in order.
    pub fn headers(&self) -> &[Header] {
        &self.answer.headers
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| &*header.value)
    }

    /// The body's bytes.
    pub fn body(&self) -> &[u8] {
        &self.answer.body
    }

    /// The body, if it is UTF-8.
    pub fn text(&self) -> Result<&str, Unreadable> {
        let not_text = |error| Unreadable(format!("{}: {error}", self.what));
        std::str::from_utf8(&self.answer.body).map_err(not_text)
    }

    /// The body as JSON, whatever the status and content type.
    pub fn json(&self) -> Result<Json, Unreadable> {
        Json::parse(&*self.what, &self.answer.body)
    }

    /// Where a part of this answer was read; an empty `part` is the answer itself.
    ///
    /// The origin reads `GET /health status`.
    pub fn origin(&self, part: &str) -> Origin {
        if part.is_empty() { Origin::new(&*self.what) } else { Origin::new([&self.what, " ", part].concat()) }
    }

    /// This answer if its status is `status`, else an error that becomes the gap that fits.
    pub fn expect(self, status: u16) -> Result<Self, UnexpectedStatus> {
        if self.status() == status { Ok(self) } else { Err(self.unexpected([status])) }
    }

    /// The error that another status than the ones expected is.
    pub fn unexpected(&self, expected: impl Into<Vec<u16>>) -> UnexpectedStatus {
        let redirect = (300..=399).contains(&self.status()).then(|| self.header("location")).flatten();
        UnexpectedStatus {
            what: self.what.clone(),
            expected: expected.into(),
            status: self.status(),
            location: redirect.map(str::to_owned),
        }
    }
}

/// An answer whose status is not among those expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnexpectedStatus {
    /// The request in words.
    pub what: String,
    /// The statuses expected.
    pub expected: Vec<u16>,
    /// The status of the answer.
    pub status: u16,
    /// Where a redirect leads, as the answer says. The host follows none.
    pub location: Option<String>,
}

impl UnexpectedStatus {
    /// The gap that this leaves: turned away (401, 403, 407, 429), nothing of the kind (404, 405, 410, 501), not there
    /// now (502, 503), too slow (408, 504), and for the rest, redirects included, an answer that says nothing.
    pub const fn gap(&self) -> Gap {
        match self.status {
            401 | 403 | 407 | 429 => Gap::Denied,
            404 | 405 | 410 | 501 => Gap::NotOffered,
            502 | 503 => Gap::Unreachable,
            408 | 504 => Gap::TimedOut,
            _ => Gap::Unreadable,
        }
    }
}

impl fmt::Display for UnexpectedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected ", self.what)?;
        for (index, status) in self.expected.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            write!(f, "{status}")?;
        }
        write!(f, ", found {}", self.status)?;
        if let Some(location) = &self.location {
            write!(f, ", a redirect to `{location}` that is not followed")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnexpectedStatus {}

impl From<UnexpectedStatus> for Failure {
    fn from(error: UnexpectedStatus) -> Self {
        Self::new(error.gap(), error.to_string())
    }
}

/// The way to the service over HTTP.
#[derive(Clone, Copy)]
pub struct Http<'a> {
    pub(crate) host: Handle<'a>,
}

impl Http<'_> {
    /// Sends a `GET`.
    pub fn get(&self, path: &str) -> Result<Response, NetworkError> {
        self.send(Request::get(path))
    }

    /// Sends a `POST`.
    pub fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Result<Response, NetworkError> {
        self.send(Request::post(path, body))
    }

    /// Sends one request.
    pub fn send(&self, request: Request) -> Result<Response, NetworkError> {
        let what = request.what();
        self.host.http(request).map(|answer| Response { what, answer })
    }

    /// Sends several at the same time. Answers are in the order of the requests.
    ///
    /// ```
    /// use shipworthy_sdk::{Failure, Request, Stack};
    ///
    /// fn both(stack: &Stack<'_>) -> Result<(), Failure> {
    ///     let [health, version] = stack.http().send_all([Request::get("/health"), Request::get("/version")]);
    ///     stack.fact("status", health?.status(), "GET /health");
    ///     stack.fact("version", version?.text()?, "GET /version");
    ///     Ok(())
    /// }
    /// ```
    pub fn send_all<const N: usize>(&self, requests: [Request; N]) -> [Result<Response, NetworkError>; N] {
        let mut answers = self.send_many(requests.into()).into_iter();
        std::array::from_fn(|_| answers.next().unwrap_or_else(no_answer))
    }

    /// Like [`Http::send_all`], for as many as there happen to be.
    pub fn send_many(&self, requests: Vec<Request>) -> Vec<Result<Response, NetworkError>> {
        let whats: Vec<String> = requests.iter().map(Request::what).collect();
        let mut answers = self.host.http_all(requests).into_iter();
        let response = |what| answers.next().unwrap_or_else(no_answer).map(|answer| Response { what, answer });
        whats.into_iter().map(response).collect()
    }
}

/// The host gives an answer for each request; should it not, the probe does not trap over it.
fn no_answer<T>() -> Result<T, NetworkError> {
    Err(NetworkError::Protocol("the host gave fewer answers than there were requests".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16) -> Response {
        let headers = vec![Header { name: "X-Version".to_owned(), value: "1".to_owned() }];
        Response { what: "GET /x".to_owned(), answer: Answer { status, headers, body: b"\xff".to_vec() } }
    }

    #[test]
    fn each_status_leaves_the_gap_that_fits() {
        for (status, gap) in [
            (301, Gap::Unreadable),
            (401, Gap::Denied),
            (403, Gap::Denied),
            (404, Gap::NotOffered),
            (500, Gap::Unreadable),
            (503, Gap::Unreachable),
            (504, Gap::TimedOut),
        ] {
            let error = response(status).expect(200).unwrap_err();
            assert_eq!(Failure::from(error), Failure::new(gap, format!("GET /x: expected 200, found {status}")));
        }
        assert!(response(200).expect(200).is_ok());
    }

    #[test]
    fn several_expected_statuses_are_listed() {
        assert_eq!(response(500).unexpected([200, 204]).to_string(), "GET /x: expected 200 or 204, found 500");
    }

    #[test]
    fn a_redirect_says_where_it_leads() {
        let location = Header { name: "Location".to_owned(), value: "https://login.example/".to_owned() };
        let mut response = response(302);
        response.answer.headers.push(location.clone());
        assert_eq!(
            response.unexpected([200]).to_string(),
            "GET /x: expected 200, found 302, a redirect to `https://login.example/` that is not followed"
        );
        response.answer.status = 201;
        assert_eq!(response.unexpected([200]).to_string(), "GET /x: expected 200, found 201");
    }

    #[test]
    fn headers_are_found_in_any_case() {
        assert_eq!(response(200).header("x-version"), Some("1"));
        assert_eq!(response(200).header("x-other"), None);
    }

    #[test]
    fn a_body_that_is_not_text_is_unreadable() {
        assert_eq!(
            response(200).text(),
            Err(Unreadable("GET /x: invalid utf-8 sequence of 1 bytes from index 0".to_owned()))
        );
        assert!(response(200).json().is_err());
    }
}
