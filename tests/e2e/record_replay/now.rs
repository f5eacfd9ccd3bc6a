//! An old recording is judged by what is asked today: another requirement, policy, artifact, environment or plugin.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use shipworthy_stand_ins::{Environment, Sandbox, Stack, Tree, hostile};

use super::{RECORD, REPLAY, demanding, guest::Guest, plugin, recorded};
use crate::{
    sandbox,
    told::{Told, text},
};

/// What a report says is not as it was.
fn differences(told: &Told) -> Vec<String> {
    let all = told.report["recording"]["differences"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| format!("{} {}", text(one, "what"), text(one, "probe")).trim().to_owned()).collect()
}

#[test]
fn an_old_recording_is_judged_by_what_is_required_now() -> Result<()> {
    let sandbox = sandbox();
    recorded(&sandbox, demanding)?;
    let environment = std::fs::read_to_string(sandbox.dir().join("env.toml"))?;
    for (version, exit, outcome) in [("^2", 0, "pass"), (">=3", 3, "fail")] {
        let requirements = format!("[requirements]\nservices.gateway.version = \"{version}\"\n");
        let probes = environment.find("[endpoints").and_then(|at| environment.get(at..)).unwrap_or_default();
        sandbox.file("env.toml", format!("{requirements}\n{probes}"))?;
        let told = Told::by(&sandbox, &REPLAY)?;
        assert_eq!(told.exit(), Some(exit), "{}", told.output.snapshot());
        assert_eq!(text(told.one("stack.version", "gateway")?, "outcome"), outcome);
    }
    Ok(())
}

