//! A read-only view of granted containers, running or not.
//!
//! A guest names a container only by an id that `find` gave it in this run. It never lists an environment, never reads
//! through a link or a special file, and nothing here starts, stops or changes a container: every request to the engine
//! is a GET, which the transport holds to.

use serde::{Deserialize, Serialize};
use shipworthy_contract::{
    Explain, Fault, Service, Sha256,
    evidence::{Gap, NOT_RECORDED},
    grant::Grant,
    path::{NormalPath, NotNormal},
    text::{excerpt, plural},
    words::NotAName,
};

use crate::{
    Run, Tape,
    mask::Masks,
    run::{Kept, Trouble},
    tape::{Answered, Asked, Content},
};

mod archive;
mod client;
pub mod engine;
mod env;
mod find;
mod logs;
mod tar;

/// One container, as `find` saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// 64 hexadecimal digits; the only way to name it in the other calls.
    pub id: String,
    /// Its name, without the leading `/`.
    pub name: String,
    /// Compose service, or the environment's group.
    pub service: String,
    /// The image as it was asked for, such as `esb/gateway-docker:latest`.
    pub image: String,
    /// `sha256:...`.
    pub image_id: String,
    /// `created`, `running`, `paused`, `restarting`, `exited`, `removing`, `dead` or `stopping`.
    pub state: String,
    /// `starting`, `healthy` or `unhealthy`; none where no health check is configured.
    pub health: Option<String>,
    /// Of the last run, once it has ended.
    pub exit_code: Option<i32>,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub finished_at: Option<String>,
}

impl Container {
    /// Bytes that it holds, but for the few of its bounded texts.
    fn size(&self) -> usize {
        size_of::<Self>() + self.id.len() + self.name.len() + self.image.len() + self.image_id.len()
    }
}

/// Why a question about containers has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum ContainersError {
    /// The line of the environment that it would take.
    #[error("not granted; it takes: {0}")]
    NotGranted(String),
    /// Nobody answers at the engine's socket. The text is the same for every probe, so that it can be told once.
    #[error("{0}")]
    EngineUnreachable(String),
    /// Not an id that `find` gave in this run, or gone since.
    #[error("no such container: {0}")]
    NoSuchContainer(String),
    /// The path leads to nothing.
    #[error("no such file: {0}")]
    NoSuchFile(String),
    /// Links, folders and special files are not read.
    #[error("not a regular file: {0}")]
    NotAFile(String),
    /// Several projects could be meant.
    #[error("expected one compose project, found: {}", .0.join(", "))]
    AmbiguousProject(Vec<String>),
    /// More than so many bytes.
    #[error("the limit of {0} bytes is exceeded")]
    TooLarge(u64),
    /// The engine did not answer within so many milliseconds.
    #[error("the container engine did not answer within {0}ms")]
    TimedOut(u64),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl ContainersError {
    /// The gap that it leaves in what is seen.
    pub const fn gap(&self) -> Gap {
        match self {
            Self::NotGranted(_) => Gap::NotGranted,
            Self::EngineUnreachable(_) => Gap::Unreachable,
            Self::NoSuchContainer(_) | Self::NoSuchFile(_) => Gap::NotOffered,
            Self::NotAFile(_) | Self::Other(_) => Gap::Unreadable,
            Self::AmbiguousProject(_) => Gap::Config,
            Self::TooLarge(_) => Gap::Limit,
            Self::TimedOut(_) => Gap::TimedOut,
        }
    }
}

