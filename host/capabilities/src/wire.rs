//! One connection to an endpoint: how it is made, how a request goes over it, when it may be used again.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::{http1, http2},
    rt::Executor,
};
use hyper_util::rt::TokioIo;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    NetworkError, Phase, Run, Target,
    exchange::{Progress, Sending},
    headers::MOST,
    tls::Seen,
};

mod fair;
mod fault;
pub(crate) mod pool;
mod stream;

pub(crate) use fault::io_words;
pub(crate) use stream::{connect_tcp, unix};

/// What is to be spoken over the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Speaks {
    /// HTTP/1.1 or HTTP/2, as the endpoint says.
    Http,
    /// HTTP/2, whatever the endpoint says.
    Grpc,
}

/// Flow-control window of one HTTP/2 stream and of its connection, in bytes: what a server may send before anything was
/// read, which is memory of the host.
const WINDOW: u32 = 256 << 10;

/// How long a connection that broke may take to say why, once its request has failed.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// A connection that is ready for a request. Dropping it ends its tasks and closes it.
pub(crate) struct Wire {
    target: Arc<Target>,
    sender: Sender,
    tasks: Tasks,
    seen: Option<Arc<Seen>>,
    ended: watch::Receiver<Option<Arc<hyper::Error>>>,
}

enum Sender {
    One(http1::SendRequest<Sending>),
    Two(http2::SendRequest<Sending>),
}

/// A request that was not answered.
pub(crate) struct Unsent {
    /// Why.
    pub(crate) error: NetworkError,
    /// Whether it certainly never left: then sending it elsewhere is not a second attempt.
    pub(crate) untouched: bool,
    /// Whether the connection was closed before a byte of an answer came.
    pub(crate) closed: bool,
}

impl Wire {
    /// Connects, sets TLS up where the endpoint has it, and agrees on a protocol.
    pub(crate) async fn connect(
        run: &Run,
        target: &Arc<Target>,
        speaks: Speaks,
        progress: &Progress,
    ) -> Result<Self, NetworkError> {
        let limits = &run.access.limits;
        progress.enter(Phase::Connect);
        let plain = stream::open(target, run.access.engine.as_deref(), limits).await?;
        progress.enter(Phase::Tls);
        let agreed = stream::secure(run, target, plain, speaks).await?;
        progress.enter(Phase::Send);
        let tasks = Tasks::default();
        let (tell, ended) = watch::channel(None);
        let io = TokioIo::new(fair::Fair::new(agreed.stream));
        let sender = if agreed.http2 {
            let mut builder = http2::Builder::new(tasks.spawner());
            builder
                .initial_stream_window_size(WINDOW)
                .initial_connection_window_size(WINDOW.saturating_mul(4))
                // The sum that HTTP/2 limits counts 32 bytes more for each field (RFC 9113, 6.5.2); the exact limit is
                // checked on the answer.
                .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX).saturating_add(16 << 10));
            let (sender, connection) = builder
                .handshake(io)
                .await
                .map_err(|error| fault::words(target, agreed.seen.as_deref(), agreed.http2, &error))?;
            tasks.spawn(async move { drop(tell.send(connection.await.err().map(Arc::new))) });
            Sender::Two(sender)
        } else {
            let header_bytes = usize::try_from(limits.header_bytes).unwrap_or(usize::MAX / 2);
            let mut builder = http1::Builder::new();
            // The buffer may not be smaller than 8 KiB, which hyper demands.
            builder.max_headers(MOST).max_header_size(header_bytes).max_buf_size(header_bytes.saturating_add(64 << 10));
            let (sender, connection) = builder
                .handshake(io)
                .await
                .map_err(|error| fault::words(target, agreed.seen.as_deref(), agreed.http2, &error))?;
            tasks.spawn(async move { drop(tell.send(connection.await.err().map(Arc::new))) });
            Sender::One(sender)
        };
        Ok(Self { target: Arc::clone(target), sender, tasks, seen: agreed.seen, ended })
    }

    /// Whether requests go over it as HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self.sender, Sender::Two(_))
    }

    /// Another hold on the same connection, which only HTTP/2 has room for.
    pub(crate) fn share(&self) -> Option<Self> {
        let Sender::Two(sender) = &self.sender else { return None };
        Some(Self {
            target: Arc::clone(&self.target),
            sender: Sender::Two(sender.clone()),
            tasks: self.tasks.clone(),
            seen: self.seen.clone(),
            ended: self.ended.clone(),
        })
    }

    /// Waits until the connection takes a request; false if it has been closed.
    pub(crate) async fn is_open(&mut self) -> bool {
        match &mut self.sender {
            Sender::One(sender) => sender.ready().await.is_ok(),
            Sender::Two(sender) => sender.ready().await.is_ok(),
        }
    }

    /// Why the connection ends within a time in which nothing is sent; none if it stays. In TLS 1.3 a server turns a
    /// client away only after the client's handshake.
    pub(crate) async fn ends_unasked(&mut self, within: Duration) -> Option<NetworkError> {
        let told = tokio::time::timeout(within, self.ended.wait_for(Option::is_some)).await.ok()?;
        let error = told.ok().and_then(|error| error.clone());
        let (target, seen) = (&self.target, self.seen.as_deref());
        Some(error.map_or_else(
            || {
                let closed = std::io::ErrorKind::UnexpectedEof.into();
                fault::io_fault(target, seen, &closed, "ended the connection unasked")
            },
            |error| fault::words(target, seen, self.is_http2(), &error),
        ))
    }

    /// Sends one request and waits for the answer's headers.
    pub(crate) async fn send(&mut self, request: Request<Sending>) -> Result<Response<Incoming>, Unsent> {
        let answer = match &mut self.sender {
            Sender::One(sender) => sender.try_send_request(request).await,
            Sender::Two(sender) => sender.try_send_request(request).await,
        };
        let mut failed = match answer {
            Ok(response) => {
                if let Some(seen) = &self.seen {
                    seen.answer();
                }
                return Ok(response);
            }
            Err(failed) => failed,
        };
        let untouched = failed.take_message().is_some();
        let error = failed.into_error();
        let closed = fault::is_closed(&error);
        // The request only knows that its connection is gone; the connection's own end may say why.
        let cause = if untouched || error.is_canceled() || error.is_closed() { self.last_words().await } else { None };
        let error =
            fault::words(&self.target, self.seen.as_deref(), self.is_http2(), cause.as_deref().unwrap_or(&error));
        Err(Unsent { error, untouched, closed })
    }

    /// Why the body could not be read to its end.
    pub(crate) fn body_fault(&self, error: &hyper::Error) -> NetworkError {
        fault::body_words(&self.target, self.seen.as_deref(), error)
    }

    async fn last_words(&mut self) -> Option<Arc<hyper::Error>> {
        let told = tokio::time::timeout(LAST_WORDS, self.ended.wait_for(Option::is_some)).await;
        told.ok()?.ok()?.clone()
    }
}

/// The tasks that drive one connection, ended with the last hold on it. Without this a server that stops reading would
/// keep tasks alive after the run.
#[derive(Clone, Default)]
struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }

    /// Weak, because a task holds it: a strong one would keep the tasks, and itself, for ever.
    fn spawner(&self) -> Spawner {
        Spawner(Arc::downgrade(&self.0))
    }
}

#[derive(Clone)]
struct Spawner(Weak<Mutex<JoinSet<()>>>);

impl<F> Executor<F> for Spawner
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, task: F) {
        if let Some(tasks) = self.0.upgrade() {
            Tasks(tasks).spawn(async move { drop(task.await) });
        }
    }
}
