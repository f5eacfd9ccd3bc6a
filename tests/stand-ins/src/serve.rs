//! HTTP for stand-ins: a plain function from request to response, served over TCP or TLS.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

use crate::stand_in::{Log, Received, StandIn};

/// The body of any answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// No request of a probe comes near this; more is cut so that a test's mistake does not eat the machine.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Which versions of HTTP a stand-in speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Speaks {
    /// HTTP/1.1, or HTTP/2 by ALPN or prior knowledge.
    Both,
    /// HTTP/2 alone, as a gRPC server does.
    Http2,
}

/// Serves `answer`, with TLS if there is a configuration for it.
pub(crate) fn serve<A>(tls: Option<Arc<ServerConfig>>, speaks: Speaks, answer: A) -> Result<StandIn>
where
    A: Fn(&Received) -> Response<Body> + Send + Sync + 'static,
{
    serve_after(0, tls, speaks, answer)
}

/// As [`serve`], after hanging up on the first `silent` connections.
pub(crate) fn serve_after<A>(
    silent: usize,
    tls: Option<Arc<ServerConfig>>,
    speaks: Speaks,
    answer: A,
) -> Result<StandIn>
where
    A: Fn(&Received) -> Response<Body> + Send + Sync + 'static,
{
    let scheme = if tls.is_some() { "https" } else { "http" };
    let acceptor = tls.map(TlsAcceptor::from);
    let answer = Arc::new(answer);
    StandIn::start(scheme, move |stream, log| {
        let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
        async move {
            if log.connections() <= silent {
                return;
            }
            match acceptor {
                None => connection(stream, speaks, log, answer).await,
                // A handshake that breaks is the client's finding; here there is nobody left to answer.
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        connection(stream, speaks, log, answer).await;
                    }
                }
            }
        }
    })
}

/// Serves one connection until it ends.
pub(crate) async fn connection<S, A>(stream: S, speaks: Speaks, log: Arc<Log>, answer: Arc<A>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Fn(&Received) -> Response<Body> + Send + Sync + 'static,
{
    let service = service_fn(move |request| {
        let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
        async move {
            let received = receive(request).await;
            log.push(received.clone());
            Ok::<_, Infallible>(answer(&received))
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    if let Speaks::Http2 = speaks {
        builder = builder.http2_only();
    }
    // Clients go away as they please, a probe that hit its limit in mid-answer above all.
    drop(builder.serve_connection(TokioIo::new(stream), service).await);
}

async fn receive(request: Request<Incoming>) -> Received {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect().await.map(Collected::to_bytes).unwrap_or_default();
    let host = match head.uri.authority() {
        Some(authority) => Some(authority.to_string()),
        None => head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned),
    };
    Received {
        method: head.method,
        path: head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        host,
        version: head.version,
        headers: head.headers,
        body,
    }
}

/// A body that is there at once.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed_unsync()
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(full(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}
