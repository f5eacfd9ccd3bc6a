//! `stack.certificate`: what is told of a certificate that is valid, ends soon or has expired, and what rests on it.

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Gateway, Sandbox, Stack, StandIn, hostile, unpacked};

use crate::{
    sandbox,
    told::{Told, text},
};

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];

/// A gateway at an endpoint that trusts the stack's CA; `lines` are further sections of the environment.
fn of(server: &StandIn, stack: &Stack, lines: &str) -> Result<Sandbox> {
    let sandbox = sandbox();
    let url = server.url().replacen("http://", "https://", 1);
    sandbox.file(
        "env.toml",
        stack.environment(|e| {
            let e = e.requires("services.gateway.version = \"2.0.0\"");
            e.trusted_endpoint("gateway", &url).probe("gateway", "builtin:gateway").section(lines)
        }),
    )?;
    Ok(sandbox)
}

/// The value of a piece of evidence.
fn fact<'a>(result: &'a Value, name: &str) -> &'a str {
    let lines = result["evidence"].as_array().into_iter().flatten();
    lines.into_iter().find(|line| line["name"] == name).map_or("", |line| text(line, "value"))
}

#[test]
fn a_valid_certificate_passes_with_its_facts() -> Result<()> {
    let stack = Stack::start()?;
    let told = Told::by(&of(&stack.gateway, &stack, "")?, &CHECK)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    let result = told.one("stack.certificate", "gateway")?;
    assert_eq!((text(result, "outcome"), text(result, "class")), ("pass", "satisfied"));
    assert_eq!(fact(result, "subject"), "CN=stand-in server");
    assert_eq!(fact(result, "issuer"), "CN=Shipworthy stand-in CA");
    assert!(fact(result, "names").starts_with("127.0.0.1, localhost, agent"), "{result}");
    assert_eq!((fact(result, "not-before"), fact(result, "not-after")), ("2025-01-01", "2099-12-31"));
    assert_eq!(fact(result, "sha256").len(), 64);
    Ok(())
}

#[test]
fn a_certificate_that_ends_soon_is_a_warning() -> Result<()> {
    let stack = Stack::start()?;
    let server = hostile::ends_soon(&stack.certs)?;
    let sandbox = of(&server, &stack, "")?;
    for (words, exit) in [(&[][..], 0), (&["--policy", "warn"], 0), (&["--fail-on", "warn"], 3)] {
        let told = Told::by(&sandbox, &[&CHECK[..], words].concat())?;
        assert_eq!(told.exit(), Some(exit), "{words:?}: {}", told.output.snapshot());
        let result = told.one("stack.certificate", "gateway")?;
        assert_eq!((text(result, "outcome"), text(result, "class")), ("warn", "violated"));
        assert!(text(result, "message").contains(", in 6 days"), "{}", text(result, "message"));
        assert_eq!(told.one("stack.version", "gateway")?["outcome"], "pass", "it is observed all the same");
    }
    Ok(())
}

#[test]
fn an_expired_certificate_fails_and_what_rests_on_it_stands_beneath() -> Result<()> {
    let stack = Stack::start()?;
    let server = hostile::expired(&stack.certs)?;
    let sandbox = of(&server, &stack, "")?;
    for policy in ["strict", "warn"] {
        let told = Told::by(&sandbox, &[&CHECK[..], &["--policy", policy]].concat())?;
        assert_eq!(told.exit(), Some(3), "{}", told.output.snapshot());
        assert_eq!(told.with("fail"), ["stack.certificate gateway"], "{}", told.output.snapshot());
        assert!(told.with("error").is_empty(), "one cause is told once: {}", told.output.snapshot());
    }
    assert!(server.requests().is_empty(), "nothing is asked of a server that cannot show who it is");
    insta::assert_snapshot!(sandbox.run(&[&CHECK[..], &["--quiet"]].concat())?.snapshot(), @r"
    exit code: 3
    ----- stdout -----
    stack: gateway
    --------------
    × the certificate of `https://127.0.0.1:[PORT]` expired on 2025-12-31, [DAYS] days ago
      [stack.certificate]
        expected  valid for more than 14 days
        observed  `https://127.0.0.1:[PORT]`: 2025-12-31
        → renew the certificate of `gateway` before the deploy
        2 checks not judged because of it:
        - probe `gateway` could not see anything [stack.observation]
        - version was not observed [stack.observation]

      1 stack failure, 2 skipped; 0 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_waiver_for_an_expired_certificate_does_not_hide_that_nothing_was_observed() -> Result<()> {
    let stack = Stack::start()?;
    let server = hostile::expired(&stack.certs)?;
    let waiver = "[[waivers]]\nrule = \"stack.certificate\"\nreason = \"renewed tonight\"\nexpires = 2099-01-01";
    let told = Told::by(&of(&server, &stack, waiver)?, &CHECK)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    let errors: Vec<&Value> = told.results().filter(|result| result["outcome"] == "error").collect();
    assert_eq!(errors.len(), 1, "{}", told.output.snapshot());
    assert_eq!((text(errors[0], "rule"), text(errors[0], "class")), ("stack.observation", "tls"));
    Ok(())
}

#[test]
fn dates_of_a_certificate_that_is_not_trusted_prove_nothing() -> Result<()> {
    let stack = Stack::start()?;
    let server = hostile::wrong_ca(&stack.certs)?;
    let told = Told::by(&of(&server, &stack, "")?, &CHECK)?;
    assert!(told.of("stack.certificate").is_empty(), "{}", told.output.snapshot());
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_plain_endpoint_has_no_certificate() -> Result<()> {
    let stack = Stack::start()?;
    let server = Gateway::new().start_plain()?;
    let sandbox = sandbox();
    let url = server.url();
    sandbox.file("env.toml", stack.environment(|e| e.endpoint("gateway", &url).probe("gateway", "builtin:gateway")))?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert!(told.of("stack.certificate").is_empty(), "{}", told.output.snapshot());
    Ok(())
}

#[test]
fn a_recording_is_judged_by_when_it_was_made() -> Result<()> {
    let stack = Stack::start()?;
    let sandbox = of(&stack.gateway, &stack, "")?;
    Told::by(&sandbox, &[&CHECK[..], &["--record", "run.json"]].concat())?;
    // As if it had been seen in the last days of the certificate.
    let mut recording: Value = serde_json::from_str(&unpacked(sandbox.dir().join("run.json"))?)?;
    let seen = &mut recording["runs"][0]["told"]["certificates"][0];
    let end = seen["chain"][0]["not_after"].as_i64().unwrap_or_default();
    seen["seen_at"] = (end - 3 * 86_400 - 1).into();
    sandbox.file("run.json", recording.to_string())?;
    let told = Told::by(&sandbox, &[&CHECK[..], &["--replay", "run.json"]].concat())?;
    let message = text(told.one("stack.certificate", "gateway")?, "message");
    assert!(message.ends_with("ends on 2099-12-31, in 3 days"), "{message}");
    Ok(())
}
