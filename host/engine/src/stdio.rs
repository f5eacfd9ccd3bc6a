//! Standard output and error of a guest: a bounded buffer that never blocks, never traps, and says when it is full. It
//! keeps the beginning and the end: the last words of a guest that printed much are its last words still.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use shipworthy_capabilities::Run;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use crate::limits::STDERR_BYTES;

/// What was printed, shared by all streams of one guest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captured {
    buffer: Arc<Mutex<Buffer>>,
    /// What is printed is a step of it.
    run: Option<Arc<Run>>,
}

#[derive(Debug, Default)]
struct Buffer {
    begin: Vec<u8>,
    end: VecDeque<u8>,
    dropped: u64,
}

/// Bytes of the beginning that are kept; the rest is for the end, where a traceback stands.
const BEGIN: usize = STDERR_BYTES / 4;
const END: usize = STDERR_BYTES - BEGIN;

impl Captured {
    pub(crate) fn of(run: &Arc<Run>) -> Self {
        Self { run: Some(Arc::clone(run)), ..Self::default() }
    }

    fn push(&self, bytes: &[u8]) {
        if self.run.as_ref().is_some_and(|run| !run.step()) {
            return;
        }
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        let room = BEGIN.saturating_sub(buffer.begin.len());
        let (begin, bytes) = bytes.split_at(room.min(bytes.len()));
        buffer.begin.extend_from_slice(begin);
        // Of much at once, only what could stay is copied.
        let (beyond, end) = bytes.split_at(bytes.len().saturating_sub(END));
        let over = (buffer.end.len() + end.len()).saturating_sub(END);
        buffer.end.drain(..over);
        buffer.end.extend(end);
        buffer.dropped += (beyond.len() + over) as u64;
    }

    /// What was printed; a line of its own says how much was dropped between the beginning and the end. It is not made
    /// safe here.
    pub(crate) fn text(&self) -> String {
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = buffer.dropped;
        let end = String::from_utf8_lossy(buffer.end.make_contiguous()).into_owned();
        let begin = String::from_utf8_lossy(&buffer.begin);
        match dropped {
            // A character may have been parted.
            0 => {
                let whole: Vec<u8> = buffer.begin.iter().chain(&buffer.end).copied().collect();
                String::from_utf8_lossy(&whole).into_owned()
            }
            _ => format!("{begin}\n({dropped} bytes were dropped here)\n{end}"),
        }
    }
}

impl IsTerminal for Captured {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Captured {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Captured {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(STDERR_BYTES)
    }
}

#[async_trait]
impl Pollable for Captured {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Captured {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_kept_as_it_is() {
        let captured = Captured::default();
        let text = "é".repeat(STDERR_BYTES / 2);
        for byte in text.as_bytes().chunks(7) {
            captured.push(byte);
        }
        assert_eq!(captured.text(), text);
    }

    #[test]
    fn of_much_the_beginning_and_the_end_are_kept() {
        let captured = Captured::default();
        captured.push(b"first\n");
        for _ in 0..100 {
            captured.push(&vec![b'x'; 1_000]);
        }
        captured.push(&vec![b'y'; 2 * STDERR_BYTES]);
        captured.push(b"\nlast");
        let text = captured.text();
        assert!(text.starts_with("first\nxx"), "{text}");
        assert!(text.ends_with("yy\nlast"), "{text}");
        let all = 6 + 100_000 + 2 * STDERR_BYTES + 5;
        assert!(text.contains(&format!("x\n({} bytes were dropped here)\ny", all - STDERR_BYTES)), "{text}");
    }
}
