//! Reports as the judge makes them, for every test here.

use shipworthy_contract::{
    CheckResult, Class, Fault, Frame, Location, Outcome, PluginRef, Policy, Report, RuleId, Service, Sha256,
    evidence::LogLine,
    report::{
        Artifact, Difference, Differing, EnvironmentRef, EvidenceLine, FailOn, Part, ProjectRef, ProjectSource,
        RecordingRef, Run, SCHEMA, Tree, judge, summarize,
    },
    rules,
};

/// A report of these results for an artifact and an environment.
pub(crate) fn report(policy: Policy, results: Vec<CheckResult>) -> Report {
    report_with(policy, FailOn::Fail, results)
}

pub(crate) fn report_with(policy: Policy, fail_on: FailOn, results: Vec<CheckResult>) -> Report {
    let (verdict, exit_code) = judge(&results, fail_on);
    Report {
        schema: SCHEMA.to_owned(),
        verdict,
        exit_code,
        artifact: Some(Artifact {
            path: "out/artifact.yml".to_owned(),
            sha256: Some(Sha256::of(b"manifest")),
            contract: "1.2".to_owned(),
            contract_reason: "`runtime_stack` is set and no entry has an `id`".to_owned(),
            trees: Vec::new(),
        }),
        environment: Some(EnvironmentRef {
            name: "staging".to_owned(),
            file: "environments/staging.toml".into(),
            project: None,
        }),
        run: Some(Run {
            shipworthy: "0.1.0".to_owned(),
            started: "2026-12-04T08:00:00Z".to_owned(),
            duration_ms: 1_234,
        }),
        recording: None,
        part: None,
        policy,
        summary: summarize(&results),
        results,
    }
}

pub(crate) fn result(rule: RuleId, outcome: Outcome, class: Class, message: &str) -> CheckResult {
    CheckResult::new(rule, outcome, class, message)
}

pub(crate) fn pass(rule: RuleId, message: &str) -> CheckResult {
    result(rule, Outcome::Pass, Class::Satisfied, message)
}

pub(crate) fn fail(rule: RuleId, message: &str) -> CheckResult {
    result(rule, Outcome::Fail, Class::Violated, message)
}

pub(crate) fn of(service: &str, mut result: CheckResult) -> CheckResult {
    result.service = service.parse::<Service>().ok();
    result.instance = Some(service.to_owned());
    result.plugin = Some(plugin(service));
    result
}

pub(crate) fn at(line: u32, column: u32, field: &str, mut result: CheckResult) -> CheckResult {
    result.location = Some(Location {
        entry: field.strip_prefix("artifacts[").and_then(|rest| rest.split(']').next()?.parse().ok()),
        field: Some(field.to_owned()),
        file: Some("out/artifact.yml".to_owned()),
        line: Some(line),
        column: Some(column),
    });
    result
}

pub(crate) fn plugin(name: &str) -> PluginRef {
    PluginRef { name: name.into(), version: "0.1.0".into(), sha256: Sha256::of(name.as_bytes()) }
}

pub(crate) fn evidence(name: &str, value: &str, source: &str) -> EvidenceLine {
    EvidenceLine { name: name.to_owned(), value: value.to_owned(), source: source.to_owned(), subject: None }
}

/// An artifact of two entries and a stack of two services in which all holds.
pub(crate) fn all_pass() -> Report {
    let mut info = at(
        9,
        3,
        "owner",
        result(rules::UNKNOWN_FIELD, Outcome::Info, Class::Information, "no reader of 1.2 knows `owner`"),
    );
    info.hint = Some("check the spelling".to_owned());
    let mut version = of("gateway", pass(rules::VERSION, "version is 2.0.0"));
    version.attempts = Some(3);
    version.duration_ms = Some(1_240);
    version.expected = Some(">=2.0, <3".to_owned());
    version.observed = Some("2.0.0".to_owned());
    version.evidence = vec![evidence("version", "2.0.0", "GET /openapi.json info.version")];
    report(
        Policy::Strict,
        vec![
            pass(rules::SCHEMA_VERSION, "`schema_version` is `1`"),
            at(4, 5, "artifacts[0]", pass(rules::CONFIG_FILE, "3 config files decode to maps")),
            at(12, 5, "artifacts[1]", pass(rules::CONFIG_FILE, "2 config files decode to maps")),
            info,
            pass(rules::MODE, "mode is `docker`"),
            version,
            of("gateway", pass(rules::CAPABILITY, "has `invoke`")),
            of("gateway", pass(rules::CAPABILITY, "has `auth`")),
            of("agent", pass(rules::RELEASE, "release is `v1.4.0`")),
        ],
    )
}

