//! One connection, and why there is none.

use std::{io, sync::Arc};

use http::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
};

use super::{
    Given, Origin,
    tls::{Seen, Tls},
    upload::Upload,
};
use crate::{
    Problem, RegistryAccess,
    limits::{LARGEST_HEADERS, MOST_HEADERS},
};

/// An open connection. Dropping it closes it.
#[derive(Debug)]
pub(super) struct Connection {
    sender: SendRequest<Upload>,
    task: JoinHandle<()>,
}

impl Connection {
    pub(super) fn send(&mut self, request: Request<Upload>) -> impl Future<Output = Given> {
        self.sender.send_request(request)
    }

    /// Waits until it takes the next request; false if it is closed.
    pub(super) async fn is_open(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Anything that bytes go over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects, and sets TLS up where it is spoken.
pub(super) async fn open(tls: &Tls, access: &RegistryAccess, origin: &Origin) -> Result<Connection, Problem> {
    let unreachable = |error| Problem::Unreachable { peer: origin.to_string(), error };
    // Before anything is sent to anybody: a wrong file of certificates is not the registry's fault.
    let client = if origin.tls { Some(tls.client(access)?) } else { None };
    let plain = tcp(origin).await.map_err(unreachable)?;
    // Where the option is refused, the connection works all the same.
    drop(plain.set_nodelay(true));
    let stream: Box<dyn Stream> = match client {
        None => Box::new(plain),
        Some(client) => {
            let seen = Arc::new(Seen::default());
            let name = client.name(origin)?;
            let connector = tokio_rustls::TlsConnector::from(Arc::new(client.config(&seen, origin)?));
            let stream = connector.connect(name, plain).await;
            Box::new(stream.map_err(|error| client.explain(origin, &seen, error))?)
        }
    };
    let mut builder = http1::Builder::new();
    builder.max_headers(MOST_HEADERS).max_buf_size(LARGEST_HEADERS);
    let (sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.map_err(|error| no_answer(origin, &error))?;
    let task = tokio::spawn(async move { drop(connection.await) });
    Ok(Connection { sender, task })
}

#[expect(clippy::disallowed_methods, reason = "the door to registries, and to what they name")]
async fn tcp(origin: &Origin) -> io::Result<TcpStream> {
    TcpStream::connect((origin.host(), origin.port())).await
}

/// Why a request got no answer.
pub(super) fn no_answer(origin: &Origin, error: &hyper::Error) -> Problem {
    if error.is_parse() {
        // hyper has no other way to tell these apart.
        return if error.to_string().contains("too large") {
            Problem::TooLarge { what: "the head of the answer", limit: LARGEST_HEADERS as u64 }
        } else if origin.tls {
            Problem::Malformed("it is not HTTP".to_owned())
        } else {
            Problem::NotHttp { peer: origin.to_string() }
        };
    }
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<io::Error>());
    let error = match cause {
        Some(cause) => io::Error::new(cause.kind(), cause.to_string()),
        None => io::Error::new(io::ErrorKind::ConnectionReset, "it closed the connection without an answer"),
    };
    Problem::Unreachable { peer: origin.to_string(), error }
}
