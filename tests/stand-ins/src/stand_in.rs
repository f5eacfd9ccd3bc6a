//! One running stand-in: its address, what it was asked, and its end.
//!
//! Each has a thread and a runtime of its own, so that synchronous tests can use it and a stand-in that never answers
//! holds up nothing but itself.

use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{HeaderMap, Method, Version};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its method.
    pub method: Method,
    /// Path and query, as sent.
    pub path: String,
    /// The host that was asked for: `Host`, or `:authority` in HTTP/2.
    pub host: Option<String>,
    /// HTTP version.
    pub version: Version,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body; for gRPC with the five bytes before the message.
    pub body: Bytes,
}

impl Received {
    /// The header's first value, if it is there and readable as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Method and path: `GET /health`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What a stand-in has seen so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    connections: AtomicUsize,
    requests: Mutex<Vec<Received>>,
}

impl Log {
    /// Connections so far, the one that asks included.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn push(&self, request: Received) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

/// A running stand-in. It stops, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct StandIn {
    addr: SocketAddr,
    scheme: &'static str,
    log: Arc<Log>,
    life: Life,
}

#[derive(Debug)]
enum Life {
    Serving {
        /// Dropping it ends the accept loop.
        stop: Option<oneshot::Sender<()>>,
        thread: Option<JoinHandle<()>>,
    },
    /// Bound and never listening: the port refuses, and nobody else is given it meanwhile.
    Closed { _reserved: TcpSocket },
}

impl StandIn {
    /// Serves each connection by `handle`, on a thread of its own.
    pub(crate) fn start<H, F>(scheme: &'static str, handle: H) -> Result<Self>
    where
        H: Fn(TcpStream, Arc<Log>) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on loopback")?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let log = Arc::new(Log::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let for_thread = Arc::clone(&log);
        let thread = thread::Builder::new().name(format!("stand-in {addr}")).spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, handle, for_thread) => {}
                }
            });
        })?;
        Ok(Self { addr, scheme, log, life: Life::Serving { stop: Some(stop), thread: Some(thread) } })
    }

    /// A port that is taken and refuses connections.
    pub(crate) fn closed() -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let addr = socket.local_addr()?;
        Ok(Self { addr, scheme: "http", log: Arc::default(), life: Life::Closed { _reserved: socket } })
    }

    /// Where it listens: 127.0.0.1 and a port that the system chose.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT`, or `https://`, as an environment's `url` has it.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.addr)
    }

    /// How many connections were accepted, those without a request and those with a broken handshake included.
    pub fn connections(&self) -> usize {
        self.log.connections()
    }

    /// All requests so far, in the order in which they were read. Stand-ins that do not speak HTTP record none.
    pub fn requests(&self) -> Vec<Received> {
        self.log.requests()
    }

    /// Method and path of all requests so far: `GET /health`.
    pub fn request_lines(&self) -> Vec<String> {
        self.requests().iter().map(Received::line).collect()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let Life::Serving { stop, thread } = &mut self.life else { return };
        drop(stop.take());
        if let Some(thread) = thread.take() {
            // A panic over there has been printed already, and a second one in `drop` would abort the tests.
            drop(thread.join());
        }
    }
}

async fn accept<H, F>(listener: TcpListener, handle: H, log: Arc<Log>)
where
    H: Fn(TcpStream, Arc<Log>) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    while let Ok((stream, _)) = listener.accept().await {
        log.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(handle(stream, Arc::clone(&log)));
    }
}