/// Two payload failures with their places, one of them about many items.
pub(crate) fn payload_failure() -> Report {
    let mut path = at(7, 25, "artifacts[0].runtime_config_dir", fail(rules::PATH, "the path leaves the artifact"));
    path.expected = Some("a relative path beneath `artifact_root`".to_owned());
    path.observed = Some("../../../srv/configs/shared/config".to_owned());
    path.hint = rules::find("payload.path").map(|rule| rule.hint.to_owned());
    let mut secrets =
        at(15, 5, "artifacts[1].required_secret_env", fail(rules::SECRET_ENV, "13 required secrets are not given"));
    secrets.items = (1..=13).map(|n| format!("DATABASE_PASSWORD_{n}")).collect();
    secrets.hint = Some("add the missing keys to the file given by `--secret-env`".to_owned());
    report(Policy::Strict, vec![pass(rules::SCHEMA_VERSION, "`schema_version` is `1`"), path, secrets])
}

/// A stack that answers, and is another one than required.
pub(crate) fn stack_mismatch() -> Report {
    let mut mode = fail(rules::MODE, "the stack runs in another mode");
    mode.expected = Some("docker".to_owned());
    mode.observed = Some("containerd (agent, gateway)".to_owned());
    mode.hint = rules::find("stack.mode").map(|rule| rule.hint.to_owned());
    let mut version = of("gateway", fail(rules::VERSION, "version lies outside the required range"));
    version.expected = Some(">=2.0, <3".to_owned());
    version.observed = Some("1.9.3~ds1".to_owned());
    version.hint = Some("upgrade the service, or widen the requirement".to_owned());
    version.evidence = vec![evidence("version", "1.9.3~ds1", "GET /openapi.json info.version")];
    version.duration_ms = Some(12);
    version.instance = Some("gateway-2".to_owned());
    report(Policy::Strict, vec![pass(rules::SCHEMA_VERSION, "`schema_version` is `1`"), mode, version])
}

/// What the judge makes of a want whose cause was told before.
fn missing(service: &str, what: &str, detail: &str, told_of: &str) -> CheckResult {
    let message = format!("{what} was not observed: {detail}");
    let mut lost = of(service, result(rules::OBSERVATION, Outcome::Error, Class::Unreachable, &message));
    lost.observed = Some(detail.to_owned());
    lost.skipped(Class::Skipped, &format!("same cause as probe `{told_of}`"))
}

/// The agent is down: one cause, with three checks that it made impossible.
pub(crate) fn undetermined() -> Report {
    let detail = "connection refused at 127.0.0.1:50051";
    let message = format!("probe `agent` could not see anything: {detail}");
    let mut cause = of("agent", result(rules::OBSERVATION, Outcome::Error, Class::Unreachable, &message));
    cause.observed = Some(detail.to_owned());
    cause.hint = Some("to mend at the service: bring `agent` up, or mend the endpoint of probe `agent`".to_owned());
    cause.attempts = Some(5);
    cause.duration_ms = Some(20_000);
    report(
        Policy::Strict,
        vec![
            pass(rules::SCHEMA_VERSION, "`schema_version` is `1`"),
            pass(rules::MODE, "mode is `docker`"),
            cause,
            missing("agent", "release", detail, "agent"),
            missing("agent", "capability `rpc:ListContainers`", detail, "agent"),
            missing("agent", "capability `rpc:EnsureContainer`", detail, "agent"),
        ],
    )
}

/// The probe trapped: where, and what it logged before.
pub(crate) fn trapped() -> Report {
    let detail = "IndexError: list index out of range";
    let message = format!("probe `agent` trapped: {detail}; what it gave before stands");
    let mut trap = of("agent", result(rules::OBSERVATION, Outcome::Error, Class::Trapped, &message));
    trap.observed = Some(detail.to_owned());
    trap.hint = Some("to mend in the plugin: tell the authors of plugin `agent`".to_owned());
    trap.stack = [("third_party", "agent/queue.py"), ("deeper", "agent/queue.py"), ("observe", "app.py")]
        .map(|(function, file)| frame(function, Some(file)))
        .to_vec();
    trap.stack.extend(["a", "b", "c"].map(|function| frame(function, None)));
    trap.log = (1..=7).map(|n| line("info", &format!("container {n} of 7"))).collect();
    trap.log.push(line("stderr", "RuntimeWarning: no such label"));
    trap.log.extend(["Traceback (most recent call last):", detail].map(|text| line("last-words", text)));
    let known = of("agent", pass(rules::VERSION, "version is 2.0.0"));
    report(Policy::Strict, vec![pass(rules::MODE, "mode is `docker`"), known, trap])
}

