//! A read-only view of granted containers, running or not.
//!
//! A guest names a container only by an id that `find` gave it in this run. It never lists an environment, never reads
//! through a link or a special file, and nothing here starts, stops or changes a container: every request to the engine
//! is a GET, which the transport holds to.

use serde::{Deserialize, Serialize};
use shipworthy_contract::{
    Service, Sha256,
    grant::Grant,
    path::{NormalPath, NotNormal},
    text::{excerpt, plural},
    words::NotAName,
};

use tokio::time::Instant;

use crate::{
    Run, Tape,
    run::Kept,
    tape::{Answered, Asked, Content},
};

mod address;
mod archive;
pub(crate) mod client;
pub(crate) mod described;
pub mod engine;
mod env;
mod error;
pub(crate) mod find;
mod logs;
mod project;
pub mod survey;
mod tar;
pub mod visit;

pub use error::ContainersError;

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

type Result<T> = std::result::Result<T, ContainersError>;

impl Run {
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
                let left = self.containers_until.saturating_duration_since(Instant::now());
                Ok(client::Client::new(engine, self.access.limits.container_timeout.min(left), allowance))
            }
            (_, Tape::Replay(_)) | (None, _) => Err(find::no_engine()),
        }
    }
}

/// An id that `find` gave in this run, compared exactly. bollard puts it into the request's path as it is, so nothing
/// else may get there.
struct KnownId(String);

/// An id as people know it, for a record; whatever else a guest wrote in its place is cut as well.
pub(crate) fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

fn other(error: &dyn std::fmt::Display) -> ContainersError {
    ContainersError::Other(error.to_string())
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
