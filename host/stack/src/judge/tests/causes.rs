use shipworthy_contract::{
    Class, Fault, Frame,
    evidence::{LogLine, NOT_RECORDED, RequestRecord},
};

use super::*;

fn trap(message: &str) -> RunEnd {
    RunEnd::Trapped { message: message.to_owned(), stack: Vec::new() }
}

#[test]
fn a_listed_probe_that_gave_nothing_is_told_with_its_cause() {
    let limit = |name: &str| RunEnd::Limit { name: name.to_owned(), limit: "5s".to_owned(), observed: "6s".to_owned() };
    let not_started = RunEnd::NotStarted { why: Gap::Config, detail: "no port".to_owned() };
    for (evidence, end, class) in [
        (vec![], RunEnd::Completed, "not-observed"),
        (vec![missing("x", Gap::Tls, "expired")], RunEnd::Completed, "tls"),
        (vec![], down("refused"), "unreachable"),
        (vec![], trap("index out of bounds"), "trapped"),
        (vec![], limit("deadline"), "limit"),
        (vec![], limit("memory"), "limit"),
        (vec![], not_started, "config"),
        (vec![], not_recorded(&["GET /x"]), "not-recorded"),
    ] {
        for (policy, outcome) in [(Policy::Strict, "error"), (Policy::Warn, "warn")] {
            let results = judged(&[], &[ended("gateway", evidence.clone(), end.clone())], policy);
            assert_eq!(short(&results), [format!("{outcome} stack.observation {class}")], "{end:?}");
            assert!(results[0].hint.is_some());
        }
    }
}

fn not_recorded(questions: &[&str]) -> RunEnd {
    let detail = format!("{NOT_RECORDED} {}", questions.first().copied().unwrap_or_default());
    RunEnd::NotRecorded { detail, questions: questions.iter().map(|question| (*question).to_owned()).collect() }
}

#[test]
fn what_a_recording_does_not_hold_is_told_once_whatever_the_probe_makes_of_it() {
    let required = [requires(&[("services.gateway.version", "2.0.0"), ("services.gateway.facts.colour", "blue")])];
    let asked = ["GET /x; nearest: GET /y", "GET /z"];
    let evidence = vec![
        // As the SDK words it: the service is not to blame.
        missing("version", Gap::Unreachable, "GET /z: the recording does not hold GET /z"),
        missing("other", Gap::Unreachable, "the recording does not hold GET /x; nearest: GET /y"),
        fact("seen", "all the same"),
    ];
    let results = judged(&required, &[ended("gateway", evidence.clone(), not_recorded(&asked))], Policy::Strict);
    let told: Vec<&CheckResult> = results.iter().filter(|result| result.outcome == Outcome::Error).collect();
    assert_eq!(told.len(), 1, "{results:#?}");
    assert_eq!(
        told[0].message,
        "probe `gateway` cannot be replayed: the recording does not hold GET /x; nearest: GET /y; what it gave stands"
    );
    assert_eq!(told[0].items, asked);
    assert!(results.iter().all(|result| result.class != Class::Unreachable), "{results:#?}");
    let skipped: Vec<&str> =
        results.iter().filter(|result| result.outcome == Outcome::Skip).map(|result| result.message.as_str()).collect();
    assert_eq!(skipped.len(), 2, "{results:#?}");
    assert!(skipped.iter().all(|message| message.ends_with("(same cause as probe `gateway`)")), "{skipped:?}");

    // In a run that was no replay the words are a service's own, and decide nothing.
    let results = judged(&required, &[run("gateway", evidence)], Policy::Strict);
    assert!(results.iter().any(|result| result.class == Class::Unreachable));
    assert!(results.iter().all(|result| result.class != Class::NotRecorded));
}

