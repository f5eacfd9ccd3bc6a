use shipworthy_sdk::{
    Phase,
    testing::{Answer, Script, Seen},
};

use super::*;

const OPENAPI_BODY: &str = r#"{ "openapi": "3.1.0", "info": { "title": "gateway", "version": "2.0.0" }, "paths": {
    "/2015-03-31/functions/{function_name}/invocations": { "post": {} },
    "/health": { "get": {} }, "/orders/{id}": { "get": {} }, "/user/auth/v1": { "post": {} } } }"#;

fn healthy() -> Answer {
    Answer::json(200, r#"{ "status": "healthy", "timestamp": "2026-01-01T00:00:00Z" }"#)
}

fn not_found() -> Answer {
    Answer::json(404, r#"{ "message": "Function not found: shipworthy-no-such-function-0" }"#)
}

fn refused() -> NetworkError {
    NetworkError::Unreachable("connection refused".to_owned())
}

fn look(
    health: impl Into<Result<Answer, NetworkError>>,
    openapi: impl Into<Result<Answer, NetworkError>>,
    invocation: impl Into<Result<Answer, NetworkError>>,
) -> Seen {
    Script::new()
        .descriptor(include_str!("../probe.json"))
        .http("GET /health", health)
        .http("GET /openapi.json", openapi)
        .http(&format!("POST {NO_SUCH_FUNCTION}"), invocation)
        .run::<Gateway>("{}")
}

#[test]
fn a_healthy_gateway_shows_health_version_and_routes() {
    let seen = look(healthy(), Answer::json(200, OPENAPI_BODY), not_found());
    assert_eq!(
        seen.lines(),
        [
            r#"fact health = "healthy", from GET /health status"#,
            "finding healthy holds: GET /health, expected 200 with status `healthy`, found 200 with status `healthy`",
            r#"fact version = "2.0.0", from GET /openapi.json info.version"#,
            "capability route:/2015-03-31/functions/{function_name}/invocations present, from GET /openapi.json paths",
            "capability route:/health present, from GET /openapi.json paths",
            "capability route:/orders/{id} present, from GET /openapi.json paths",
            "capability route:/user/auth/v1 present, from GET /openapi.json paths",
            r#"complete "route:""#,
            "capability invoke present, from GET /openapi.json paths",
            "capability auth present, from GET /openapi.json paths",
            "finding unknown-function holds: POST to a function that cannot exist, \
             expected 404 with `Function not found`, found 404 with `Function not found`",
        ]
    );
}

#[test]
fn nothing_is_asked_of_a_name_that_could_exist() {
    let seen = look(healthy(), Answer::json(200, OPENAPI_BODY), not_found());
    let asked: Vec<_> = seen.requests().iter().map(Request::what).collect();
    assert_eq!(asked, ["GET /health", "GET /openapi.json", &format!("POST {NO_SUCH_FUNCTION}")]);
}

#[test]
fn what_is_not_among_the_routes_is_absent() {
    let body = r#"{ "info": { "version": "2.0.0" }, "paths": { "/2015-03-31/functions/{a}/x/invocations": {} } }"#;
    let seen = look(healthy(), Answer::json(200, body), not_found());
    assert_eq!((seen.capability("invoke"), seen.capability("auth")), (Some(false), Some(false)));
    assert!(seen.is_complete("route:"));
}

#[test]
fn an_unhealthy_gateway_is_a_violation() {
    for (answer, fact, found) in [
        (Answer::json(200, r#"{ "status": "degraded" }"#), Some("degraded"), "200 with status `degraded`"),
        (Answer::json(503, r#"{ "status": "unhealthy" }"#), Some("unhealthy"), "503 with status `unhealthy`"),
        (Answer::json(503, r#"{ "status": "healthy" }"#), Some("healthy"), "503 with status `healthy`"),
        (Answer::new(500, "Internal Server Error"), None, "500"),
    ] {
        let seen = look(answer, Answer::json(200, OPENAPI_BODY), not_found());
        let [finding] = seen.findings("healthy")[..] else { panic!("one finding") };
        assert_eq!((finding.holds, finding.found.as_deref()), (false, Some(found)));
        assert_eq!(seen.fact("health"), fact.map(Into::into).as_ref());
        assert_eq!(seen.missing("health").is_some(), fact.is_none());
    }
}

#[test]
fn an_answer_that_says_nothing_of_health_is_a_gap_and_no_violation() {
    for (answer, why) in [
        (Answer::new(301, "").header("location", "/login"), Gap::Unreadable),
        (Answer::new(401, ""), Gap::Denied),
        (Answer::new(404, ""), Gap::NotOffered),
        (Answer::new(200, "<html>"), Gap::Unreadable),
        (Answer::json(200, r#"{ "ok": true }"#), Gap::Unreadable),
    ] {
        let seen = look(answer.clone(), Answer::json(200, OPENAPI_BODY), not_found());
        assert_eq!(seen.missing("health").map(|failure| failure.why), Some(why), "{answer:?}");
        assert_eq!(seen.missing("healthy").map(|failure| failure.why), Some(why), "{answer:?}");
        assert!(seen.findings("healthy").is_empty(), "{answer:?}");
    }
}

#[test]
fn a_health_that_is_not_seen_hides_nothing_else() {
    let slow = NetworkError::TimedOut { phase: Phase::Headers, limit_ms: 2_000, received_bytes: 0 };
    let seen = look(slow, Answer::json(200, OPENAPI_BODY), not_found());
    let detail = "GET /health: timed out after 2000 ms while waiting for the answer";
    assert_eq!(seen.missing("health"), Some(&Failure::new(Gap::TimedOut, detail)));
    assert_eq!(seen.fact("version"), Some(&"2.0.0".into()));
    assert_eq!(seen.findings("unknown-function").len(), 1);
    assert_eq!(seen.outcome(), Ok(()));
}

#[test]
fn an_openapi_document_that_is_not_seen_hides_nothing_else() {
    for (answer, why) in [
        (Err(refused()), Gap::Unreachable),
        (Ok(Answer::new(200, "nonsense")), Gap::Unreadable),
        (Ok(Answer::new(307, "")), Gap::Unreadable),
        (Ok(Answer::new(404, "")), Gap::NotOffered),
    ] {
        let seen = look(healthy(), answer.clone(), not_found());
        for name in ["version", "route:", "invoke", "auth"] {
            assert_eq!(seen.missing(name).map(|failure| failure.why), Some(why), "{answer:?} {name}");
        }
        assert!(!seen.is_complete("route:"));
        assert_eq!(seen.fact("health"), Some(&"healthy".into()));
        assert_eq!(seen.outcome(), Ok(()));
    }
}

#[test]
fn half_a_document_gives_its_half() {
    let without_paths = look(healthy(), Answer::json(200, r#"{ "info": { "version": "2.0.0" } }"#), not_found());
    assert_eq!(without_paths.fact("version"), Some(&"2.0.0".into()));
    let detail = "GET /openapi.json: has no `/paths`";
    assert_eq!(without_paths.missing("route:"), Some(&Failure::new(Gap::Unreadable, detail)));
    let without_version = look(healthy(), Answer::json(200, r#"{ "info": {}, "paths": {} }"#), not_found());
    assert_eq!(without_version.missing("version").map(|failure| failure.why), Some(Gap::Unreadable));
    assert!(without_version.is_complete("route:"));
}

#[test]
fn another_answer_for_an_unknown_function_is_a_violation() {
    for (answer, found) in [
        (Answer::new(404, "nothing here"), "404"),
        (Answer::new(200, "ran"), "200"),
        (Answer::new(500, "Function not found"), "500 with `Function not found`"),
    ] {
        let seen = look(healthy(), Answer::json(200, OPENAPI_BODY), answer);
        let [finding] = seen.findings("unknown-function")[..] else { panic!("one finding") };
        assert_eq!((finding.holds, finding.found.as_deref()), (false, Some(found)));
    }
    let seen = look(healthy(), Answer::json(200, OPENAPI_BODY), Answer::new(403, ""));
    assert_eq!(seen.missing("unknown-function").map(|failure| failure.why), Some(Gap::Denied));
    assert!(seen.findings("unknown-function").is_empty());
}

#[test]
fn silence_is_told_once() {
    assert_eq!(look(refused(), refused(), refused()).lines(), ["failed unreachable: connection refused"]);
    let refusal = || NetworkError::NotGranted("http GET /health".to_owned());
    assert_eq!(look(refusal(), refused(), refused()).lines(), ["failed unreachable: connection refused"]);
    let lines = look(refusal(), refusal(), refusal()).lines();
    assert_eq!(lines, ["failed not-granted: not granted: http GET /health"]);
}
