//! Questions to services and containers, and what came of each.

use serde::Deserialize;
use shipworthy_sdk::{
    Failure, Gap,
    component::bindings::shipworthy::probe::{
        containers,
        evidence::{self, Origin, Value},
        gaps, grpc, http, log,
        network::{Error, Header},
    },
};

use crate::tell;

/// Requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    requests: Vec<Request>,
    /// All at the same time.
    #[serde(default)]
    together: bool,
    /// How often all of them are sent.
    #[serde(default = "once")]
    times: u32,
}

const fn once() -> u32 {
    1
}

/// One request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    endpoint: Option<String>,
    #[serde(default = "get")]
    method: String,
    #[serde(default = "root")]
    path: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    /// Bytes of the body beside its text.
    #[serde(default)]
    padding: usize,
    timeout_ms: Option<u32>,
}

fn get() -> String {
    "GET".to_owned()
}

fn root() -> String {
    "/".to_owned()
}

fn header((name, value): &(String, String)) -> Header {
    Header { name: name.clone(), value: value.clone() }
}

impl Request {
    fn to(path: &str) -> Self {
        Self {
            endpoint: None,
            method: get(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: String::new(),
            padding: 0,
            timeout_ms: None,
        }
    }

    fn wit(&self) -> http::Request {
        http::Request {
            endpoint: self.endpoint.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            headers: self.headers.iter().map(header).collect(),
            body: [self.body.as_bytes(), &vec![b'x'; self.padding]].concat(),
            timeout_ms: self.timeout_ms,
        }
    }
}

impl Http {
    pub(crate) fn take(&self) {
        let many = (0..self.times).flat_map(|_| &self.requests);
        if self.together {
            let all: Vec<_> = many.map(Request::wit).collect();
            let answers = http::send_all(&all);
            answers.into_iter().enumerate().for_each(|(at, answer)| tell_of(at, answer));
        } else {
            many.map(Request::wit).enumerate().for_each(|(at, request)| tell_of(at, http::send(&request)));
        }
    }
}

fn tell_of(at: usize, answer: Result<http::Response, Error>) {
    match answer {
        Ok(response) => {
            let body = String::from_utf8_lossy(&response.body).into_owned();
            let start: String = body.chars().take(2_000).collect();
            tell(&format!("{at}: status {} {start}", response.status));
        }
        Err(error) => tell(&format!("{at}: {}", words(&error))),
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::NotGranted(what) => format!("not-granted {what}"),
        Error::InvalidRequest(what) => format!("invalid-request {what}"),
        // Spelt so that the host does not know its own words again: this tells what the guest was told.
        Error::Unreachable(what) => format!("unreachable {}", what.replace('`', "'")),
        Error::Tls(what) => format!("tls {}", what.replace('`', "'")),
        Error::TimedOut(timeout) => format!("timed-out {:?} after {}ms", timeout.phase, timeout.limit_ms),
        Error::TooLarge(excess) => format!("too-large {} of {}", excess.what, excess.limit),
        Error::Protocol(what) => format!("protocol {}", what.replace('`', "'")),
    }
}

/// Says what a request answers wherever a guest can say something.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Echo {
    path: String,
    /// Ends in one of three ways: `fail` with the text, `panic` with it, or else completes.
    #[serde(default)]
    end: String,
}

impl Echo {
    pub(crate) fn take(&self) -> Result<(), Failure> {
        let answer = http::send(&Request::to(&self.path).wit());
        let response = answer.map_err(|error| Failure { why: Gap::Unreachable, detail: words(&error) })?;
        let body = String::from_utf8_lossy(&response.body).into_owned();
        let headers: Vec<String> =
            response.headers.iter().map(|header| format!("{}={}", header.name, header.value)).collect();
        say_everywhere(&body);
        say_everywhere(&headers.join(" "));
        match self.end.as_str() {
            "fail" => Err(Failure { why: Gap::Unreadable, detail: body }),
            "panic" => panic!("{body}"),
            _ => Ok(()),
        }
    }
}

