//! Every exit code, several causes at once, and which words win.

use anyhow::Result;
use serde_json::Value;
use shipworthy_stand_ins::{Output, Sandbox, Tree};

use crate::sandbox;

/// What the artifact of these tests requires.
const REQUIRED: &str = "api_version: '1.0'\nmode: docker\nesb_version: v1";

/// What is wrong, or not.
#[derive(Clone, Copy, Default)]
struct Given {
    /// A config file is missing: a payload failure under any policy.
    payload_broken: bool,
    /// The stack runs in another mode: a stack failure under any policy.
    mode_differs: bool,
    /// The stack is of another release: a stack failure, and a warning under `warn`.
    release_differs: bool,
    /// Nobody saw the release: not determined, and a warning under `warn`.
    release_unseen: bool,
}

impl Given {
    fn sandbox(self) -> Result<Sandbox> {
        let sandbox = sandbox();
        let tree = Tree::minimal().runtime_stack(REQUIRED);
        sandbox.tree(&if self.payload_broken { tree.without("a/config/functions.yml") } else { tree })?;
        let mode = if self.mode_differs { "containerd" } else { "docker" };
        let release = match (self.release_unseen, self.release_differs) {
            (true, _) => "",
            (false, true) => ", release = \"v2\"",
            (false, false) => ", release = \"v1\"",
        };
        let probe =
            format!("[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {{ mode = \"{mode}\"{release} }}\n");
        sandbox.file("strict.toml", &probe)?;
        sandbox.file("warn.toml", format!("policy = \"warn\"\n{probe}"))?;
        Ok(sandbox)
    }
}

/// Runs, and holds the report's exit code against the status wherever something was judged.
fn run(sandbox: &Sandbox, words: &[&str]) -> Result<Output> {
    let output = sandbox.run(words)?;
    if output.status != Some(2) {
        let json = sandbox.run(&[words, &["--format", "json"]].concat())?;
        assert_eq!(json.status, output.status, "{}", json.snapshot());
        assert_eq!(json.json()?["exit_code"].as_i64(), output.status.map(i64::from), "{}", json.snapshot());
    }
    Ok(output)
}

const GOOD: Given = Given { payload_broken: false, mode_differs: false, release_differs: false, release_unseen: false };
const PAYLOAD: Given = Given { payload_broken: true, ..GOOD };
const MODE: Given = Given { mode_differs: true, ..GOOD };
const RELEASE: Given = Given { release_differs: true, ..GOOD };
const UNSEEN: Given = Given { release_unseen: true, ..GOOD };

