//! Stand-in for the Docker Engine API on a unix socket. It answers the questions that finding, inspecting and looking into
//! containers take, from a list that the test writes; it is not Docker and runs nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::sync::oneshot;

use crate::sandbox::temp_dir;
use crate::serve::{self, Body, Speaks};
use crate::stand_in::{Log, Received};

/// A container that the engine is to know.
#[derive(Clone, Debug)]
pub struct Container {
    project: String,
    service: String,
    image: String,
    state: String,
    exit_code: i64,
    labels: Map<String, Value>,
    /// `NAME=VALUE` each.
    variables: Vec<String>,
    /// Ports inside, and those of this host that they are published at.
    ports: Map<String, Value>,
    /// Where inside, and the folder of this host.
    mounts: Vec<(String, String)>,
    /// Address on the project's network.
    address: Option<String>,
    /// Place in the list of the container whose network this one uses.
    borrows: Option<usize>,
    /// Paths inside, and the archives that the engine sends of them.
    archives: Vec<(String, Vec<u8>)>,
    /// What it printed.
    log: String,
}

impl Container {
    /// A running one of a compose service, with image `esb/SERVICE-docker:v1`.
    pub fn new(project: &str, service: &str) -> Self {
        Self {
            project: project.to_owned(),
            service: service.to_owned(),
            image: format!("esb/{service}-docker:v1"),
            state: "running".to_owned(),
            exit_code: 0,
            labels: Map::new(),
            variables: Vec::new(),
            ports: Map::new(),
            mounts: Vec::new(),
            address: None,
            borrows: None,
            archives: Vec::new(),
            log: String::new(),
        }
    }

    /// A running one of a function, as ESB's agent starts it: with its own labels, and none of compose's.
    pub fn function(env: &str, function: &str) -> Self {
        let labels = [("created_by", "esb-agent"), ("esb_env", env), ("esb_function", function)];
        labels.into_iter().fold(Self::new("", function), |container, (name, value)| container.label(name, value))
    }

    /// Of another image.
    #[must_use]
    pub fn image(mut self, image: &str) -> Self {
        image.clone_into(&mut self.image);
        self
    }

    /// One that has ended, with this code.
    #[must_use]
    pub fn exited(mut self, code: i64) -> Self {
        "exited".clone_into(&mut self.state);
        self.exit_code = code;
        self
    }

    /// With one label more.
    #[must_use]
    pub fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.insert(name.to_owned(), value.into());
        self
    }

    /// With one variable more in its environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push(format!("{name}={value}"));
        self
    }

    /// With a port that is published on the loopback.
    #[must_use]
    pub fn published(mut self, port: u16, at: u16) -> Self {
        let binding = json!([{ "HostIp": "127.0.0.1", "HostPort": at.to_string() }]);
        self.ports.insert(format!("{port}/tcp"), binding);
        self
    }

    /// With a folder of this host mounted inside.
    #[must_use]
    pub fn mount(mut self, source: &str, inside: &str) -> Self {
        self.mounts.push((inside.to_owned(), source.to_owned()));
        self
    }

    /// With an address on the project's network.
    #[must_use]
    pub fn address(mut self, ip: &str) -> Self {
        self.address = Some(ip.to_owned());
        self
    }

    /// In the network of the container at this place of the list.
    #[must_use]
    pub fn in_network_of(mut self, at: usize) -> Self {
        self.borrows = Some(at);
        self
    }

    /// With a regular file inside.
    #[must_use]
    pub fn file(self, path: &str, content: &str) -> Self {
        self.entry(path, b'0', content)
    }

    /// With anything else at a path inside, by its type in a tar archive: `2` is a link to what `content` says, `3` a
    /// device, `5` a folder, `6` a FIFO.
    #[must_use]
    pub fn entry(mut self, path: &str, kind: u8, content: &str) -> Self {
        self.archives.push((path.to_owned(), archive(kind, content)));
        self
    }

    /// With a log.
    #[must_use]
    pub fn log(mut self, text: &str) -> Self {
        text.clone_into(&mut self.log);
        self
    }

    /// As inspecting shows it; `at` is its place in the list, by which ids and names differ.
    fn inspected(&self, at: usize) -> Value {
        let mut labels = self.labels.clone();
        if !self.project.is_empty() {
            labels.insert("com.docker.compose.project".to_owned(), self.project.clone().into());
            labels.insert("com.docker.compose.service".to_owned(), self.service.clone().into());
        }
        let network = format!("{}_default", self.project);
        let networks = self.address.iter().map(|ip| (network.clone(), json!({ "IPAddress": ip })));
        let mode = self.borrows.map_or(network.clone(), |at| format!("container:{at:064x}"));
        let mounts: Vec<Value> = self
            .mounts
            .iter()
            .map(|(inside, source)| json!({ "Type": "bind", "Destination": inside, "Source": source }))
            .collect();
        let ended = self.state == "exited";
        json!({
            "Id": format!("{at:064x}"),
            "Name": format!("/{}-{}-{}", self.project, self.service, at + 1),
            "Image": format!("sha256:{at:064x}"),
            "State": {
                "Status": self.state,
                "ExitCode": self.exit_code,
                "StartedAt": "2026-11-24T08:00:00Z",
                "FinishedAt": if ended { "2026-11-24T08:01:00Z" } else { "0001-01-01T00:00:00Z" },
            },
            "Config": { "Image": self.image, "Env": self.variables, "Labels": labels },
            "HostConfig": { "NetworkMode": mode },
            "NetworkSettings": { "Ports": self.ports, "Networks": networks.collect::<Map<_, _>>() },
            "Mounts": mounts,
        })
    }
}

