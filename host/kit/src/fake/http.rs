//! One endpoint of a role: HTTP/1.1 or HTTP/2 by the first bytes, and gRPC over it.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use hyper::{
    body::{Body, Frame, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use shipworthy_contract::Role;
use tokio::{
    net::{UnixListener, UnixStream},
    sync::Notify,
};

use super::Script;
use crate::case::{Answer, Ask, Asked, Fail, Status};

/// Longest that nothing comes: longer than any request may wait.
const NEVER: Duration = Duration::from_hours(1);

pub(super) async fn listen(listener: UnixListener, role: Role, script: Arc<Script>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, role.clone(), Arc::clone(&script)));
    }
}

/// What becomes of a connection after an answer that is none.
#[derive(Debug, Default)]
struct Break {
    now: Notify,
}

async fn connection(stream: UnixStream, role: Role, script: Arc<Script>) {
    let broken = Arc::new(Break::default());
    let for_service = Arc::clone(&broken);
    let service = service_fn(move |request: Request<Incoming>| {
        let (role, script, broken) = (role.clone(), Arc::clone(&script), Arc::clone(&for_service));
        async move { Ok::<_, Infallible>(answer(&request, &role, &script, &broken).await) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    // Whoever asks goes away as it pleases, one that hit its limit above all.
    tokio::select! {
        ended = builder.serve_connection(TokioIo::new(stream), service) => drop(ended),
        () = broken.now.notified() => {}
    }
}

async fn answer(request: &Request<Incoming>, role: &Role, script: &Script, broken: &Break) -> Response<Whole> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let is_grpc = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    let asked = if is_grpc {
        Asked::Grpc { method: path.trim_start_matches('/').to_owned() }
    } else {
        Asked::Http { method: request.method().to_string(), path: path.to_owned() }
    };
    let ask = Ask { role: role.clone(), asked };
    let Some(answer) = script.answer(|answer| answer.to.fits(role, &ask.asked), &ask.to_string()) else {
        return hang_up(broken).await;
    };
    if let Some(delay) = answer.delay {
        tokio::time::sleep(delay).await;
    }
    match answer.fail {
        Some(Fail::Unreachable) => hang_up(broken).await,
        Some(Fail::TimedOut) => {
            tokio::time::sleep(NEVER).await;
            hang_up(broken).await
        }
        // A message that is no frame of gRPC, and an answer in an encoding that nobody asked for, are not the protocol.
        Some(Fail::Protocol) if is_grpc => Response::new(Whole::new(Bytes::from_static(b"\xff"))),
        Some(Fail::Protocol) => {
            let mut response = Response::new(Whole::new(Bytes::from_static(b"\xff")));
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("unknown"));
            response
        }
        None if is_grpc => grpc(answer),
        None => plain(answer),
    }
}

/// Closes the connection; what stands for an answer is never sent.
async fn hang_up(broken: &Break) -> Response<Whole> {
    broken.now.notify_one();
    std::future::pending().await
}

fn plain(answer: &Answer) -> Response<Whole> {
    let body = match (&answer.body, &answer.json, &answer.hex) {
        (Some(text), ..) => Bytes::from(text.clone()),
        (_, Some(json), _) => Bytes::from(serde_json::to_string(json).unwrap_or_default()),
        (.., Some(bytes)) => Bytes::from(bytes.clone()),
        _ => Bytes::new(),
    };
    let mut response = Response::new(Whole::new(body));
    if let Some(Status::Number(number)) = answer.status {
        *response.status_mut() = StatusCode::from_u16(number).unwrap_or_default();
    }
    if answer.json.is_some() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response.headers_mut().extend(headers(answer));
    response
}

fn grpc(answer: &Answer) -> Response<Whole> {
    let message = answer.hex.as_deref().unwrap_or_default();
    let code = answer.code.unwrap_or_default();
    let mut body = BytesMut::new();
    if code == 0 {
        body.put_u8(0);
        body.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
        body.put_slice(message);
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(code));
    if let Some(Status::Text(text)) = &answer.status
        && let Ok(text) = HeaderValue::from_str(text)
    {
        trailers.insert("grpc-message", text);
    }
    let mut response = Response::new(Whole { body: Some(body.freeze()), trailers: Some(trailers) });
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response.headers_mut().extend(headers(answer));
    response
}

fn headers(answer: &Answer) -> HeaderMap {
    let pair = |(name, value): (&String, &String)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
    };
    answer.headers.iter().filter_map(pair).collect()
}

/// A body that is there at once, with its trailers.
#[derive(Debug)]
struct Whole {
    body: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Whole {
    const fn new(body: Bytes) -> Self {
        Self { body: Some(body), trailers: None }
    }
}

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(body) = self.body.take().filter(|body| !body.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(body))));
        }
        Poll::Ready(self.trailers.take().map(|trailers| Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Bytes::is_empty) && self.trailers.is_none()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        let length = self.body.as_ref().map_or(0, Bytes::len);
        hyper::body::SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}