impl Explain for ContainersError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotGranted(_) => "containers.not-granted",
            Self::EngineUnreachable(_) => "containers.engine-unreachable",
            Self::NoSuchContainer(_) => "containers.no-such-container",
            Self::NoSuchFile(_) => "containers.no-such-file",
            Self::NotAFile(_) => "containers.not-a-file",
            Self::AmbiguousProject(_) => "containers.ambiguous-project",
            Self::TooLarge(_) => "containers.too-large",
            Self::TimedOut(_) => "containers.timed-out",
            Self::Other(_) => "containers.other",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NotGranted(_) | Self::EngineUnreachable(_) | Self::AmbiguousProject(_) => Fault::Environment,
            Self::TimedOut(_) | Self::Other(_) => Fault::Environment,
            Self::NoSuchContainer(_) => Fault::Plugin,
            Self::NoSuchFile(_) | Self::NotAFile(_) | Self::TooLarge(_) => Fault::Service,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotGranted(line) => Some(format!("add `{line}` to the probe in the environment, if it may")),
            Self::EngineUnreachable(_) => Some("start the container engine, or correct `containers.socket`".to_owned()),
            Self::AmbiguousProject(_) => Some("set `containers.project` in the environment".to_owned()),
            Self::NoSuchContainer(_)
            | Self::NoSuchFile(_)
            | Self::NotAFile(_)
            | Self::TooLarge(_)
            | Self::TimedOut(_)
            | Self::Other(_) => None,
        }
    }
}

type Result<T> = std::result::Result<T, ContainersError>;

impl Run {
    /// The compose project that containers are looked for in: the environment's, else the only one that holds a gateway or
    /// an agent.
    pub async fn project(&self) -> Result<String> {
        let found = self.perform("containers.project", || Ok((Asked::Project, ())), |()| find::project(self)).await?;
        found.ok_or_else(find::no_project)
    }

    /// Containers of a compose service or a group, in all states, by name; none is the probe's own service.
    pub async fn find(&self, service: Option<&str>) -> Result<Vec<Container>> {
        let what = format!("containers.find {}", service.unwrap_or(self.access.own.as_str()));
        let mut asked_for = None;
        let vet = || {
            let service: Service = match service {
                Some(text) => text.parse().map_err(|error: NotAName| other(&error))?,
                None => self.access.own.clone(),
            };
            self.granted(&service, "container", "", |grant| grant.allows_container(&service, &self.access.own))?;
            asked_for = Some(service.clone());
            Ok((Asked::Find { service: service.clone() }, service))
        };
        let found: Vec<Container> = self.perform(&what, vet, |service| find::find(self, service)).await?;
        if let Some(service) = asked_for {
            let mut transcript = self.transcript();
            for container in &found {
                transcript.known.entry(container.id.clone()).or_default().insert(service.clone());
            }
        }
        Ok(found)
    }

    /// One variable of a container's environment, by its whole name.
    pub async fn env(&self, id: &str, name: &str) -> Result<Option<String>> {
        let vet = || {
            let rest = format!(" {}", excerpt(name, 80));
            let id =
                self.known(id, "env", &rest, |service, grant| grant.allows_env(service, name, &self.access.own))?;
            Ok((Asked::Env { id: id.0.clone(), name: name.to_owned() }, id))
        };
        self.perform(&format!("containers.env {name} of {}", short(id)), vet, |id| env::variable(self, id, name)).await
    }

    /// One label of a container.
    pub async fn label(&self, id: &str, name: &str) -> Result<Option<String>> {
        let vet = || {
            let rest = format!(" {}", excerpt(name, 80));
            let id =
                self.known(id, "label", &rest, |service, grant| grant.allows_label(service, name, &self.access.own))?;
            Ok((Asked::Label { id: id.0.clone(), name: name.to_owned() }, id))
        };
        self.perform(&format!("containers.label {name} of {}", short(id)), vet, |id| env::label(self, id, name)).await
    }

    /// The SHA-256 of a regular file, computed without holding it.
    pub async fn sha256(&self, id: &str, path: &str) -> Result<Sha256> {
        let vet = || {
            let (id, path) = self.file(id, path)?;
            Ok((Asked::Sha256 { id: id.0.clone(), path: path.as_str().to_owned() }, (id, path)))
        };
        let what = format!("containers.sha256 {path} of {}", short(id));
        self.perform(&what, vet, |(id, path)| archive::sha256(self, id, path)).await
    }