#[test]
fn every_end_says_whose_it_is_to_mend() {
    let limit = |name: &str, observed: &str| RunEnd::Limit {
        name: name.to_owned(),
        limit: "5".to_owned(),
        observed: observed.to_owned(),
    };
    let not_started = |why| RunEnd::NotStarted { why, detail: "so it is".to_owned() };
    let failed = |why| RunEnd::Failed { why, detail: "so it is".to_owned() };
    for (end, fault, words) in [
        (limit("deadline", "still running"), Fault::Plugin, "or raise `limits.deadline` of probe `agent`"),
        (limit("deadline", "still waiting, last request: GET /x"), Fault::Service, "see why `agent` is slow"),
        (limit("memory", "65MiB"), Fault::Plugin, "or raise `limits.memory`"),
        (limit("requests per run", "257"), Fault::Plugin, "or raise `limits.requests`"),
        (limit("pieces of evidence", "10001"), Fault::Plugin, "this limit is fixed"),
        (not_started(Gap::Defect), Fault::Host, "report it"),
        (not_started(Gap::TimedOut), Fault::Environment, "raise `deadline`"),
        (not_started(Gap::Config), Fault::Environment, "mend `config`"),
        (trap("index out of bounds"), Fault::Plugin, "tell the authors of plugin `agent`"),
        (failed(Gap::Defect), Fault::Plugin, "tell the authors of plugin `agent`"),
        (failed(Gap::Unreachable), Fault::Service, "bring `agent` up"),
        (failed(Gap::Unreadable), Fault::Service, "see what `agent` answers"),
        (failed(Gap::Denied), Fault::Environment, "mend the credentials"),
    ] {
        let results = judged(&[], &[ended("agent", vec![], end)], Policy::Strict);
        let hint = results[0].hint.as_deref().unwrap();
        assert!(hint.contains(words), "{hint}");
        assert_eq!(results[0].fault, Some(fault), "{hint}");
    }
}

#[test]
fn a_trap_has_its_stack_and_the_last_of_its_log() {
    let frame = |function: &str| Frame {
        function: function.to_owned(),
        file: Some("app.py\u{1b}[2J".to_owned()),
        line: Some(7),
        column: None,
    };
    let line = |text: &str| LogLine { level: "info".to_owned(), text: text.to_owned() };
    let stack: Vec<Frame> = (0..40).map(|n| frame(&format!("f{n}\u{1b}[2J"))).collect();
    let end = RunEnd::Trapped { message: "index out of bounds".to_owned(), stack };
    let log: Vec<LogLine> = (0..60).map(|n| line(&format!("line {n}\u{1b}[2J"))).collect();
    let mut trapped = ended("agent", vec![], end);
    trapped.log = log.clone();
    let mut failed = ended("gateway", vec![], down("refused"));
    failed.log = log;
    let results = judged(&[], &[trapped, failed], Policy::Strict);
    assert_eq!(results[0].stack.len(), 32);
    assert_eq!(results[0].stack[31].to_string(), "f31 (app.py:7)");
    assert_eq!(results[0].log.len(), 50);
    assert_eq!((results[0].log[0].text.as_str(), results[0].log[49].text.as_str()), ("line 10", "line 59"));
    assert!(results[1].stack.is_empty() && results[1].log.is_empty(), "who fails has said why");
}

#[test]
fn having_nothing_of_the_kind_is_an_answer() {
    let runs = [run("node", vec![missing("containerd", Gap::NotOffered, "docker mode")])];
    assert_eq!(short(&judged(&[], &runs, Policy::Strict)), ["info stack.observation not-offered"]);
}

