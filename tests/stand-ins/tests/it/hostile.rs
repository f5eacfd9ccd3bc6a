//! Each hostile server does its one wrong thing.

#![expect(clippy::disallowed_methods, reason = "a raw client of loopback stand-ins")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Certs, StandIn, hostile};

use crate::client::{Via, ask, request};

const TICK: Duration = Duration::from_millis(1);

/// A connection on which a request has been sent.
fn asked(stand_in: &StandIn) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(stand_in.addr())?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: stand-in\r\n\r\n")?;
    Ok(stream)
}

/// Reads until `enough` is satisfied; an end before that is an error.
fn read_until(stream: &mut TcpStream, enough: impl Fn(&str) -> bool) -> Result<String> {
    let mut text = String::new();
    let mut piece = [0; 4096];
    while !enough(&text) {
        let length = stream.read(&mut piece)?;
        anyhow::ensure!(length > 0, "ended after {text:?}");
        text.push_str(&String::from_utf8_lossy(piece.get(..length).unwrap_or_default()));
    }
    Ok(text)
}

#[test]
fn refuse_refuses() -> Result<()> {
    let closed = hostile::refuse()?;
    assert_eq!(TcpStream::connect(closed.addr()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    Ok(())
}

#[test]
fn silent_reads_and_says_nothing() -> Result<()> {
    let silent = hostile::silent()?;
    let mut stream = asked(&silent)?;
    stream.set_read_timeout(Some(Duration::from_millis(50)))?;
    assert_eq!(stream.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(silent.connections(), 1);
    Ok(())
}

#[test]
fn slow_headers_never_end() -> Result<()> {
    let slow = hostile::slow_headers(TICK)?;
    let text = read_until(&mut asked(&slow)?, |text| text.contains("x-slow-3: yes\r\n"))?;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\nx-slow-0: yes\r\n"), "{text}");
    assert!(!text.contains("\r\n\r\n"), "{text}");
    Ok(())
}

#[test]
fn dripping_sends_headers_and_then_single_bytes() -> Result<()> {
    let dripping = hostile::dripping(TICK)?;
    let text = read_until(&mut asked(&dripping)?, |text| text.matches("1\r\n \r\n").count() >= 3)?;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.contains("\r\n\r\n1\r\n \r\n"), "{text}");
    Ok(())
}

#[test]
fn endless_goes_on() -> Result<()> {
    let endless = hostile::endless()?;
    read_until(&mut asked(&endless)?, |text| text.len() > 8 * 1024 * 1024)?;
    Ok(())
}

#[test]
fn truncated_ends_before_its_time() -> Result<()> {
    let truncated = hostile::truncated()?;
    let mut text = String::new();
    asked(&truncated)?.read_to_string(&mut text)?;
    assert!(text.contains("content-length: 1000\r\n\r\n{"), "{text}");
    ask(&truncated, &Via::Plain, request("GET", "/")?).unwrap_err();
    Ok(())
}

#[test]
fn nonsense_is_no_protocol() -> Result<()> {
    let nonsense = hostile::nonsense()?;
    let certs = Certs::generate()?;
    for via in [Via::Plain, Via::PlainHttp2, Via::Tls(&certs, "h2")] {
        ask(&nonsense, &via, request("GET", "/")?).unwrap_err();
    }
    Ok(())
}

#[test]
fn redirect_names_its_target() -> Result<()> {
    let answer = ask(&hostile::redirect("http://127.0.0.1:1/x")?, &Via::Plain, request("GET", "/health")?)?;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.headers["location"], "http://127.0.0.1:1/x");
    Ok(())
}

#[test]
fn bad_certificates_are_bad_and_the_ending_one_is_good() -> Result<()> {
    let certs = Certs::generate()?;
    for (stand_in, expected) in
        [(hostile::wrong_ca(&certs)?, "UnknownIssuer"), (hostile::expired(&certs)?, "certificate expired")]
    {
        let error = ask(&stand_in, &Via::Tls(&certs, "h2"), request("GET", "/health")?).unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{error:#}");
        assert_eq!(stand_in.request_lines(), [""; 0]);
    }
    let answer = ask(&hostile::ends_soon(&certs)?, &Via::Tls(&certs, "h2"), request("GET", "/health")?)?;
    assert_eq!(answer.status, 200);
    Ok(())
}

#[test]
fn huge_headers_are_as_long_as_asked() -> Result<()> {
    let huge = hostile::huge_headers(200_000)?;
    let text = read_until(&mut asked(&huge)?, |text| text.contains("\r\n\r\n"))?;
    assert!(text.contains(&"x".repeat(200_000)), "{} bytes", text.len());
    Ok(())
}

#[test]
fn echo_gives_headers_back_twice() -> Result<()> {
    let echo = hostile::echo()?;
    let mut request = request("GET", "/a?b=c")?;
    request.headers_mut().insert("x-api-key", "secret".parse()?);
    let answer = ask(&echo, &Via::Plain, request)?;
    let body = answer.json()?;
    assert_eq!(body["path"], "/a?b=c");
    assert_eq!(body["headers"]["x-api-key"], "secret");
    assert_eq!(answer.headers["x-echo-x-api-key"], "secret");
    assert_eq!(echo.requests()[0].header("x-api-key"), Some("secret"));
    Ok(())
}

#[test]
fn plain_wrong_answers_are_as_named() -> Result<()> {
    assert_eq!(ask(&hostile::error_500()?, &Via::Plain, request("GET", "/health")?)?.status, 500);
    let answer = ask(&hostile::invalid_json()?, &Via::PlainHttp2, request("GET", "/health")?)?;
    assert_eq!((answer.status.as_u16(), &answer.headers["content-type"]), (200, &"application/json".parse()?));
    answer.json().unwrap_err();
    assert_eq!(ask(&hostile::fixed("7")?, &Via::Plain, request("GET", "/")?)?.json()?, Value::from(7));
    Ok(())
}

#[test]
fn dropping_the_handle_closes_port_and_connections() -> Result<()> {
    for stand_in in [hostile::silent()?, hostile::endless()?, hostile::dripping(TICK)?] {
        let addr = stand_in.addr();
        let mut open = asked(&stand_in)?;
        drop(stand_in);
        assert_eq!(TcpStream::connect(addr).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        // Either an end or a reset, after whatever was under way.
        while matches!(open.read(&mut [0; 4096]), Ok(1..)) {}
    }
    Ok(())
}
