//! A stand-in for the Docker Engine API on a unix socket: it answers what these tests script, in the API's own form. It is
//! not Docker; tests against Docker itself are another issue's.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use http::Response;
use serde_json::{Value, json};
use shipworthy_capabilities::{ContainerEngine, containers::engine::EngineSocket};
use shipworthy_contract::Service;
use tempfile::TempDir;

use crate::server::{Body, Received, full, handler, on_socket};

/// What the stand-in has.
#[derive(Default)]
pub(crate) struct Content {
    pub(crate) containers: Vec<Value>,
    pub(crate) archives: Vec<(&'static str, Vec<u8>)>,
    pub(crate) log: Vec<u8>,
    /// What the engine says in `Api-Version`; nothing, as some proxies leave it.
    pub(crate) api_version: Option<&'static str>,
}

/// The stand-in; its socket is removed when it is dropped.
pub(crate) struct Docker {
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    dir: TempDir,
}

impl Docker {
    pub(crate) fn start(content: Content) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let answer = handler(move |received: Received| {
            assert_eq!(received.method, "GET");
            seen.lock().unwrap().push(received.target.clone());
            let mut answer = content.answer(&received.target);
            if let Some(version) = content.api_version {
                answer.headers_mut().insert("api-version", http::HeaderValue::from_static(version));
            }
            answer
        });
        on_socket(&dir.path().join("docker.sock"), answer);
        Self { asked, dir }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.path().join("docker.sock")
    }

    pub(crate) fn engine(&self) -> ContainerEngine {
        self.engine_with(None, BTreeMap::new())
    }

    pub(crate) fn engine_with(
        &self,
        project: Option<&str>,
        groups: BTreeMap<Service, BTreeMap<String, String>>,
    ) -> ContainerEngine {
        ContainerEngine::new(EngineSocket::Unix(self.socket()), project.map(str::to_owned), groups)
    }
}

impl Content {
    fn answer(&self, target: &str) -> Response<Body> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let words: Vec<&str> = path.split('/').skip(1).collect();
        match words.as_slice() {
            ["containers", "json"] => {
                assert!(query.contains("all=true"), "{query}");
                let list: Vec<Value> = self.containers.iter().map(summary).collect();
                answer(200, Value::from(list).to_string())
            }
            ["containers", id, rest] => {
                let Some(found) = self.containers.iter().find(|container| container["Id"] == **id) else {
                    return answer(404, json!({ "message": format!("No such container: {id}") }).to_string());
                };
                match *rest {
                    "json" => answer(200, found.to_string()),
                    "logs" => answer(200, self.log.clone()),
                    "archive" => self.archive(query),
                    other => panic!("not scripted: {other}"),
                }
            }
            other => panic!("not scripted: {other:?}"),
        }
    }

    fn archive(&self, query: &str) -> Response<Body> {
        let wanted = query.replace("%2F", "/");
        let found = self.archives.iter().find(|(path, _)| wanted.contains(&format!("path={path}")));
        match found {
            Some((_, archive)) => answer(200, archive.clone()),
            None => answer(404, json!({ "message": "Could not find the file in container" }).to_string()),
        }
    }
}

fn answer(status: u16, body: impl Into<bytes::Bytes>) -> Response<Body> {
    Response::builder().status(status).body(full(body)).unwrap()
}

/// What the list says of a container.
fn summary(container: &Value) -> Value {
    json!({
        "Id": container["Id"],
        "Names": [container["Name"]],
        "Labels": container["Config"]["Labels"],
        "State": container["State"]["Status"],
    })
}

/// The 64 digits of a container's id.
pub(crate) fn id(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// A container as inspecting shows it.
pub(crate) fn container(digit: char, project: &str, service: &str, status: &str) -> Value {
    json!({
        "Id": id(digit),
        "Name": format!("/{project}-{service}-{digit}"),
        "Image": "sha256:abc",
        "State": {
            "Status": status,
            "ExitCode": 3,
            "StartedAt": "2026-11-24T08:00:00Z",
            "FinishedAt": if status == "exited" { "2026-11-24T08:01:00Z" } else { "0001-01-01T00:00:00Z" },
            "Health": { "Status": if status == "running" { "healthy" } else { "none" } },
        },
        "Config": {
            "Image": "esb/gateway-docker:v1",
            "Env": ["ESB_TAG=v1", "JWT_SECRET_KEY=topsecret", "EMPTY="],
            "Labels": {
                "com.docker.compose.project": project,
                "com.docker.compose.service": service,
                "com.example/x": "label hunter22",
            },
        },
    })
}

/// A tar archive with one entry.
pub(crate) fn archive(kind: u8, size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..4].copy_from_slice(b"file");
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[156] = kind;
    header[148..156].copy_from_slice(b"        ");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header.extend_from_slice(content);
    header.resize(header.len().next_multiple_of(512) + 1_024, 0);
    header
}

/// Lines of a log as the engine frames them: stream, length, bytes.
pub(crate) fn log(lines: &[(u8, &str)]) -> Vec<u8> {
    let mut framed = Vec::new();
    for (stream, line) in lines {
        framed.extend_from_slice(&[*stream, 0, 0, 0]);
        framed.extend_from_slice(&u32::try_from(line.len()).unwrap().to_be_bytes());
        framed.extend_from_slice(line.as_bytes());
    }
    framed
}