    /// The bytes of a regular file, at most `max_bytes` of them; a larger file is an error, not a part of it.
    pub async fn read_file(&self, id: &str, path: &str, max_bytes: u32) -> Result<Vec<u8>> {
        let vet = || {
            let (id, path) = self.file(id, path)?;
            Ok((Asked::ReadFile { id: id.0.clone(), path: path.as_str().to_owned(), max_bytes }, (id, path)))
        };
        let what = format!("containers.read-file {path} of {}", short(id));
        let carry_out = |(id, path)| archive::read(self, id, path, max_bytes);
        self.perform(&what, vet, carry_out).await.map(|Content(bytes)| bytes)
    }

    /// The last lines of a container's log, its own secrets masked.
    pub async fn logs(&self, id: &str, lines: u32) -> Result<Vec<String>> {
        let vet = || {
            let id = self.known(id, "logs", "", |service, grant| grant.allows_logs(service, &self.access.own))?;
            Ok((Asked::Logs { id: id.0.clone(), lines }, id))
        };
        self.perform(&format!("containers.logs of {}", short(id)), vet, |id| logs::last(self, id, lines)).await
    }

    fn file(&self, id: &str, path: &str) -> Result<(KnownId, NormalPath)> {
        let path: NormalPath = path.parse().map_err(|error: NotNormal| other(&error))?;
        // A file's path has no query: for the engine it would be more of the path, which nobody has made normal.
        if path.path() != path.as_str() {
            let found = excerpt(path.as_str(), 80);
            return Err(ContainersError::Other(format!("expected a file's path without `?`, found: {found}")));
        }
        let id = self.known(id, "file", &format!(" {path}"), |service, grant| {
            grant.allows_file(service, &path, &self.access.own)
        })?;
        // With a trailing slash the engine would follow a link; without it, a link is seen to be one.
        if path.as_str().ends_with('/') {
            return Err(ContainersError::NotAFile(path.to_string()));
        }
        Ok((id, path))
    }

    /// The id, if `find` gave it in this run and a grant allows the question for a service that it was found under.
    fn known(&self, id: &str, kind: &str, rest: &str, allows: impl Fn(&Service, &Grant) -> bool) -> Result<KnownId> {
        let services = self.transcript().known.get(id).cloned();
        let services = services.ok_or_else(|| ContainersError::NoSuchContainer(excerpt(id, 80)))?;
        let mut refused = None;
        for service in &services {
            match self.granted(service, kind, rest, |grant| allows(service, grant)) {
                Ok(()) => return Ok(KnownId(id.to_owned())),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| ContainersError::NoSuchContainer(excerpt(id, 80))))
    }

    fn granted(&self, service: &Service, kind: &str, rest: &str, allows: impl Fn(&Grant) -> bool) -> Result<()> {
        if self.access.grants.iter().any(allows) {
            return Ok(());
        }
        let owner = if *service == self.access.own { "." } else { service.as_str() };
        Err(ContainersError::NotGranted(format!("{kind} {owner}{rest}")))
    }

    /// The container engine's client, for answers of at most so many bytes.
    fn engine(&self, allowance: u64) -> Result<client::Client> {
        match (&self.access.engine, &self.access.tape) {
            (Some(engine), Tape::Off | Tape::Record(_)) => {
                Ok(client::Client::new(engine, self.access.limits.container_timeout, allowance))
            }
            (_, Tape::Replay(_)) | (None, _) => {
                Err(ContainersError::EngineUnreachable("the environment names no container engine".to_owned()))
            }
        }
    }
}

/// An id that `find` gave in this run, compared exactly. bollard puts it into the request's path as it is, so nothing
/// else may get there.
struct KnownId(String);

/// An id as people know it, for a record; whatever else a guest wrote in its place is cut as well.
fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

fn other(error: &dyn std::fmt::Display) -> ContainersError {
    ContainersError::Other(error.to_string())
}

impl Trouble for ContainersError {
    fn over_total(limit: u32) -> Self {
        Self::Other(format!("the limit of {limit} for the requests per run is exceeded"))
    }

    fn over_answers(limit: u64) -> Self {
        Self::TooLarge(limit)
    }

    fn not_recorded(what: &str) -> Self {
        Self::EngineUnreachable(format!("{NOT_RECORDED}: {what}"))
    }

