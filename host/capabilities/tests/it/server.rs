//! Loopback servers: scripted bytes, or real HTTP by hyper.

use std::{
    convert::Infallible,
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, combinators::BoxBody};
use hyper::{Request, Response, server::conn, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixListener},
    task::JoinHandle,
};

/// A server on a port of its own, stopped when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request as a server received it.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) version: http::Version,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) type Body = BoxBody<Bytes, Infallible>;

/// A server that does with each connection what a script says.
pub(crate) async fn scripted<F>(script: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(script(stream));
        }
    });
    Server { address, connections, task }
}

/// A server that reads a request's head, writes these bytes, and closes.
pub(crate) async fn saying(answer: &'static [u8]) -> Server {
    scripted(move |mut stream| async move {
        read_head(&mut stream).await;
        drop(stream.write_all(answer).await);
        drop(stream.shutdown().await);
    })
    .await
}

/// Reads until the blank line that ends a request's head.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
}

/// What a server does with each request.
pub(crate) type Handler = Arc<dyn Fn(Received) -> Response<Body> + Send + Sync>;

pub(crate) fn handler(answer: impl Fn(Received) -> Response<Body> + Send + Sync + 'static) -> Handler {
    Arc::new(answer)
}

/// A handler that answers all requests alike and keeps what it received.
pub(crate) fn keeping(status: u16, body: &'static str) -> (Handler, Arc<Mutex<Vec<Received>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&kept);
    let answer = handler(move |received| {
        shared.lock().unwrap().push(received);
        Response::builder().status(status).body(full(body)).unwrap()
    });
    (answer, kept)
}

pub(crate) fn full(body: impl Into<Bytes>) -> Body {
    http_body_util::Full::new(body.into()).boxed()
}

/// A plain server that speaks HTTP/1.1 or, on prior knowledge, HTTP/2.
pub(crate) async fn plain(http2: bool, handler: Handler) -> Server {
    scripted(move |stream| serve(stream, http2, Arc::clone(&handler))).await
}

/// A server behind TLS that speaks what ALPN says.
pub(crate) async fn secure(config: Arc<ServerConfig>, handler: Handler) -> Server {
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    scripted(move |stream| {
        let (acceptor, handler) = (acceptor.clone(), Arc::clone(&handler));
        async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            serve(stream, http2, handler).await;
        }
    })
    .await
}

/// A plain HTTP/1.1 server on a unix socket; ends with the runtime.
pub(crate) fn on_socket(path: &Path, handler: Handler) {
    let listener = UnixListener::bind(path).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, false, Arc::clone(&handler)));
        }
    });
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, http2: bool, handler: Handler) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let handler = Arc::clone(&handler);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let received = Received {
                method: head.method.to_string(),
                target: head.uri.path_and_query().unwrap().to_string(),
                version: head.version,
                headers: head.headers,
                body,
            };
            Ok::<_, hyper::Error>(handler(received))
        }
    });
    let io = TokioIo::new(stream);
    if http2 {
        drop(conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await);
    } else {
        drop(conn::http1::Builder::new().serve_connection(io, service).await);
    }
}