pub(crate) fn frame(function: &str, file: Option<&str>) -> Frame {
    let at = file.map(|_| 7);
    Frame { function: function.to_owned(), file: file.map(str::to_owned), line: at, column: at }
}

pub(crate) fn line(level: &str, text: &str) -> LogLine {
    LogLine { level: level.to_owned(), text: text.to_owned() }
}

/// The manifest cannot be read: nothing of the stack is judged.
pub(crate) fn unreadable() -> Report {
    let mut unreadable = fail(rules::MANIFEST_UNREADABLE, "key `mode` stands twice");
    unreadable.location = Some(Location {
        file: Some("out/artifact.yml".to_owned()),
        line: Some(4),
        column: Some(1),
        ..Location::default()
    });
    let reason = "the manifest (YAML) cannot be read";
    let skip = |rule: RuleId, what: &str| {
        result(rule, Outcome::Skip, Class::Skipped, &format!("not judged whether {what} ({reason})"))
    };
    report(
        Policy::Strict,
        vec![
            unreadable,
            skip(rules::MODE, "the stack runs in the required mode"),
            skip(rules::RELEASE, "the stack is of the required release"),
            of("gateway", skip(rules::VERSION, "a service's own version is as required")),
        ],
    )
}

/// A waived failure and a check that was skipped by name.
pub(crate) fn waived_and_skipped() -> Report {
    let mut release = of("agent", fail(rules::RELEASE, "release differs"));
    release.expected = Some("v1.4.0".to_owned());
    release.observed = Some("v1.3.9-hotfix".to_owned());
    let waived = release.skipped(Class::Waived, "waived through 2026-12-04: hotfix rolls out until Friday");
    let by_name = of("gateway", fail(rules::FACT, "`workers` differs")).skipped(Class::Skipped, "--skip: load test");
    report(Policy::Strict, vec![pass(rules::SCHEMA_VERSION, "`schema_version` is `1`"), waived, by_name])
}

/// The same as [`undetermined`] and more, under policy `warn`.
pub(crate) fn warn_policy() -> Report {
    let mut release = result(rules::RELEASE, Outcome::Warn, Class::Violated, "release differs");
    release.expected = Some("v1.4.0".to_owned());
    release.observed = Some("latest".to_owned());
    release.hint = rules::find("stack.release").map(|rule| rule.hint.to_owned());
    let slow = of(
        "runtime-node",
        result(rules::OBSERVATION, Outcome::Warn, Class::TimedOut, "`version` was not observed: no answer within 2s"),
    );
    report(Policy::Warn, vec![pass(rules::SCHEMA_VERSION, "`schema_version` is `1`"), release, slow])
}

/// Docker is down: one cause for the probes of several services, another one for the gateway.
pub(crate) fn docker_down() -> Report {
    let detail = "cannot reach the Docker engine at unix:///var/run/docker.sock";
    let message = format!("probe `agent` could not see anything: {detail}");
    let mut cause = of("agent", result(rules::OBSERVATION, Outcome::Error, Class::Unreachable, &message));
    cause.observed = Some(detail.to_owned());
    let mut slow = of(
        "gateway",
        result(rules::OBSERVATION, Outcome::Error, Class::TimedOut, "version was not observed: no answer within 2s"),
    );
    slow.observed = Some("no answer within 2s".to_owned());
    report(
        Policy::Strict,
        vec![
            cause,
            missing("agent", "release", detail, "agent"),
            slow,
            of("gateway", pass(rules::CAPABILITY, "has `invoke`")),
            missing("provisioner", "digest `sitecustomize.py`", detail, "agent"),
        ],
    )
}