#[test]
fn a_probe_that_the_recording_does_not_know_is_not_observed() -> Result<()> {
    let sandbox = sandbox();
    recorded(&sandbox, Environment::probe_gateway)?;
    let stack = Stack::start()?;
    sandbox.file(
        "env.toml",
        stack.environment(|e| e.probe_gateway().probe_agent().requires("services.agent.facts.health = \"SERVING\"")),
    )?;
    let told = Told::by(&sandbox, &REPLAY)?;
    assert_eq!(told.exit(), Some(4), "{}", told.output.snapshot());
    assert_eq!(told.with("error"), ["stack.observation agent"], "{}", told.output.snapshot());
    assert_eq!(stack.agent.connections() + stack.gateway.connections(), 0, "a replay asks nobody");
    insta::assert_snapshot!(shown(&sandbox, &REPLAY)?, @r"
    exit code: 4
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  env ([DIR]/env.toml)
    recording    run.json (made [TIME] by shipworthy [VERSION])
    differs      probe `agent` is not in the recording
    policy       strict

    stack: agent
    ------------
    ? probe `agent` cannot be replayed: the recording does not hold probe `agent`; it has `gateway`
      [stack.observation]
        class     not-recorded
        → to mend in the environment: record a run anew with `--record FILE`: it does not hold all that
          probe `agent` asks now
        1 check not judged because of it:
        - fact `health` was not observed

    stack: gateway
    --------------
    √ the certificate of `https://127.0.0.1:[PORT]` is valid until 2099-12-31 [stack.certificate]
    √ the gateway says that it is healthy: GET /health [stack.gateway.healthy]
    √ the gateway says of a function that cannot exist that it is not found: POST to a function that
      cannot exist [stack.gateway.unknown-function]
    · `mode`, `release` were not observed: cannot reach the container engine at
      `unix:///nonexistent/docker.sock`: no such socket [stack.observation]
    · observed, and not required: health `healthy`, version `2.0.0`, 6 capabilities [stack.observation]

      1 answer missing, 1 skipped; 3 checks passed ([TIME])
      nothing was applied
      judged from a recording: the running stack was not asked
    ? cannot be determined: agent (not-recorded): record a run anew: the recording does not hold what is
      asked now
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn another_policy_and_another_artifact_are_judged() -> Result<()> {
    let sandbox = sandbox();
    recorded(&sandbox, |e| e.probe_gateway().requires("services.gateway.facts.colour = \"blue\""))?;
    assert_eq!(Told::by(&sandbox, &REPLAY)?.exit(), Some(4));
    let lenient = Told::by(&sandbox, &[&REPLAY[..], &["--policy", "warn"]].concat())?;
    assert_eq!((lenient.exit(), text(&lenient.report, "policy")), (Some(0), "warn"));
    for (version, exit) in [("^2", Some(4)), (">=3", Some(3))] {
        let stack = format!("api_version: '1.0'\nmode: docker\nservices:\n  gateway:\n    version: '{version}'");
        sandbox.tree(&Tree::minimal().runtime_stack(&stack))?;
        let told = Told::by(&sandbox, &["check", "artifact.yml", "--env", "env.toml", "--replay", "run.json"])?;
        assert_eq!(told.exit(), exit, "{}", told.output.snapshot());
        let outcome = if exit == Some(3) { "fail" } else { "pass" };
        assert_eq!(text(told.one("stack.version", "gateway")?, "outcome"), outcome);
    }
    Ok(())
}

#[test]
fn another_environment_needs_neither_endpoint_nor_secret_nor_certificate() -> Result<()> {
    let sandbox = sandbox();
    let live = recorded(&sandbox, Environment::probe_gateway)?;
    assert_eq!(live.exit(), Some(0), "{}", live.output.snapshot());
    sandbox.file(
        "stricter.toml",
        "[requirements]\nservices.gateway.version = \">=3\"\n\
         [endpoints.gateway]\nurl = \"https://no-such-host.invalid:1\"\nca = \"no-such.crt\"\n\
         client_cert = \"no-such.crt\"\nclient_key = \"no-such.key\"\n\
         headers.x-api-key = { env = \"NO_SUCH_VARIABLE\" }\nheaders.x-other = { file = \"no-such-file\" }\n\
         [containers]\nsocket = \"unix:///no/such.sock\"\n\
         [probes.gateway]\nplugin = \"builtin:gateway\"\n",
    )?;
    let told = Told::by(&sandbox, &["stack", "check", "--env", "stricter.toml", "--replay", "run.json"])?;
    assert_eq!((told.exit(), told.with("fail")), (Some(3), vec!["stack.version gateway".to_owned()]));
    let recording = &told.report["recording"];
    assert_eq!(
        (text(recording, "file"), text(recording, "environment"), text(recording, "shipworthy")),
        ("run.json", "env", env!("CARGO_PKG_VERSION"))
    );
    let at = text(recording, "recorded");
    assert!(at.starts_with('2') && at.ends_with('Z') && at.len() == 20, "{at}");
    let expected = json!([{ "what": "environment", "recorded": "env", "now": "stricter" }]);
    assert_eq!(recording["differences"], expected);
    Ok(())
}

/// What `docs/operations.md` says of a probe's next version: the command that records, the environment of the next version,
/// and the command that replays.
fn as_documented() -> Result<[String; 3]> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/operations.md"))?;
    let (_, section) =
        page.split_once("### Would v2 of this probe have passed last night's stack?").context("the section")?;
    // Every second part stands between fences, behind its language.
    let blocks = section.split("```").skip(1).step_by(2);
    let of =
        |language: &str| blocks.clone().filter_map(|block| block.strip_prefix(language)).map(str::to_owned).collect();
    let (commands, files): (Vec<String>, Vec<String>) = (of("sh\n"), of("toml\n"));
    let [record, replay] = <[String; 2]>::try_from(commands).ok().context("two commands")?;
    Ok([record, files.into_iter().next().context("an environment")?, replay])
}

/// Runs a documented command.
fn told(sandbox: &Sandbox, command: &str, more: &[&str]) -> Result<Told> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let (program, words) = words.split_first().context("a command")?;
    assert_eq!(*program, "shipworthy");
    Told::by(sandbox, &[words, more].concat())
}

/// Records version 1 of a plugin that reads `/health` and `/version`.
fn of_last_night(sandbox: &Sandbox, command: &str) -> Result<Told> {
    plugin::write(sandbox, "environments/orders-1", "1.0.0", &Guest::new().get(None, "/health").get(None, "/version"))?;
    Tree::minimal().write_to(&sandbox.dir().join("out"))?;
    let server = hostile::fixed("ok")?;
    let required = "services.orders.facts.\"9:/health\" = 200";
    sandbox.file("environments/production.toml", plugin::environment(&server.url(), "orders-1", "", required))?;
    told(sandbox, command, &[])
}