/// A running stand-in. It stops, and its socket goes, when this is dropped.
#[derive(Debug)]
pub struct Docker {
    folder: TempDir,
    log: Arc<Log>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Docker {
    /// An engine that knows these containers.
    pub fn start(containers: impl IntoIterator<Item = Container>) -> Result<Self> {
        let known = |(at, container): (usize, Container)| Known { inspected: container.inspected(at), container };
        let containers: Vec<Known> = containers.into_iter().enumerate().map(known).collect();
        Self::answering(move |request| answer(&containers, request))
    }

    /// An engine that answers everything with 500.
    pub fn broken() -> Result<Self> {
        let message = json!({ "message": "stand-in: out of order" });
        Self::answering(move |_| serve::json(StatusCode::INTERNAL_SERVER_ERROR, &message))
    }

    fn answering(answer: impl Fn(&Received) -> Response<Body> + Send + Sync + 'static) -> Result<Self> {
        let folder = temp_dir()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            UnixListener::bind(socket_in(folder.path())).context("cannot listen on a unix socket")?
        };
        let (log, answer) = (Arc::new(Log::default()), Arc::new(answer));
        let (stop, stopped) = oneshot::channel::<()>();
        let for_thread = Arc::clone(&log);
        let thread = thread::Builder::new().name("stand-in docker".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let accept = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        let (log, answer) = (Arc::clone(&for_thread), Arc::clone(&answer));
                        tokio::spawn(serve::connection(stream, Speaks::Both, log, answer));
                    }
                };
                tokio::select! {
                    _ = stopped => {}
                    () = accept => {}
                }
            });
        })?;
        Ok(Self { folder, log, stop: Some(stop), thread: Some(thread) })
    }

    /// `unix:///PATH`, as an environment's `socket` has it.
    pub fn url(&self) -> String {
        format!("unix://{}", socket_in(self.folder.path()).display())
    }

    /// Method and path of all requests so far.
    pub fn request_lines(&self) -> Vec<String> {
        self.log.requests().iter().map(Received::line).collect()
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic over there has been printed already, and a second one in `drop` would abort the tests.
            drop(thread.join());
        }
    }
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join("docker.sock")
}

/// A container, and how inspecting shows it.
struct Known {
    container: Container,
    inspected: Value,
}

fn answer(containers: &[Known], request: &Received) -> Response<Body> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let words: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if request.method != Method::GET {
        return not_found("stand-in: not scripted");
    }
    match words.as_slice() {
        // The filter by labels is left out on purpose: whoever asks has to look at the labels all the same.
        ["containers", "json"] => {
            serve::json(StatusCode::OK, &containers.iter().map(|known| summary(&known.inspected)).collect())
        }
        ["containers", id, what] => match containers.iter().find(|known| known.is(id)) {
            Some(known) => known.answer(what, query),
            None => not_found(&format!("No such container: {id}")),
        },
        ["version"] => serve::json(StatusCode::OK, &json!({ "Version": "28.0.4", "ApiVersion": "1.48" })),
        _ => not_found("stand-in: not scripted"),
    }
}

impl Known {
    fn is(&self, id: &str) -> bool {
        self.inspected.get("Id").is_some_and(|own| own == id)
    }

    fn answer(&self, what: &str, query: &str) -> Response<Body> {
        match what {
            "json" => serve::json(StatusCode::OK, &self.inspected),
            "logs" => Response::new(serve::full(framed(&self.container.log))),
            "archive" => {
                let wanted = query.replace("%2F", "/");
                let fits = |path: &str| wanted.split('&').any(|part| part.strip_prefix("path=") == Some(path));
                match self.container.archives.iter().find(|(path, _)| fits(path)) {
                    Some((_, archive)) => Response::new(serve::full(archive.clone())),
                    None => not_found("Could not find the file in container"),
                }
            }
            _ => not_found("stand-in: not scripted"),
        }
    }
}

/// A tar archive with one entry (POSIX 1003.1, ustar).
fn archive(kind: u8, content: &str) -> Vec<u8> {
    let content = content.as_bytes();
    let (target, content) = if kind == b'2' { (content, &[][..]) } else { (&[][..], content) };
    let mut header = [0; 512];
    let mut write = |at: usize, bytes: &[u8]| {
        for (place, byte) in header.iter_mut().skip(at).zip(bytes) {
            *place = *byte;
        }
    };
    write(0, b"entry");
    write(124, format!("{:011o}", content.len()).as_bytes());
    write(148, b"        ");
    write(156, &[kind]);
    write(157, target);
    write(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    for (place, byte) in header.iter_mut().skip(148).zip(format!("{sum:06o}\0").into_bytes()) {
        *place = byte;
    }
    let mut archive = header.to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512) + 1_024, 0);
    archive
}

/// A log as the engine frames it: stream, length, bytes.
fn framed(log: &str) -> Vec<u8> {
    let frame = |line: &str| {
        let length = u32::try_from(line.len()).unwrap_or_default().to_be_bytes();
        [[1, 0, 0, 0].as_slice(), &length, line.as_bytes()].concat()
    };
    log.split_inclusive('\n').flat_map(frame).collect()
}

fn not_found(message: &str) -> Response<Body> {
    serve::json(StatusCode::NOT_FOUND, &json!({ "message": message }))
}

/// What the list says of a container.
fn summary(container: &Value) -> Value {
    json!({
        "Id": container["Id"],
        "Names": [container["Name"]],
        "Labels": container.pointer("/Config/Labels"),
        "State": container.pointer("/State/Status"),
    })
}
