//! What the SDK promises a probe's author, through its public API.

use shipworthy_sdk::{
    Call, Container, Failure, Finding, Gap, NetworkError, NoConfig, OneOrMany, Origin, Phase, Probe, Request, Stack,
    Target,
    testing::{Answer, GrpcAnswer, Script},
};

/// A probe that is a function, for tests.
macro_rules! probe {
    ($name:ident, $config:ty, |$stack:ident, $given:ident| $body:expr) => {
        struct $name;

        impl Probe for $name {
            type Config = $config;

            fn observe($stack: &Stack<'_>, _: &Target, $given: $config) -> Result<(), Failure> {
                $body
            }
        }
    };
}

#[test]
fn every_network_error_becomes_the_gap_that_fits_by_a_question_mark() {
    probe!(Get, NoConfig, |stack, _config| {
        stack.http().get("/x")?;
        Ok(())
    });
    let text = || "why".to_owned();
    let slow = |phase, received_bytes| NetworkError::TimedOut { phase, limit_ms: 20, received_bytes };
    for (error, line) in [
        (NetworkError::NotGranted("http GET /x".to_owned()), "failed not-granted: not granted: http GET /x"),
        (NetworkError::InvalidRequest(text()), "failed defect: invalid request: why"),
        (NetworkError::Unreachable(text()), "failed unreachable: why"),
        (NetworkError::Tls(text()), "failed tls: why"),
        (slow(Phase::Connect, 0), "failed timed-out: timed out after 20 ms while connecting"),
        (slow(Phase::Body, 7), "failed timed-out: timed out after 20 ms while reading the body, 7 bytes received"),
        (
            NetworkError::TooLarge { what: "response body".to_owned(), limit: 9 },
            "failed limit: the limit of 9 bytes for the response body is exceeded",
        ),
        (NetworkError::Protocol(text()), "failed unreadable: why"),
    ] {
        assert_eq!(Script::new().http("GET /x", error).run::<Get>("{}").lines(), [line]);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_the_environments_fault() {
    probe!(Configured, OneOrMany<u8>, |_stack, _config| Ok(()));
    assert_eq!(Script::new().run::<Configured>("[1, 2]").outcome(), Ok(()));
    let failure = Script::new().run::<Configured>("[1, 300]").outcome().unwrap_err().clone();
    assert_eq!(failure.why, Gap::Config);
    assert!(failure.detail.starts_with("config: invalid value: integer `300`"), "{failure}");
}

#[test]
fn a_probe_without_configuration_takes_any() {
    probe!(Plain, NoConfig, |_stack, _config| Ok(()));
    for config in ["{}", "null", r#"{ "a": [1] }"#] {
        assert_eq!(Script::new().run::<Plain>(config).outcome(), Ok(()), "{config}");
    }
}

#[test]
fn evidence_given_before_a_failure_stays() {
    probe!(Half, NoConfig, |stack, _config| {
        stack.fact("a", 1, "first");
        Err(Failure::new(Gap::NotOffered, "no more"))
    });
    assert_eq!(Script::new().run::<Half>("{}").lines(), ["fact a = 1, from first", "failed not-offered: no more"]);
}

#[test]
fn what_is_too_long_for_the_host_becomes_a_gap_instead_of_ending_the_run() {
    probe!(Long, NoConfig, |stack, _config| {
        stack.fact("text", "x".repeat(8_193), "a");
        stack.fact("fits", "x".repeat(8_192), "a");
        stack.capability(&"n".repeat(1_025), true, "a");
        stack.missing("m", Failure::new(Gap::Unreadable, "d".repeat(5_000)));
        stack.finding("r", &Finding::new(true, "m".repeat(5_000)).found("f".repeat(5_000)));
        stack.fact("origin", true, Origin::new("o".repeat(5_000)).of("s".repeat(5_000)));
        Ok(())
    });
    let seen = Script::new().run::<Long>("{}");
    let missing = seen.missing("text").unwrap();
    assert_eq!(*missing, Failure::new(Gap::Limit, "a value of 8193 bytes, where at most 8192 are taken"));
    assert!(seen.fact("fits").is_some());
    assert_eq!(
        seen.lines()[2].len(),
        "missing : limit: a name of 1025 bytes, where at most 1024 are taken".len() + 1_024
    );
    assert_eq!(seen.missing("m").unwrap().detail.len(), 1_024);
    assert_eq!(seen.findings("r")[0].message.len(), 1_024);
    assert!(seen.lines().iter().all(|line| line.len() < 10_000));
}

#[test]
fn answers_to_several_requests_are_in_their_order() {
    probe!(Several, NoConfig, |stack, _config| {
        let requests = [Request::get("/a"), Request::get("/b").endpoint("metrics"), Request::post("/c", "{}")];
        for answer in stack.http().send_all(requests) {
            match answer {
                Ok(response) => stack.fact("status", response.status(), response.origin("status")),
                Err(error) => stack.missing("status", error),
            }
        }
        Ok(())
    });
    let seen = Script::new()
        .http("POST /c", Answer::new(201, ""))
        .http("GET /a", Answer::json(200, "{}"))
        .http("@metrics GET /b", NetworkError::Tls("unknown issuer".to_owned()))
        .run::<Several>("{}");
    assert_eq!(
        seen.lines(),
        [
            "fact status = 200, from GET /a status",
            "missing status: tls: unknown issuer",
            "fact status = 201, from POST /c status"
        ]
    );
    assert_eq!(seen.requests().len(), 3);
}

#[test]
fn a_script_refuses_what_the_descriptor_does_not_declare() {
    probe!(Curious, NoConfig, |stack, _config| {
        let own = stack.containers().own()?;
        let [container] = &own[..] else { return Err(Failure::new(Gap::NotOffered, "no container")) };
        for (name, answer) in [
            ("declared", stack.containers().env(container, "ESB_TAG")),
            ("undeclared", stack.containers().env(container, "SECRET")),
        ] {
            match answer {
                Ok(value) => stack.fact(name, value.unwrap_or_default(), "env"),
                Err(error) => stack.missing(name, error),
            }
        }
        if let Err(error) = stack.grpc().invoke(Call::new("a.B/C")) {
            stack.missing("call", error);
        }
        Ok(())
    });
    let container = Container { name: "one".to_owned(), ..Container::default() };
    let script = Script::new()
        .container(container)
        .env("ESB_TAG", "1.2")
        .env("SECRET", "x")
        .grpc("a.B/C", GrpcAnswer::ok([]))
        .descriptor(r#"{ "needs": ["container ."], "optional": ["env . ESB_TAG"] }"#);
    let seen = script.run::<Curious>("{}");
    assert_eq!(
        seen.lines(),
        [
            r#"fact declared = "1.2", from env"#,
            "missing undeclared: not-granted: not granted: env . SECRET",
            "missing call: not-granted: not granted: grpc a.B/C",
        ]
    );
    assert_eq!(script.run::<Curious>("{}"), seen, "a script can be run again");
}

#[test]
fn answers_given_several_times_come_in_turn_and_the_last_stays() {
    probe!(Thrice, NoConfig, |stack, _config| {
        for _ in 0..3 {
            stack.fact("code", stack.grpc().invoke(Call::new("a.B/C"))?.code(), "call");
        }
        Ok(())
    });
    let script = Script::new().grpc("a.B/C", GrpcAnswer::status(14, "")).grpc("a.B/C", GrpcAnswer::ok([]));
    let facts = ["fact code = 14, from call", "fact code = 0, from call", "fact code = 0, from call"];
    assert_eq!(script.run::<Thrice>("{}").lines(), facts);
}

#[test]
fn a_function_answers_what_the_script_says_nothing_of() {
    probe!(Three, NoConfig, |stack, _config| {
        let elsewhere = Request::get("/b").endpoint("metrics").header("accept", "text/plain");
        let [a, b, c] = stack.http().send_all([Request::get("/a"), elsewhere, Request::post("/c", "body")]);
        for (name, answer) in [("a", a), ("b", b), ("c", c)] {
            match answer {
                Ok(response) => stack.fact(name, response.text()?, "the answer"),
                Err(error) => stack.missing(name, error),
            }
        }
        Ok(())
    });
    let script = Script::new().http("GET /a", Answer::new(200, "scripted")).answering(|request: &Request| {
        let headers: Vec<_> = request.headers().iter().map(|header| header.value.as_str()).collect();
        match request.role() {
            None if request.body().is_empty() => Err(NetworkError::Unreachable("not asked".to_owned())),
            None => Ok(Answer::new(200, request.body())),
            Some(role) => Ok(Answer::new(200, format!("{role} {} {}", request.what(), headers.join(",")))),
        }
    });
    let facts = [
        r#"fact a = "scripted", from the answer"#,
        r#"fact b = "metrics GET /b text/plain", from the answer"#,
        r#"fact c = "body", from the answer"#,
    ];
    assert_eq!(script.run::<Three>("{}").lines(), facts);
    let undeclared = script.descriptor(r#"{ "needs": ["http GET /a", "http POST /c"] }"#).run::<Three>("{}");
    assert_eq!(undeclared.lines()[1], "missing b: not-granted: not granted: http@metrics GET /b");
}