/// A result and a report in which nothing is left out. Written field by field: a new field does not compile here
/// until the schema has been looked at.
pub(crate) fn complete() -> Report {
    let full = CheckResult {
        rule: "stack.agent.owner-empty".parse().unwrap_or(rules::FACT),
        side: shipworthy_contract::Side::Stack,
        outcome: Outcome::Skip,
        class: Class::Waived,
        fault: Some(Fault::Service),
        service: "agent".parse().ok(),
        instance: Some("agent-1".to_owned()),
        plugin: Some(plugin("agent")),
        message: "m".to_owned(),
        expected: Some("e".to_owned()),
        observed: Some("o".to_owned()),
        hint: Some("h".to_owned()),
        location: Some(Location {
            entry: Some(0),
            field: Some("artifacts[0]".to_owned()),
            file: Some("artifact.yml".to_owned()),
            line: Some(1),
            column: Some(2),
        }),
        items: vec!["i".to_owned()],
        evidence: vec![EvidenceLine {
            name: "n".to_owned(),
            value: "v".to_owned(),
            source: "s".to_owned(),
            subject: Some("c".to_owned()),
        }],
        stack: vec![frame("f", Some("a.rs"))],
        log: vec![line("info", "l")],
        would_be: Some(Outcome::Fail),
        duration_ms: Some(1),
        attempts: Some(1),
    };
    let mut report = report(Policy::Strict, vec![full]);
    if let Some(artifact) = &mut report.artifact {
        artifact.trees.push(Tree { entry: 0, root: "out/fn".to_owned(), digest: Sha256::of(b"tree") });
    }
    if let Some(environment) = &mut report.environment {
        environment.project = Some(ProjectRef { name: "esb-staging".to_owned(), by: ProjectSource::Found });
    }
    report.recording = Some(recording(vec![difference(Differing::Plugin, Some("gateway"), Some("1"), Some("2"))]));
    let material = serde_json::json!({ "of": "the host that looked" });
    report.part = Some(Part { number: 2, of: 4, shipworthy: "0.1.0".to_owned(), material });
    report
}

fn recording(differences: Vec<Difference>) -> RecordingRef {
    RecordingRef {
        file: "run.json".into(),
        recorded: Some("2026-12-04T08:00:00Z".to_owned()),
        shipworthy: "0.1.0".to_owned(),
        environment: "staging".to_owned(),
        differences,
    }
}

fn difference(what: Differing, probe: Option<&str>, recorded: Option<&str>, now: Option<&str>) -> Difference {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Difference { what, probe: owned(probe), recorded: owned(recorded), now: owned(now) }
}

/// A recording that was judged, of which hardly anything is as it was.
pub(crate) fn replayed() -> Report {
    let was = format!("gateway 0.1.0, sha256 {}", Sha256::of(b"was"));
    let is = format!("gateway 0.2.0, sha256 {}", Sha256::of(b"is"));
    let detail = "the recording does not hold GET /v2/health; nearest: GET /health, GET /openapi.json";
    let message = format!("probe `gateway` cannot be replayed: {detail}");
    let mut cause = of("gateway", result(rules::OBSERVATION, Outcome::Error, Class::NotRecorded, &message));
    cause.observed = Some(detail.to_owned());
    cause.hint = Some("to mend in the environment: record a run anew with `--record FILE`".to_owned());
    cause.items = vec!["GET /v2/health; nearest: GET /health, GET /openapi.json".to_owned(), "GET /v2/mode".to_owned()];
    let mut report = report(Policy::Strict, vec![cause]);
    report.recording = Some(recording(vec![
        difference(Differing::Environment, None, Some("staging"), Some("tightened")),
        difference(Differing::Shipworthy, None, Some("0.1.0"), Some("0.2.0")),
        difference(Differing::Plugin, Some("gateway"), Some(&was), Some(&is)),
        difference(Differing::Config, Some("agent"), Some(&was), Some(&is)),
        difference(Differing::Probe, Some("static"), None, Some("static 0.1.0")),
        difference(Differing::Probe, Some("hooks"), Some("hooks 0.1.0"), None),
    ]));
    report
}

pub(crate) fn nothing() -> Report {
    let mut report = report(Policy::Strict, Vec::new());
    report.artifact = None;
    report.environment = None;
    report
}

/// Every sample by name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("all-pass", all_pass()),
        ("payload-failure", payload_failure()),
        ("stack-mismatch", stack_mismatch()),
        ("undetermined", undetermined()),
        ("trapped", trapped()),
        ("unreadable", unreadable()),
        ("waived-and-skipped", waived_and_skipped()),
        ("warn-policy", warn_policy()),
        ("docker-down", docker_down()),
        ("replayed", replayed()),
        ("complete", complete()),
        ("nothing", nothing()),
    ]
}
