//! A fleet's server for benchmarks, as light as can be, because it shares the machine with what is measured:
//! `stand-in-fleet N` listens on N ports of loopback, prints them on one line, separated by blanks, and answers every
//! request with the same few bytes until its standard input ends.
//!
//! Requests have no body here. Whoever sends `Connection: close`, or HTTP/1.0 without `keep-alive`, is hung up on.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::process::ExitCode;
use std::thread;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const BODY: &str = r#"{"status":"healthy"}"#;

/// Longer than any request of a benchmark.
const LONGEST_REQUEST: usize = 4 << 10;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            drop(writeln!(io::stderr(), "stand-in-fleet: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let [_, count] = arguments.as_slice() else { bail!("usage: stand-in-fleet N") };
    let count: usize = count.parse().context("the number of ports")?;
    if count == 0 {
        bail!("expected at least one port");
    }
    let listeners = (0..count).map(|_| StdListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<io::Result<Vec<_>>>()?;
    let ports = listeners.iter().map(|listener| Ok(listener.local_addr()?.port().to_string()));
    let ports: Vec<String> = ports.collect::<io::Result<_>>()?;
    writeln!(io::stdout(), "{}", ports.join(" "))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    thread::spawn(move || {
        // Whatever ends the input ends the server.
        drop(io::stdin().read_to_end(&mut Vec::new()));
        drop(stop);
    });
    runtime.block_on(async {
        for listener in listeners {
            listener.set_nonblocking(true)?;
            tokio::spawn(accept(TcpListener::from_std(listener)?));
        }
        drop(stopped.await);
        Ok(())
    })
}

#[expect(clippy::infinite_loop, reason = "serves until the process is told to stop")]
async fn accept(listener: TcpListener) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move { drop(serve(stream).await) });
        }
    }
}

/// Answers one connection until either side has had enough.
async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut request = Vec::with_capacity(LONGEST_REQUEST);
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if request.len() >= LONGEST_REQUEST || stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let keep = keeps_alive(&request);
        request.clear();
        let connection = if keep { "keep-alive" } else { "close" };
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: {connection}\r\n\r\n\
             {BODY}",
            BODY.len()
        );
        stream.write_all(answer.as_bytes()).await?;
        if !keep {
            return stream.shutdown().await;
        }
    }
}

fn keeps_alive(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let says =
        |word: &str| text.lines().filter_map(|line| line.strip_prefix("connection:")).any(|value| value.trim() == word);
    let old = text.lines().next().is_some_and(|line| line.ends_with("http/1.0"));
    if old { says("keep-alive") } else { !says("close") }
}
