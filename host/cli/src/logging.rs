//! What is written to standard error by nobody's decision: lines of the log, and the last words of a panic. Both may hold
//! whatever the code had at hand, so both pass the net for secrets.

use std::io::{self, Write};

use shipworthy_contract::redact;
use tracing_subscriber::fmt::MakeWriter;

use crate::output::Stream;

/// Writes lines of the log to standard error, without secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redacted;

impl<'a> MakeWriter<'a> for Redacted {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

impl Write for Redacted {
    /// The formatter gives a whole line at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        Stream::Err.write_bytes(redact::text(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Has panics tell their message and place without secrets.
pub(crate) fn redact_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("something that is no text");
        let at = panic.location().map(|at| format!(" at {at}")).unwrap_or_default();
        Stream::Err.write(&told(message, &at));
    }));
}

fn told(message: &str, at: &str) -> String {
    let message = redact::text(message);
    format!("shipworthy has a defect{at}: {message}\nplease report it; nothing was applied\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_tells_no_secret() {
        let told = told("cannot use postgres://app:hunter22@db and api_key=hunter23", " at a.rs:1");
        assert!(told.contains("a.rs:1") && !told.contains("hunter"), "{told}");
    }
}
