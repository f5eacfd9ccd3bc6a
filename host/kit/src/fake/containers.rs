//! The part of the Docker Engine API that a host asks, answered from a test's list of containers.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::UnixListener;

use crate::case::{Case, Container};

/// The compose project that all of a test's containers are of.
pub(crate) const PROJECT: &str = "test";

/// The containers of a case, as the engine shows them.
#[derive(Debug)]
pub(super) struct Engine {
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    container: Container,
    id: String,
    inspected: Value,
}

pub(super) fn engine(case: &Case, own: &str) -> Engine {
    let known = |(index, container): (usize, &Container)| {
        let id = format!("{:064x}", index + 1);
        let inspected = inspected(container, own, index, &id);
        Known { container: container.clone(), id, inspected }
    };
    Engine { known: case.containers.iter().enumerate().map(known).collect() }
}

pub(super) async fn listen(listener: UnixListener, engine: Arc<Engine>) {
    while let Ok((stream, _)) = listener.accept().await {
        let engine = Arc::clone(&engine);
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = engine.answer(&request);
            async move { Ok::<_, Infallible>(answer) }
        });
        let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move { drop(served.await) });
    }
}

fn inspected(container: &Container, own: &str, index: usize, id: &str) -> Value {
    let service = if container.service == "." { own } else { &container.service };
    let name = container.name.clone().unwrap_or_else(|| format!("{service}-{}", index + 1));
    let mut labels: Map<String, Value> =
        container.labels.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    labels.insert("com.docker.compose.project".to_owned(), PROJECT.into());
    labels.insert("com.docker.compose.service".to_owned(), service.into());
    let variables: Vec<String> = container.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let ended = container.state == "exited";
    let mut state = json!({
        "Status": container.state,
        "ExitCode": container.exit_code,
        "StartedAt": "2026-01-01T00:00:00Z",
        "FinishedAt": if ended { "2026-01-01T00:01:00Z" } else { "0001-01-01T00:00:00Z" },
    });
    if let (Some(health), Some(state)) = (&container.health, state.as_object_mut()) {
        state.insert("Health".to_owned(), json!({ "Status": health }));
    }
    json!({
        "Id": id,
        "Name": format!("/{name}"),
        "Image": format!("sha256:{id}"),
        "State": state,
        "Config": { "Image": container.image, "Env": variables, "Labels": labels },
        "HostConfig": { "NetworkMode": "default" },
        "NetworkSettings": { "Ports": {}, "Networks": {} },
        "Mounts": [],
    })
}

impl Engine {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        let words: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        // A client may say which version of the interface it means: `/v1.47/containers/json`.
        let words = match words.as_slice() {
            [version, rest @ ..] if version.starts_with('v') => rest,
            words => words,
        };
        if request.method() != Method::GET {
            return not_found("a test's container engine is only looked at");
        }
        match words {
            ["containers", "json"] => json_of(&Value::Array(self.known.iter().map(Known::summary).collect())),
            ["containers", id, what] => match self.known.iter().find(|known| known.id == *id) {
                Some(known) => known.answer(what, request.uri().query().unwrap_or_default()),
                None => not_found(&format!("No such container: {id}")),
            },
            _ => not_found("a test's container engine does not answer this"),
        }
    }
}

impl Known {
    fn summary(&self) -> Value {
        json!({
            "Id": self.id,
            "Names": [self.inspected.get("Name")],
            "Labels": self.inspected.pointer("/Config/Labels"),
            "State": self.container.state,
        })
    }

    fn answer(&self, what: &str, query: &str) -> Response<Full<Bytes>> {
        match what {
            "json" => json_of(&self.inspected),
            "logs" => Response::new(Full::new(framed(&self.container.logs))),
            "archive" => {
                let wanted = query.split('&').find_map(|part| part.strip_prefix("path=")).map(unescaped);
                let file = wanted.and_then(|path| self.container.files.get(&path));
                match file.and_then(|text| archive(text)) {
                    Some(archive) => Response::new(Full::new(archive.into())),
                    None => not_found("Could not find the file in container"),
                }
            }
            _ => not_found("a test's container engine does not answer this"),
        }
    }
}

/// A tar archive with one regular file.
fn archive(text: &str) -> Option<Vec<u8>> {
    let mut header = tar::Header::new_ustar();
    header.set_size(u64::try_from(text.len()).ok()?);
    header.set_mode(0o644);
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_data(&mut header, "file", text.as_bytes()).ok()?;
    builder.into_inner().ok()
}

/// A log as the engine frames it: stream, length, bytes.
fn framed(lines: &[String]) -> Bytes {
    let frame = |line: &String| {
        let length = u32::try_from(line.len() + 1).unwrap_or(u32::MAX).to_be_bytes();
        [[1, 0, 0, 0].as_slice(), &length, line.as_bytes(), b"\n"].concat()
    };
    lines.iter().flat_map(frame).collect()
}

/// A part of a query with its percent escapes resolved.
fn unescaped(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let byte = match tail {
            [high, low, after @ ..] if *first == b'%' => {
                let pair = [*high, *low];
                let byte = std::str::from_utf8(&pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
                rest = if byte.is_some() { after } else { tail };
                byte.unwrap_or(*first)
            }
            _ => *first,
        };
        out.push(byte);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn json_of(value: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(value.to_string().into()));
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn not_found(message: &str) -> Response<Full<Bytes>> {
    let mut response = json_of(&json!({ "message": message }));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_a_query_are_resolved() {
        for (text, plain) in [("%2Fetc%2Fa%20b", "/etc/a b"), ("a%", "a%"), ("%zz", "%zz"), ("", "")] {
            assert_eq!(unescaped(text), plain);
        }
    }
}