    fn masked(self, masks: &Masks) -> Self {
        match self {
            Self::NotGranted(text) => Self::NotGranted(masks.text(&text)),
            Self::EngineUnreachable(text) => Self::EngineUnreachable(masks.text(&text)),
            Self::NoSuchContainer(text) => Self::NoSuchContainer(masks.text(&text)),
            Self::NoSuchFile(text) => Self::NoSuchFile(masks.text(&text)),
            Self::NotAFile(text) => Self::NotAFile(masks.text(&text)),
            Self::Other(text) => Self::Other(masks.text(&text)),
            kept @ (Self::AmbiguousProject(_) | Self::TooLarge(_) | Self::TimedOut(_)) => kept,
        }
    }

    fn keep(&self) -> Answered {
        Answered::ContainersError(self.clone())
    }

    fn load(answered: Answered) -> Option<Self> {
        if let Answered::ContainersError(error) = answered { Some(error) } else { None }
    }

    fn is_noteworthy(&self) -> bool {
        match self {
            Self::NotGranted(_) | Self::TooLarge(_) => true,
            Self::EngineUnreachable(_)
            | Self::NoSuchContainer(_)
            | Self::NoSuchFile(_)
            | Self::NotAFile(_)
            | Self::AmbiguousProject(_)
            | Self::TimedOut(_)
            | Self::Other(_) => false,
        }
    }
}

/// How each kind of answer is kept: the variant of the tape, its size in bytes, and its words for the record, which hold
/// no value.
macro_rules! kept {
    ($type:ty, $variant:ident, $answer:ident => $size:expr, $words:expr) => {
        impl Kept for $type {
            type Error = ContainersError;

            fn keep(&self) -> Answered {
                Answered::$variant(self.clone())
            }

            fn load(answered: Answered) -> Option<Self> {
                if let Answered::$variant(answer) = answered { Some(answer) } else { None }
            }

            fn size(&self) -> usize {
                let $answer = self;
                $size
            }

            fn in_words(&self) -> String {
                let $answer = self;
                $words
            }
        }
    };
}

kept!(Vec<Container>, Containers, found => found.iter().map(Container::size).sum(), plural(found.len(), "container"));
kept!(Option<String>, Text, text => text.as_ref().map_or(0, String::len), text.as_ref().map_or_else(|| "not there".to_owned(), |text| format!("{} bytes", text.len())));
kept!(Sha256, Digest, digest => size_of_val(digest), digest.to_string());
kept!(Content, Content, content => content.0.len(), format!("{} bytes", content.0.len()));
kept!(Vec<String>, Lines, lines => lines.iter().map(|line| line.len() + size_of::<String>()).sum(), plural(lines.len(), "line"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_text_gap_and_owner() {
        let rows: Vec<String> = [
            ContainersError::NotGranted("container agent".to_owned()),
            ContainersError::EngineUnreachable("cannot reach the container engine".to_owned()),
            ContainersError::NoSuchContainer("../secrets".to_owned()),
            ContainersError::NoSuchFile("/opt/x".to_owned()),
            ContainersError::NotAFile("/opt/x".to_owned()),
            ContainersError::AmbiguousProject(vec!["a".to_owned(), "b".to_owned()]),
            ContainersError::TooLarge(7),
            ContainersError::TimedOut(7),
            ContainersError::Other("it is odd".to_owned()),
        ]
        .iter()
        .map(|error| format!("{} [{}, {:?}] {error}", error.code(), error.fault(), error.gap()))
        .collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        containers.not-granted [environment, NotGranted] not granted; it takes: container agent
        containers.engine-unreachable [environment, Unreachable] cannot reach the container engine
        containers.no-such-container [plugin, NotOffered] no such container: ../secrets
        containers.no-such-file [service, NotOffered] no such file: /opt/x
        containers.not-a-file [service, Unreadable] not a regular file: /opt/x
        containers.ambiguous-project [environment, Config] expected one compose project, found: a, b
        containers.too-large [service, Limit] the limit of 7 bytes is exceeded
        containers.timed-out [environment, TimedOut] the container engine did not answer within 7ms
        containers.other [environment, Unreadable] it is odd
        ");
    }
}
