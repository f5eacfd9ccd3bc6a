//! What is waived, skipped by name, or left out stays in the report, and covers no more than it names.

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Sandbox, Tree};

use crate::{
    sandbox,
    told::{Told, text},
};

/// A stack of which release and mode differ from what is required: two services, of two releases.
const DRIFTED: &str = "
[requirements]
esb_version = \"v1\"

[probes.gateway]
plugin = \"builtin:static\"
config = { release = \"v2\" }

[probes.agent]
plugin = \"builtin:static\"
config = { release = \"v1\", version = \"1.0.0\" }
";

/// An environment with that stack and these waivers.
fn waived(waivers: &[&str]) -> Result<Sandbox> {
    let sandbox = sandbox();
    let waivers: Vec<String> = waivers.iter().map(|waiver| format!("\n[[waivers]]\n{waiver}\n")).collect();
    sandbox.file("env.toml", format!("{DRIFTED}{}", waivers.join("")))?;
    Ok(sandbox)
}

const CHECK: [&str; 4] = ["stack", "check", "--env", "env.toml"];

#[test]
fn a_waiver_covers_what_it_names_and_stays_in_the_report() -> Result<()> {
    let sandbox =
        waived(&["rule = \"stack.release\"\nreason = \"hotfix rolls out until Friday\"\nexpires = 2999-12-31"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!(told.exit(), Some(0), "{}", told.output.snapshot());
    let result = told.one("stack.release", "")?;
    for (field, expected) in [
        ("outcome", "skip"),
        ("class", "waived"),
        ("would_be", "fail"),
        ("expected", "v1"),
        ("observed", "v1 (agent), v2 (gateway)"),
    ] {
        assert_eq!(text(result, field), expected, "{field} in {}", told.output.snapshot());
    }
    insta::assert_snapshot!(sandbox.run(&CHECK)?.snapshot(), @r"
    exit code: 0
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    policy       strict

    stack
    -----
    - waived: expected release `v1`, found `v1` (agent), `v2` (gateway) (waived until 2999-12-31: hotfix
      rolls out until Friday) [stack.release]
        expected  v1
        observed  v1 (agent), v2 (gateway)
        items     gateway: v2
        would be  fail
        → roll the stack to release `v1`, or change `requirements.esb_version` in
          `[DIR]/env.toml`
        at        [DIR]/env.toml:3:15 (requirements.esb_version)

    √ may go ahead: 0 checks passed, 1 waived ([TIME])
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn an_expired_waiver_changes_nothing_and_is_named() -> Result<()> {
    let sandbox = waived(&["rule = \"stack.release\"\nreason = \"hotfix\"\nexpires = 2020-01-01"])?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!(told.exit(), Some(3));
    let message = text(told.one("stack.release", "")?, "message").to_owned();
    assert!(message.contains("env.toml:") && message.contains("expired on 2020-01-01"), "{message}");
    insta::assert_snapshot!(sandbox.run(&[&CHECK[..], &["--quiet"]].concat())?.snapshot(), @r"
    exit code: 3
    ----- stdout -----
    stack
    -----
    × expected release `v1`, found `v1` (agent), `v2` (gateway) (waiver
      `[DIR]/env.toml:13:1` expired on 2020-01-01) [stack.release]
        expected  v1
        observed  v1 (agent), v2 (gateway)
        items     gateway: v2
        → roll the stack to release `v1`, or change `requirements.esb_version` in
          `[DIR]/env.toml`
        at        [DIR]/env.toml:3:15 (requirements.esb_version)

      1 stack failure; 0 checks passed ([TIME])
      nothing was applied
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn a_waiver_is_narrowed_by_each_of_its_keys() -> Result<()> {
    for (narrowed, exit) in [
        ("service = \"gateway\"", 0),
        ("service = \"agent\"", 3),
        ("instance = \"gateway\"", 0),
        ("instance = \"gateway-2\"", 3),
        ("observed = \"v2\"", 0),
        ("observed = \"v3\"", 3),
        ("path = \"requirements.esb_version\"", 0),
        ("path = \"requirements.mode\"", 3),
        ("service = \"gateway\"\nobserved = \"v2\"", 0),
        ("service = \"gateway\"\nobserved = \"v1\"", 3),
    ] {
        let sandbox =
            waived(&[&format!("rule = \"stack.release\"\nreason = \"x\"\nexpires = 2999-12-31\n{narrowed}")])?;
        let told = Told::by(&sandbox, &CHECK)?;
        assert_eq!(told.exit(), Some(exit), "{narrowed}: {}", told.output.snapshot());
    }
    Ok(())
}

#[test]
fn every_service_that_differs_has_to_be_covered() -> Result<()> {
    let waiver = |service: &str| {
        format!("rule = \"stack.release\"\nservice = \"{service}\"\nreason = \"{service}\"\nexpires = 2999-12-31")
    };
    for (waivers, exit) in [(vec!["gateway"], 3), (vec!["web"], 3), (vec!["gateway", "web"], 0)] {
        let waivers: Vec<String> = waivers.into_iter().map(waiver).collect();
        let sandbox = waived(&waivers.iter().map(String::as_str).collect::<Vec<_>>())?;
        let text = std::fs::read_to_string(sandbox.dir().join("env.toml"))?;
        sandbox.file(
            "env.toml",
            format!("{text}\n[probes.web]\nplugin = \"builtin:static\"\nconfig = {{ release = \"v3\" }}\n"),
        )?;
        assert_eq!(Told::by(&sandbox, &CHECK)?.exit(), Some(exit), "{waivers:?}");
    }
    Ok(())
}

#[test]
fn a_failure_of_the_payload_is_waived_only_where_that_is_said() -> Result<()> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal().without("a/config/routing.yml"))?;
    for (waivable, exit) in [("", 1), ("waivable = false", 1), ("waivable = true", 0)] {
        let waiver = "[[waivers]]\nrule = \"payload.config-file\"\nreason = \"routed elsewhere\"\nexpires = 2999-12-31";
        sandbox.file("env.toml", format!("{waiver}\n{waivable}\n"))?;
        let told = Told::by(&sandbox, &["payload", "check", "--env", "env.toml"])?;
        assert_eq!(told.exit(), Some(exit), "{waivable}: {}", told.output.snapshot());
        let failed = told.of("payload.config-file");
        if exit == 0 {
            assert!(failed.iter().any(|result| text(result, "class") == "waived"), "{}", told.output.snapshot());
        } else {
            let advised = |result: &&Value| text(result, "hint").contains("needs `waivable = true`");
            assert!(failed.iter().any(advised), "{}", told.output.snapshot());
        }
    }
    Ok(())
}

#[test]
fn a_waived_cause_covers_the_cause_and_brings_back_what_rests_on_it() -> Result<()> {
    let sandbox = sandbox();
    let text = "[requirements]\nservices.gateway.version = \"2.0.0\"\n";
    let waiver = "[[waivers]]\nrule = \"stack.observation\"\nservice = \"gateway\"\nreason = \"not up yet\"\nexpires = 2999-12-31\n";
    sandbox.file("env.toml", format!("{text}\n{waiver}"))?;
    let told = Told::by(&sandbox, &CHECK)?;
    assert_eq!((told.exit(), told.with("skip")), (Some(0), vec!["stack.observation gateway".to_owned()]));
    Ok(())
}

#[test]
fn a_rule_is_skipped_by_name_with_its_reason_for_this_run() -> Result<()> {
    let sandbox = waived(&[])?;
    let words = [&CHECK[..], &["--skip", "stack.release=rolling back by hand"]].concat();
    let told = Told::by(&sandbox, &words)?;
    assert_eq!(told.exit(), Some(0));
    let result = told.one("stack.release", "")?;
    assert_eq!((text(result, "outcome"), text(result, "class"), text(result, "would_be")), ("skip", "skipped", "fail"));
    assert!(text(result, "message").contains("rolling back by hand"));
    insta::assert_snapshot!(sandbox.run(&words)?.snapshot(), @r"
    exit code: 0
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    policy       strict

    stack
    -----
    - skipped: expected release `v1`, found `v1` (agent), `v2` (gateway) (skipped by name: rolling back
      by hand) [stack.release]
        expected  v1
        observed  v1 (agent), v2 (gateway)
        items     gateway: v2
        would be  fail
        → roll the stack to release `v1`, or change `requirements.esb_version` in
          `[DIR]/env.toml`
        at        [DIR]/env.toml:3:15 (requirements.esb_version)

    √ may go ahead: 0 checks passed, 1 skipped ([TIME])
    ----- stderr -----
    ");
    assert_eq!(Told::by(&sandbox, &CHECK)?.exit(), Some(3), "the next run asks again");
    Ok(())
}

#[test]
fn a_skip_needs_a_known_rule_and_a_reason() -> Result<()> {
    let sandbox = waived(&[])?;
    for (skip, words) in [
        ("stack.release", "a rule is skipped for a reason"),
        ("stack.release=", "a rule is skipped for a reason"),
        ("stack.relase=x", "did you mean `stack.release`?"),
    ] {
        let output = sandbox.run(&[&CHECK[..], &["--skip", skip]].concat())?;
        assert_eq!(output.status, Some(2), "{}", output.snapshot());
        assert!(output.stderr.contains(words) && output.stdout.is_empty(), "{}", output.snapshot());
    }
    Ok(())
}

/// Two services, each of which has a requirement of its own that does not hold.
const TWO: &str = "
[requirements]
mode = \"docker\"
services.gateway.version = \"2.0.0\"
services.agent.version = \"2.0.0\"

[probes.gateway]
plugin = \"builtin:static\"
config = { version = \"1.0.0\", mode = \"docker\" }

[probes.agent]
plugin = \"builtin:static\"
config = { version = \"1.0.0\" }
";

#[test]
fn only_the_named_services_are_looked_at_and_the_rest_is_shown_as_skipped() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("env.toml", TWO)?;
    let told = Told::by(&sandbox, &[&CHECK[..], &["--only", "gateway"]].concat())?;
    assert_eq!(told.exit(), Some(3));
    assert_eq!(told.with("fail"), ["stack.version gateway"]);
    assert_eq!(told.with("skip"), ["stack.observation agent"], "{}", told.output.snapshot());
    // The mode, which only a probe that was left out could have shown, is no missing answer.
    let told = Told::by(&sandbox, &[&CHECK[..], &["--only", "agent"]].concat())?;
    assert_eq!(told.with("fail"), ["stack.version agent"]);
    assert!(told.with("error").is_empty(), "{}", told.output.snapshot());
    assert_eq!(told.with("skip"), ["stack.observation", "stack.observation gateway"]);
    insta::assert_snapshot!(sandbox.run(&[&CHECK[..], &["--only", "agent"]].concat())?.snapshot(), @r"
    exit code: 3
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    policy       strict

    stack
    -----
    - skipped: mode was not observed: no probe gave it (only agent was looked at) [stack.observation]
        expected  docker
        would be  error
        → list a probe that gives mode, or drop `requirements.mode` in `[DIR]/env.toml`
        at        [DIR]/env.toml:3:8 (requirements.mode)

    stack: agent
    ------------
    × expected version `2.0.0`, found `1.0.0` [stack.version]
        expected  2.0.0
        observed  1.0.0
        → roll `agent` to version `2.0.0`, or change `requirements.services.agent.version` in
          `[DIR]/env.toml`
        at        [DIR]/env.toml:5:26 (requirements.services.agent.version)

    stack: gateway
    --------------
    - skipped: `gateway` was not asked, whatever is required of it: only agent was looked at
      [stack.observation]

      1 stack failure, 2 skipped; 0 checks passed ([TIME])
      nothing was applied
      only a part of the stack was asked: not gateway
    × must not go ahead: change the stack, or deploy an artifact that was built for it
    ----- stderr -----
    ");
    let both = Told::by(&sandbox, &[&CHECK[..], &["--only", "agent", "--only", "gateway"]].concat())?;
    assert_eq!(both.with("fail"), ["stack.version agent", "stack.version gateway"]);
    Ok(())
}

#[test]
fn a_service_without_a_probe_cannot_be_looked_at_alone() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("env.toml", TWO)?;
    insta::assert_snapshot!(sandbox.run(&[&CHECK[..], &["--only", "gatway"]].concat())?.snapshot(), @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--only gatway` names a service that the environment has no probe for
      help: did you mean `gateway`? services with a probe: agent, gateway
      [usage.only] at fault: the command line or the environment
    ");
    Ok(())
}
