//! A stand-in for what lies between a client and a real registry, and does not leave its answers alone.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stand_in::{Log, Received, StandIn};

/// Largest head of a request or an answer.
const HEAD: usize = 64 << 10;

/// Size of one piece of an endless answer.
const PIECE: usize = 16 << 10;

/// What is done to an answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It ends after so many bytes of its body.
    Cut(usize),
    /// The connection is reset after so many bytes of its body.
    Reset(usize),
    /// The byte at this place of its body is another.
    Flip(usize),
    /// After so many bytes of its body nothing comes.
    Stall(usize),
    /// Its body comes in one chunk, and its size is not told.
    Chunked,
    /// Another answer: status, headers a line each, body.
    Instead(u16, String, String),
    /// A body without an end, with these headers, a line each.
    Endless(String),
}

/// One fault, and whom it meets.
#[derive(Clone, Debug)]
pub struct Rule {
    /// A part of method and path: `GET /v2/plugins/agent/blobs/`.
    pub of: &'static str,
    /// How many requests it meets; the others pass.
    pub times: usize,
    /// What is done.
    pub fault: Fault,
}

/// Serves what is at `upstream`, in plain HTTP, but for the rules. The first that fits is followed.
pub fn before(upstream: SocketAddr, rules: Vec<Rule>) -> Result<StandIn> {
    let rules = Arc::new(Mutex::new(rules));
    StandIn::start("http", move |client, log| {
        let rules = Arc::clone(&rules);
        async move {
            // A connection that breaks off is the client's finding.
            drop(exchange(client, upstream, &rules, &log).await);
        }
    })
}

/// One request on one connection, which is closed after it.
async fn exchange(mut client: TcpStream, upstream: SocketAddr, rules: &Mutex<Vec<Rule>>, log: &Log) -> Result<()> {
    let (head, mut body) = head_of(&mut client).await?;
    let size = header(&head, "content-length").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    while body.len() < size {
        anyhow::ensure!(client.read_buf(&mut body).await? > 0, "half a request");
    }
    let received = received(&head, &body)?;
    let line = received.line();
    log.push(received);
    let fault = {
        let mut rules = rules.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = rules.iter_mut().find(|rule| rule.times > 0 && line.contains(rule.of));
        rule.map(|rule| {
            rule.times -= 1;
            rule.fault.clone()
        })
    };
    match fault {
        Some(Fault::Instead(status, headers, body)) => instead(&mut client, status, &headers, &body).await,
        Some(Fault::Endless(headers)) => endless(&mut client, &headers).await,
        fault => {
            let answer = ask(upstream, &head, &body).await?;
            pass(client, answer, fault).await
        }
    }
}

/// Another answer than the registry's.
async fn instead(client: &mut TcpStream, status: u16, headers: &str, body: &str) -> Result<()> {
    let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    client.write_all(head.as_bytes()).await?;
    client.write_all(body.as_bytes()).await?;
    client.shutdown().await?;
    Ok(())
}

/// An answer without an end.
async fn endless(client: &mut TcpStream, headers: &str) -> Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\n{headers}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    client.write_all(head.as_bytes()).await?;
    let piece = [format!("{PIECE:x}\r\n").as_bytes(), &[b' '; PIECE], b"\r\n"].concat();
    loop {
        client.write_all(&piece).await?;
    }
}

/// The registry's answer: head and body.
async fn ask(upstream: SocketAddr, head: &str, body: &[u8]) -> Result<(String, Vec<u8>)> {
    let mut server = TcpStream::connect(upstream).await?;
    let closing = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    server.write_all(closing.as_bytes()).await?;
    server.write_all(body).await?;
    let (head, mut body) = head_of(&mut server).await?;
    server.read_to_end(&mut body).await?;
    Ok((head, body))
}

/// Passes an answer on, with what is done to it.
async fn pass(mut client: TcpStream, answer: (String, Vec<u8>), fault: Option<Fault>) -> Result<()> {
    let (mut head, mut body) = answer;
    if matches!(fault, Some(Fault::Chunked)) {
        let is_size = |line: &str| line.to_ascii_lowercase().starts_with("content-length:");
        let lines: Vec<&str> = head.trim_end().lines().filter(|line| !is_size(line)).collect();
        head = format!("{}\r\nTransfer-Encoding: chunked\r\n\r\n", lines.join("\r\n"));
        body = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    }
    client.write_all(head.as_bytes()).await?;
    let upto = |count: usize| body.get(..count).unwrap_or(&body);
    match fault {
        Some(Fault::Cut(count)) => client.write_all(upto(count)).await?,
        Some(Fault::Reset(count)) => {
            client.write_all(upto(count)).await?;
            client.flush().await?;
            client.set_zero_linger()?;
            return Ok(());
        }
        Some(Fault::Stall(count)) => {
            client.write_all(upto(count)).await?;
            std::future::pending::<()>().await;
        }
        Some(Fault::Flip(place)) => {
            if let Some(byte) = body.get_mut(place) {
                *byte ^= 1;
            }
            client.write_all(&body).await?;
        }
        _ => client.write_all(&body).await?,
    }
    client.shutdown().await?;
    Ok(())
}

/// Everything up to the blank line, and what came after it.
async fn head_of(stream: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let body = read.split_off(end + 4);
            return Ok((String::from_utf8(read)?, body));
        }
        anyhow::ensure!(read.len() < HEAD && stream.read_buf(&mut read).await? > 0, "half a head");
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn received(head: &str, body: &[u8]) -> Result<Received> {
    let mut words = head.split(' ');
    let method: Method = words.next().context("a method")?.parse()?;
    let path = words.next().context("a path")?.to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
        headers.append(HeaderName::try_from(name)?, HeaderValue::from_str(value.trim())?);
    }
    let host = header(head, "host").map(str::to_owned);
    Ok(Received { method, path, host, version: Version::HTTP_11, headers, body: Bytes::copy_from_slice(body) })
}
