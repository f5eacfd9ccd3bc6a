//! The examples of `explain`: each is what the binary says today of a case that is built here. With
//! `SHIPWORTHY_WRITE_EXAMPLES=1` they are written anew, to be looked at before they are committed.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use regex::Regex;
use serde_json::{Value, json};
use shipworthy_contract::{Sha256, rules};
use shipworthy_report::rules::{EXAMPLES, Example};
use shipworthy_stand_ins::{Certs, Sandbox, Tree, hostile};

use crate::{sandbox, signatures::pair};

/// A case: the rule that it breaks, what it is, and how it is made; the words that it returns are the command line.
type Case = (&'static str, &'static str, fn(&Sandbox) -> Result<Vec<&'static str>>);

const PAYLOAD: [&str; 2] = ["payload", "check"];

const CASES: [Case; 33] = [
    ("payload.manifest-unreadable", "`artifact.yml` has the key `mode` twice.", |sandbox| {
        append(sandbox, "mode: docker\n")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.manifest-digest", "Another manifest than the one that was reviewed.", |_| {
        const REVIEWED: &str = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
        Ok([&PAYLOAD[..], &["--artifact-sha256", REVIEWED]].concat())
    }),
    ("payload.signature", "The environment trusts one key, and nobody has signed.", |sandbox| {
        pair(sandbox, "release")?;
        Ok([&PAYLOAD[..], &["--artifact-key", "release.pub"]].concat())
    }),
    ("payload.schema-version", "`schema_version: \"2\"`.", |sandbox| {
        edit(sandbox, "schema_version: \"1\"", "schema_version: \"2\"")
    }),
    ("payload.manifest-field", "`mode` is blank.", |sandbox| edit(sandbox, "mode: docker", "mode: ''")),
    ("payload.unknown-field", "A key that no reader knows.", |sandbox| {
        append(sandbox, "owner: payments\n")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.environment", "An artifact that was built for another environment.", |sandbox| {
        sandbox.file("env.toml", "[payload]\nenv = \"production\"\n")?;
        Ok([&PAYLOAD[..], &["--env", "env.toml"]].concat())
    }),
    ("payload.entry-field", "`source_template` is text.", |sandbox| {
        edit(sandbox, "source_template:\n      path: svc/template.yaml", "source_template: template.yaml")
    }),
    ("payload.entry-id", "An id that the template does not give.", |sandbox| {
        edit(sandbox, "- artifact_root: a", "- id: template-00000000\n    artifact_root: a")
    }),
    ("payload.path", "`runtime_config_dir` leads out of the root.", |sandbox| {
        edit(sandbox, "runtime_config_dir: config", "runtime_config_dir: ../config")
    }),
    ("payload.config-file", "`functions.yml` holds a list.", |sandbox| {
        sandbox.file("a/config/functions.yml", "[]\n")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.secret-env", "A required secret is not in the file.", |sandbox| {
        append(sandbox, "    required_secret_env: [API_TOKEN]\n")?;
        sandbox.file("secrets.env", "OTHER=1\n")?;
        Ok([&PAYLOAD[..], &["--secret-env", "secrets.env"]].concat())
    }),
    ("payload.runtime-meta-api", "Metadata of another minor version.", |sandbox| {
        append(sandbox, "    runtime_meta:\n      runtime_hooks:\n        api_version: '1.1'\n")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.hooks-digest", "The hook file was changed after its digest was written down.", |sandbox| {
        let digest = Sha256::of(b"print('old')\n");
        let meta = format!("    runtime_meta:\n      runtime_hooks:\n        python_sitecustomize_digest: {digest}\n");
        append(sandbox, &meta)?;
        let file = "a/runtime-base/runtime-hooks/python/sitecustomize/site-packages/sitecustomize.py";
        sandbox.file(file, "print('new')\n")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.template-renderer", "An artifact of another renderer.", |sandbox| {
        append(
            sandbox,
            "    runtime_meta:\n      template_renderer:\n        name: homemade\n        api_version: '1.0'\n",
        )?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.stack-requirement", "A mode that is written in capitals.", |sandbox| {
        append(sandbox, "runtime_stack:\n  api_version: '1.0'\n  mode: Docker\n")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.tree-digest", "A file was changed after the sums were written.", |sandbox| {
        covered(sandbox)?;
        sandbox.file("a/config/routing.yml", "routes: [changed]\n")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.tree-file", "A file that nobody listed.", |sandbox| {
        covered(sandbox)?;
        sandbox.file("a/lib/extra.jar", "x")?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.tree-link", "A link that leads out of the tree.", |sandbox| {
        covered(sandbox)?;
        sandbox.tree(&Tree::new().link("a/passwd", "../../etc/passwd"))?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.tree-special", "A named pipe lies in the tree.", |sandbox| {
        covered(sandbox)?;
        sandbox.tree(&Tree::new().fifo("a/pipe"))?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.tree-mode", "A program that runs as its owner.", |sandbox| {
        sandbox.tree(&Tree::new().file("a/bin/tool", "#!").mode("a/bin/tool", 0o4755))?;
        covered(sandbox)?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.tree-name", "Two names that are one on some systems.", |sandbox| {
        sandbox.tree(&Tree::new().file("a/Readme.md", "x").file("a/README.md", "y"))?;
        covered(sandbox)?;
        Ok(PAYLOAD.to_vec())
    }),
    ("payload.limit", "More files than the environment allows.", |sandbox| {
        covered(sandbox)?;
        sandbox.file("env.toml", "[payload.limits]\nfiles = 1\n")?;
        Ok([&PAYLOAD[..], &["--env", "env.toml"]].concat())
    }),
    ("payload.coverage", "An entry without a `payload_manifest`.", |_| Ok(PAYLOAD.to_vec())),
    ("stack.api-version", "The artifact requires another major version.", |sandbox| {
        stack(sandbox, "api_version: '2.0'\nmode: docker", "mode = \"docker\"")
    }),
    ("stack.mode", "The artifact requires docker, and the gateway shows containerd.", |sandbox| {
        stack(sandbox, "api_version: '1.0'\nmode: docker", "mode = \"containerd\"")
    }),
    ("stack.release", "The stack is of the release before.", |sandbox| {
        stack(
            sandbox,
            "api_version: '1.0'\nmode: docker\nesb_version: v2.1.0",
            "mode = \"docker\", release = \"v2.0.3\"",
        )
    }),
    ("stack.version", "The gateway is older than the range.", |sandbox| {
        stack(sandbox, &of_gateway("version: '>=2.1, <3'"), "mode = \"docker\", version = \"2.0.4\"")
    }),
    ("stack.capability", "A route that the gateway does not have.", |sandbox| {
        stack(
            sandbox,
            &of_gateway("capabilities: ['route:/orders/{id}']"),
            "mode = \"docker\", capabilities = [\"route:/health\"]",
        )
    }),
    ("stack.fact", "More workers are at work than the artifact stands.", |sandbox| {
        stack(sandbox, &of_gateway("facts: { workers: '<100' }"), "mode = \"docker\", facts = { workers = 120 }")
    }),
    ("stack.digest", "A container carries another hook file.", |sandbox| {
        let allowed = Sha256::of(b"allowed");
        let seen = Sha256::of(b"seen");
        stack(
            sandbox,
            &of_gateway(&format!("sha256: {{ sitecustomize.py: [{allowed}] }}")),
            &format!("mode = \"docker\", digests = {{ \"sitecustomize.py\" = \"{seen}\" }}"),
        )
    }),
    ("stack.certificate", "The gateway's certificate has ended.", |_| Ok(Vec::new())),
    ("stack.observation", "Nobody listens where the gateway should be.", |sandbox| {
        sandbox.tree(&Tree::minimal().runtime_stack(&of_gateway("version: '>=2.1, <3'")))?;
        let endpoint = "[endpoints.gateway]\nurl = \"unix:///run/gateway.sock\"\n";
        sandbox.file("env.toml", format!("{endpoint}[probes.gateway]\nplugin = \"builtin:gateway\"\n"))?;
        Ok(vec!["stack", "check", "artifact.yml", "--env", "env.toml"])
    }),
];

fn of_gateway(what: &str) -> String {
    format!("api_version: '1.0'\nmode: docker\nservices:\n  gateway:\n    {what}")
}

fn edit(sandbox: &Sandbox, from: &str, to: &str) -> Result<Vec<&'static str>> {
    let text = std::fs::read_to_string(sandbox.dir().join("artifact.yml"))?;
    ensure!(text.contains(from), "{from} is not in\n{text}");
    sandbox.file("artifact.yml", text.replace(from, to))?;
    Ok(PAYLOAD.to_vec())
}