#[test]
fn would_version_2_of_this_probe_have_passed_last_nights_stack() -> Result<()> {
    let sandbox = sandbox();
    let [record, second, replay] = as_documented()?;
    let live = of_last_night(&sandbox, &record)?;
    assert_eq!(live.exit(), Some(0), "{}", live.output.snapshot());
    let file = second.lines().next().and_then(|line| line.strip_prefix("# ")).context("a file's name")?;
    let requiring =
        |requires: &str| sandbox.file(file, second.replace("[probes", &format!("[requirements]\n{requires}\n[probes")));
    let write = |version: &str, guest: &Guest| plugin::write(&sandbox, "environments/orders-2", version, guest);

    // One that sees more in the same answers.
    requiring("services.orders.facts.seen = \"by the second\"")?;
    let sees_more = Guest::new().fact("seen", "by the second").get(None, "/health");
    write("2.0.0", &sees_more)?;
    let passed = told(&sandbox, &replay, &[])?;
    assert_eq!(passed.exit(), Some(0), "{}", passed.output.snapshot());
    assert_eq!(differences(&passed), ["environment", "plugin orders"]);
    let plugin = &passed.report["recording"]["differences"][1];
    assert!(text(plugin, "recorded").starts_with("orders 1.0.0, sha256 "), "{plugin}");
    assert!(text(plugin, "now").starts_with("orders 2.0.0, sha256 "), "{plugin}");

    // One that asks what the first did not ask: nobody can say.
    write("2.0.0", &sees_more.get(None, "/v2/health").get(None, "/versions"))?;
    let unknown = told(&sandbox, &replay, &[])?;
    assert_eq!((unknown.exit(), unknown.with("error")), (Some(4), vec!["stack.observation orders".to_owned()]));
    let cause = unknown.results().find(|result| result["outcome"] == "error").cloned().unwrap_or_default();
    assert_eq!(text(&cause, "class"), "not-recorded");
    assert_eq!(
        text(&cause, "message"),
        "probe `orders` cannot be replayed: the recording does not hold GET /v2/health; nearest: GET /health, \
         GET /version (and 1 more question); what it gave stands"
    );
    let items = json!([
        "GET /v2/health; nearest: GET /health, GET /version",
        "GET /versions; nearest: GET /version, GET /health"
    ]);
    assert_eq!(cause["items"], items);
    assert_eq!(told(&sandbox, &replay, &["--policy", "warn"])?.exit(), Some(0));

    // One that would have stopped the deploy.
    requiring("services.orders.facts.\"9:/version\" = 404")?;
    write("2.0.1", &Guest::new().get(None, "/version").get(None, "/health"))?;
    let failed = told(&sandbox, &replay, &[])?;
    assert_eq!((failed.exit(), failed.with("fail")), (Some(3), vec!["stack.fact orders".to_owned()]));

    // A bundled probe in its place.
    let config = "config = { requests = [{ path = \"/health\", facts.code = { status = true } }] }";
    let probe = format!("[probes.orders]\nplugin = \"builtin:http\"\n{config}\n");
    sandbox
        .file(file, format!("extends = \"production\"\n[requirements]\nservices.orders.facts.code = 200\n{probe}"))?;
    let bundled = told(&sandbox, &replay, &[])?;
    assert_eq!(differences(&bundled), ["environment", "plugin orders", "config orders"]);
    assert_eq!(text(bundled.one("stack.fact", "orders")?, "outcome"), "pass", "{}", bundled.output.snapshot());
    Ok(())
}

