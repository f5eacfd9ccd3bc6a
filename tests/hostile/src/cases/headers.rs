//! Headers and methods by which one granted request would become another. Each is tried against a service that gives back
//! what it is asked, and must not reach it.

use anyhow::{Result, ensure};
use serde_json::json;
use shipworthy_stand_ins::hostile;

use crate::{Case, Lab, Told};

/// Name of the case, of the header, and its value.
const HEADERS: [(&str, &str, &str); 45] = [
    ("host", "host", "evil.example"),
    ("host-upper", "HOST", "evil.example"),
    ("authority", ":authority", "evil.example"),
    ("pseudo-path", ":path", "/admin"),
    ("connection", "connection", "close, x-api-key"),
    ("te", "te", "trailers"),
    ("trailer", "trailer", "x-after"),
    ("upgrade", "upgrade", "websocket"),
    ("upgrade-http2", "upgrade", "h2c"),
    ("http2-settings", "http2-settings", "AAMAAABkAAQAAP__"),
    ("keep-alive", "keep-alive", "timeout=600"),
    ("expect", "expect", "100-continue"),
    ("proxy-authorization", "proxy-authorization", "Basic eDp5"),
    ("proxy-connection", "proxy-connection", "keep-alive"),
    ("proxy-authenticate", "proxy-authenticate", "x"),
    ("content-length", "content-length", "0"),
    ("content-length-twice", "Content-Length", "5, 6"),
    ("transfer-encoding", "transfer-encoding", "chunked"),
    ("transfer-encoding-upper", "Transfer-Encoding", "CHUNKED"),
    ("transfer-encoding-odd", "transfer-encoding", "xchunked"),
    ("transfer-encoding-blank", "transfer-encoding ", "chunked"),
    ("forwarded", "forwarded", "for=127.0.0.1;host=evil.example"),
    ("forwarded-for", "x-forwarded-for", "127.0.0.1"),
    ("forwarded-host", "x-forwarded-host", "evil.example"),
    ("forwarded-proto", "X-Forwarded-Proto", "https"),
    ("forwarded-prefix", "x-forwarded-prefix", "/admin"),
    ("original-url", "x-original-url", "/admin"),
    ("rewrite-url", "x-rewrite-url", "/admin"),
    ("real-ip", "x-real-ip", "127.0.0.1"),
    ("method-override", "x-http-method-override", "DELETE"),
    ("method", "x-http-method", "DELETE"),
    ("method-override-short", "X-Method-Override", "DELETE"),
    ("accept-encoding", "accept-encoding", "gzip"),
    ("range", "range", "bytes=0-3"),
    ("of-the-environment", "x-api-key", "of-the-guest"),
    ("of-the-environment-upper", "X-API-Key", "of-the-guest"),
    ("line-break-in-value", "x-a", "b\r\nhost: evil.example"),
    ("line-feed-in-value", "x-a", "b\nx-c: d"),
    ("carriage-return-in-value", "x-a", "b\rx-c: d"),
    ("nul-in-value", "x-a", "b\u{0}c"),
    ("line-break-in-name", "x-a: b\r\nhost", "evil.example"),
    ("blank-in-name", "x a", "b"),
    ("colon-in-name", "x-a:", "b"),
    ("nul-in-name", "x-a\u{0}", "b"),
    ("no-name", "", "b"),
];

/// Methods that no grant on GET allows, or that cannot be written.
const METHODS: [(&str, &str, &str); 12] = [
    ("post", "POST", "not-granted"),
    ("delete", "DELETE", "not-granted"),
    ("head", "HEAD", "not-granted"),
    ("trace", "TRACE", "invalid-request"),
    ("connect", "CONNECT", "invalid-request"),
    ("lower", "get", "invalid-request"),
    ("none", "", "invalid-request"),
    ("unknown", "PURGE", "invalid-request"),
    ("blank", "GET ", "invalid-request"),
    ("line-break", "GET /granted HTTP/1.1\r\nhost: evil.example\r\n\r\nDELETE", "invalid-request"),
    ("nul", "GET\u{0}", "invalid-request"),
    ("http2-preface", "PRI", "invalid-request"),
];

/// The request is refused for this reason, and the service sees nothing of it.
fn refused(lab: &Lab, request: &serde_json::Value, expected: &str) -> Result<Told> {
    let service = hostile::echo()?;
    let trial = lab.rust(&json!([{ "do": "http", "requests": [request] }]))?.variable("KEY", "of-the-environment");
    let trial = trial.endpoint(&service.url()).endpoint_line("headers.x-api-key = { env = \"KEY\" }");
    let told = trial.granted(&["http GET /granted"]).run()?.exits(0)?.completed()?;
    let told = told.steps(&[&format!("0: {expected}")])?;
    ensure!(service.connections() == 0, "the service was asked: {:?}", service.requests());
    Ok(told.because("the service is not reached"))
}

pub(super) fn cases() -> Vec<Case> {
    let headers = HEADERS.iter().map(|(case, name, value)| {
        let attack = format!("sets the header `{}: {}`", name.escape_debug(), value.escape_debug());
        Case::new("headers", *case, attack, move |lab| {
            refused(lab, &json!({ "path": "/granted", "headers": [[name, value]] }), "invalid-request")
        })
    });
    let methods = METHODS.iter().map(|(case, method, expected)| {
        let attack = format!("asks with the method `{}`", method.escape_debug());
        Case::new("headers", format!("method-{case}"), attack, move |lab| {
            refused(lab, &json!({ "path": "/granted", "method": method }), expected)
        })
    });
    let many = Case::new("headers", "many", "sets a thousand headers", |lab| {
        let many: Vec<[String; 2]> = (0..1_000).map(|number| [format!("x-{number}"), "y".to_owned()]).collect();
        refused(lab, &json!({ "path": "/granted", "headers": many }), "too-large request headers")
    });
    let large = Case::new("headers", "large", "sets a header of 100 KiB", |lab| {
        refused(
            lab,
            &json!({ "path": "/granted", "headers": [["x", "y".repeat(100 << 10)]] }),
            "too-large request headers",
        )
    });
    let body = Case::new("headers", "body", "sends a body of 512 KiB with GET, as a request within a request", |lab| {
        let service = hostile::echo()?;
        let body = "GET /admin HTTP/1.1\r\nhost: evil.example\r\n\r\n".repeat(10_000);
        let steps =
            json!([{ "do": "http", "requests": [{ "path": "/granted", "body": body }, { "path": "/granted" }] }]);
        let trial = lab.rust(&steps)?.endpoint(&service.url()).granted(&["http GET /granted"]);
        let told = trial.run()?.completed()?.steps(&["0: status 200", "1: status 200"])?;
        ensure!(service.request_lines() == ["GET /granted", "GET /granted"], "{:?}", service.request_lines());
        Ok(told.because("the body is no request"))
    });
    let metadata = Case::new("headers", "metadata", "sets metadata of gRPC's own in a call", |lab| {
        let service = hostile::echo()?;
        let forged = [["te", "x"], ["grpc-timeout", "1H"], ["content-type", "text/html"], [":path", "/admin/Delete"]];
        let calls: Vec<_> =
            forged.iter().map(|header| json!({ "do": "grpc", "methods": ["a.B/C"], "metadata": [header] })).collect();
        let trial = lab.rust(&calls.into())?.endpoint(&service.url()).granted(&["grpc a.B/C"]);
        let told = trial.run()?.completed()?.steps(&["0: invalid-request"; 4])?;
        ensure!(service.connections() == 0, "the service was asked");
        Ok(told)
    });
    headers.chain(methods).chain([many, large, body, metadata]).collect()
}