fn append(sandbox: &Sandbox, more: &str) -> Result<()> {
    let text = std::fs::read_to_string(sandbox.dir().join("artifact.yml"))?;
    sandbox.file("artifact.yml", text + more)?;
    Ok(())
}

/// Covers the entry's tree as it is now.
fn covered(sandbox: &Sandbox) -> Result<()> {
    let sums = if sandbox.dir().join("a/bin/tool").exists() {
        // `payload sums` refuses what `payload check` does, so that its digest is written by hand.
        format!("{}  bin/tool\n", Sha256::of(b"#!"))
    } else {
        String::new()
    };
    let files = ["config/functions.yml", "config/routing.yml", "Readme.md", "README.md"];
    let mut sums = sums;
    for file in files {
        if let Ok(bytes) = std::fs::read(sandbox.dir().join("a").join(file)) {
            writeln!(sums, "{}  {file}", Sha256::of(&bytes))?;
        }
    }
    sandbox.file("a/SHA256SUMS", &sums)?;
    let digest = Sha256::of(sums.as_bytes());
    append(sandbox, &format!("    payload_manifest:\n      path: SHA256SUMS\n      sha256: {digest}\n"))
}

/// An artifact that requires this of a stack that shows that.
fn stack(sandbox: &Sandbox, required: &str, shown: &str) -> Result<Vec<&'static str>> {
    sandbox.tree(&Tree::minimal().runtime_stack(required))?;
    let probe = format!("[probes.gateway]\nplugin = \"builtin:static\"\nconfig = {{ {shown} }}\n");
    sandbox.file("env.toml", probe)?;
    Ok(vec!["stack", "check", "artifact.yml", "--env", "env.toml"])
}