#[test]
fn the_lowest_of_payload_stack_and_undetermined_is_the_exit_code() -> Result<()> {
    let table: &[(&str, Given, &[&str], i32)] = &[
        ("all holds", GOOD, &["--env", "strict.toml"], 0),
        ("a warning passes", RELEASE, &["--env", "warn.toml"], 0),
        ("a gap under warn passes", UNSEEN, &["--env", "warn.toml"], 0),
        ("payload", PAYLOAD, &["--env", "strict.toml"], 1),
        ("payload under warn", PAYLOAD, &["--env", "warn.toml"], 1),
        ("stack", RELEASE, &["--env", "strict.toml"], 3),
        ("stack under warn", MODE, &["--env", "warn.toml"], 3),
        ("undetermined", UNSEEN, &["--env", "strict.toml"], 4),
        ("payload and stack", Given { payload_broken: true, ..RELEASE }, &["--env", "strict.toml"], 1),
        ("payload and undetermined", Given { payload_broken: true, ..UNSEEN }, &["--env", "strict.toml"], 1),
        ("stack and undetermined", Given { mode_differs: true, ..UNSEEN }, &["--env", "strict.toml"], 3),
        (
            "payload, stack and undetermined",
            Given { payload_broken: true, mode_differs: true, ..UNSEEN },
            &["--env", "strict.toml"],
            1,
        ),
    ];
    for (name, given, words, code) in table {
        let output = run(&given.sandbox()?, &[&["check"], *words].concat())?;
        assert_eq!(output.status, Some(*code), "{name}\n{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn nothing_is_judged_where_usage_or_configuration_is_wrong() -> Result<()> {
    let table: &[(&[&str], &str)] = &[
        (&[], "Usage:"),
        (&["chekc"], "check"),
        (&["check"], "--env"),
        (&["check", "--env", "nowhere"], "cannot find the environment `nowhere`"),
        (&["check", "--env", "strict.toml", "--polcy", "warn"], "--policy"),
        (&["check", "--env", "strict.toml", "--policy", "lax"], "strict"),
        (&["check", "--env", "strict.toml", "--contract", "2.0"], "1.3"),
        (&["check", "--env", "strict.toml", "--only", "agent"], "gateway"),
        (&["check", "--env", "strict.toml", "--skip", "stack.mode"], "RULE=REASON"),
        (&["check", "--env", "strict.toml", "--artifact-sha256", "abc"], "64"),
        (&["check", "--env", "strict.toml", "--timeout", "soon"], "`5s`"),
        (&["check", "--env", "strict.toml", "--replay", "none.json"], "none.json"),
        (&["check", "elsewhere.yml", "--env", "strict.toml"], "elsewhere.yml"),
        (&["payload", "check", "elsewhere.yml"], "elsewhere.yml"),
        (&["stack", "check", "elsewhere.yml", "--env", "strict.toml"], "elsewhere.yml"),
    ];
    let sandbox = GOOD.sandbox()?;
    for (words, told) in table {
        let output = sandbox.run(words)?;
        assert_eq!(output.status, Some(2), "{words:?}\n{}", output.snapshot());
        assert_eq!(output.stdout, "", "{words:?}: no report");
        assert!(output.stderr.contains(told), "expected `{told}` for {words:?}\n{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn with_fail_on_warn_a_warning_takes_the_code_of_its_side() -> Result<()> {
    let table: &[(&str, Given, &[&str], i32)] = &[
        ("no warning", GOOD, &["--env", "strict.toml"], 0),
        // A generation that ignores `runtime_stack` warns on the payload side, and requires nothing of the stack.
        ("payload", GOOD, &["--env", "warn.toml", "--contract", "1.3"], 1),
        ("stack", RELEASE, &["--env", "warn.toml"], 3),
        ("a missing observation", UNSEEN, &["--env", "warn.toml"], 4),
        ("a failure beside it", Given { mode_differs: true, ..UNSEEN }, &["--env", "warn.toml"], 3),
        ("a payload failure beside it", Given { payload_broken: true, ..RELEASE }, &["--env", "warn.toml"], 1),
    ];
    for (name, given, words, code) in table {
        let sandbox = given.sandbox()?;
        let output = run(&sandbox, &[&["check"], *words, &["--fail-on", "warn"]].concat())?;
        assert_eq!(output.status, Some(*code), "{name}\n{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn the_policy_of_the_command_line_beats_the_environments() -> Result<()> {
    let sandbox = RELEASE.sandbox()?;
    for (words, code) in [
        (&["--env", "warn.toml"][..], 0),
        (&["--env", "warn.toml", "--policy", "strict"], 3),
        (&["--env", "strict.toml"], 3),
        (&["--env", "strict.toml", "--policy", "warn"], 0),
    ] {
        let output = run(&sandbox, &[&["check"], words].concat())?;
        assert_eq!(output.status, Some(code), "{words:?}\n{}", output.snapshot());
    }
    Ok(())
}

#[test]
fn the_stack_is_still_judged_after_a_payload_failure() -> Result<()> {
    let sandbox = Given { payload_broken: true, ..MODE }.sandbox()?;
    let report = sandbox.run(&["check", "--env", "strict.toml", "--format", "json"])?.json()?;
    assert_eq!(outcome(&report, "payload.config-file"), ["fail"]);
    assert_eq!(outcome(&report, "stack.mode"), ["fail"]);
    assert_eq!(outcome(&report, "stack.release"), ["pass"]);
    Ok(())
}

#[test]
fn the_stack_is_skipped_with_a_reason_where_the_requirement_cannot_be_read() -> Result<()> {
    let manifests = [
        ("malformed", Tree::minimal().runtime_stack("api_version: '1.0'\nmode: DOCKER\nesb_version: v1")),
        ("not a map", Tree::minimal().append("artifact.yml", "runtime_stack: [1]\n")),
        ("not YAML", Tree::minimal().append("artifact.yml", "runtime_stack: {\n")),
    ];
    for (name, tree) in manifests {
        let sandbox = GOOD.sandbox()?;
        sandbox.tree(&tree)?;
        for words in
            [&["check", "--env", "strict.toml"][..], &["stack", "check", "artifact.yml", "--env", "strict.toml"]]
        {
            let output = sandbox.run(&[words, &["--format", "json"]].concat())?;
            assert_eq!(output.status, Some(1), "{name}\n{}", output.snapshot());
            let report = output.json()?;
            let stack: Vec<&Value> = results(&report).filter(|result| result["side"] == "stack").collect();
            assert!(!stack.is_empty(), "{name}\n{}", output.snapshot());
            for result in stack {
                assert_eq!(
                    (&result["outcome"], &result["class"]),
                    (&"skip".into(), &"skipped".into()),
                    "{name}: {result}"
                );
                let message = result["message"].as_str().unwrap_or_default();
                assert!(message.contains("what the artifact requires could not be read"), "{name}: {message}");
            }
        }
    }
    Ok(())
}

fn results(report: &Value) -> impl Iterator<Item = &Value> {
    report["results"].as_array().into_iter().flatten()
}

/// The outcomes of a rule, in the report's order.
fn outcome<'a>(report: &'a Value, rule: &str) -> Vec<&'a str> {
    results(report).filter(|result| result["rule"] == rule).filter_map(|result| result["outcome"].as_str()).collect()
}
