//! A plain HTTP client: one connection, one request.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, crypto::ring};
use shipworthy_stand_ins::{Certs, StandIn};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How to reach a stand-in.
pub(crate) enum Via<'a> {
    /// HTTP/1.1 in plain text.
    Plain,
    /// HTTP/2 in plain text.
    PlainHttp2,
    /// TLS that trusts the CA, with this protocol offered.
    Tls(&'a Certs, &'static str),
    /// As `Tls` with `h2`, and with the client certificate.
    MutualTls(&'a Certs),
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: HeaderMap,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// Sends a request to a stand-in and reads the whole answer.
pub(crate) fn ask(stand_in: &StandIn, via: &Via<'_>, request: Request<Bytes>) -> Result<Answer> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(exchange(stand_in, via, request))
}

/// A request without a body.
pub(crate) fn request(method: &str, path: &str) -> Result<Request<Bytes>> {
    Ok(Request::builder().method(method).uri(path).header("host", "stand-in").body(Bytes::new())?)
}

#[expect(clippy::disallowed_methods, reason = "a client of loopback stand-ins")]
async fn exchange(stand_in: &StandIn, via: &Via<'_>, request: Request<Bytes>) -> Result<Answer> {
    let stream = TcpStream::connect(stand_in.addr()).await?;
    let config = match via {
        Via::Plain => return over_http1(stream, request).await,
        Via::PlainHttp2 => return over_http2(stream, request).await,
        Via::Tls(certs, alpn) => config(certs, alpn, false)?,
        Via::MutualTls(certs) => config(certs, "h2", true)?,
    };
    let stream = TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost")?, stream).await?;
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => over_http2(stream, request).await,
        Some(b"http/1.1") => over_http1(stream, request).await,
        other => bail!("ALPN chose {other:?}"),
    }
}

fn config(certs: &Certs, alpn: &str, mutual: bool) -> Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(certs.roots()?);
    let mut config = if mutual {
        let (chain, key) = certs.client_identity();
        builder.with_client_auth_cert(chain, key)?
    } else {
        builder.with_no_client_auth()
    };
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    Ok(config)
}

async fn over_http1<S>(stream: S, request: Request<Bytes>) -> Result<Answer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    collect(sender.send_request(request.map(Full::new)).await?).await
}

async fn over_http2<S>(stream: S, request: Request<Bytes>) -> Result<Answer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let (mut head, body) = request.into_parts();
    head.uri = format!("http://stand-in{}", head.uri).parse()?;
    head.headers.remove("host");
    collect(sender.send_request(Request::from_parts(head, Full::new(body))).await?).await
}

async fn collect(response: http::Response<hyper::body::Incoming>) -> Result<Answer> {
    let (head, body) = response.into_parts();
    let body = body.collect().await.context("cannot read the body")?;
    let trailers = body.trailers().cloned().unwrap_or_default();
    Ok(Answer { status: head.status, version: head.version, headers: head.headers, body: body.to_bytes(), trailers })
}
