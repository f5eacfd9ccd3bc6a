use shipworthy_sdk::testing::{Answer, Script, Seen};

use super::*;

fn script() -> Script {
    Script::new().descriptor(include_str!("../probe.json"))
}

fn one(answer: Answer, request: &str) -> Seen {
    script().http("GET /x", answer).run::<Http>(&format!(r#"{{ "requests": [{{ "path": "/x", {request} }}] }}"#))
}

const BODY: &str = r#"{ "info": { "version": "2.0.0", "queue": 12, "load": "0.5", "ready": true, "none": null },
    "features": { "x": {}, "off": false, "list": [] } }"#;

#[test]
fn facts_are_read_from_each_place() {
    let answer = Answer::json(200, BODY).header("X-Version", " 1.2 ");
    let seen = one(
        answer,
        r#""facts": { "a": { "json": "/info/version" }, "b": { "json": "/info/queue" }, "c": { "json": "/info/ready" },
            "d": { "header": "x-version" }, "e": { "status": true }, "f": { "regex": "\"version\": \"(\\S+)\"" },
            "g": { "regex": "version" }, "h": { "json": "/info/load", "number": true } }"#,
    );
    assert_eq!(
        seen.lines(),
        [
            r#"fact a = "2.0.0", from GET /x info.version"#,
            "fact b = 12, from GET /x info.queue",
            "fact c = true, from GET /x info.ready",
            r#"fact d = "1.2", from GET /x header x-version"#,
            "fact e = 200, from GET /x status",
            r#"fact f = "2.0.0", from GET /x /"version": "(\S+)"/"#,
            r#"fact g = "version", from GET /x /version/"#,
            "fact h = 0.5, from GET /x info.load",
        ]
    );
}

