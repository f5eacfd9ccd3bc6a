//! The body of a request, given away in pieces, so that it is seen how far it got.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Bytes of one piece.
const PIECE: usize = 64 << 10;

/// A body of bytes that are at hand.
#[derive(Debug)]
pub(crate) struct Upload {
    left: Bytes,
    given: Arc<AtomicU64>,
}

impl Upload {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { left: bytes, given: Arc::default() }
    }

    /// How many bytes were given to the connection so far.
    pub(crate) fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.given)
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let size = PIECE.min(self.left.len());
        let piece = self.left.split_to(size);
        self.given.fetch_add(size as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
