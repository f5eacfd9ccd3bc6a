//! Every way of not answering has a class of its own, and words that help.

use std::{net::Ipv4Addr, path::Path, time::Duration};

use shipworthy_capabilities::{Limits, NetworkError, Phase, network::Excess};
use shipworthy_contract::endpoint::{Address, Endpoint};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    server::{full, handler, plain, read_head, saying, scripted},
    world::{PATIENT, SHORT, access, endpoint, get, request, run},
};

async fn fails(endpoint: &Endpoint, limit: Duration) -> NetworkError {
    let mut access = access(endpoint);
    access.limits = Limits::within(limit, 4_096, limit);
    run(access).http(get("/")).await.unwrap_err()
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = fails(&endpoint(address), PATIENT).await;
    assert_eq!(error, NetworkError::Unreachable(format!("cannot connect to `http://{address}`: connection refused")));
}

#[tokio::test]
async fn a_missing_socket_is_unreachable() {
    let mut endpoint = endpoint(([127, 0, 0, 1], 1).into());
    endpoint.address = Address::Unix(Path::new("/nonexistent/x.sock").to_owned());
    assert_eq!(
        fails(&endpoint, PATIENT).await,
        NetworkError::Unreachable("cannot connect to `unix:///nonexistent/x.sock`: no such socket".to_owned())
    );
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_unreachable() {
    let mut endpoint = endpoint(([127, 0, 0, 1], 1).into());
    endpoint.address = Address::Tcp { host: "no-such-host.invalid".to_owned(), port: 80 };
    let error = fails(&endpoint, PATIENT).await;
    assert!(
        matches!(&error, NetworkError::Unreachable(text) if text.starts_with("cannot resolve the name of `http://no-such-host.invalid:80`: ")),
        "{error}"
    );
}

#[tokio::test]
async fn closing_without_an_answer_is_unreachable() {
    let server = saying(b"").await;
    let error = fails(&endpoint(server.address), PATIENT).await;
    let text = format!("`http://{}` closed the connection before it answered", server.address);
    assert!(matches!(&error, NetworkError::Unreachable(found) if found.starts_with(&text)), "{error}");
}

#[tokio::test]
async fn closing_on_http2_that_was_not_asked_for_says_what_was_spoken() {
    let server = saying(b"").await;
    let error = run(access(&endpoint(server.address))).grpc(crate::world::call(b"")).await.unwrap_err();
    let words = "perhaps it does not speak HTTP/2";
    assert!(matches!(&error, NetworkError::Unreachable(found) if found.contains(words)), "{error}");
}

#[tokio::test]
async fn silence_is_a_timeout_of_its_phase() {
    let silent = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let error = fails(&endpoint(silent.address), SHORT).await;
    assert_eq!(error, NetworkError::TimedOut { phase: Phase::Headers, limit: SHORT, received_bytes: 0 });
}

#[tokio::test]
async fn a_dripping_body_is_a_timeout_that_says_how_much_came() {
    let dripping = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc").await);
        std::future::pending::<()>().await;
    })
    .await;
    let error = fails(&endpoint(dripping.address), SHORT).await;
    assert_eq!(error, NetworkError::TimedOut { phase: Phase::Body, limit: SHORT, received_bytes: 3 });
}

#[tokio::test]
async fn a_server_that_does_not_read_is_a_timeout_while_sending() {
    let deaf = scripted(|stream| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let mut access = access(&endpoint(deaf.address));
    // More than the kernel's buffers take.
    access.limits =
        Limits { request_bytes: 64 << 20, ..Limits::within(Duration::from_secs(1), 4_096, Duration::from_secs(5)) };
    let limit = access.limits.request;
    let body = vec![0; 32 << 20];
    let request = shipworthy_capabilities::Request { body, ..request("POST", "/") };
    let error = run(access).http(request).await.unwrap_err();
    assert_eq!(error, NetworkError::TimedOut { phase: Phase::Send, limit, received_bytes: 0 });
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let endless = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await);
        while stream.write_all(&[b'x'; 1_024]).await.is_ok() {}
    })
    .await;
    let error = fails(&endpoint(endless.address), PATIENT).await;
    assert_eq!(error, NetworkError::TooLarge { what: Excess::ResponseBody, limit: 4_096 });
}

#[tokio::test]
async fn an_announced_excess_is_refused_before_it_comes() {
    let server = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n").await);
        std::future::pending::<()>().await;
    })
    .await;
    let error = fails(&endpoint(server.address), PATIENT).await;
    assert_eq!(error, NetworkError::TooLarge { what: Excess::ResponseBody, limit: 4_096 });
}

#[tokio::test]
async fn huge_headers_are_cut_at_the_limit() {
    let endless = scripted(|mut stream| async move {
        read_head(&mut stream).await;
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await);
        while stream.write_all(&[b'x'; 1_024]).await.is_ok() {}
    })
    .await;
    let excess = NetworkError::TooLarge { what: Excess::ResponseHeaders, limit: 64 << 10 };
    assert_eq!(fails(&endpoint(endless.address), PATIENT).await, excess);
    for http2 in [false, true] {
        let many = handler(|_| {
            let mut response = http::Response::new(full(""));
            for at in 0..70 {
                let name = http::HeaderName::from_bytes(format!("x-{at}").as_bytes()).unwrap();
                response.headers_mut().insert(name, "y".repeat(1_000).parse().unwrap());
            }
            response
        });
        let server = plain(http2, many).await;
        let mut endpoint = endpoint(server.address);
        if http2 {
            endpoint.http2 = shipworthy_contract::endpoint::Http2::Only;
        }
        assert_eq!(fails(&endpoint, PATIENT).await, excess, "http2 {http2}");
    }
}

#[tokio::test]
async fn nonsense_is_a_protocol_error() {
    for nonsense in [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n".as_slice(),
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"\0\0\0\x04\x08\0\0\0\0\0",
    ] {
        let shown = String::from_utf8_lossy(nonsense);
        let server = saying(nonsense).await;
        let error = fails(&endpoint(server.address), PATIENT).await;
        assert!(matches!(error, NetworkError::Protocol(_)), "{shown:?}: {error:?}");
        assert!(error.to_string().contains(&server.address.to_string()), "{error}");
    }
}

#[tokio::test]
async fn http1_is_not_taken_for_http2() {
    let server = scripted(|mut stream| async move {
        let mut some = [0; 24];
        drop(stream.read_exact(&mut some).await);
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await);
        std::future::pending::<()>().await;
    })
    .await;
    let error = run(access(&endpoint(server.address))).grpc(crate::world::call(b"")).await.unwrap_err();
    assert!(matches!(error, NetworkError::Protocol(_)), "{error:?}");
}