#[test]
fn a_cause_is_told_once_and_what_rests_on_it_is_skipped() {
    let required = [requires(&[
        ("mode", "docker"),
        ("services.agent.release", "v1"),
        ("services.gateway.version", "2.0.0"),
        ("services.gateway.capabilities", "invoke"),
    ])];
    let docker = "cannot reach the container engine at `unix:///var/run/docker.sock`";
    let runs = [ended("gateway", vec![], down(docker)), ended("agent", vec![], down(docker))];
    for (policy, would) in [(Policy::Strict, "error"), (Policy::Warn, "warn")] {
        let results = judged(&required, &runs, policy);
        let skipped = format!("skip({would}) stack.observation skipped");
        let told = format!("{would} stack.observation unreachable");
        assert_eq!(short(&results), [&skipped, &told, &skipped, &skipped, &skipped, &skipped].map(String::as_str));
        assert_eq!(results[1].message, format!("probe `agent` could not see anything: {docker}"));
        assert_eq!(results[4].message, format!("version was not observed: {docker} (same cause as probe `agent`)"));
        assert!(results.iter().all(|result| result.observed.as_deref() == Some(docker)));
    }
}

#[test]
fn the_same_words_of_two_services_are_two_causes() {
    let slow = |probe: &str| {
        ended(probe, vec![], RunEnd::Failed { why: Gap::TimedOut, detail: "timed out after 2s".to_owned() })
    };
    let results = judged(&[], &[slow("gateway"), slow("agent")], Policy::Strict);
    assert_eq!(short(&results), ["error stack.observation timed-out"; 2]);
    let again = ProbeRun { probe: "routes".to_owned(), ..slow("gateway") };
    let results = judged(&[], &[slow("gateway"), again], Policy::Strict);
    assert_eq!(short(&results), ["error stack.observation timed-out", "skip(error) stack.observation skipped"]);
    let of_engine = |probe| {
        let asked = RequestRecord { what: format!("containers.find {probe}"), answer: String::new(), duration_ms: 0 };
        ProbeRun { requests: vec![asked], ..slow(probe) }
    };
    let results = judged(&[], &[of_engine("gateway"), of_engine("agent")], Policy::Strict);
    assert_eq!(short(&results), ["error stack.observation timed-out", "skip(error) stack.observation skipped"]);
}

#[test]
fn a_limit_that_ended_the_run_is_not_noted_again() {
    let words = "the limit of 9 bytes for the response body is exceeded";
    let mut over = ended("gateway", vec![], RunEnd::Failed { why: Gap::Limit, detail: words.to_owned() });
    over.notes = vec![format!("GET /: {words}"), "`env . OTHER` is not declared".to_owned()];
    let results = judged(&[], &[over], Policy::Strict);
    assert_eq!(short(&results), ["error stack.observation limit", "info stack.observation information"]);
    assert_eq!(results[1].items, ["`env . OTHER` is not declared"]);
}

#[test]
fn facts_missing_for_one_reason_are_told_once_too() {
    let required = [requires(&[("services.gateway.release", "v1"), ("services.gateway.mode", "docker")])];
    let gone = |why| {
        let detail = "no container";
        vec![fact("x", "1"), missing("release", why, detail), missing("mode", why, detail)]
    };
    let results = judged(&required, &[run("gateway", gone(Gap::Unreachable))], Policy::Strict);
    assert_eq!(short(&results)[..2], ["error stack.observation unreachable", "skip(error) stack.observation skipped"]);
    let results = judged(&required, &[run("gateway", gone(Gap::NotOffered))], Policy::Strict);
    assert_eq!(short(&results)[..2], ["error stack.observation not-offered"; 2], "each stands alone");
}

#[test]
fn what_was_given_before_a_trap_stands() {
    let required = [requires(&[("services.gateway.version", "2.0.0"), ("services.gateway.release", "v1")])];
    let runs = [ended("gateway", vec![fact("version", "2.0.0")], trap("index out of bounds"))];
    let results = judged(&required, &runs, Policy::Strict);
    assert_eq!(
        short(&results),
        ["pass stack.version satisfied", "error stack.observation trapped", "skip(error) stack.observation skipped"]
    );
    assert_eq!(results[1].message, "probe `gateway` trapped: index out of bounds; what it gave before stands");
    assert!(results[1].hint.as_deref().unwrap().starts_with("to mend in the plugin: "));
}

