//! Every way of not answering: a class of its own, words that help, and nothing else lost over it.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Agent, Environment, Gateway, Sandbox, Stack, StandIn, hostile};

use crate::{
    sandbox,
    told::{Told, text},
};

/// Small enough that a test is quick, and large enough for a healthy stand-in on a busy machine.
const LIMITS: &str = "limits = { request = \"500ms\", deadline = \"3s\", response = \"64KiB\" }";

/// Asks for one fact, so that what keeps it away is told and nothing else.
const VERSION: &str =
    "config = { requests = [{ path = \"/openapi.json\", facts.version = { json = \"/info/version\" } }] }";

/// A probe of the gateway by HTTP, at a plain endpoint.
fn asking(e: Environment, url: &str) -> Environment {
    e.endpoint("gateway", url).probe_with("gateway", "builtin:http", &format!("{VERSION}\n{LIMITS}"))
}

/// The same at an endpoint whose certificate must come from the stand-ins' CA.
fn asking_securely(e: Environment, url: &str) -> Environment {
    e.trusted_endpoint("gateway", url).probe_with("gateway", "builtin:http", &format!("{VERSION}\n{LIMITS}"))
}

/// What a gateway that does not answer comes to, beside an agent that does.
///
/// Exactly one error (a warning under warn), of this class, with these words in its message; what rests on it is
/// skipped; what the agent shows is judged all the same. Gives what people read under strict.
fn untold(stack: &Stack, gateway: impl Fn(Environment) -> Environment, class: &str, words: &[&str]) -> Result<String> {
    let sandbox = sandbox();
    let environment = stack.environment(|e| {
        gateway(e)
            .probe_agent()
            .requires("services.gateway.version = \"2.0.0\"")
            .requires("services.agent.facts.health = \"SERVING\"")
    });
    sandbox.file("env.toml", environment)?;
    for (policy, exit, outcome) in [("strict", 4, "error"), ("warn", 0, "warn")] {
        let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml", "--policy", policy])?;
        let snapshot = told.output.snapshot();
        assert_eq!(told.exit(), Some(exit), "{snapshot}");
        assert_eq!(told.with(outcome), ["stack.observation gateway"], "{snapshot}");
        assert_eq!(told.with("skip"), ["stack.observation gateway"], "{snapshot}");
        let seen = ["stack.fact agent", "stack.certificate agent", "stack.agent.serving agent"];
        assert_eq!(told.with("pass"), seen, "{snapshot}");
        assert!(told.of("stack.version").is_empty(), "never the fact's own rule: {snapshot}");
        let result = told.results().find(|result| result["outcome"] == outcome).unwrap_or(&Value::Null);
        assert_eq!(text(result, "class"), class, "{snapshot}");
        for word in words {
            assert!(text(result, "message").contains(word), "expected `{word}` in {snapshot}");
        }
        assert!(!text(result, "hint").is_empty(), "{snapshot}");
    }
    shown(&sandbox)
}

/// As people read it.
fn shown(sandbox: &Sandbox) -> Result<String> {
    Ok(sandbox.run(&["stack", "check", "--env", "env.toml", "--quiet"])?.snapshot())
}

