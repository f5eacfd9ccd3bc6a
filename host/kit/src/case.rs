//! A test file: what the stack answers or holds, and what the probe must see of it.

mod ask;
mod expect;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use shipworthy_contract::quantity::Span;

pub use self::{
    ask::{Ask, Asked},
    expect::{Difference, Expect},
};
use crate::{KitError, files};

/// One test.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The file's name without its ending.
    #[serde(skip)]
    pub name: String,
    /// The file, as it was named.
    #[serde(skip)]
    pub file: PathBuf,
    /// What it is about, for people.
    pub about: Option<String>,
    /// The probe's name in the recording; the plugin's by default.
    pub probe: Option<String>,
    /// The service; the first of the descriptor's by default.
    pub service: Option<String>,
    /// A recording that answers, relative to the file; none where the file itself has the answers.
    pub recording: Option<PathBuf>,
    /// What the environment grants; everything that the descriptor needs by default.
    pub grants: Option<Vec<String>>,
    /// The environment's `config`.
    #[serde(default)]
    pub config: toml::Table,
    /// The environment's `limits`.
    #[serde(default)]
    pub limits: toml::Table,
    /// Roles at whose endpoints nothing listens.
    #[serde(default)]
    pub unreachable: Vec<String>,
    /// What services answer.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// The containers that there are.
    #[serde(default)]
    pub containers: Vec<Container>,
    /// What must come of it; without it the probe must complete.
    #[serde(default)]
    pub expect: Expect,
}

/// What one question is answered. Several for one question are given in turn, and the last of them stays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The question: `http GET /info`, `http@metrics GET /metrics`, `grpc package.Service/Method`.
    pub to: Ask,
    /// HTTP status; 200 by default. Of gRPC the text beside the code.
    pub status: Option<Status>,
    /// gRPC status code; 0 by default.
    pub code: Option<u32>,
    /// Headers, or metadata of gRPC.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: Option<String>,
    /// The body as JSON.
    pub json: Option<toml::Value>,
    /// The body, or the message of gRPC, in hexadecimal.
    #[serde(default, deserialize_with = "hex")]
    pub hex: Option<Vec<u8>>,
    /// Before the answer.
    #[serde(default, deserialize_with = "span")]
    pub delay: Option<Duration>,
    /// No answer comes.
    pub fail: Option<Fail>,
}

/// `404`, or for gRPC `"no such order"`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Status {
    /// Of HTTP.
    Number(u16),
    /// Of gRPC.
    Text(String),
}

/// In which way no answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fail {
    /// The connection is closed.
    Unreachable,
    /// Nothing comes until the limit.
    TimedOut,
    /// Something comes that is not the protocol.
    Protocol,
}

/// A container of the stack.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// Its name; `SERVICE-N` by default.
    pub name: Option<String>,
    /// Its compose service; `.`, the default, is the probe's own.
    #[serde(default = "own")]
    pub service: String,
    /// Its image.
    pub image: String,
    /// `running` by default.
    #[serde(default = "running")]
    pub state: String,
    /// `healthy`, `unhealthy` or `starting`.
    pub health: Option<String>,
    /// Of one that has exited.
    #[serde(default)]
    pub exit_code: i64,
    /// Its variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Regular files by their absolute path, with what is in them.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Lines of its log.
    #[serde(default)]
    pub logs: Vec<String>,
}

fn own() -> String {
    ".".to_owned()
}

fn running() -> String {
    "running".to_owned()
}

impl Case {
    /// Reads a test file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with the line.
    pub fn read(file: &Path) -> Result<Self, KitError> {
        let text = files::read_text(file).map_err(|source| KitError::read(file, source))?;
        let mut case: Self = toml::from_str(&text).map_err(|error| syntax(file, &text, &error))?;
        let wrong = |fault| KitError::Case { file: file.to_owned(), fault, at: None, line: None };
        case.check().map_err(wrong)?;
        case.name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        file.clone_into(&mut case.file);
        case.recording = case.recording.map(|recording| file.parent().unwrap_or(Path::new("")).join(recording));
        Ok(case)
    }

    fn check(&self) -> Result<(), String> {
        let scripted = !self.answers.is_empty() || !self.containers.is_empty() || !self.unreachable.is_empty();
        if self.recording.is_some() && scripted {
            let fault = "expected a `recording`, or `answers`, `containers` and `unreachable`, found both";
            return Err(fault.to_owned());
        }
        self.answers.iter().try_for_each(Answer::check)
    }
}

