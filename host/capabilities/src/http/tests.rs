//! The vetting, as a table.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use shipworthy_contract::{
    Secret,
    endpoint::{Address, Endpoint, Http2},
    grant::Grant,
};

use super::*;
use crate::{Calendar, Limits, Target};

fn access(grants: &[&str]) -> Access {
    let endpoint = Endpoint {
        name: "gateway".to_owned(),
        instance: "gateway".to_owned(),
        address: Address::Tcp { host: "127.0.0.1".to_owned(), port: 1 },
        tls: None,
        http2: Http2::Auto,
        headers: vec![("x-api-key".to_owned(), Secret::new("hunter22".to_owned()))],
    };
    Access {
        own: "gateway".parse().unwrap(),
        grants: grants.iter().map(|line| line.parse().unwrap()).collect(),
        roles: BTreeMap::from([(Role::main(), Arc::new(Target::prepare(&endpoint).unwrap()))]),
        secrets: Masks::default(),
        limits: Limits { request_bytes: 8, ..Limits::within(Duration::from_secs(2), 1_024, Duration::from_secs(5)) },
        engine: None,
        tape: Tape::Off,
        calendar: Calendar::default(),
    }
}

fn request(line: &str) -> Request {
    let (method, path) = line.split_once(' ').unwrap();
    Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() }
}

fn check(grants: &[&str], request: Request, expected: Result<(), &str>) {
    let shown = request.to_string();
    let found = vet(&access(grants), request).map(drop).map_err(|error| error.to_string());
    assert_eq!(found, expected.map_err(str::to_owned), "{shown}");
}

#[test]
fn only_what_a_grant_names_passes() {
    let grants = ["http GET /health", "http GET /a/*", "http@metrics GET /metrics"];
    check(&grants, request("GET /health"), Ok(()));
    check(&grants, request("GET /health?full=1"), Ok(()));
    check(&grants, request("GET /a/b"), Ok(()));
    check(&grants, request("GET /a/b/c?x=1"), Err("not granted; it takes: http GET /a/b/c"));
    check(&grants, request("POST /health"), Err("not granted; it takes: http POST /health"));
    check(&grants, request("GET /metrics"), Err("not granted; it takes: http GET /metrics"));
    let at = |role: &str, line| Request { endpoint: Some(role.to_owned()), ..request(line) };
    check(&grants, at("main", "GET /health"), Ok(()));
    check(&grants, at("metrics", "GET /health"), Err("not granted; it takes: http@metrics GET /health"));
    check(&grants, at("metrics", "GET /metrics"), Err("not granted; it takes: endpoints.metrics = \"ENDPOINT\""));
}

#[test]
fn what_is_not_a_request_is_invalid() {
    let grants = ["http GET /**"];
    for line in
        ["TRACE /", "CONNECT /", "get /", "GET /a/../b", "GET //a", "GET /a%2fb", "GET http://elsewhere/", "GET "]
    {
        let error = vet(&access(&grants), request(line)).unwrap_err();
        assert!(matches!(error, NetworkError::InvalidRequest(_)), "{line}: {error}");
    }
    let role = Request { endpoint: Some("http://elsewhere".to_owned()), ..request("GET /") };
    assert!(matches!(vet(&access(&grants), role), Err(NetworkError::InvalidRequest(_))));
    let header = Header { name: "X-Api-Key".to_owned(), value: "mine".to_owned() };
    check(
        &grants,
        Request { headers: vec![header], ..request("GET /") },
        Err("invalid request: the header `X-Api-Key` is set by the environment for this endpoint"),
    );
    check(
        &grants,
        Request { body: vec![0; 9], ..request("GET /") },
        Err("the limit of 8 bytes for the request body is exceeded"),
    );
    check(
        &grants,
        request(&format!("GET /{}", "a".repeat(LONGEST_PATH))),
        Err("the limit of 8192 bytes for the request path is exceeded"),
    );
}

#[test]
fn a_guest_can_only_shorten_the_time() {
    let limit = |timeout| vet(&access(&["http GET /"]), Request { timeout, ..request("GET /") }).unwrap().limit;
    assert_eq!(limit(None), Duration::from_secs(2));
    assert_eq!(limit(Some(Duration::from_mins(1))), Duration::from_secs(2));
    assert_eq!(limit(Some(Duration::from_millis(5))), Duration::from_millis(5));
}

proptest! {
    #[test]
    fn what_is_sent_is_what_was_matched(path in "/[ -~]{0,24}", grant in "/[a-c*/]{0,8}") {
        let line = format!("http GET {grant}");
        let Ok(grant) = line.parse::<Grant>() else { return Ok(()) };
        let mut access = access(&[]);
        access.grants = vec![grant.clone()];
        if let Ok(vetted) = vet(&access, Request { method: "GET".to_owned(), path: path.clone(), ..Request::default() }) {
            prop_assert!(grant.allows_http(&vetted.role, vetted.method, &vetted.path));
            let outgoing = vetted.outgoing(&access).unwrap();
            prop_assert_eq!(outgoing.path, path);
            prop_assert_eq!(outgoing.method, http::Method::GET);
        }
    }
}
