//! One piece of work in one repository: what it asks for, how often, and what is asked again.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use http::{HeaderValue, header};
use shipworthy_contract::Sha256;

use super::Client;
use crate::{
    Problem, RegistryError,
    host::{Action, Host, get},
    limits::{FIRST_WAIT, LONGEST_WAIT, TRIES},
    manifest::ACCEPTED,
    wire::Address,
};

/// A header that tells the digest of a manifest by the registry's own word.
const CONTENT_DIGEST: header::HeaderName = header::HeaderName::from_static("docker-content-digest");

/// What is asked for where a manifest is, in words.
pub(crate) const MANIFEST: &str = "the manifest";

/// One piece of work in one repository.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) host: Arc<Host>,
    pub(crate) repository: String,
    pub(crate) action: Action,
    pub(crate) sent: AtomicU32,
}

/// A manifest, or an index.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) digest: Sha256,
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: Option<String>,
}

impl Call {
    pub(super) fn new(host: Arc<Host>, repository: String, action: Action) -> Self {
        Self { host, repository, action, sent: AtomicU32::new(0) }
    }

    /// How many requests were sent.
    pub(crate) fn requests(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// An address in the repository.
    pub(crate) fn path(&self, rest: &str) -> Address {
        Address::of(&self.host.origin, format!("/v2/{}/{rest}", self.repository))
    }

    /// The manifest of a tag or a digest; none if there is none.
    pub(crate) async fn manifest(
        &self,
        name: &str,
        expected: Option<Sha256>,
        most: u64,
    ) -> Result<Option<Found>, Problem> {
        let what = MANIFEST;
        let asked = get(self.path(&format!("manifests/{name}")), what, most);
        let answer = self.host.ask(self, asked.with(header::ACCEPT, HeaderValue::from_static(ACCEPTED))).await?;
        match answer.status.as_u16() {
            404 => return Ok(None),
            200..=299 => {}
            _ => return Err(self.host.refused(&answer).await),
        }
        if answer.header(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html")) {
            return Err(Problem::Malformed("expected a manifest, found a page in HTML".to_owned()));
        }
        let found = Sha256::of(&answer.body);
        let claimed = || answer.header(CONTENT_DIGEST)?.strip_prefix("sha256:")?.parse().ok();
        if let Some(expected) = expected.or_else(claimed)
            && expected != found
        {
            return Err(Problem::Altered { what, expected, found });
        }
        let content_type = answer.header(header::CONTENT_TYPE).map(str::to_owned);
        Ok(Some(Found { digest: found, bytes: answer.body, content_type }))
    }

    /// A blob, which has this digest and this size.
    pub(crate) async fn blob(
        &self,
        what: &'static str,
        digest: Sha256,
        size: u64,
        most: u64,
    ) -> Result<Vec<u8>, Problem> {
        if size > most {
            return Err(Problem::TooLarge { what, limit: most });
        }
        let mut asked = get(self.path(&format!("blobs/sha256:{digest}")), what, most);
        asked.size = Some(size);
        let answer = self.host.download(self, asked).await?;
        match answer.status.as_u16() {
            404 => return Err(Problem::UnknownBlob { what, digest }),
            200..=299 => {}
            _ => return Err(self.host.refused(&answer).await),
        }
        let found = Sha256::of(&answer.body);
        if found == digest { Ok(answer.body) } else { Err(Problem::Altered { what, expected: digest, found }) }
    }
}

impl Client {
    /// Does something, and again if it came to nothing by a fault that passes.
    pub(crate) async fn tried<T>(
        &self,
        subject: &dyn fmt::Display,
        once: impl AsyncFn() -> Result<T, Problem>,
    ) -> Result<T, RegistryError> {
        let mut wait = FIRST_WAIT;
        let mut tries = 1;
        loop {
            let problem = match once().await {
                Ok(done) => return Ok(done),
                Err(problem) => problem,
            };
            let Some(pause) = passes(&problem, wait).filter(|_| tries < TRIES) else {
                return Err(RegistryError::new(subject, tries, problem));
            };
            tracing::debug!(%subject, %problem, tries, "tried again");
            tokio::time::sleep(pause).await;
            tries += 1;
            wait = wait.saturating_mul(4);
        }
    }
}

/// How long to wait before it is tried again; none for what stays as it is.
fn passes(problem: &Problem, wait: Duration) -> Option<Duration> {
    match problem {
        Problem::Unreachable { .. } | Problem::CutShort { .. } => Some(wait),
        Problem::Refused { status: 429 | 500 | 502 | 503 | 504, retry_after, .. } => {
            Some(retry_after.unwrap_or(wait).min(LONGEST_WAIT))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_tried_again_and_nobody_is_waited_for_long() {
        let wait = Duration::from_millis(100);
        let refused = |status, retry_after| Problem::Refused { status, said: None, retry_after };
        let long = Some(Duration::from_hours(24));
        for (problem, expected) in [
            (refused(503, None), Some(wait)),
            (refused(429, Some(Duration::from_secs(2))), Some(Duration::from_secs(2))),
            (refused(429, long), Some(LONGEST_WAIT)),
            (refused(400, None), None),
            (refused(501, None), None),
            (Problem::CutShort { what: "x", expected: None, found: 1 }, Some(wait)),
            (Problem::Altered { what: "x", expected: Sha256::of(b"a"), found: Sha256::of(b"b") }, None),
            (Problem::UnknownRepository, None),
        ] {
            assert_eq!(passes(&problem, wait), expected, "{problem}");
        }
    }
}
