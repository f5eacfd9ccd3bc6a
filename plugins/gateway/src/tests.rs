use shipworthy_sdk::{
    Container, ContainersError, Phase,
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

fn container() -> Container {
    Container {
        name: "esb-test-gateway".to_owned(),
        image: "registry.example:5000/esb-gateway-docker:1.2".to_owned(),
        image_id: "sha256:00".to_owned(),
        state: "running".to_owned(),
        ..Container::default()
    }
}

/// The evidence that this container gives.
const CONTAINER: [&str; 5] = [
    r#"fact image = "registry.example:5000/esb-gateway-docker:1.2", from container image of esb-test-gateway"#,
    r#"fact image-id = "sha256:00", from container image id of esb-test-gateway"#,
    r#"fact mode = "docker", from container image name of esb-test-gateway"#,
    r#"fact mode = "docker", from container env AGENT_RUNTIME of esb-test-gateway"#,
    r#"fact release = "1.2", from container image tag of esb-test-gateway"#,
];

fn script(
    health: impl Into<Result<Answer, NetworkError>>,
    openapi: impl Into<Result<Answer, NetworkError>>,
    invocation: impl Into<Result<Answer, NetworkError>>,
) -> Script {
    let target = Target { service: "gateway".to_owned(), instance: "gateway".to_owned(), project: None };
    Script::new()
        .descriptor(include_str!("../probe.json"))
        .target(target)
        .http("GET /health", health)
        .http("GET /openapi.json", openapi)
        .http(&format!("POST {NO_SUCH_FUNCTION}"), invocation)
}

fn look(
    health: impl Into<Result<Answer, NetworkError>>,
    openapi: impl Into<Result<Answer, NetworkError>>,
    invocation: impl Into<Result<Answer, NetworkError>>,
) -> Seen {
    script(health, openapi, invocation).container(container()).env("AGENT_RUNTIME", "docker").run::<Gateway>("{}")
}

/// What a run told, apart from what the container gave.
fn apart_from_container(seen: &Seen) -> Vec<String> {
    let (container, rest): (Vec<_>, Vec<_>) =
        seen.lines().into_iter().partition(|line| CONTAINER.contains(&line.as_str()));
    assert_eq!(container, CONTAINER, "the container's part is given whatever becomes of the requests");
    rest
}

#[test]
fn a_healthy_gateway_shows_health_version_and_routes() {
    let seen = look(healthy(), Answer::json(200, OPENAPI_BODY), not_found());
    assert_eq!(
        apart_from_container(&seen),
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
        // Every gateway has its health: whatever has none may be something else, and is not passed over.
        let rule = if why == Gap::NotOffered { Gap::Unreadable } else { why };
        assert_eq!(seen.missing("healthy").map(|failure| failure.why), Some(rule), "{answer:?}");
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
fn silence_is_told_once_and_hides_no_container() {
    let refusal = || NetworkError::NotGranted("http GET /health".to_owned());
    let refused_line = "failed unreachable: connection refused";
    for (health, rest, line) in [
        (refused(), refused(), refused_line),
        (refusal(), refused(), refused_line),
        (refusal(), refusal(), "failed not-granted: not granted: http GET /health"),
    ] {
        assert_eq!(apart_from_container(&look(health, rest.clone(), rest)), [line]);
    }
}

#[test]
fn a_gateway_that_turns_every_request_away_is_told_once() {
    let redirect = || Answer::new(302, "").header("location", "https://login.example/");
    let sent_away = "failed unreadable: GET /health: expected 200, found 302, a redirect to \
                     `https://login.example/` that is not followed";
    let denied = "failed denied: GET /health: expected 200, found 401";
    for (health, rest, line) in [
        (Ok(redirect()), Ok(redirect()), sent_away),
        (Ok(Answer::new(401, "")), Ok(Answer::new(401, "")), denied),
        (Ok(Answer::new(401, "")), Err(refused()), denied),
    ] {
        let seen = look(health, rest.clone(), rest);
        assert_eq!(apart_from_container(&seen), [line]);
        assert_eq!(seen.requests().len(), 3);
    }
}

#[test]
fn an_engine_that_cannot_be_asked_hides_no_answer() {
    for (error, missing) in [
        (ContainersError::EngineUnreachable("no socket".to_owned()), Failure::new(Gap::Unreachable, "no socket")),
        (
            ContainersError::NotGranted("container .".to_owned()),
            Failure::new(Gap::NotGranted, "not granted: container ."),
        ),
    ] {
        let script = script(healthy(), Answer::json(200, OPENAPI_BODY), not_found());
        let seen = script.containers_fail(error).run::<Gateway>("{}");
        assert_eq!((seen.missing("mode"), seen.missing("release")), (Some(&missing), Some(&missing)));
        assert_eq!(seen.fact("health"), Some(&"healthy".into()));
        assert_eq!(seen.fact("version"), Some(&"2.0.0".into()));
        assert_eq!(seen.findings("unknown-function").len(), 1);
        assert_eq!(seen.outcome(), Ok(()));
    }
}

#[test]
fn neither_answers_nor_engine_leave_the_engines_reason_and_the_failure() {
    let script = script(refused(), refused(), refused());
    let seen = script.containers_fail(ContainersError::TimedOut(2_000)).run::<Gateway>("{}");
    assert_eq!(
        seen.lines(),
        [
            "missing mode: timed-out: the container engine did not answer within 2000 ms",
            "missing release: timed-out: the container engine did not answer within 2000 ms",
            "failed unreachable: connection refused",
        ]
    );
}

#[test]
fn a_gateway_without_a_container_still_shows_itself() {
    let seen = script(healthy(), Answer::json(200, OPENAPI_BODY), not_found()).run::<Gateway>("{}");
    let none = Failure::new(Gap::NotOffered, "no container of gateway");
    assert_eq!((seen.missing("mode"), seen.missing("release")), (Some(&none), Some(&none)));
    assert_eq!(seen.fact("version"), Some(&"2.0.0".into()));
}

#[test]
fn places_that_disagree_about_the_mode_are_all_shown() {
    let script = script(healthy(), Answer::json(200, OPENAPI_BODY), not_found());
    let seen = script.container(container()).env("AGENT_RUNTIME", "containerd").run::<Gateway>("{}");
    let modes: Vec<_> = seen.lines().into_iter().filter(|line| line.starts_with("fact mode")).collect();
    assert_eq!(
        modes,
        [
            r#"fact mode = "docker", from container image name of esb-test-gateway"#,
            r#"fact mode = "containerd", from container env AGENT_RUNTIME of esb-test-gateway"#,
        ]
    );
}
