//! A door before the engine's socket, at which a test sees each question, and may do something before it is passed on.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::Engine;
use crate::sandbox::temp_dir;

/// The longest head of a question or an answer that is looked for.
const HEAD: usize = 64 << 10;

/// What is done with each question's first line before it goes on.
type Before = dyn Fn(&str) + Send + Sync;

/// The door. What comes through it is the engine's own, but for the API's version where that is to be another.
#[derive(Debug)]
pub struct Proxy {
    folder: TempDir,
}

impl Proxy {
    /// Calls `before` with each question's first line: `GET /containers/json HTTP/1.1`.
    pub fn before(engine: &Engine, before: impl Fn(&str) + Send + Sync + 'static) -> Result<Self> {
        Self::start(engine, Arc::new(before), None)
    }

    /// Makes the engine say that it speaks this API.
    pub fn speaking(engine: &Engine, version: &'static str) -> Result<Self> {
        Self::start(engine, Arc::new(|_: &str| ()), Some(version))
    }

    fn start(engine: &Engine, before: Arc<Before>, version: Option<&'static str>) -> Result<Self> {
        let url = engine.url();
        let socket = PathBuf::from(url.strip_prefix("unix://").context("the engine has no unix socket")?);
        let folder = temp_dir()?;
        let listener = UnixListener::bind(folder.path().join("docker.sock"))?;
        // Ends with the process: a thread that waits for a question holds up nobody.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (socket, before) = (socket.clone(), Arc::clone(&before));
                // A connection that breaks off is seen by who asked.
                thread::spawn(move || drop(pass(stream, &socket, &*before, version)));
            }
        });
        Ok(Self { folder })
    }

    /// `unix:///PATH`, as an environment's `socket` has it.
    pub fn url(&self) -> String {
        format!("unix://{}/docker.sock", self.folder.path().display())
    }
}

/// One connection, which carries one question.
fn pass(mut near: UnixStream, socket: &PathBuf, before: &Before, version: Option<&str>) -> io::Result<()> {
    let question = head(&mut near)?;
    before(question.split_once('\r').map_or(&*question, |(line, _)| line));
    let mut far = UnixStream::connect(socket)?;
    far.write_all(question.as_bytes())?;
    let answer = head(&mut far)?;
    let answer = match version {
        None => answer,
        Some(version) => {
            let lines = answer.split("\r\n").map(|line| match line.split_once(": ") {
                Some((name, _)) if name.eq_ignore_ascii_case("api-version") => format!("{name}: {version}"),
                _ => line.to_owned(),
            });
            lines.collect::<Vec<_>>().join("\r\n")
        }
    };
    near.write_all(answer.as_bytes())?;
    io::copy(&mut far, &mut near)?;
    near.shutdown(Shutdown::Both)
}

/// Everything up to the empty line. Read byte by byte, so that nothing of what follows is taken.
fn head(stream: &mut UnixStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    String::from_utf8(head).map_err(io::Error::other)
}