#[test]
fn traps_of_two_plugins_are_two_causes() {
    let runs = [ended("gateway", vec![], trap("unreachable")), ended("agent", vec![], trap("unreachable"))];
    assert_eq!(short(&judged(&[], &runs, Policy::Strict)), ["error stack.observation trapped"; 2]);
}

#[test]
fn a_probe_that_is_down_does_not_explain_what_another_did_not_show() {
    let runs = [ended("gateway", vec![], down("refused")), run("agent", vec![fact("x", "1")])];
    let results = judged(&[requires(&[("mode", "docker")])], &runs, Policy::Strict);
    assert_eq!(short(&results)[0], "error stack.observation not-observed");
    assert_eq!(results[0].message, "mode was not observed: no probe gave it, and `gateway` could not look");
    assert!(
        results[0].hint.as_deref().unwrap().starts_with("mend first what kept these probes from looking; else list")
    );
}

#[test]
fn a_probe_that_was_not_run_is_told() {
    let mut listed = listed(&[run("gateway", vec![])]);
    let required = [requires(&[("services.gateway.version", "2.0.0")])];
    let judged = |listed: &[Listed], runs: &[ProbeRun]| {
        super::super::judge(&Case { requirements: &required, listed, runs, policy: Policy::Strict })
    };
    let results = judged(&listed, &[]);
    assert_eq!(short(&results), ["error stack.observation not-observed", "skip(error) stack.observation skipped"]);
    assert_eq!(results[0].message, "probe `gateway` was not run");
    listed[0].instances = 3;
    let results = judged(&listed, &[instance(run("gateway", vec![fact("version", "2.0.0")]), "gw-1")]);
    assert_eq!(short(&results), ["pass stack.version satisfied", "error stack.observation not-observed"]);
    assert_eq!(results[1].message, "probe `gateway` was run for 1 of 3 instances");
}

#[test]
fn what_nobody_requires_is_information() {
    let mut noted = run(
        "gateway",
        vec![
            fact("version", "2.0.0"),
            capability("invoke", true),
            missing("release", Gap::NotGranted, "env . ESB_TAG"),
        ],
    );
    noted.notes = vec!["`env . OTHER` is not declared".to_owned()];
    let results = judged(&[], &[noted], Policy::Strict);
    let told: Vec<_> = results.iter().map(|result| (result.class, result.message.as_str())).collect();
    assert_eq!(short(&results).iter().filter(|result| result.starts_with("info ")).count(), 3);
    assert_eq!(
        told.iter().map(|(_, message)| *message).collect::<Vec<_>>(),
        [
            "`release` was not observed: env . ESB_TAG",
            "probe `gateway`: `env . OTHER` is not declared",
            "observed, and not required: version `2.0.0`, 1 capability",
        ]
    );
    assert_eq!(results[2].evidence.len(), 2);
}

#[test]
fn an_own_rule_that_could_not_be_judged_never_passes_in_silence() {
    for (severity, why, strict, warn) in [
        (Severity::Fail, Gap::TimedOut, "error", "warn"),
        (Severity::Warn, Gap::TimedOut, "warn", "warn"),
        (Severity::Info, Gap::TimedOut, "info", "info"),
        (Severity::Fail, Gap::NotOffered, "info", "info"),
    ] {
        for (policy, outcome) in [(Policy::Strict, strict), (Policy::Warn, warn)] {
            let runs = [run("gateway", vec![fact("health", "?"), missing("healthy", why, "no answer")])];
            let mut listed = listed(&runs);
            listed[0].own_rules = vec![own_rule("healthy", severity)];
            let case = Case { requirements: &[], listed: &listed, runs: &runs, policy };
            let results = crate::judge(&case);
            let told: Vec<&CheckResult> =
                results.iter().filter(|result| result.message.contains("could not be judged")).collect();
            let [told] = told.as_slice() else { panic!("{results:#?}") };
            assert_eq!(told.outcome.as_str(), outcome, "{severity} {why:?} {policy}");
            assert_eq!(told.message, "`stack.gateway.healthy` could not be judged: no answer");
        }
    }
}