#[test]
fn a_question_that_is_not_recorded_is_told_as_that_to_people_too() -> Result<()> {
    let sandbox = sandbox();
    let [record, ..] = as_documented()?;
    of_last_night(&sandbox, &record)?;
    plugin::write(&sandbox, "environments/orders-1", "1.0.1", &Guest::new().get(None, "/healthz"))?;
    let words = ["stack", "check", "--env", "production", "--replay", "last-night.rec"];
    insta::assert_snapshot!(shown(&sandbox, &words)?, @r"
    exit code: 4
    ----- stdout -----
    artifact     none named: the environment's own requirements only
    environment  production ([DIR]/environments/production.toml)
    recording    last-night.rec (made [TIME] by shipworthy [VERSION])
    differs      plugin of probe `orders` was orders 1.0.0 (sha256 [DIGEST]…), is orders 1.0.1
                 (sha256 [DIGEST]…)
    policy       strict

    stack: orders
    -------------
    ? probe `orders` cannot be replayed: the recording does not hold GET /healthz; nearest: GET /health,
      GET /version; what it gave stands [stack.observation]
        class     not-recorded
        → to mend in the environment: record a run anew with `--record FILE`: it does not hold all that
          probe `orders` asks now
        1 check not judged because of it:
        - fact `9:/health` was not observed
    · observed, and not required: 2:/healthz `the recording does not hold GET /healthz; nearest: GET
      /health, GET /version` [stack.observation]

      1 answer missing, 1 skipped; 0 checks passed ([TIME])
      nothing was applied
      judged from a recording: the running stack was not asked
    ? cannot be determined: orders (not-recorded): record a run anew: the recording does not hold what
      is asked now
    ----- stderr -----
    ");
    // With the page cut to what needs attention it is still told that nobody was asked.
    let quiet = sandbox.run(&[&words[..], &["--quiet"]].concat())?;
    assert!(quiet.stdout.contains("judged from a recording"), "{}", quiet.snapshot());
    // Who asks the service itself is not told so.
    let live = sandbox.run(&["stack", "check", "--env", "production", "--quiet"])?;
    assert!(!live.snapshot().contains("record"), "{}", live.snapshot());
    Ok(())
}

/// A snapshot without what differs from run to run and from build to build.
fn shown(sandbox: &Sandbox, words: &[&str]) -> Result<String> {
    let output = sandbox.run(words)?;
    let mut shown = output.snapshot();
    let json = Told::by(sandbox, words)?.report;
    let recording = &json["recording"];
    shown = shown.replace(text(recording, "recorded"), "[TIME]").replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    let digests: Vec<&Value> = recording["differences"].as_array().into_iter().flatten().collect();
    for digest in digests.iter().flat_map(|one| [text(one, "recorded"), text(one, "now")]) {
        if let Some((_, digest)) = digest.split_once(", sha256 ") {
            shown = shown.replace(digest.get(..12).unwrap_or_default(), "[DIGEST]");
        }
    }
    Ok(shown)
}

#[test]
fn a_probe_that_is_gone_and_one_that_is_new_are_told() -> Result<()> {
    let sandbox = sandbox();
    recorded(&sandbox, demanding)?;
    let stack = Stack::start()?;
    sandbox
        .file("env.toml", stack.environment(|e| e.probe_static("declared", "{ mode = \"docker\" }").probe_gateway()))?;
    let told = Told::by(&sandbox, &REPLAY)?;
    assert_eq!(differences(&told), ["probe declared", "probe agent"], "{}", told.output.snapshot());
    // Whoever looks at some services only has left out the others on purpose.
    let only = Told::by(&sandbox, &[&REPLAY[..], &["--only", "gateway"]].concat())?;
    assert_eq!(differences(&only), Vec::<String>::new());
    let cause = told.results().find(|result| result["class"] == "not-recorded").cloned().unwrap_or_default();
    assert!(
        text(&cause, "message").contains("the recording does not hold probe `declared`; it has `agent`, `gateway`"),
        "{cause}"
    );
    Ok(())
}

#[test]
fn a_run_that_is_recorded_is_told_as_any_other_and_one_of_no_probe_is_recorded_too() -> Result<()> {
    let sandbox = sandbox();
    for environment in ["[probes.told]\nplugin = \"builtin:static\"\nconfig = { mode = \"docker\" }\n", ""] {
        sandbox.file("env.toml", environment)?;
        let told = Told::by(&sandbox, &RECORD)?;
        assert!(told.report.get("recording").is_none());
        assert_eq!(text(&Told::by(&sandbox, &REPLAY)?.report["recording"], "file"), "run.json");
    }
    Ok(())
}
