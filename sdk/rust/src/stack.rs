//! What a probe holds in its hand: the ways to ask, and the ways to say what was seen.

use std::borrow::Cow;

use crate::{Containers, Failure, Gap, Grpc, Http, Origin, Value, host::Handle};

/// Longest key, name or prefix, in bytes: the host's limit, beyond which it would end the run.
const LONGEST_NAME: usize = 1_024;

/// Longest text value, in bytes: likewise.
const LONGEST_TEXT: usize = 8_192;

/// Longest detail, message, expectation or finding that is passed on, in bytes. It is for a person to read, and a
/// service's answer may have got into it.
const LONGEST_PROSE: usize = 1_024;

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For the probe's author.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warn,
    /// Something is wrong.
    Error,
}

/// The service under observation, and the record of what is seen of it.
///
/// Evidence reaches the host as it is given, so a trap or a deadline loses nothing. What is too long for the host is
/// shortened where it is prose, and becomes a gap where it is a name or a value: the run goes on.
pub struct Stack<'a> {
    host: Handle<'a>,
}

impl<'a> Stack<'a> {
    pub(crate) const fn new(host: Handle<'a>) -> Self {
        Self { host }
    }

    /// Requests over HTTP.
    pub const fn http(&self) -> Http<'a> {
        Http { host: self.host }
    }

    /// Unary calls over gRPC.
    pub const fn grpc(&self) -> Grpc<'a> {
        Grpc { host: self.host }
    }

    /// The granted containers.
    pub const fn containers(&self) -> Containers<'a> {
        Containers { host: self.host }
    }

    /// A value under a key. Well-known keys: `mode`, `release` (image tag of the release), `version` (the service's
    /// own), `api-version`. Any other key is the probe's own and can be required by name.
    pub fn fact(&self, key: &str, value: impl Into<Value>, origin: impl Into<Origin>) {
        let value = value.into();
        match &value {
            Value::Text(text) if text.len() > LONGEST_TEXT => {
                self.missing(key, too_long("a value", text.len(), LONGEST_TEXT));
            }
            _ if self.fits(key) => self.host.fact(key, value, short_origin(origin.into())),
            _ => {}
        }
    }

    /// A capability that is there, or is seen not to be.
    pub fn capability(&self, name: &str, present: bool, origin: impl Into<Origin>) {
        if self.fits(name) {
            self.host.capability(name, present, short_origin(origin.into()));
        }
    }

    /// Every present capability that begins with `prefix` has been given: what is required and was not given is
    /// absent. Say it only after a whole list was read.
    pub fn complete(&self, prefix: &str) {
        if self.fits(prefix) {
            self.host.complete(prefix);
        }
    }

    /// The SHA-256 of something, as 64 lowercase hexadecimal digits.
    pub fn digest(&self, name: &str, sha256: &str, origin: impl Into<Origin>) {
        if self.fits(name) {
            self.host.digest(name, &prose(sha256), short_origin(origin.into()));
        }
    }

    /// A key, capability or digest that should be there and could not be seen, or a rule of the probe's own that
    /// could not be judged. Any error of this crate says why.
    ///
    /// ```
    /// use shipworthy_sdk::Stack;
    ///
    /// fn version(stack: &Stack<'_>) {
    ///     match stack.http().get("/version") {
    ///         Ok(response) => stack.fact("version", response.header("x-version").unwrap_or("none"), "GET /version"),
    ///         Err(error) => stack.missing("version", error),
    ///     }
    /// }
    /// ```
    pub fn missing(&self, name: &str, why: impl Into<Failure>) {
        if self.fits(name) {
            let why = why.into();
            self.host.missing(name, why.why, &prose(&why.detail));
        }
    }

    /// Whether a rule of the probe's own, declared in its descriptor, holds.
    pub fn finding(&self, rule: &str, finding: &Finding) {
        if self.fits(rule) {
            let expected = finding.expected.as_deref().map(prose);
            let found = finding.found.as_deref().map(prose);
            let message = prose(&finding.message);
            self.host.finding(rule, finding.holds, &message, expected.as_deref(), found.as_deref());
        }
    }

    /// A line for the run's log, which is kept with what the run saw.
    pub fn log(&self, level: Level, message: &str) {
        self.host.log(level, message);
    }

    /// A name that the host would stop at is not given; that something was left out is said.
    fn fits(&self, name: &str) -> bool {
        let fits = name.len() <= LONGEST_NAME;
        if !fits {
            let why = too_long("a name", name.len(), LONGEST_NAME);
            self.host.missing(&prose(name), why.why, &why.detail);
        }
        fits
    }
}

/// What became of a rule of the probe's own.
///
/// ```
/// use shipworthy_sdk::Finding;
///
/// let queue = 12;
/// let finding = Finding::new(queue < 10, "the queue is short").expected("less than 10").found(queue.to_string());
/// assert!(!finding.holds);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the rule holds.
    pub holds: bool,
    /// What was looked at, in words.
    pub message: String,
    /// What should be.
    pub expected: Option<String>,
    /// What is.
    pub found: Option<String>,
}

impl Finding {
    /// A finding without expectation.
    pub fn new(holds: bool, message: impl Into<String>) -> Self {
        Self { holds, message: message.into(), expected: None, found: None }
    }

    /// What should be.
    #[must_use]
    pub fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }

    /// What is.
    #[must_use]
    pub fn found(self, found: impl Into<String>) -> Self {
        Self { found: Some(found.into()), ..self }
    }
}

fn too_long(what: &str, length: usize, limit: usize) -> Failure {
    let detail = [what, " of ", &length.to_string(), " bytes, where at most ", &limit.to_string(), " are taken"];
    Failure::new(Gap::Limit, detail.concat())
}

fn short_origin(origin: Origin) -> Origin {
    let short = |text: String| if text.len() <= LONGEST_PROSE { text } else { prose(&text).into_owned() };
    Origin { what: short(origin.what), subject: origin.subject.map(short) }
}

/// The text, cut at a character where it is too long.
fn prose(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_PROSE {
        return Cow::Borrowed(text);
    }
    let room = LONGEST_PROSE - '…'.len_utf8();
    let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Cow::Owned([text.get(..end).unwrap_or_default(), "…"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_cut_at_a_character_within_the_limit() {
        for text in ["é".repeat(600), "x".repeat(2_000), "…".repeat(400)] {
            let short = prose(&text);
            assert!(short.len() <= LONGEST_PROSE && short.len() > LONGEST_PROSE - 8, "{}", short.len());
            assert!(short.ends_with('…'));
        }
        assert_eq!(prose(&"x".repeat(LONGEST_PROSE)), "x".repeat(LONGEST_PROSE));
    }
}
