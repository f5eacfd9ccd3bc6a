//! The stand-in gateway, row by row of the contract.

use anyhow::Result;
use http::Version;
use serde_json::json;
use shipworthy_stand_ins::gateway::INVOCATIONS;
use shipworthy_stand_ins::{Certs, Gateway};

use crate::client::{Via, ask, request};

#[test]
fn health_says_healthy_and_the_time() -> Result<()> {
    let gateway = Gateway::new().start_plain()?;
    let body = ask(&gateway, &Via::Plain, request("GET", "/health")?)?.json()?;
    assert_eq!(body["status"], "healthy");
    assert!(body["timestamp"].as_str().is_some_and(|time| time.contains('T')), "{body}");
    Ok(())
}

#[test]
fn statuses_are_the_contracts() -> Result<()> {
    let gateway = Gateway::new().start_plain()?;
    let table = [
        ("GET", "/health", None, 200),
        ("GET", "/health?verbose=1", None, 200),
        ("HEAD", "/health", None, 401),
        ("HEAD", "/health", Some("Bearer x"), 401),
        ("GET", "/openapi.json", None, 200),
        ("POST", "/2015-03-31/functions/no-such/invocations", None, 404),
        ("GET", "/2015-03-31/functions/no-such/invocations", None, 401),
        ("POST", "/2015-03-31/functions//invocations", None, 401),
        ("GET", "/functions", None, 401),
        ("GET", "/functions", Some("Bearer x"), 404),
        ("GET", "/routes", None, 401),
        ("GET", "/routes", Some("Bearer x"), 404),
    ];
    for (method, path, token, status) in table {
        let mut request = request(method, path)?;
        if let Some(token) = token {
            request.headers_mut().insert("authorization", token.parse()?);
        }
        let answer = ask(&gateway, &Via::Plain, request)?;
        assert_eq!(answer.status.as_u16(), status, "{method} {path} with {token:?}");
    }
    Ok(())
}

#[test]
fn an_unknown_function_is_named_in_the_answer() -> Result<()> {
    let gateway = Gateway::new().start_plain()?;
    let answer = ask(&gateway, &Via::Plain, request("POST", "/2015-03-31/functions/no-such/invocations")?)?;
    assert_eq!(answer.json()?, json!({ "message": "Function not found: no-such" }));
    Ok(())
}

#[test]
fn openapi_has_the_version_and_a_path_per_route() -> Result<()> {
    let gateway = Gateway::new().version("3.1.0").route("/invoices").without_route(INVOCATIONS).start_plain()?;
    let body = ask(&gateway, &Via::Plain, request("GET", "/openapi.json")?)?.json()?;
    assert_eq!(body["info"]["version"], "3.1.0");
    let paths: Vec<_> = body["paths"].as_object().into_iter().flatten().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/health", "/invoices", "/orders/{id}", "/user/auth/v1"]);
    let answer = ask(&gateway, &Via::Plain, request("POST", "/2015-03-31/functions/no-such/invocations")?)?;
    assert_eq!(answer.status, 401, "a route that is not there is not answered");
    Ok(())
}

#[test]
fn alpn_chooses_the_protocol() -> Result<()> {
    let certs = Certs::generate()?;
    let gateway = Gateway::new().start(&certs)?;
    assert!(gateway.url().starts_with("https://127.0.0.1:"));
    for (alpn, version) in [("h2", Version::HTTP_2), ("http/1.1", Version::HTTP_11)] {
        let answer = ask(&gateway, &Via::Tls(&certs, alpn), request("GET", "/health")?)?;
        assert_eq!((answer.status.as_u16(), answer.version), (200, version));
    }
    Ok(())
}

#[test]
fn requests_are_recorded_as_they_arrived() -> Result<()> {
    let gateway = Gateway::new().start_plain()?;
    for via in [Via::Plain, Via::PlainHttp2] {
        let mut request = request("POST", "/orders/1?x=%20")?.map(|_| "body".into());
        request.headers_mut().insert("x-api-key", "k".parse()?);
        ask(&gateway, &via, request)?;
    }
    assert_eq!(gateway.connections(), 2);
    assert_eq!(gateway.request_lines(), ["POST /orders/1?x=%20"; 2]);
    for received in gateway.requests() {
        assert_eq!(received.header("x-api-key"), Some("k"));
        assert_eq!(received.host.as_deref(), Some("stand-in"));
        assert_eq!(received.body, "body");
    }
    Ok(())
}
