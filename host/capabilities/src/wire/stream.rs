//! From an address to a stream on which a protocol is agreed.

use std::{
    io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::AlertDescription;
use shipworthy_contract::{
    endpoint::{Address, Http2},
    evidence::NETWORK_OWNER,
    text::excerpt,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream, lookup_host},
};

use super::{Speaks, fault};
use crate::{ContainerEngine, ContainersError, Limits, NetworkError, Run, Target, tls::Seen};

/// Anything that bytes go over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A stream, and what is spoken on it.
pub(super) struct Agreed {
    pub(super) stream: Box<dyn Stream>,
    pub(super) http2: bool,
    pub(super) seen: Option<Arc<Seen>>,
}

/// Opens a connection to the target's address.
pub(super) async fn open(
    target: &Target,
    engine: Option<&ContainerEngine>,
    limits: &Limits,
) -> Result<Box<dyn Stream>, NetworkError> {
    match target.address() {
        Address::Tcp { host, port } => Ok(Box::new(tcp(target, host, *port).await?)),
        Address::Unix(path) => Ok(Box::new(unix(path).await.map_err(|error| unreachable(target, &error))?)),
        Address::Container { service, port } => {
            let engine = engine.ok_or_else(|| {
                NetworkError::Unreachable(format!(
                    "cannot find the container of `{}`: no container engine",
                    target.url()
                ))
            })?;
            let (host, port) =
                engine.locate(service, *port, limits).await.map_err(|error| not_located(target, error))?;
            Ok(Box::new(tcp(target, &host, port).await?))
        }
    }
}

/// What is the engine's or the project's trouble is told in the same words as to those who ask for containers, so that it
/// is seen to be one cause.
fn not_located(target: &Target, error: ContainersError) -> NetworkError {
    match error {
        common @ (ContainersError::EngineUnreachable(_)
        | ContainersError::AmbiguousProject(_)
        | ContainersError::TimedOut(_)) => NetworkError::Unreachable(common.to_string()),
        ContainersError::Other(text) if text.starts_with(NETWORK_OWNER) => NetworkError::Unreachable(text),
        other => NetworkError::Unreachable(format!("cannot find the container of `{}`: {other}", target.url())),
    }
}

async fn tcp(target: &Target, host: &str, port: u16) -> Result<TcpStream, NetworkError> {
    let addresses = lookup_host((host, port)).await.map_err(|error| {
        NetworkError::Unreachable(format!(
            "cannot resolve the name of `{}`: {}",
            target.url(),
            excerpt(&error.to_string(), 120)
        ))
    })?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match connect_tcp(address).await {
            Ok(stream) => {
                // Requests are small and answered before the next one: waiting to fill a segment only costs time. Where
                // the option is refused, the connection works all the same.
                drop(stream.set_nodelay(true));
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(unreachable(target, &last))
}

#[expect(clippy::disallowed_methods, reason = "the door to endpoints over TCP")]
pub(crate) async fn connect_tcp(address: std::net::SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(address).await
}

#[expect(clippy::disallowed_methods, reason = "the door to endpoints on unix sockets")]
pub(crate) async fn unix(path: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(path).await
}

fn unreachable(target: &Target, error: &io::Error) -> NetworkError {
    NetworkError::Unreachable(format!("cannot connect to `{}`: {}", target.url(), fault::io_words(error)))
}

/// Sets TLS up where the endpoint has it, and settles which HTTP is spoken.
pub(super) async fn secure(
    run: &Run,
    target: &Target,
    plain: Box<dyn Stream>,
    speaks: Speaks,
) -> Result<Agreed, NetworkError> {
    let Some(tls) = target.tls() else {
        // In plain text there is nothing to agree by: HTTP/2 is spoken on prior knowledge (RFC 9113, 3.3).
        let http2 = speaks == Speaks::Grpc || target.http2() == Http2::Only;
        return Ok(Agreed { stream: plain, http2, seen: None });
    };
    let offered: &[&[u8]] = match (speaks, target.http2()) {
        (Speaks::Grpc, _) | (Speaks::Http, Http2::Only) => &[b"h2"],
        (Speaks::Http, Http2::Auto) => &[b"h2", b"http/1.1"],
        (Speaks::Http, Http2::Off) => &[b"http/1.1"],
    };
    let seen = Arc::new(Seen::default());
    let config =
        tls.config(offered, &seen).map_err(|error| NetworkError::Tls(tls.explain(target.url(), &seen, &error)))?;
    let connected = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(tls.server_name(), plain).await;
    if let Some(presented) = seen.presented(target.url()) {
        run.presented(presented);
    }
    let stream = connected.map_err(|error| handshake_fault(target, &seen, &error))?;
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    if !http2 && !offered.contains(&b"http/1.1".as_slice()) {
        return Err(no_http2(target));
    }
    let stream = Remembering { stream, seen: Arc::clone(&seen) };
    Ok(Agreed { stream: Box::new(stream), http2, seen: Some(seen) })
}

fn handshake_fault(target: &Target, seen: &Arc<Seen>, error: &io::Error) -> NetworkError {
    match fault::rustls_in(error) {
        Some(rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => no_http2(target),
        _ => fault::io_fault(target, Some(seen), error, "closed the connection while TLS was set up"),
    }
}

fn no_http2(target: &Target) -> NetworkError {
    NetworkError::Protocol(format!("`{}` does not speak HTTP/2", target.url()))
}

/// A stream that keeps what its errors say of TLS. In TLS 1.3 a server refuses a client's certificate only after the
/// handshake, with an alert that comes in place of the answer.
struct Remembering<S> {
    stream: S,
    seen: Arc<Seen>,
}

impl<S: Stream> Remembering<S> {
    /// A server that has turned the client away closes the connection, so that writing can fail before its alert is
    /// read: the alert says more.
    fn read_alert(&mut self, cx: &mut Context<'_>) {
        let mut scratch = [0; 256];
        if let Poll::Ready(Err(error)) = Pin::new(&mut self.stream).poll_read(cx, &mut ReadBuf::new(&mut scratch)) {
            self.seen.remember(&error);
        }
    }

    fn checked<T>(&mut self, cx: &mut Context<'_>, result: io::Result<T>) -> Poll<io::Result<T>> {
        if let Err(error) = &result {
            self.seen.remember(error);
            self.read_alert(cx);
        }
        Poll::Ready(result)
    }
}

impl<S: Stream> AsyncRead for Remembering<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer));
        Poll::Ready(result.inspect_err(|error| self.seen.remember(error)))
    }
}

impl<S: Stream> AsyncWrite for Remembering<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        self.checked(cx, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        self.checked(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