fn say_everywhere(text: &str) {
    let text: String = text.chars().take(1_000).collect();
    let origin = Origin { what: text.clone(), subject: Some(text.clone()) };
    evidence::fact("echo", &Value::Text(text.clone()), &origin);
    evidence::capability(&text, true, &origin);
    evidence::digest(&text, &text, &origin);
    evidence::missing(&text, gaps::Gap::Unreadable, &text);
    evidence::finding("told", false, &text, Some(&text), Some(&text));
    log::write(log::Level::Error, &text);
    eprintln!("{text}");
    // And back to the service, which keeps what it was asked.
    let plain = text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    tell_of(0, http::send(&Request::to(&format!("/back?{plain}")).wit()));
}

/// A call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grpc {
    methods: Vec<String>,
    #[serde(default)]
    metadata: Vec<(String, String)>,
}

impl Grpc {
    pub(crate) fn take(&self) {
        for (at, method) in self.methods.iter().enumerate() {
            let call = grpc::Call {
                endpoint: None,
                method: method.clone(),
                metadata: self.metadata.iter().map(header).collect(),
                message: Vec::new(),
                timeout_ms: None,
            };
            match grpc::invoke(&call) {
                Ok(reply) => tell(&format!("{at}: code {} {}", reply.code, reply.status)),
                Err(error) => tell(&format!("{at}: {}", words(&error))),
            }
        }
    }
}

/// Questions about containers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Container {
    ask: Vec<Question>,
}

/// One question: `find SERVICE`, `env ID NAME`, `label ID NAME`, `sha256 ID PATH`, `read ID PATH`, `logs ID`. The id
/// `found` is the first that `find` gave.
type Question = Vec<String>;

impl Container {
    pub(crate) fn take(&self) {
        let mut found = String::new();
        for (at, question) in self.ask.iter().enumerate() {
            let words: Vec<&str> = question.iter().map(String::as_str).collect();
            let words: Vec<&str> =
                words.into_iter().map(|word| if word == "found" { found.as_str() } else { word }).collect();
            let (told, first) = ask(&words);
            tell(&format!("{at}: {told}"));
            if let Some(first) = first {
                found = first;
            }
        }
    }
}

/// What was answered, and the first id that was found.
fn ask(words: &[&str]) -> (String, Option<String>) {
    let answer = match *words {
        ["find"] => return finding(containers::find(None)),
        ["find", service] => return finding(containers::find(Some(service))),
        ["env", id, name] => containers::env(id, name).map(|value| format!("{value:?}")),
        ["label", id, name] => containers::label(id, name).map(|value| format!("{value:?}")),
        ["sha256", id, path] => containers::sha256(id, path),
        ["read", id, path] => {
            containers::read_file(id, path, 1_000).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        }
        ["logs", id] => containers::logs(id, 100).map(|lines| lines.join(" | ")),
        _ => Ok("no such question".to_owned()),
    };
    match answer {
        Ok(text) => (format!("ok {text}"), None),
        Err(error) => (error_words(&error), None),
    }
}

fn finding(answer: Result<Vec<containers::Container>, containers::Error>) -> (String, Option<String>) {
    match answer {
        Ok(found) => {
            let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
            (format!("ok {}", names.join(" ")), found.first().map(|one| one.id.clone()))
        }
        Err(error) => (error_words(&error), None),
    }
}

fn error_words(error: &containers::Error) -> String {
    use containers::Error;
    match error {
        Error::NotGranted(what) => format!("not-granted {what}"),
        Error::EngineUnreachable(what) => format!("engine-unreachable {what}"),
        Error::NoSuchContainer(what) => format!("no-such-container {what}"),
        Error::NoSuchFile(what) => format!("no-such-file {what}"),
        Error::NotAFile(what) => format!("not-a-file {what}"),
        Error::AmbiguousProject(projects) => format!("ambiguous-project {}", projects.join(" ")),
        Error::TooLarge(limit) => format!("too-large {limit}"),
        Error::TimedOut(limit) => format!("timed-out {limit}"),
        Error::Other(what) => format!("other {what}"),
    }
}