/// [`untold`] for a gateway in plain text; `URL` in the words is its address.
fn plain(server: &StandIn, class: &str, words: &[&str]) -> Result<String> {
    let url = server.url();
    let words: Vec<String> = words.iter().map(|word| word.replace("URL", &url)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    untold(&Stack::start()?, |e| asking(e, &url), class, &words)
}

#[test]
fn a_closed_port_is_unreachable() -> Result<()> {
    let shown = plain(&hostile::refuse()?, "unreachable", &["cannot connect to `URL`: connection refused"])?;
    insta::assert_snapshot!(shown, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` could not see anything: cannot connect to `http://127.0.0.1:[PORT]`: connection
      refused [stack.observation]
        class     unreachable
        → to mend at the service: bring `gateway` up, or mend the endpoint of probe `gateway`
        1 check not judged because of it:
        - version was not observed

      1 answer missing, 1 skipped; 3 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (unreachable): bring up what could not be reached, or mend its
      address in the environment
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_server_that_never_answers_is_a_time_out() -> Result<()> {
    let shown = plain(&hostile::silent()?, "timed-out", &["timed out after 500 ms while waiting for the answer"])?;
    insta::assert_snapshot!(shown, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` could not see anything: timed out after [TIME] while waiting for the answer
      [stack.observation]
        class     timed-out
        → to mend at the service: see why `gateway` is slow, or raise `limits` of probe `gateway`
        1 check not judged because of it:
        - version was not observed

      1 answer missing, 1 skipped; 3 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (timed-out): find out why it is slow, or raise the limit
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn headers_that_never_end_are_a_time_out() -> Result<()> {
    let server = hostile::slow_headers(Duration::from_millis(20))?;
    plain(&server, "timed-out", &["timed out after 500 ms while waiting for the answer"])?;
    Ok(())
}

#[test]
fn a_body_that_drips_is_a_time_out_that_says_how_much_came() -> Result<()> {
    let server = hostile::dripping(Duration::from_millis(20))?;
    let shown = plain(&server, "timed-out", &["timed out after 500 ms while reading the body", " bytes received"])?;
    let received = shown.split("reading the body, ").nth(1).and_then(|rest| rest.split_whitespace().next());
    assert!(received.and_then(|count| count.parse::<u32>().ok()).is_some_and(|count| count > 0), "{shown}");
    Ok(())
}

#[test]
fn a_body_without_end_is_a_limit() -> Result<()> {
    let shown = plain(&hostile::endless()?, "limit", &["65536 bytes", "response body"])?;
    insta::assert_snapshot!(shown, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` could not see anything: the limit of 65536 bytes for the response body is exceeded
      [stack.observation]
        class     limit
        → to mend at the service: see why `gateway` answers so much, or raise `limits` of probe
          `gateway`
        1 check not judged because of it:
        - version was not observed

      1 answer missing, 1 skipped; 3 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (limit): find out why there is so much, or raise the limit
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn huge_headers_are_a_limit() -> Result<()> {
    plain(&hostile::huge_headers(70_000)?, "limit", &["65536 bytes", "response headers"])?;
    Ok(())
}

#[test]
fn what_is_not_http_is_unreadable() -> Result<()> {
    let shown = plain(&hostile::nonsense()?, "unreadable", &["`URL` did not answer with HTTP"])?;
    insta::assert_snapshot!(shown, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` could not see anything: `http://127.0.0.1:[PORT]` did not answer with HTTP: invalid
      HTTP version parsed [stack.observation]
        class     unreadable
        → to mend at the service: see what `gateway` answers: plugin `http` cannot read it
        1 check not judged because of it:
        - version was not observed

      1 answer missing, 1 skipped; 3 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (unreadable): compare what was answered with what the probe expects
    ----- stderr -----
    ");
    Ok(())
}

/// Whether its words come before the request is sent or after it is a matter of time, and no matter to the reader.
#[test]
fn a_server_that_speaks_first_is_none_of_http() -> Result<()> {
    plain(&hostile::speaking_first()?, "unreadable", &["`URL` did not answer with HTTP"])?;
    Ok(())
}

#[test]
fn an_answer_that_breaks_off_is_unreadable() -> Result<()> {
    plain(&hostile::truncated()?, "unreadable", &["`URL` ended its answer before it was complete"])?;
    Ok(())
}

#[test]
fn a_server_error_is_unreadable_and_never_a_version() -> Result<()> {
    plain(&hostile::error_500()?, "unreadable", &["GET /openapi.json: expected 200, found 500"])?;
    Ok(())
}

#[test]
fn invalid_json_is_unreadable() -> Result<()> {
    plain(&hostile::invalid_json()?, "unreadable", &["GET /openapi.json", "JSON"])?;
    Ok(())
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() -> Result<()> {
    let elsewhere = Gateway::new().start_plain()?;
    let target = format!("{}/openapi.json", elsewhere.url());
    let server = hostile::redirect(&target)?;
    let words = ["GET /openapi.json: expected 200, found 302", &format!("to `{target}`"), "not followed"];
    let shown = plain(&server, "unreadable", &words)?;
    insta::assert_snapshot!(shown, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` gave nothing: GET /openapi.json: expected 200, found 302, a redirect to
      `http://127.0.0.1:[PORT]/openapi.json` that is not followed [stack.observation]
        class     unreadable
        → to mend at the service: see what `gateway` answers: plugin `http` cannot read it
        1 check not judged because of it:
        - version was not observed

      1 answer missing, 1 skipped; 3 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (unreadable): compare what was answered with what the probe expects
    ----- stderr -----
    ");
    assert!(!server.requests().is_empty());
    assert_eq!((elsewhere.connections(), elsewhere.request_lines()), (0, Vec::new()), "it was followed");
    Ok(())
}

#[test]
fn the_gateways_own_probe_does_not_follow_either() -> Result<()> {
    let elsewhere = Gateway::new().start_plain()?;
    let server = hostile::redirect(&elsewhere.url())?;
    let stack = Stack::start()?;
    let gateway =
        |e: Environment| e.endpoint("gateway", &server.url()).probe_with("gateway", "builtin:gateway", LIMITS);
    let sandbox = sandbox();
    sandbox.file("env.toml", stack.environment(|e| gateway(e).requires("services.gateway.version = \"2.0.0\"")))?;
    let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml"])?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    assert!(told.with("fail").is_empty(), "a redirect is no violation: {}", told.output.snapshot());
    assert_eq!(server.requests().len(), 3);
    assert_eq!(elsewhere.connections(), 0);
    insta::assert_snapshot!(shown(&sandbox)?, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` could not see anything: GET /health: expected 200, found 302, a redirect to
      `http://127.0.0.1:[PORT]` that is not followed [stack.observation]
        class     unreadable
        → to mend at the service: see what `gateway` answers: plugin `gateway` cannot read it
        1 check not judged because of it:
        - version was not observed

      1 answer missing, 1 skipped; 0 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (unreadable): compare what was answered with what the probe expects
    ----- stderr -----
    ");
    Ok(())
}

/// A gateway of the stack's own CA or of another, at an endpoint that trusts the stack's.
fn secure(start: impl Fn(&Stack) -> Result<StandIn>, words: &[&str]) -> Result<(String, StandIn)> {
    let stack = Stack::start()?;
    let server = start(&stack)?;
    let url = server.url().replacen("http://", "https://", 1);
    let ca = stack.certs_dir().join("rootCA.crt");
    let words: Vec<String> =
        words.iter().map(|word| word.replace("URL", &url).replace("CA.crt", &ca.to_string_lossy())).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let shown = untold(&stack, |e| asking_securely(e, &url), "tls", &words)?;
    Ok((shown, server))
}

#[test]
fn a_certificate_of_another_ca_is_a_tls_fault_that_names_both() -> Result<()> {
    let words = ["`URL`", "issuer is not trusted", "trusted: `CA.crt`", "unrelated stand-in CA"];
    let (_, server) = secure(|stack| hostile::wrong_ca(&stack.certs), &words)?;
    assert!(server.requests().is_empty(), "nothing was asked of a server that is not known");
    Ok(())
}

#[test]
fn plain_http_where_tls_is_expected_is_a_tls_fault() -> Result<()> {
    let words = ["`URL` did not answer with TLS; a plain service has the scheme `http`"];
    let (shown, _) = secure(|_| Gateway::new().start_plain(), &words)?;
    insta::assert_snapshot!(shown, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` could not see anything: `https://127.0.0.1:[PORT]` did not answer with TLS; a plain
      service has the scheme `http` [stack.observation]
        class     tls
        → to mend in the environment: mend `url`, `ca`, `client_cert` or `server_name` of the endpoint
          of probe `gateway`
        1 check not judged because of it:
        - version was not observed

      1 answer missing, 1 skipped; 3 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (tls): mend the endpoint's `ca`, `server_name` or client
      certificate, or the service's certificate
    ----- stderr -----
    ");
    Ok(())
}

/// The agent alone, at an endpoint of choice.
fn agent(e: Environment, endpoint: &str) -> Environment {
    e.section(endpoint).probe_with("agent", "builtin:grpc-health", LIMITS)
}

fn of_agent(environment: &str, class: &str, words: &[&str]) -> Result<Sandbox> {
    let sandbox = sandbox();
    sandbox.file("env.toml", environment)?;
    for (policy, exit) in [("strict", 4), ("warn", 0)] {
        let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml", "--policy", policy])?;
        assert_eq!(told.exit(), Some(exit), "{}", told.output.snapshot());
        let result = told.one("stack.observation", "agent")?;
        assert_eq!(text(result, "class"), class, "{}", told.output.snapshot());
        for word in words {
            assert!(text(result, "message").contains(word), "expected `{word}` in {}", told.output.snapshot());
        }
    }
    Ok(sandbox)
}

#[test]
fn a_missing_client_certificate_is_a_tls_fault_that_says_so() -> Result<()> {
    let stack = Stack::start()?;
    let url = stack.agent.url();
    let environment = stack.environment(|e| e.trusted_endpoint("agent", &url).probe("agent", "builtin:grpc-health"));
    let words = ["the server asks for a client certificate, and the endpoint has no `client_cert`"];
    let sandbox = of_agent(&environment, "tls", &words)?;
    insta::assert_snapshot!(shown(&sandbox)?, @r"
    exit code: 4
    ----- stdout -----
    stack: agent
    ------------
    ? probe `agent` could not see anything: `https://127.0.0.1:[PORT]`: the server asks for a client
      certificate, and the endpoint has no `client_cert` [stack.observation]
        class     tls
        → to mend in the environment: mend `url`, `ca`, `client_cert` or `server_name` of the endpoint
          of probe `agent`

      1 answer missing; 1 check passed ([TIME])
      nothing was applied
    ? cannot be determined: agent (tls): mend the endpoint's `ca`, `server_name` or client certificate,
      or the service's certificate
    ----- stderr -----
    ");
    assert!(stack.agent.requests().is_empty());
    Ok(())
}

#[test]
fn http1_where_grpc_is_spoken_is_unreadable() -> Result<()> {
    let stack = Stack::start()?;
    let server = hostile::http1()?;
    let environment = stack.environment(|e| agent(e, &format!("[endpoints.agent]\nurl = \"{}\"", server.url())));
    let sandbox = of_agent(&environment, "unreadable", &[&format!("`{}`", server.url())])?;
    insta::assert_snapshot!(shown(&sandbox)?, @r"
    exit code: 4
    ----- stdout -----
    stack: agent
    ------------
    ? probe `agent` could not see anything: `http://127.0.0.1:[PORT]` did not answer in HTTP that can be
      read: connection error detected: frame with invalid size; perhaps it does not speak HTTP/2, which
      was spoken to it [stack.observation]
        class     unreadable
        → to mend at the service: see what `agent` answers: plugin `grpc-health` cannot read it

      1 answer missing; 0 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: agent (unreadable): compare what was answered with what the probe expects
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn two_probes_at_one_dead_endpoint_are_one_cause() -> Result<()> {
    let (stack, server) = (Stack::start()?, hostile::refuse()?);
    let sandbox = sandbox();
    sandbox.file(
        "env.toml",
        stack.environment(|e| {
            asking(e, &server.url())
                .section(&format!("[probes.routes]\nplugin = \"builtin:gateway\"\nservice = \"gateway\"\nendpoint = \"gateway\"\n{LIMITS}"))
                .probe_agent()
        }),
    )?;
    let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml"])?;
    assert_eq!(told.with("error"), ["stack.observation gateway"], "{}", told.output.snapshot());
    assert_eq!(told.with("skip"), ["stack.observation gateway"], "{}", told.output.snapshot());
    insta::assert_snapshot!(shown(&sandbox)?, @r"
    exit code: 4
    ----- stdout -----
    stack: gateway
    --------------
    ? probe `gateway` could not see anything: cannot connect to `http://127.0.0.1:[PORT]`: connection
      refused [stack.observation]
        class     unreachable
        → to mend at the service: bring `gateway` up, or mend the endpoint of probe `gateway`
        1 check not judged because of it:
        - probe `routes` could not see anything

      1 answer missing, 1 skipped; 2 checks passed ([TIME])
      nothing was applied
    ? cannot be determined: gateway (unreachable): bring up what could not be reached, or mend its
      address in the environment
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn two_services_that_are_silent_in_the_same_words_are_two_causes() -> Result<()> {
    let (stack, one, two) = (Stack::start()?, hostile::silent()?, hostile::silent()?);
    let sandbox = sandbox();
    let probe = |name: &str, server: &StandIn| {
        format!(
            "[endpoints.{name}]\nurl = \"{}\"\n\n[probes.{name}]\nplugin = \"builtin:http\"\n{VERSION}\n{LIMITS}",
            server.url()
        )
    };
    sandbox.file("env.toml", stack.environment(|e| e.section(&probe("gateway", &one)).section(&probe("web", &two))))?;
    let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml"])?;
    assert_eq!(
        told.with("error"),
        ["stack.observation gateway", "stack.observation web"],
        "{}",
        told.output.snapshot()
    );
    Ok(())
}

/// A gateway that comes up after its probe has found nobody there.
#[test]
fn a_service_that_comes_up_late_is_waited_for_and_the_attempts_are_told() -> Result<()> {
    let (stack, sandbox) = (Stack::start()?, sandbox());
    let gateway = hostile::late(2, Gateway::new())?;
    let retry = "retry = { for = \"20s\", every = \"50ms\" }";
    sandbox.file(
        "env.toml",
        stack.environment(|e| {
            e.requires("services.gateway.version = \"2.0.0\"").endpoint("gateway", &gateway.url()).probe_with(
                "gateway",
                "builtin:http",
                &format!("{VERSION}\n{LIMITS}\n{retry}"),
            )
        }),
    )?;
    let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml"])?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    assert_eq!(told.one("stack.version", "gateway")?["attempts"], 3, "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_violation_is_never_tried_again() -> Result<()> {
    let (stack, sandbox) = (Stack::with(Gateway::new().version("1.0.0"), Agent::new())?, sandbox());
    let retry = "retry = { for = \"20s\", every = \"50ms\" }";
    let url = stack.gateway.url();
    sandbox.file(
        "env.toml",
        stack.environment(|e| {
            e.requires("services.gateway.version = \"2.0.0\"").trusted_endpoint("gateway", &url).probe_with(
                "gateway",
                "builtin:http",
                &format!("{VERSION}\n{retry}"),
            )
        }),
    )?;
    let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml"])?;
    assert_eq!(told.exit(), Some(3), "{}", told.output.snapshot());
    assert_eq!(told.one("stack.version", "gateway")?["attempts"], Value::Null);
    assert_eq!(stack.gateway.request_lines(), ["GET /openapi.json"]);
    Ok(())
}

#[test]
fn a_service_that_stays_away_shows_how_often_it_was_asked() -> Result<()> {
    let (stack, sandbox, server) = (Stack::start()?, sandbox(), hostile::refuse()?);
    let retry = "retry = { for = \"3s\", every = \"1s\" }";
    let lines = format!("{VERSION}\n{LIMITS}\n{retry}");
    sandbox.file(
        "env.toml",
        stack.environment(|e| e.endpoint("gateway", &server.url()).probe_with("gateway", "builtin:http", &lines)),
    )?;
    let told = Told::by(&sandbox, &["stack", "check", "--env", "env.toml"])?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let attempts = &told.one("stack.observation", "gateway")?["attempts"];
    assert!(attempts.as_u64().is_some_and(|attempts| attempts > 1), "{}", told.output.snapshot());
    Ok(())
}
