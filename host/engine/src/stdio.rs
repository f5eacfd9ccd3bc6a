//! Standard output and error of a guest: a bounded buffer that never blocks, never traps, and says when it is full.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use shipworthy_capabilities::Run;
use shipworthy_contract::evidence::LogLine;
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
    bytes: Vec<u8>,
    dropped: u64,
}

impl Captured {
    pub(crate) fn of(run: &Arc<Run>) -> Self {
        Self { run: Some(Arc::clone(run)), ..Self::default() }
    }

    fn push(&self, bytes: &[u8]) {
        if self.run.as_ref().is_some_and(|run| !run.step()) {
            return;
        }
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        let room = STDERR_BYTES.saturating_sub(buffer.bytes.len());
        let (kept, beyond) = bytes.split_at(room.min(bytes.len()));
        buffer.bytes.extend_from_slice(kept);
        buffer.dropped += beyond.len() as u64;
    }

    /// What was printed, as safe lines; a last line says how much was dropped.
    pub(crate) fn lines(&self) -> Vec<LogLine> {
        let buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&buffer.bytes);
        let mut lines: Vec<String> =
            text.lines().map(shipworthy_contract::text::one_line).filter(|line| !line.is_empty()).collect();
        if buffer.dropped > 0 {
            lines.push(format!("({} bytes more were dropped)", buffer.dropped));
        }
        lines.into_iter().map(|text| LogLine { level: "stderr".to_owned(), text }).collect()
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
    fn output_is_bounded_and_says_so() {
        let captured = Captured::default();
        captured.push(b"one\n\x1b[31mtwo\n");
        captured.push(&vec![b'x'; STDERR_BYTES]);
        let lines = captured.lines();
        assert_eq!(lines[0].text, "one");
        assert_eq!(lines[1].text, "two");
        assert_eq!(lines.last().unwrap().text, "(13 bytes more were dropped)");
    }
}
