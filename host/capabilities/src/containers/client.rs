//! bollard over a transport of our own: one connection for each question, GET only, so many bytes and no more.
//!
//! bollard's own transports read answers of any size into memory and cannot tell an engine that is not there from one
//! that answers nonsense.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker, errors::Error};
use futures_util::{Stream, StreamExt as _};
use http::{HeaderValue, Uri, header};
use hyper::{Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use shipworthy_contract::text::excerpt;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::lookup_host,
    time::Instant,
};

use super::{
    ContainersError,
    engine::{ContainerEngine, EngineSocket},
};
use crate::{
    network::millis,
    wire::{connect_tcp, io_words, unix},
};

/// Oldest API that answers what is asked here: a container's state in words, its labels, files out of it. Docker Engine
/// 1.12 of 2016 speaks it. Questions name no version, so that every engine answers in the newest that it speaks.
const OLDEST_API: (u32, u32) = (1, 24);

/// A client for one question, or for a few that share one allowance of bytes and one span of time.
pub(super) struct Client {
    docker: Result<Docker, Error>,
    watch: Arc<Watch>,
    deadline: Instant,
    limit: Duration,
    allowance: u64,
}

/// What the transport saw that bollard's errors do not tell.
#[derive(Debug, Default)]
struct Watch {
    unreachable: OnceLock<String>,
    too_old: OnceLock<String>,
    over: AtomicBool,
    received: AtomicU64,
}

impl Client {
    pub(super) fn new(engine: &ContainerEngine, limit: Duration, allowance: u64) -> Self {
        let watch = Arc::new(Watch::default());
        let (socket, seen) = (engine.socket.clone(), Arc::clone(&watch));
        let transport = move |request: BollardRequest| {
            let (socket, seen) = (socket.clone(), Arc::clone(&seen));
            async move { send(&socket, request, allowance, &seen).await }
        };
        // bollard's own timeout is in whole seconds and covers less than ours; it only must not be shorter.
        let seconds = limit.as_secs().saturating_add(2);
        let docker =
            Docker::connect_with_custom_transport(transport, Some("http://localhost"), seconds, API_DEFAULT_VERSION);
        Self { docker, watch, deadline: Instant::now() + limit, limit, allowance }
    }

    /// bollard's client.
    pub(super) fn docker(&self) -> Result<&Docker, ContainersError> {
        self.docker.as_ref().map_err(|error| ContainersError::Other(excerpt(&error.to_string(), 200)))
    }

    /// The answer to one question, in time.
    pub(super) async fn ask<T>(&self, question: impl Future<Output = Result<T, Error>>) -> Result<T, ContainersError> {
        match tokio::time::timeout_at(self.deadline, question).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.fault(error)),
            Err(_) => Err(self.timed_out()),
        }
    }

    /// What somebody else may be waiting for already, in time.
    pub(super) async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, ContainersError>>,
    ) -> Result<T, ContainersError> {
        tokio::time::timeout_at(self.deadline, answer).await.unwrap_or_else(|_| Err(self.timed_out()))
    }

    /// The next piece of an answer that comes in pieces, in time.
    pub(super) async fn next<T>(
        &self,
        pieces: &mut (impl Stream<Item = Result<T, Error>> + Unpin),
    ) -> Result<Option<T>, ContainersError> {
        match tokio::time::timeout_at(self.deadline, pieces.next()).await {
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok(Some(piece)),
            Ok(Some(Err(error))) => Err(self.fault(error)),
            Err(_) => Err(self.timed_out()),
        }
    }

    fn timed_out(&self) -> ContainersError {
        ContainersError::TimedOut(millis(self.limit))
    }

    fn fault(&self, error: Error) -> ContainersError {
        if let Some(text) = self.watch.unreachable.get() {
            return ContainersError::EngineUnreachable(text.clone());
        }
        if let Some(text) = self.watch.too_old.get() {
            return ContainersError::Other(text.clone());
        }
        if self.watch.over.load(Ordering::Relaxed) {
            return ContainersError::TooLarge(self.allowance);
        }
        match error {
            Error::RequestTimeoutError => self.timed_out(),
            Error::DockerResponseServerError { status_code: 404, message } => {
                ContainersError::NoSuchContainer(excerpt(&message, 200))
            }
            Error::DockerResponseServerError { status_code, message } => {
                let message = excerpt(&message, 200);
                ContainersError::Other(format!("the container engine answered with status {status_code}: {message}"))
            }
            other => {
                let words = excerpt(&other.to_string(), 200);
                ContainersError::Other(format!("the container engine's answer cannot be read: {words}"))
            }
        }
    }
}

async fn send(
    socket: &EngineSocket,
    request: BollardRequest,
    allowance: u64,
    watch: &Arc<Watch>,
) -> Result<Response<Incoming>, Error> {
    if request.method() != http::Method::GET {
        return Err(io::Error::other("only GET is sent to a container engine").into());
    }
    let stream = connect(socket).await.inspect_err(|error| {
        watch
            .unreachable
            .get_or_init(|| format!("cannot reach the container engine at `{socket}`: {}", io_words(error)));
    })?;
    let counted = Counted { stream, watch: Arc::clone(watch), allowance };
    let (mut sender, connection) = http1::handshake(TokioIo::new(counted)).await?;
    // Ends by itself once the answer's body is read or dropped.
    tokio::spawn(async move { drop(connection.await) });
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    head.uri = Uri::builder().path_and_query(path).build()?;
    head.headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let response = sender.send_request(BollardRequest::from_parts(head, body)).await?;
    let spoken = response.headers().get("api-version").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_too_old(spoken) {
        let (oldest, spoken) = (format!("{}.{}", OLDEST_API.0, OLDEST_API.1), excerpt(spoken, 20));
        watch.too_old.get_or_init(|| {
            format!("the container engine at `{socket}` speaks API {spoken}, and {oldest} or newer is needed")
        });
        return Err(io::Error::other("the API is too old").into());
    }
    Ok(response)
}

/// An engine that does not say what it speaks, or not so that it can be read, is taken at its answers.
fn is_too_old(spoken: &str) -> bool {
    let Some((major, minor)) = spoken.trim().split_once('.') else { return false };
    match (major.parse::<u32>(), minor.parse::<u32>()) {
        (Ok(major), Ok(minor)) => (major, minor) < OLDEST_API,
        _ => false,
    }
}

async fn connect(socket: &EngineSocket) -> io::Result<Box<dyn Bytes>> {
    match socket {
        EngineSocket::Unix(path) => Ok(Box::new(unix(path).await?)),
        EngineSocket::Tcp { host, port } => {
            let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            for address in lookup_host((host.as_str(), *port)).await? {
                match connect_tcp(address).await {
                    Ok(stream) => return Ok(Box::new(stream)),
                    Err(error) => last = error,
                }
            }
            Err(last)
        }
    }
}

trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// A stream that breaks off after so many bytes have come.
struct Counted {
    stream: Box<dyn Bytes>,
    watch: Arc<Watch>,
    allowance: u64,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let came = u64::try_from(buffer.filled().len().saturating_sub(before)).unwrap_or(u64::MAX);
        let total = self.watch.received.fetch_add(came, Ordering::Relaxed).saturating_add(came);
        // Headers and framing are not counted apart; what they take is small.
        if total > self.allowance.saturating_add(64 << 10) {
            self.watch.over.store(true, Ordering::Relaxed);
            return Poll::Ready(Err(io::Error::other("the answer is too large")));
        }
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