impl Answer {
    fn check(&self) -> Result<(), String> {
        let grpc = matches!(self.to.asked, Asked::Grpc { .. });
        let at = |fault: &str| Err(format!("the answer to `{}`: {fault}", self.to));
        let bodies = [self.body.is_some(), self.json.is_some(), self.hex.is_some()];
        if bodies.into_iter().filter(|given| *given).count() > 1 {
            return at("expected one of `body`, `json` and `hex`, found more");
        }
        if self.fail.is_some() && (self.status.is_some() || self.code.is_some() || bodies.contains(&true)) {
            return at("expected `fail` alone, or an answer, found both");
        }
        match (&self.status, grpc) {
            (Some(Status::Text(_)), false) => return at("expected `status` to be a number such as 404"),
            (Some(Status::Number(_)), true) => {
                return at("expected the number of gRPC as `code`, and `status` as text");
            }
            (Some(Status::Number(number)), false) if !(200..=599).contains(number) => {
                return at("expected a `status` from 200 to 599");
            }
            _ => {}
        }
        if grpc && (self.body.is_some() || self.json.is_some()) {
            return at("expected the message of gRPC as `hex`");
        }
        if !grpc && self.code.is_some() {
            return at("expected `status`: a `code` is of gRPC");
        }
        let name = |name: &String| http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        let value = |value: &String| http::HeaderValue::from_str(value).is_ok();
        match self.headers.iter().find(|(key, text)| !name(key) || !value(text)) {
            Some((key, _)) => at(&format!("`{key}` is no header")),
            None => Ok(()),
        }
    }
}

/// An error of the TOML reader, with the place that it names.
fn syntax(file: &Path, text: &str, error: &toml::de::Error) -> KitError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    let at = before.map(|before| {
        let line = before.rsplit_once('\n').map_or(before, |(_, last)| last);
        (number(before.matches('\n').count()), number(line.chars().count()))
    });
    let line = before.and_then(|before| text.lines().nth(before.matches('\n').count()));
    let fault = shipworthy_contract::text::one_line(error.message());
    KitError::Case { file: file.to_owned(), fault, at, line: line.map(shipworthy_contract::text::one_line) }
}

fn hex<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits: Vec<u32> = text.chars().filter(|c| !c.is_whitespace()).map_while(|c| c.to_digit(16)).collect();
    if digits.len() != text.chars().filter(|c| !c.is_whitespace()).count() || !digits.len().is_multiple_of(2) {
        return Err(serde::de::Error::custom("expected pairs of hexadecimal digits"));
    }
    let byte = |pair: &[u32]| pair.iter().fold(0, |byte, digit| byte << 4 | u8::try_from(*digit).unwrap_or_default());
    Ok(Some(digits.chunks(2).map(byte).collect()))
}

fn span<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse::<Span>().map(|Span(span)| Some(span)).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Case, String> {
        let case: Case = toml::from_str(text).map_err(|error| error.to_string())?;
        case.check().map(|()| case)
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, told) in [
            ("recordin = 'x'", "line 1"),
            ("recordin = 'x'", "unknown field `recordin`"),
            ("[[answers]]\nto = 'GET /x'", "expected `http METHOD PATH` or `grpc SERVICE/METHOD`"),
            ("[[answers]]\nto = 'http GET /x'\ndelay = '3'", "expected a time"),
            ("[[answers]]\nto = 'http GET /x'\nhex = 'abc'", "expected pairs of hexadecimal digits"),
            ("[[answers]]\nto = 'http GET /x'\nfail = 'never'", "unknown variant `never`"),
            ("[[answers]]\nto = 'http GET /x'\nfail = 'unreachable'\nstatus = 200", "expected `fail` alone"),
            ("[[answers]]\nto = 'http GET /x'\nbody = ''\nhex = ''", "expected one of `body`, `json` and `hex`"),
            ("[[answers]]\nto = 'http GET /x'\nstatus = 100", "from 200 to 599"),
            ("[[answers]]\nto = 'http GET /x'\ncode = 5", "a `code` is of gRPC"),
            ("[[answers]]\nto = 'http GET /x'\nheaders = { 'a b' = 'c' }", "`a b` is no header"),
            ("[[answers]]\nto = 'grpc a.B/C'\njson = {}", "as `hex`"),
            ("recording = 'x'\nunreachable = ['main']", "found both"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn a_whole_file_is_read() {
        let case = parse(
            "about = 'x'\nunreachable = ['metrics']\n[config]\na = 1\n[limits]\nrequest = '1s'\n\
             [[answers]]\nto = 'grpc a.B/C'\ncode = 5\nstatus = 'no'\nhex = '0a 02'\ndelay = '10ms'\n\
             [[containers]]\nimage = 'x:1'\nfiles = { '/etc/x' = 'y' }\n[expect]\nevidence = []",
        )
        .unwrap();
        assert_eq!(case.answers[0].hex, Some(vec![10, 2]));
        assert_eq!(case.containers[0].service, ".");
        assert_eq!(case.expect.evidence, Some(Vec::new()));
    }
}
