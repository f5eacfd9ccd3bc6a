//! A stream that lets others have their turn. A server that sends faster than it can be read, and nothing that ends the
//! reading (such as interim answers without end), would otherwise keep the thread to itself: all probes of a small run
//! share one, and so do the clocks that end their requests.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::stream::Stream;

/// Bytes that are read in one turn: a few milliseconds of work, and few turns for an honest answer.
const TURN: usize = 64 << 10;

/// The stream.
pub(super) struct Fair {
    stream: Box<dyn Stream>,
    /// Bytes that were read in this turn.
    taken: usize,
    /// The turn of the others, while it lasts. It is tokio's own: waking the task at once would put it before the clocks.
    others: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Fair {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self { stream, taken: 0, others: None }
    }
}

impl AsyncRead for Fair {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.taken >= TURN {
            self.taken = 0;
            self.others = Some(Box::pin(tokio::task::yield_now()));
        }
        if let Some(others) = &mut self.others {
            std::task::ready!(others.as_mut().poll(cx));
            self.others = None;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        match &polled {
            Poll::Ready(_) => self.taken += buffer.filled().len().saturating_sub(before),
            Poll::Pending => self.taken = 0,
        }
        polled
    }
}

impl AsyncWrite for Fair {
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
