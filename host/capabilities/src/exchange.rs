//! The only step that does IO over the network: one vetted request, one answer, within the limits.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use http_body_util::BodyExt as _;
use hyper::{
    Request, Response,
    body::{Body, Frame, Incoming, SizeHint},
};
use shipworthy_contract::Role;

use crate::{
    Limits, NetworkError, Phase, Run, Target, headers,
    network::Excess,
    wire::{Speaks, Wire, pool::Pool},
};

/// A request that may be sent: made by the vetting of http and grpc alone.
pub(crate) struct Outgoing {
    pub(crate) role: Role,
    pub(crate) target: Arc<Target>,
    pub(crate) speaks: Speaks,
    pub(crate) method: Method,
    /// Path and query, exactly as they were matched.
    pub(crate) path: String,
    /// The guest's headers.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) limit: Duration,
}

/// An answer, not yet masked.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: HeaderMap,
}

/// Sends a request and reads its answer.
pub(crate) async fn exchange(run: &Run, outgoing: &Outgoing) -> Result<Answer, NetworkError> {
    let progress = Arc::new(Progress::default());
    let limits = &run.access.limits;
    let work = attempt(run, outgoing, &progress);
    match tokio::time::timeout(outgoing.limit, work).await {
        Ok(Err(NetworkError::TooLarge { what: Excess::ResponseHeaders, .. })) => {
            Err(NetworkError::TooLarge { what: Excess::ResponseHeaders, limit: limits.header_bytes })
        }
        Ok(result) => result,
        Err(_) => {
            let (phase, received_bytes) = progress.so_far();
            Err(NetworkError::TimedOut { phase, limit: outgoing.limit, received_bytes })
        }
    }
}

/// Takes an open connection or makes one. A request is sent over a second connection only if the first had been open
/// before and the request never left, or is safe (RFC 9110, 9.2.1) and the connection was closed without an answer: a server may
/// close an idle connection at any moment (RFC 9112, 9.3.1). No failure of a fresh connection is ever tried again.
async fn attempt(run: &Run, outgoing: &Outgoing, progress: &Arc<Progress>) -> Result<Answer, NetworkError> {
    let (pool, limits) = (&run.pool, &run.access.limits);
    let repeatable = outgoing.method.is_safe();
    let Outgoing { role, speaks, .. } = outgoing;
    if (repeatable || *speaks == Speaks::Grpc)
        && let Some(mut wire) = pool.take(role, *speaks).await
    {
        progress.enter(Phase::Send);
        match wire.send(request(outgoing, &wire, progress)?).await {
            Ok(response) => return finish(pool, limits, outgoing, wire, response, progress).await,
            Err(failed) if failed.untouched || (repeatable && failed.closed) => {}
            Err(failed) => return Err(failed.error),
        }
    }
    let mut wire = Wire::connect(run, &outgoing.target, *speaks, progress).await?;
    let request = request(outgoing, &wire, progress)?;
    let response = wire.send(request).await.map_err(|failed| failed.error)?;
    if let Some(shared) = wire.share() {
        pool.give(role, *speaks, shared);
    }
    finish(pool, limits, outgoing, wire, response, progress).await
}

fn request(outgoing: &Outgoing, wire: &Wire, progress: &Arc<Progress>) -> Result<Request<Sending>, NetworkError> {
    let invalid = |error: http::Error| NetworkError::InvalidRequest(error.to_string());
    let target = &outgoing.target;
    let uri = if wire.is_http2() {
        let scheme = if target.tls().is_some() { "https" } else { "http" };
        Uri::builder().scheme(scheme).authority(target.authority()).path_and_query(outgoing.path.as_str()).build()
    } else {
        Uri::builder().path_and_query(outgoing.path.as_str()).build()
    };
    let body = Sending { left: outgoing.body.clone(), progress: Arc::clone(progress) };
    if body.left.is_empty() {
        progress.enter(Phase::Headers);
    }
    let mut request =
        Request::builder().method(outgoing.method.clone()).uri(uri.map_err(invalid)?).body(body).map_err(invalid)?;
    let headers = request.headers_mut();
    headers.insert(header::USER_AGENT, HeaderValue::from_static("shipworthy"));
    headers.extend(outgoing.headers.clone());
    headers.extend(target.headers().clone());
    if !wire.is_http2() {
        let host = HeaderValue::from_str(&target.authority()).map_err(|error| invalid(error.into()))?;
        headers.insert(header::HOST, host);
    }
    Ok(request)
}

async fn finish(
    pool: &Pool,
    limits: &Limits,
    outgoing: &Outgoing,
    wire: Wire,
    response: Response<Incoming>,
    progress: &Progress,
) -> Result<Answer, NetworkError> {
    progress.enter(Phase::Body);
    let (head, mut incoming) = response.into_parts();
    let large_headers = NetworkError::TooLarge { what: Excess::ResponseHeaders, limit: limits.header_bytes };
    if headers::exceeds(headers::size(&head.headers), limits.header_bytes) {
        return Err(large_headers);
    }
    // A gRPC message has a frame of five bytes around it.
    let limit = if outgoing.speaks == Speaks::Grpc { limits.response.saturating_add(5) } else { limits.response };
    let large_body = NetworkError::TooLarge { what: Excess::ResponseBody, limit: limits.response };
    if incoming.size_hint().lower() > limit {
        return Err(large_body);
    }
    let mut body = Vec::new();
    let mut trailers = HeaderMap::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| wire.body_fault(&error))?;
        match frame.into_data() {
            Ok(data) => {
                if headers::exceeds(body.len().saturating_add(data.len()), limit) {
                    return Err(large_body);
                }
                body.extend_from_slice(&data);
                progress.received(data.len());
            }
            Err(frame) => trailers = frame.into_trailers().unwrap_or_default(),
        }
    }
    if headers::exceeds(headers::size(&trailers), limits.header_bytes) {
        return Err(large_headers);
    }
    if !wire.is_http2() {
        pool.give(&outgoing.role, outgoing.speaks, wire);
    }
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body, trailers })
}

/// How far a request has come, for the words of its timeout.
#[derive(Default)]
pub(crate) struct Progress(Mutex<(Option<Phase>, u64)>);

impl Progress {
    pub(crate) fn enter(&self, phase: Phase) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(phase);
    }

    fn received(&self, bytes: usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 = state.1.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    fn so_far(&self) -> (Phase, u64) {
        let (phase, received) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (phase.unwrap_or(Phase::Connect), received)
    }
}

/// A request's body, which notes when all of it has been taken to be sent.
pub(crate) struct Sending {
    left: Bytes,
    progress: Arc<Progress>,
}

/// Bytes that are handed over at a time: small enough that a server which stops reading is seen to do so.
const PIECE: usize = 16 << 10;

impl Body for Sending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.left.len().min(PIECE);
        let piece = self.left.split_to(length);
        if self.left.is_empty() {
            self.progress.enter(Phase::Headers);
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.left.len()).unwrap_or(u64::MAX))
    }
}