/// The example of a case, as the binary tells it now.
fn example((rule, case, build): Case) -> Result<Value> {
    let sandbox = sandbox();
    sandbox.tree(&Tree::minimal())?;
    let mut words = build(&sandbox)?;
    let mut stand_in = None;
    if words.is_empty() {
        let certs = Certs::generate()?;
        certs.write_to(&sandbox.dir().join("certs"))?;
        let gateway = hostile::expired(&certs)?;
        let endpoint = format!("[endpoints.gateway]\nurl = \"{}\"\nca = \"certs/rootCA.crt\"\n", gateway.url());
        sandbox.file("env.toml", format!("{endpoint}[probes.gateway]\nplugin = \"builtin:gateway\"\n"))?;
        stand_in = Some(gateway);
        words = vec!["stack", "check", "--env", "env.toml"];
    }
    let output = sandbox.run(&[&words[..], &["--format", "json"]].concat())?;
    drop(stand_in);
    let report = output.json()?;
    let results = report["results"].as_array().context("results")?;
    let broken =
        |result: &&Value| result["rule"] == rule && !matches!(result["outcome"].as_str(), Some("pass" | "skip"));
    // Of what was not observed, what the case is about: other facts of the same probe are missing as well.
    let about = |result: &&Value| rule != "stack.observation" || result["service"] == "gateway";
    let result = results
        .iter()
        .filter(about)
        .find(broken)
        .with_context(|| format!("{rule} is not broken\n{}", output.snapshot()))?;
    let mut result = result.clone();
    // What differs from run to run, or from build to build.
    for key in ["evidence", "plugin", "duration_ms", "attempts", "stack", "log"] {
        result.as_object_mut().context("a result")?.remove(key);
    }
    let text = result.to_string().replace(&*sandbox.dir().to_string_lossy(), "/srv/deploy");
    let text = Regex::new(r"127\.0\.0\.1:\d+")?.replace_all(&text, "127.0.0.1:8443").into_owned();
    let text = Regex::new(r"\d+ days ago")?.replace_all(&text, "3 days ago").into_owned();
    Ok(json!({ "case": case, "result": serde_json::from_str::<Value>(&text)? }))
}

#[test]
fn every_rule_has_an_example_that_is_true_today() -> Result<()> {
    let mut examples = BTreeMap::new();
    for case in CASES {
        examples.insert(case.0, example(case).with_context(|| case.0)?);
    }
    let expected: Vec<&str> = rules::all().map(|rule| rule.id).collect();
    assert_eq!(CASES.map(|case| case.0).to_vec(), expected, "a case for each rule, in their order");
    let text = format!("{}\n", serde_json::to_string_pretty(&examples)?);
    if std::env::var_os("SHIPWORTHY_WRITE_EXAMPLES").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../report/src/rules/examples.json");
        std::fs::write(file, &text)?;
        return Ok(());
    }
    let kept: BTreeMap<String, Example> = serde_json::from_str(EXAMPLES)?;
    let now: BTreeMap<String, Example> = serde_json::from_str(&text)?;
    for (rule, now) in &now {
        let hint = "SHIPWORTHY_WRITE_EXAMPLES=1 writes it anew";
        assert_eq!(kept.get(rule), Some(now), "the example of {rule} is out of date; {hint}");
    }
    assert_eq!(kept.len(), now.len());
    Ok(())
}

#[test]
fn an_explanation_shows_how_a_report_tells_it() -> Result<()> {
    let sandbox = sandbox();
    for rule in rules::all() {
        let output = sandbox.run(&["explain", rule.id])?;
        let shown = output.stdout.split("for instance\n").nth(1).with_context(|| output.snapshot())?;
        assert!(shown.contains(&format!("[{}]", rule.id)), "{}", output.snapshot());
        let json = sandbox.run(&["explain", rule.id, "--format", "json"])?.json()?;
        assert_eq!(json["rules"][0]["example"]["result"]["rule"], rule.id);
    }
    Ok(())
}