#[test]
fn a_plain_body_is_a_fact() {
    let seen = one(Answer::new(200, "1.4.2\n"), r#""facts": { "version": { "text": true } }"#);
    assert_eq!(seen.lines(), [r#"fact version = "1.4.2", from GET /x body"#]);
}

#[test]
fn what_is_not_in_the_answer_is_missing() {
    for (fact, detail) in [
        (r#"{ "json": "/info/x" }"#, "GET /x: has no `/info/x`"),
        (r#"{ "json": "/info" }"#, "GET /x: `/info`: expected text, a number or a boolean"),
        (r#"{ "json": "/info/none" }"#, "GET /x: `/info/none`: expected text, a number or a boolean"),
        (r#"{ "header": "x-none" }"#, "GET /x: has no header `x-none`"),
        (r#"{ "regex": "none=(\\d+)" }"#, r"GET /x: no match for `none=(\d+)`"),
        (r#"{ "json": "/info/version", "number": true }"#, "GET /x: expected a number, found `2.0.0`"),
    ] {
        let seen = one(Answer::json(200, BODY), &format!(r#""facts": {{ "a": {fact} }}"#));
        assert_eq!(seen.missing("a"), Some(&Failure::new(Gap::Unreadable, detail)), "{fact}");
    }
    let seen = one(Answer::new(200, "nonsense"), r#""facts": { "a": { "json": "/a" } }"#);
    assert!(seen.missing("a").is_some_and(|failure| failure.detail.starts_with("GET /x: not JSON")));
}

#[test]
fn capabilities_are_there_by_their_sign_and_absent_without() {
    let seen = one(
        Answer::json(200, BODY).header("x-trace", "1"),
        r#""capabilities": { "a": { "json": "/features/x" }, "b": { "json": "/features/off" },
            "c": { "json": "/features/none" }, "d": { "status": 200 }, "e": { "status": [404, 405] },
            "f": { "header": "X-Trace" }, "g": { "header": "x-none" }, "h": { "regex": "features" },
            "i": { "regex": "^none" }, "j": { "json": "/info/none" }, "k": { "json": "/features/list" } }"#,
    );
    let present: Vec<_> = "abcdefghijk".chars().map(|name| seen.capability(&name.to_string()).unwrap()).collect();
    assert_eq!(present, [true, false, false, true, false, true, false, true, false, false, true]);
}

#[test]
fn another_status_is_a_violation_where_one_is_expected() {
    for (expect, found, holds) in [("200", 200, true), ("200", 503, false), ("[200, 204]", 204, true)] {
        let seen = one(Answer::new(found, ""), &format!(r#""expect_status": {expect}"#));
        let [finding] = seen.findings("status")[..] else { panic!("one finding") };
        assert_eq!((finding.holds, finding.message.as_str()), (holds, "GET /x"));
        assert_eq!(finding.found, Some(found.to_string()));
    }
    assert_eq!(one(Answer::new(503, ""), r#""facts": {}"#).lines(), [""; 0]);
}

#[test]
fn nothing_but_the_status_is_read_from_an_answer_of_another_status() {
    let request = r#""facts": { "a": { "json": "/a" }, "b": { "status": true } },
        "capabilities": { "c": { "regex": "a" }, "d": { "status": 404 } }"#;
    let seen = one(Answer::json(404, r#"{ "a": 1 }"#), request);
    assert_eq!(
        seen.lines(),
        [
            "missing a: not-offered: GET /x: expected 200, found 404",
            "fact b = 404, from GET /x status",
            "missing c: not-offered: GET /x: expected 200, found 404",
            "capability d present, from GET /x status",
        ]
    );
    let seen = one(Answer::json(404, r#"{ "a": 1 }"#), r#""expect_status": 404, "facts": { "a": { "json": "/a" } }"#);
    assert_eq!(seen.fact("a"), Some(&1.into()));
}

#[test]
fn one_request_without_an_answer_hides_none_of_the_others() {
    let refused = NetworkError::Unreachable("connection refused".to_owned());
    let config = r#"{ "requests": [
        { "path": "/x", "expect_status": 200, "facts": { "a": { "text": true } }, "capabilities": { "b": { "status": 200 } } },
        { "path": "/y", "facts": { "c": { "text": true } } } ] }"#;
    let seen = script().http("GET /x", refused.clone()).http("GET /y", Answer::new(200, "1")).run::<Http>(config);
    assert_eq!(
        seen.lines(),
        [
            "missing status: unreachable: GET /x: connection refused",
            "missing a: unreachable: GET /x: connection refused",
            "missing b: unreachable: GET /x: connection refused",
            r#"fact c = "1", from GET /y body"#,
        ]
    );
    let seen = script().http("GET /x", refused.clone()).http("GET /y", refused).run::<Http>(config);
    assert_eq!(seen.lines(), ["failed unreachable: connection refused"], "silence is told once");
}

#[test]
fn a_method_that_is_not_granted_keeps_the_line_to_add() {
    let seen = script().run::<Http>(r#"{ "requests": [{ "path": "/x", "method": "HEAD" }] }"#);
    assert_eq!(seen.lines(), ["failed not-granted: not granted: http HEAD /x"]);
}

#[test]
fn requests_carry_their_method_and_headers() {
    let config = r#"{ "requests": [{ "path": "/x?y=1", "method": "HEAD", "headers": { "accept": "text/plain" } }] }"#;
    let seen = Script::new().http("HEAD /x?y=1", Answer::new(204, "")).run::<Http>(config);
    let [request] = seen.requests() else { panic!("one request") };
    assert_eq!(*request, shipworthy_sdk::Request::new("HEAD", "/x?y=1").header("accept", "text/plain"));
}

#[test]
fn a_configuration_that_cannot_be_used_names_its_key_and_asks_nothing() {
    for (request, named) in [
        (r#""facts": { "a": { "regex": "(" } }"#, "`requests[0].facts.a.regex`: "),
        (r#""capabilities": { "a": { "regex": "[" } }"#, "`requests[0].capabilities.a.regex`: "),
        (r#""facts": { "a": { "json": "info" } }"#, "`requests[0].facts.a.json`: not a JSON pointer: info"),
        (r#""capabilities": { "a": { "json": "/~2" } }"#, "`requests[0].capabilities.a.json`: not a JSON pointer: /~2"),
        (r#""facts": { "a": {} }"#, "`requests[0].facts.a`: takes exactly one of"),
        (r#""facts": { "a": { "text": true, "status": true } }"#, "`requests[0].facts.a`: takes exactly one of"),
    ] {
        let seen = script().run::<Http>(&format!(r#"{{ "requests": [{{ "path": "/x", {request} }}] }}"#));
        let failure = seen.outcome().unwrap_err();
        assert_eq!(failure.why, Gap::Config, "{request}");
        assert!(failure.detail.starts_with(named), "{failure}");
        assert!(seen.requests().is_empty());
    }
    let twice = r#"{ "requests": [{ "path": "/x", "facts": { "a": { "text": true } } },
        { "path": "/y", "facts": { "a": { "text": true } } }] }"#;
    assert_eq!(script().run::<Http>(twice).lines(), ["failed config: `requests[1].facts.a`: is given by two requests"]);
}
